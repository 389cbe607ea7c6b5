"""The parameters of an operation on many examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Input, Static

from tui.core.bulk.operations import BadParameter
from tui.core.text.text import visible
from tui.dispatch import handles
from tui.screens.dialogs.base import Dialog
from tui.widgets.field import Field, OneOf

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from tui.core.bulk import Operation


class BulkForm(Dialog[dict[str, str]]):
    """Answers with the values by name, which the operation can use."""

    DEFAULT_CSS = """
    BulkForm VerticalScroll { height: auto; max-height: 14; }
    BulkForm .one-of { height: 1; margin: 0 0 1 0; }
    BulkForm .one-of > .label { width: 16; color: $text-muted; }
    BulkForm Field { margin: 0 0 1 0; }
    """
    WHERE = "bulk"

    def __init__(self, operation: Operation, scope: str) -> None:
        super().__init__(operation.title)
        self._operation, self._scope = operation, scope
        self._asked = [one for one in operation.parameters if not one.long]

    def compose_content(self) -> ComposeResult:
        """Lay out a line for each parameter."""
        said = f"{self._operation.remark.capitalize()}. Works on {self._scope}."
        yield Static(visible(said), classes="question", markup=False)
        with VerticalScroll(can_focus=False):
            for one in self._asked:
                if one.choices:
                    with Horizontal(classes="one-of"):
                        yield Static(one.label, classes="label", markup=False)
                        yield OneOf(one.choices, one.default, id=one.name)
                else:
                    yield Field(one.name, one.label, one.default, one.hint)
        yield self.key_hints()

    def on_mount(self) -> None:
        """Begin with the first parameter."""
        self.query_one(f"#{self._asked[0].name}").focus()

    @property
    def _values(self) -> dict[str, str]:
        values = {one.name: one.default for one in self._operation.parameters}
        for one in self._asked:
            widget = self.query_one(f"#{one.name}")
            if isinstance(widget, (Input, OneOf)):
                values[one.name] = widget.value
        return values

    @handles("bulk.preview")
    def preview(self) -> None:
        """Answer, unless a value cannot be used."""
        values = self._values
        try:
            self._operation.make(values, len)
        except BadParameter as error:
            if any(one.name == error.field and not one.choices for one in self._asked):
                self.query_one(f"#field-{error.field}", Field).say(str(error))
                self.query_one(f"#{error.field}").focus()
                return
            # What is asked for next is still empty.
        self.dismiss(values)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Take back what was wrong with a field as it is typed in."""
        self.query_one(f"#field-{event.input.id}", Field).say("")
