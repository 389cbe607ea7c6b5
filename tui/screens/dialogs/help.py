"""Help for where one is: what the screen or dialog is for, and its keys from the one table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text
from textual.containers import VerticalScroll
from textual.widgets import Static

from tui.commands import OF_WIDGETS, PLACES, commands_for, commands_in_dialogs
from tui.dispatch import handles
from tui.screens.dialogs.base import Dialog

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.app import ComposeResult
    from textual.screen import Screen

    from tui.commands import Command

LISTS = "In lists: ↑ ↓ or j k, page up and down, home and end, enter; tab goes to the next pane."


class HelpDialog(Dialog[None]):
    """What a mode is for and every key that works in it; of a dialog, when one is open."""

    WHERE = "help"
    SHARED = ("scrolling",)
    DEFAULT_CSS = """
    HelpDialog VerticalScroll { height: auto; max-height: 100%; }
    """

    def __init__(self, mode: str, screen: Screen[object]) -> None:
        self._dialog = screen if isinstance(screen, Dialog) else None
        self._place = PLACES[self._dialog.WHERE or "dialog" if self._dialog else mode]
        super().__init__(f"Help: {self._place.title}")
        self._widget_help = getattr(screen.focused, "HELP", None) or ""

    def compose_content(self) -> ComposeResult:
        """Lay out the purpose, then the keys."""
        with VerticalScroll():
            yield Static(self._place.about, classes="question", markup=False)
            if self._widget_help:
                yield Static(self._widget_help.strip(), classes="question", markup=False)
            if self._dialog is None:
                yield from self._of_mode()
            else:
                yield from self._of_dialog(self._dialog)
            yield self.key_hints(up=None, down=None, cancel="closes")

    def _of_mode(self) -> ComposeResult:
        yield Static(_keys(commands_for(self._place.where)))
        yield Static(LISTS, classes="question", markup=False)
        yield Static("Everywhere", classes="title")
        yield Static(_keys(commands_for("app")))

    def _of_dialog(self, dialog: Dialog[object]) -> ComposeResult:
        inside = dialog.commands()
        yield Static(_keys(one for one in inside if one.where not in OF_WIDGETS))
        for where in dialog.SHARED:
            if where in OF_WIDGETS:
                yield Static(PLACES[where].title, classes="title")
                yield Static(_keys(one for one in inside if one.where == where))
        yield Static("Everywhere", classes="title")
        yield Static(_keys(commands_in_dialogs()))

    @handles("help.close")
    def close_help(self) -> None:
        """Close the help."""
        self.dismiss(None)


def _keys(commands: Iterable[Command]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column()
    for command in commands:
        table.add_row(Text(command.key_label, style="bold"), f"{command.title}. {command.hint}")
    return table
