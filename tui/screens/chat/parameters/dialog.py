"""The form of sampling parameters; each field is validated while it is typed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual.containers import Horizontal
from textual.widgets import Input, Label, Static

from tui.dispatch import handles
from tui.screens.chat.parameters.fields import FIELDS
from tui.screens.dialogs.base import Dialog
from tui.widgets.text_fields import Entry

if TYPE_CHECKING:
    from collections.abc import Collection

    from textual.app import ComposeResult

    from tui.core.chat.parameters import ChatParameters


class ParametersDialog(Dialog["ChatParameters"]):
    """Answers with the parameters; those of `left_out`, which are refused, are not asked for."""

    WHERE = "parameters"
    SHARED = ("form", "focus")
    DEFAULT_CSS = """
    ParametersDialog {
        & Horizontal { height: 1; }
        & Label { width: 13; }
        & Input { width: 1fr; margin: 0; }
        & .problem { padding: 0 0 0 14; }
        & .left-out { height: auto; color: $text-muted; margin: 1 0 0 0; }
    }
    """

    def __init__(self, parameters: ChatParameters, left_out: Collection[str] = ()) -> None:
        super().__init__("Parameters")
        self._parameters = parameters
        self._fields = [field for field in FIELDS if field.name not in left_out]
        self._left_out = [field.title for field in FIELDS if field.name in left_out]

    def compose_content(self) -> ComposeResult:
        """Lay out a field for each parameter that is taken."""
        yield Static("Empty leaves it to the provider.", classes="question", markup=False)
        for field in self._fields:
            with Horizontal():
                yield Label(field.title)
                typed = field.write(getattr(self._parameters, field.name))
                yield Entry(typed, placeholder=field.hint, id=field.name)
            yield Static("", classes="problem", id=f"{field.name}-problem", markup=False)
        if self._left_out:
            named = ", ".join(self._left_out)
            yield Static(f"Not taken by this model: {named}.", classes="left-out", markup=False)
        yield self.key_hints()

    def on_mount(self) -> None:
        """Take no room for problems there are none of."""
        self._read()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say what is wrong with the field, if anything."""
        event.stop()
        self._read()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take what was typed."""
        event.stop()
        self.take()

    @handles("parameters.take")
    def take(self) -> None:
        """Answer, unless something is wrong."""
        if (parameters := self._read()) is not None:
            self.dismiss(parameters)

    def _read(self) -> ChatParameters | None:
        values: dict[str, Any] = {}
        for field in self._fields:
            problem = ""
            try:
                values[field.name] = field.read(self.query_one(f"#{field.name}", Input).value)
            except ValueError as error:
                problem = f"✗ {error}"
            place = self.query_one(f"#{field.name}-problem", Static)
            place.update(problem)
            place.display = bool(problem)
        if len(values) < len(self._fields):
            return None
        return replace(self._parameters, **values)
