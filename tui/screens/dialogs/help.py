"""Help for where one is: what the screen is for, and its keys from the one table."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.table import Table
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from tui.commands import commands_for
from tui.screens.dialogs.base import Dialog

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.widget import Widget

ABOUT = {
    "datasets": "Open a JSONL dataset, read its examples as conversations, repair and edit them. "
    "Every edit is kept in a journal at once; the file itself changes when you save.",
    "tokens": "How long every example is, what of it is trained, and what a fine-tune would cost "
    "with the model chosen. Counted on this machine; nothing is sent.",
    "jobs": "Fine-tuning jobs of this profile, live. Make one from a dataset, watch its loss, "
    "then chat with the model it made.",
    "chat": "Talk to a base model, a fine-tuned one or a checkpoint. enter sends, esc stops an "
    "answer or leaves the prompt.",
    "models": "The fine-tuned models of this profile: where they come from, until when they live, "
    "and deleting them.",
    "files": "The files uploaded with this profile and the jobs that use them. Send one, go on "
    "with an upload that was cut off (enter on it), fetch one back, and clean up what no job uses.",
}
LISTS = "In lists: ↑ ↓ or j k, page up and down, home and end, enter; tab goes to the next pane."


class HelpDialog(Dialog[None]):
    """What this screen is for and every key that works on it."""

    DEFAULT_CSS = """
    HelpDialog VerticalScroll { height: auto; max-height: 100%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1,q,question_mark", "cancel", "Close", show=False)
    ]

    def __init__(self, mode: str, focused: Widget | None) -> None:
        super().__init__(f"Help: {mode.capitalize()}")
        self._mode = mode
        self._widget_help = getattr(focused, "HELP", None) or ""

    def compose_content(self) -> ComposeResult:
        """Lay out the purpose, then the keys."""
        with VerticalScroll():
            yield Static(ABOUT.get(self._mode, ""), classes="question", markup=False)
            if self._widget_help:
                yield Static(self._widget_help.strip(), classes="question", markup=False)
            yield Static(_keys(self._mode))
            yield Static(LISTS, classes="question", markup=False)
            yield Static("Everywhere", classes="title")
            yield Static(_keys("app"))
            yield Static("esc closes", classes="keys")


def _keys(where: str) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column()
    for command in commands_for(where):
        table.add_row(Text(command.key_label, style="bold"), f"{command.title}. {command.hint}")
    return table
