"""The start page, without a dataset open: what to begin with, and files opened before."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from rich.text import Text
from textual.containers import Vertical
from textual.widgets import Static

from tui.commands import key_hint, key_of
from tui.core.text.paths import path_line
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from textual.app import ComposeResult

_MODES = (
    (
        ("mode_datasets", "examples and their problems"),
        ("mode_jobs", "train and watch"),
        ("mode_models", "clean up models"),
        ("mode_compare", "models side by side"),
    ),
    (
        ("mode_tokens", "tokens and cost"),
        ("mode_chat", "chat with a model"),
        ("mode_files", "uploaded files"),
    ),
)
_BEGIN = (
    ("sample", "take the tour with the sample: free, no account"),
    ("open", "open your own dataset (JSONL)"),
    ("import_data", "import ShareGPT, Alpaca, CSV, Parquet, …"),
)
_FIRST_COLUMN = 32  # cells, where the keys are short
_ALWAYS = (("help", "help     "), ("palette", "every command     "), ("leave", "quit"))


def what_to_do() -> Text:
    """Return the circle in five lines, with the keys in use."""
    text = Text("Fine-tune a chat model, all of it from here:\n")
    first, second = (_rows("app", column) for column in _MODES)
    start = max(_FIRST_COLUMN, *(row.cell_len + 2 for row in first))
    for left, right in zip_longest(first, second, fillvalue=Text()):
        text.append("\n  ").append_text(left)
        text.append(" " * (start - left.cell_len)).append_text(right)
    text.append("\n\n  ")
    for name, words in _ALWAYS:
        text.append_text(_row(f"app.{name}", words))
    return text


def _rows(where: str, column: Sequence[tuple[str, str]]) -> list[Text]:
    """Return rows of a key and what it does, the words below each other."""
    width = max(len(key_of(f"{where}.{name}")) for name, _ in column)
    return [_row(f"{where}.{name}", words, width) for name, words in column]


def _row(command_id: str, words: str, width: int = 0) -> Text:
    return Text.assemble((f"{key_of(command_id):<{width}}", "bold"), f" {words}")


class Welcome(Vertical):
    """The start page: the circle in five lines, what to begin with, the datasets opened before.

    The cursor is on the dataset opened last, or else on what to begin with: enter does that.
    """

    DEFAULT_CSS = """
    Welcome {
        padding: 1 2;
        & > #welcome-text { height: auto; margin: 0 0 1 0; }
        & > #begin { height: 1fr; margin: 0 0 0 2; }
    }
    """

    def __init__(self, open_path: Callable[[Path], None], do: Callable[[str], None]) -> None:
        super().__init__(id="welcome")
        self._open_path, self._do = open_path, do
        self._paths: Sequence[Path] = ()

    def compose(self) -> ComposeResult:
        """Lay out the text, and the list of what to begin with."""
        yield Static(what_to_do(), id="welcome-text")
        yield RecordList(id="begin")

    def on_mount(self) -> None:
        """Offer what to begin with, and follow the keymap in use."""
        self._show()
        self.watch(self.app, "keymap", self.keys_changed, init=False)

    def keys_changed(self) -> None:
        """Show the keys in use."""
        self.query_one("#welcome-text", Static).update(what_to_do())
        self._show()

    def _show(self) -> None:
        self.query_one(RecordList).show(len(_BEGIN) + len(self._paths), self._row)

    def show_recents(self, paths: Sequence[Path]) -> None:
        """List the datasets opened before; enter opens one."""
        self._paths = paths
        self._show()
        listing = self.query_one(RecordList)
        if paths and listing.cursor == 0:
            listing.move_to(len(_BEGIN))

    def on_record_list_chosen(self, event: RecordList.Chosen) -> None:
        """Begin with what was chosen."""
        event.stop()
        at = event.index - len(_BEGIN)
        if at < 0:
            self._do(f"datasets.{_BEGIN[event.index][0]}")
        elif at < len(self._paths):  # else they were listed again since
            self._open_path(self._paths[at])

    def _row(self, row: int, width: int) -> Text:
        if row >= len(_BEGIN):
            return self._recent(row - len(_BEGIN), width)
        keys = max(3, *(len(key_of(f"datasets.{name}")) for name, _ in _BEGIN))
        name, words = _BEGIN[row]
        text, enter = _row(f"datasets.{name}", words, keys), f"  or {key_of('lists.choose')}"
        if row == 0 and not self._paths and text.cell_len + len(enter) <= width:
            text.append(enter, style="dim")
        return text

    def _recent(self, row: int, width: int) -> Text:
        # There are rows only after the first paint, which text fields would take a tenth longer.
        from tui.screens.dialogs.path import short_path

        path = self._paths[row]
        opens = f"{key_hint('lists.choose', 'opens')}  "
        text = Text(opens if row == 0 else " " * len(opens), style="dim")
        text.append(path_line(path.name, width - text.cell_len), style="bold")
        text.append(
            f"  {path_line(short_path(path.parent), max(width - text.cell_len - 2, 1))}",
            style="dim",
        )
        return text
