"""Preference pairs: made from a chat answer, and swapped."""

from __future__ import annotations

import asyncio
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from tui.commands import key_hint
from tui.core import edits
from tui.core.dataset.exact_json import rewrite
from tui.core.dataset.example import Example, kind_of, parse
from tui.screens.datasets.editing.example_rewriter import attempt
from tui.screens.dialogs.choose import Choice
from tui.screens.dialogs.confirm import Confirm
from tui.screens.dialogs.path import PathDialog, short_path
from tui.services.datasets.disk.atomic_save import write_atomically
from tui.services.errors import InputError, disk_errors

if TYPE_CHECKING:
    from pathlib import Path

    from tui.screens.datasets.dataset_context import DatasetContext
    from tui.screens.datasets.editing.example_rewriter import ExampleRewriter
    from tui.screens.datasets.editing.menu import Tasks
    from tui.screens.datasets.files.opener import Opener
    from tui.services.datasets import Document

# The kind of a file is that of most of its first rows.
_LOOK = 50


class PreferencePairs:
    """Makes pairs of chat examples, and swaps their sides."""

    def __init__(self, context: DatasetContext, rewriter: ExampleRewriter, opener: Opener) -> None:
        self._context, self._rewriter, self._opener = context, rewriter, opener
        self._pairs_to: Path | None = None  # where the last pair went

    def tasks(self, at: int) -> Tasks:
        """Return what a menu offers for an example: to make it a pair, or to swap one."""
        document = self._context.document
        example = document.example(at) if document is not None else None
        kind = example.kind if isinstance(example, Example) else ""
        if kind == "chat":
            words = "this answer against a better one"
            return [Choice(partial(self.make, at), "Make a preference pair", words)]
        if kind == "preference":
            words = "preferred and non-preferred change over"
            return [Choice(partial(self.swap, at), "Swap", words)]
        return []

    async def make(self, at: int) -> None:
        """Ask for a better answer than the one under the cursor, and make a pair of the two."""
        document, selection = self._context.document, self._context.selection
        if document is None:
            return
        message = selection.message if selection.in_conversation else None
        place = message.place if message is not None else None
        example = await self._rewriter.example_here(at)
        draft = attempt(lambda: edits.pair_from(example, place))
        better = await self._rewriter.ask_text(
            f"the preferred answer · example {at + 1}",
            draft.answer,
            lambda text: "" if text != draft.answer else "make it better than the one there is",
        )
        if better is None:
            return
        pair = edits.preference_pair(example, draft, better)
        line = rewrite(pair, document.line(at))
        if await asyncio.to_thread(_kind_of_rows, document, at) == "preference":
            await self._context.replace_lines("make a preference pair", at, line)
            undo = key_hint("datasets.undo", "takes it back")
            self._context.tell(f"The example is a preference pair now; {undo}")
        else:
            await self._put_elsewhere(document, line)

    async def swap(self, at: int) -> None:
        """Change preferred and non-preferred over."""
        await self._rewriter.rewrite("swap preference", edits.swap_outputs, at)

    async def _put_elsewhere(self, document: Document, line: bytes) -> None:
        """Put a pair into a file of pairs: training takes no file that mixes the kinds."""
        offered = self._pairs_to or document.path.with_name(f"{document.path.stem}-pairs.jsonl")
        dialog = PathDialog(
            "A chat file takes no pairs: put it into", value=short_path(offered), must_exist=False
        )
        path = await self._context.ask(dialog)
        if path is None:
            self._context.tell("No pair was made")
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
            await self._opener.open(path)
            self._context.tell(
                f"{path.name} holds the pair; "
                f"{key_hint('datasets.open', 'goes back')} to {document.path.name}"
            )

    async def _append_pair(self, path: Path, line: bytes) -> None:
        question = f"{short_path(path)} exists. Open it and add the pair at its end?"
        if not await self._context.ask(Confirm("Add the pair", question, "add")):
            return
        await self._opener.open(path)
        opened = self._context.document
        if opened is not None and opened.path == path:
            await opened.ready()
            await opened.insert(len(opened), [line], "add a preference pair")
            self._context.selection.go_to(len(opened) - 1)
            self._context.tell(
                f"Added as example {len(opened):,}; {key_hint('datasets.save', 'saves')}"
            )


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
    with disk_errors("Not written", path, "Choose another place"):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, iter([line + b"\n"]))
