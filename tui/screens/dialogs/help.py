"""The help dialog: what the screen or dialog is for, and its keys from the one table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text
from textual.widgets import Input, Static, TextArea

from tui.commands import OF_WIDGETS, PLACES, commands_for, commands_in_dialogs
from tui.dispatch import handles
from tui.screens.dialogs.base import Dialog
from tui.screens.host import host_of
from tui.screens.not_offered import hint
from tui.widgets.reading_scroll import ReadingScroll

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console, ConsoleOptions
    from textual.app import ComposeResult
    from textual.screen import Screen

    from tui.commands import Command
    from tui.services.workspace import Workspace

_GAP = 2  # columns between a key and what it does
_LEAST = 12  # columns of what it does, before that stands below the key


class HelpDialog(Dialog[None]):
    """What a mode is for and every key that works in it; of a dialog, when one is open."""

    WHERE = "help"
    DEFAULT_CSS = """
    HelpDialog VerticalScroll { height: auto; max-height: 100%; }
    """

    def __init__(self, mode: str, screen: Screen[object]) -> None:
        dialog = screen if isinstance(screen, Dialog) else None
        self._place = PLACES[mode if dialog is None else dialog.WHERE or "dialog"]
        super().__init__(f"Help: {self._place.title}")
        self._widget_help = getattr(screen.focused, "HELP", None) or ""
        widgets: tuple[str, ...] = getattr(screen.focused, "PLACES", ())
        if dialog is None:
            listed = any("lists" in getattr(one, "PLACES", ()) for one in screen.focus_chain)
            own, widgets = commands_for(mode), (*widgets, *(("lists",) if listed else ()), "focus")
            everywhere = commands_for("app")
        else:
            own = tuple(one for one in dialog.commands() if one.where not in OF_WIDGETS)
            widgets += tuple(where for where in dialog.SHARED if where in OF_WIDGETS)
            everywhere = commands_in_dialogs()
        self._keys: dict[str, tuple[Command, ...]] = {
            "": own,
            **{PLACES[where].title: commands_for(where) for where in widgets},
        }
        if dialog is not None:
            self._leave_out_hidden(own)
        self._keys["Everywhere"] = everywhere
        if isinstance(screen.focused, Input | TextArea):
            self._leave_out_typed(dialog is not None)

    def _leave_out_hidden(self, own: Iterable[Command]) -> None:
        """Leave out what a widget does with a key that the dialog has for something else."""
        taken = {key for one in own for key in one.key_names}
        for title, commands in self._keys.items():
            if title:
                kept = (
                    one for one in commands if not one.keys or not taken.issuperset(one.key_names)
                )
                self._keys[title] = tuple(kept)

    def _leave_out_typed(self, of_dialog: bool) -> None:
        """Leave out the keys that only type where the focus is, in a field of text.

        A mode's own commands stay: they can be given once the field is left, and those that
        have no other key.
        """
        for title, commands in self._keys.items():
            if not of_dialog and title != "Everywhere":
                continue
            outside = [(one, one.outside_text()) for one in commands]
            self._keys[title] = tuple(
                one if not of_dialog and not in_text.keys else in_text
                for one, in_text in outside
                if in_text.keys or not one.keys or not of_dialog
            )

    def compose_content(self) -> ComposeResult:
        """Lay out the purpose, then the keys."""
        workspace = host_of(self).workspace
        with ReadingScroll():
            yield Static(self._place.about, classes="question", markup=False)
            if self._widget_help:
                yield Static(self._widget_help.strip(), classes="question", markup=False)
            for title, commands in self._keys.items():
                if title and commands:
                    yield Static(title, classes="title")
                yield Static(KeyTable(commands, workspace))
            yield self.key_hints(up=None, down=None, cancel="closes")

    @handles("help.close")
    def close_help(self) -> None:
        """Close the help."""
        self.dismiss(None)


class KeyTable:
    """Keys, and beside each what it does: what rich's own table shows, in a quarter of the time."""

    def __init__(self, commands: Iterable[Command], workspace: Workspace | None) -> None:
        self.rows = [
            (one.key_label, Text(f"{one.title}. {hint(workspace, one)}")) for one in commands
        ]
        self._keys = max((cell_len(key) for key, _ in self.rows), default=0) + _GAP

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        """Give the lines: what a key does beside it, or below where that would be too narrow."""
        lines = Text(no_wrap=True)
        beside = options.max_width - self._keys >= _LEAST
        indent = self._keys if beside else _GAP
        for key, said in self.rows:
            told = [*said.wrap(console, max(options.max_width - indent, 1))]
            if not beside:
                told.insert(0, Text())
            for number, line in enumerate(told):
                shown = "" if number else key
                lines.append("\n" if lines else "").append(shown, "bold")
                lines.append(" " * (indent - cell_len(shown))).append_text(line)
        if self.rows:
            yield lines
