"""The form of named text fields; each is judged while it is typed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from textual.widgets import Static

from tui.core.text.text import visible
from tui.dispatch import handles
from tui.screens.dialogs.base import Dialog
from tui.widgets.field import Field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from _typeshed import DataclassInstance
    from textual.app import ComposeResult
    from textual.widgets import Input


T = TypeVar("T", bound="DataclassInstance")


def plain(value: Any) -> str:
    """Return a value as it stands in a field; None is an empty one."""
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


@dataclass(frozen=True, slots=True)
class FormField:
    """A field: the attribute it fills in, its title and hint, and how it is read and written.

    `read` raises ValueError in the user's words. The `placeholder` shows while nothing is typed.
    """

    name: str
    title: str
    read: Callable[[str], Any]
    hint: str = ""
    placeholder: str = ""
    write: Callable[[Any], str] = plain


class FormDialog(Dialog[T]):
    """Answers with the values given, those of the fields as they were typed."""

    def __init__(
        self,
        title: str,
        question: str,
        fields: Iterable[FormField],
        values: T,
        notes: Sequence[str] = (),
    ) -> None:
        super().__init__(title)
        self._question, self._values, self._notes = question, values, notes
        self._asked = list(fields)

    def compose_content(self) -> ComposeResult:
        """Lay out what is asked, the fields, and what is to be known about them."""
        yield Static(visible(self._question), classes="question", markup=False)
        for one in self._asked:
            typed = one.write(getattr(self._values, one.name))
            yield Field(one.name, one.title, typed, one.hint, one.placeholder)
        for note in self._notes:
            yield Static(visible(note), classes="note", markup=False)
        yield self.key_hints()

    def on_mount(self) -> None:
        """Say what is wrong with what it begins with."""
        self._read()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say what is wrong with the fields, if anything."""
        event.stop()
        self._read()

    @handles("parameters.take", "compare_run.take")
    def take(self) -> None:
        """Answer, unless something is wrong."""
        if (values := self._read()) is not None:
            self.dismiss(values)

    def _read(self) -> T | None:
        values: dict[str, Any] = {}
        for one in self._asked:
            field, problem = self.query_one(f"#field-{one.name}", Field), ""
            try:
                values[one.name] = one.read(field.value)
            except ValueError as error:
                problem = str(error)
            field.say(problem)
        return replace(self._values, **values) if len(values) == len(self._asked) else None
