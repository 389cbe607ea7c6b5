"""Preference pairs: made from a chat answer, swapped, and given room side by side."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

from tui.core import edits
from tui.core.dataset.exact_json import rewrite
from tui.core.dataset.example import Example, kind_of, parse
from tui.screens.datasets.editing.rewriting import Rewriting, attempt
from tui.screens.datasets.files.opening import FileActions
from tui.screens.dialogs.confirm import Confirm
from tui.screens.dialogs.path import PathDialog, short_path
from tui.services.datasets.atomic_save import write_atomically
from tui.services.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from tui.services.datasets import Document

# The kind of a file is that of most of its first rows.
_LOOK = 50


class PairActions(FileActions, Rewriting):
    """Make pairs of chat examples, and swap their sides."""

    _pairs_to: Path | None = None  # where the last pair went

    def on_descendant_focus(self) -> None:
        """Give a pair the list's room while one is in it."""
        self.make_room()

    def make_room(self) -> None:
        """On a narrow screen, give two answers side by side the room of the list."""
        document, at = self.document, self.position
        pair = document is not None and at < len(document) and self.in_conversation
        example = document.example(at) if document is not None and pair else None
        self.set_class(isinstance(example, Example) and example.kind == "preference", "-pair")

    async def make_pair(self, at: int) -> None:
        """Ask for a better answer than the one under the cursor, and make a pair of the two."""
        document, message = self.document, self.message
        if document is None:
            return
        example = await self.example_here(at)
        place = message.place if message is not None and self.in_conversation else None
        draft = attempt(lambda: edits.pair_from(example, place))
        better = await self.ask_text(
            f"the preferred answer · example {at + 1}",
            draft.answer,
            lambda text: "" if text != draft.answer else "make it better than the one there is",
        )
        if better is None:
            return
        pair = edits.preference_pair(example, draft, better)
        line = rewrite(pair, document.line(at))
        if await asyncio.to_thread(_kind_of_rows, document, at) == "preference":
            await self.replace_line("make a preference pair", at, line)
            self._tell("The example is a preference pair now; u takes it back")
        else:
            await self._put_elsewhere(document, line)

    async def swap(self, at: int) -> None:
        """Change preferred and non-preferred over."""
        await self._rewrite("swap preference", edits.swap_outputs, at)

    async def _put_elsewhere(self, document: Document, line: bytes) -> None:
        """Put a pair into a file of pairs: training takes no file that mixes the kinds."""
        offered = self._pairs_to or document.path.with_name(f"{document.path.stem}-pairs.jsonl")
        dialog = PathDialog(
            "A chat file takes no pairs: put it into", value=short_path(offered), must_exist=False
        )
        path = await self.app.push_screen_wait(dialog)
        if path is None:
            self._tell("No pair was made")
            return
        if path == document.path:
            raise InputError(
                "Not into this file",
                "its examples are chats, and training takes one kind of example a file",
                "Choose another file",
            )
        self._pairs_to = path
        if await asyncio.to_thread(path.exists):
            await self._append_pair(path, line)
        else:
            await asyncio.to_thread(_write_new, path, line)
            await self._open(path)
            self._tell(f"{path.name} holds the pair; o goes back to {document.path.name}")

    async def _append_pair(self, path: Path, line: bytes) -> None:
        question = f"{short_path(path)} exists. Open it and add the pair at its end?"
        if not await self.app.push_screen_wait(Confirm("Add the pair", question, "add")):
            return
        await self._open(path)
        opened = self.document
        if opened is not None and opened.path == path:
            await opened.ready()
            await opened.insert(len(opened), [line], "add a preference pair")
            self.go_to(len(opened) - 1)
            self._tell(f"Added as example {len(opened):,}; ctrl+s saves")


def _kind_of_rows(document: Document, leave_out: int) -> str:
    """Return the kind most of the first rows have."""
    rows = document.snapshot()
    kinds: Counter[str] = Counter()
    for position in range(min(len(rows), _LOOK)):
        example = parse(rows[position]) if position != leave_out else None
        if isinstance(example, Example):
            kinds[kind_of(example.raw)] += 1
    return kinds.most_common(1)[0][0] if kinds else ""


def _write_new(path: Path, line: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, iter([line + b"\n"]))
    except OSError as error:
        raise InputError(
            "Not written", f"{path}: {error.strerror or error}", "Choose another place"
        ) from error
