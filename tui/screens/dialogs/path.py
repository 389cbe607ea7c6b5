"""The dialog to choose a file: recent ones first, then any path, completed as it is typed."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text
from textual import work
from textual.widgets import Input, Static

from tui.core.text.paths import path_line
from tui.core.text.text import one_line, size_words
from tui.dispatch import handles
from tui.screens.dialogs.base import Dialog
from tui.widgets.record_list import RecordList
from tui.widgets.text_fields import Entry

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult

_MOST = 500


class PathDialog(Dialog[Path]):
    """Answers with a path. With `must_exist` off it asks for a name to write to.

    `takes` says what enter does with such a file.

    With `folders` a whole folder can be chosen too: the first row of what is in it.
    """

    DEFAULT_CSS = """
    PathDialog RecordList { height: 12; }
    """
    WHERE = "path"

    def __init__(
        self,
        title: str,
        recents: Sequence[Path] = (),
        *,
        value: str = "",
        must_exist: bool = True,
        folders: bool = False,
        takes: str = "writes",
        placeholder: str = "path of a .jsonl file",
    ) -> None:
        super().__init__(title)
        self._takes = takes
        self._folders, self._placeholder = folders, placeholder
        self._whole: Path | None = None
        self._recents = list(recents)
        self._value, self._must_exist = value, must_exist
        self._found: list[Path] = []
        self._listed: str | None = None  # what was typed when the list was made
        self._asked: Callable[[], None] | None = None  # what waits for the list of what is typed

    def compose_content(self) -> ComposeResult:
        """Lay out the field and the list of what fits."""
        yield Entry(self._value, placeholder=self._placeholder, id="path")
        empty = "no such file here" if self._must_exist else "nothing of that name yet"
        yield RecordList(empty=empty, id="found")
        yield Static("", classes="problem", markup=False)
        yield (
            self.key_hints()
            if self._must_exist
            else self.key_hints(up=None, down=None, take=self._takes)
        )

    def on_mount(self) -> None:
        """List what fits the start."""
        self._look(self._value)

    def offer(self, recents: Sequence[Path]) -> None:
        """Put files opened before on top of the list."""
        self._recents = list(recents)
        if self.is_mounted:
            self._look(self.query_one(Input).value)

    def on_input_changed(self, event: Input.Changed) -> None:
        """List what fits what is typed."""
        self._asked = None  # it was asked of what was typed before
        self._look(event.value)

    @work(group="path-look", exclusive=True, exit_on_error=False, description="list a folder")
    async def _look(self, typed: str) -> None:
        found = await asyncio.to_thread(_fitting, typed, self._recents)
        whole = await asyncio.to_thread(_folder, typed) if self._folders else None
        # From here on nothing waits: the list is painted at any time, from these rows.
        self._found, self._whole = found if whole is None else [whole, *found], whole
        self._listed = typed
        self.query_one(".problem", Static).update("")
        listing = self.query_one(RecordList)
        listing.show(len(self._found), self._row)
        listing.move_to(0)
        asked, self._asked = self._asked, None
        if asked is not None:
            asked()

    def _once_listed(self, act: Callable[[], None]) -> None:
        """Act on the list of what is typed now: at once, or when it is there."""
        if self._listed == self.query_one(Input).value:
            act()
        else:
            self._asked = act

    def _row(self, row: int, width: int) -> Text:
        path = self._found[row]
        if path == self._whole:
            return Text("every file in this folder", style="italic")
        if path.is_dir():
            return Text(path_line(f"{path.name or path}/", width), style="bold")
        text = Text(path_line(path.name, width))
        try:
            text.append(f"  {size_words(path.stat().st_size)}", style="dim")
        except OSError:
            text.append("  gone", style="dim")
        if path in self._recents:
            text.append(
                f"  {path_line(short_path(path.parent), max(width - text.cell_len - 2, 1))}",
                style="dim",
            )
        return text

    @handles("path.complete")
    def complete(self) -> None:
        """Put the path under the cursor into the field."""
        self._once_listed(self._complete)

    def _complete(self) -> None:
        if self._found:
            path = self._found[self.query_one(RecordList).cursor]
            self._fill(f"{short_path(path)}{os.sep if path.is_dir() else ''}")
        else:
            self.nothing_listed()

    def on_record_list_chosen(self, event: RecordList.Chosen) -> None:
        """Take the row clicked."""
        event.stop()
        if event.index < len(self._found):  # else another list has come since
            self._take(self._found[event.index])

    @handles("path.take")
    def take(self) -> None:
        """Take what is typed if it is a file, or else what the cursor is on."""
        text = self.query_one(Input).value.strip()
        typed = Path(text).expanduser()
        if text and (typed.is_file() or not self._must_exist):
            self._take(typed)
        else:
            self._once_listed(self._take_listed)

    def _take_listed(self) -> None:
        if self._found:
            self._take(self._found[self.query_one(RecordList).cursor])
        else:
            typed = self.query_one(Input).value.strip()
            self._problem(f"{typed or 'Nothing'} is not a file here.")

    def _take(self, path: Path) -> None:
        if path.is_dir() and path != self._whole:
            self._fill(f"{short_path(path)}{os.sep}")
        else:
            self.dismiss(path.absolute())

    def _fill(self, value: str) -> None:
        field = self.query_one(Input)
        field.value = value
        field.cursor_position = len(value)
        field.focus()

    def _problem(self, text: str) -> None:
        self.query_one(".problem", Static).update(one_line(text))


def short_path(path: Path) -> str:
    """Return a path with the home folder as ~ and the working folder left away."""
    for start, mark in ((Path.cwd(), ""), (Path.home(), f"~{os.sep}")):
        if path != start and path.is_relative_to(start):
            return f"{mark}{path.relative_to(start)}"
    return str(path)


def _fitting(typed: str, recents: Sequence[Path]) -> list[Path]:
    """Return recent files and then entries of the folder that fit what is typed."""
    typed = typed.strip()
    folder, _, start = typed.rpartition(os.sep)
    base = Path(f"{folder}{os.sep}" if folder or typed.startswith(os.sep) else ".").expanduser()
    wanted = start.casefold()
    recent = [p for p in recents if typed.casefold() in str(p).casefold()]
    try:
        entries = sorted(base.absolute().iterdir(), key=lambda p: p.name.casefold())
    except OSError:
        return recent
    fitting = [p for p in entries if wanted in p.name.casefold() and _offered(p, wanted)]
    fitting.sort(key=lambda p: (not p.name.casefold().startswith(wanted), _rank(p)))
    return [*recent, *(p for p in fitting if p not in recent)][:_MOST]


def _folder(typed: str) -> Path | None:
    """Return the folder that is typed out to its last separator."""
    typed = typed.strip()
    path = Path(typed).expanduser().absolute()
    return path if typed.endswith(os.sep) and path.is_dir() else None


def _offered(path: Path, wanted: str) -> bool:
    return wanted.startswith(".") or not path.name.startswith(".")


def _rank(path: Path) -> int:
    return 0 if path.suffix in {".jsonl", ".ndjson"} else 1 if path.is_dir() else 2
