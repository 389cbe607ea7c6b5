"""What is typed in the fields of a form, kept on disk until the form is left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.widgets import Input, TextArea

from tui.core.provider.parsing import as_map, as_text
from tui.screens.host import host_of
from tui.widgets.field import OneOf

if TYPE_CHECKING:
    from textual.screen import Screen

_PLACE = "dialog:"  # how the places of texts in dialogs begin, before the dialog's title


def place_of(title: str) -> str:
    """Return where what is typed in a dialog of this title is kept."""
    return f"{_PLACE}{title}"


def titles_of(places: list[str]) -> list[str]:
    """Return the titles of the dialogs among such places."""
    return [place.removeprefix(_PLACE) for place in places if place.startswith(_PLACE)]


class KeptFields:
    """The fields of one form; what is typed as a secret is never kept."""

    def __init__(self, form: Screen[Any], place: str) -> None:
        """Begin with what stands in them now; what is typed is kept at a place."""
        self._form, self._place = form, place
        self._first = self._now()

    def _fields(self) -> dict[str, Input | OneOf | TextArea]:
        fields = (*self._form.query(Input), *self._form.query(OneOf), *self._form.query(TextArea))
        return {
            one.id: one
            for one in fields
            if one.id is not None and not (isinstance(one, Input) and one.password)
        }

    def _now(self) -> dict[str, str]:
        return {
            name: one.text if isinstance(one, TextArea) else one.value
            for name, one in self._fields().items()
        }

    def bring_back(self) -> bool:
        """Put in what was typed when the program ended; tells whether there was anything."""
        workspace = host_of(self._form).workspace
        kept = as_map(workspace.typed.get(self._place)) if workspace is not None else {}
        for name, field in self._fields().items():
            value = as_text(kept.get(name))
            if value is None:
                continue
            if isinstance(field, TextArea):
                field.replace(value, (0, 0), field.document.end)  # undo takes it out again
            elif isinstance(field, Input):
                field.value = value
            elif value in field.words:
                field.value = value
                field.post_message(OneOf.Changed(field, value))  # the others tell so themselves
        return bool(kept)

    def keep(self) -> None:
        """Keep what stands in them now, as far as it is typed."""
        if (workspace := host_of(self._form).workspace) is not None:
            typed = {name: text for name, text in self._now().items() if text != self._first[name]}
            workspace.typed.put(self._place, typed)

    def forget(self) -> None:
        """Keep nothing: the form is left."""
        workspace = host_of(self._form).workspace
        if workspace is not None and workspace.typed.get(self._place):
            workspace.typed.put(self._place, None)
