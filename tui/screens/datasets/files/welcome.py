"""The start page, without a dataset open: what can be done, and files opened before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.containers import Vertical
from textual.widgets import Static

from tui.commands import key_hint
from tui.core.text.paths import path_line
from tui.screens.dialogs.path import short_path
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from textual.app import ComposeResult

_TEXT = """\
Fine-tune a chat model, all of it from here:

  [b]1[/b] examples and their problems   [b]2[/b] tokens and cost
  [b]3[/b] train and watch               [b]4[/b] chat and compare
  [b]5[/b] clean up models               [b]6[/b] uploaded files

  [b]s[/b]   take the tour with the sample: free, no account
  [b]o[/b]   open your own dataset (JSONL)
  [b]i[/b]   import ShareGPT, Alpaca, CSV, Parquet, …
  [b]F1[/b]  help     [b]ctrl+p[/b] every command     [b]ctrl+q[/b] quit
"""


class Welcome(Vertical):
    """The start page: the circle in five lines, and the datasets opened before."""

    DEFAULT_CSS = """
    Welcome {
        padding: 1 2;
        & > #welcome-text { height: auto; margin: 0 0 1 0; }
        & > #recents { height: 1fr; }
    }
    """

    def __init__(self, open_path: Callable[[Path], None]) -> None:
        super().__init__(id="welcome")
        self._open_path = open_path
        self._paths: Sequence[Path] = ()

    def compose(self) -> ComposeResult:
        """Lay out the text and the list of recent files."""
        yield Static(_TEXT, id="welcome-text")
        yield RecordList(id="recents")

    def show_recents(self, paths: Sequence[Path]) -> None:
        """List the datasets opened before; enter opens one."""
        self._paths = paths
        self.query_one(RecordList).show(len(paths), self._row)

    def on_record_list_chosen(self, event: RecordList.Chosen) -> None:
        """Open the file chosen."""
        event.stop()
        if event.index < len(self._paths):  # else they were listed anew since
            self._open_path(self._paths[event.index])

    def _row(self, row: int, width: int) -> Text:
        path = self._paths[row]
        text = Text(
            f"{key_hint('lists.choose', 'opens')}  " if row == 0 else "             ", style="dim"
        )
        text.append(path_line(path.name, width - text.cell_len), style="bold")
        text.append(
            f"  {path_line(short_path(path.parent), max(width - text.cell_len - 2, 1))}",
            style="dim",
        )
        return text
