"""What is typed and chosen in a dialog, kept on disk until the dialog is left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.widgets import Input, TextArea

from tui.core.provider.parsing import as_map, as_text
from tui.screens.host import host_of
from tui.widgets.field import OneOf

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from textual.screen import Screen

_CHOSEN = "chosen:"  # how the names of what stands in no field begin
_PLACE = "dialog:"  # how the places of texts in dialogs begin, before the dialog's title


def place_of(title: str) -> str:
    """Return where what is typed in a dialog of this title is kept."""
    return f"{_PLACE}{title}"


def titles_of(places: list[str]) -> list[str]:
    """Return the titles of the dialogs among such places."""
    return [place.removeprefix(_PLACE) for place in places if place.startswith(_PLACE)]


class KeptFields:
    """The fields of one dialog; what is typed as a secret is never kept."""

    def __init__(
        self, form: Screen[Any], place: str, chosen: Callable[[], Mapping[str, Any]]
    ) -> None:
        """Begin with what stands in them now; what is typed is kept at a place.

        `chosen` gives what else is chosen there, by name.
        """
        self._form, self._place, self._chosen = form, place, chosen
        self._first = self._now()

    def _fields(self) -> dict[str, Input | OneOf | TextArea]:
        fields = (*self._form.query(Input), *self._form.query(OneOf), *self._form.query(TextArea))
        return {
            one.id: one
            for one in fields
            if one.id is not None and not (isinstance(one, Input) and one.password)
        }

    def _now(self) -> dict[str, Any]:
        typed = {
            name: one.text if isinstance(one, TextArea) else one.value
            for name, one in self._fields().items()
        }
        chosen = {f"{_CHOSEN}{name}": value for name, value in self._chosen().items()}
        return typed | chosen

    def bring_back(self, choose: Callable[[Mapping[str, Any]], None]) -> bool:
        """Put in what was typed when the program ended; return whether there was anything.

        `choose` is called with what else was chosen.
        """
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
                field.cursor_position = len(value)
            elif value in field.words:
                field.value = value
                field.post_message(OneOf.Changed(field, value))  # the others tell so themselves
        chosen = {
            name.removeprefix(_CHOSEN): value
            for name, value in kept.items()
            if name.startswith(_CHOSEN)
        }
        if chosen:
            choose(chosen)
        return bool(kept)

    def keep(self) -> None:
        """Keep what stands in them now, as far as it is typed."""
        if (workspace := host_of(self._form).workspace) is not None:
            now = self._now()
            typed = {name: one for name, one in now.items() if one != self._first.get(name, "")}
            if typed or workspace.typed.get(self._place):
                workspace.typed.put(self._place, typed)

    def forget(self) -> None:
        """Keep nothing: the form is left."""
        workspace = host_of(self._form).workspace
        if workspace is not None and workspace.typed.get(self._place):
            workspace.typed.put(self._place, None)
