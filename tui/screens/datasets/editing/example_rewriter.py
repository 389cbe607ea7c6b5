"""Shared by all editing of the open dataset: ask for texts, and change one example."""

from __future__ import annotations

import asyncio
import zlib
from typing import TYPE_CHECKING, TypeVar

from tui.commands import key_of
from tui.core import edits
from tui.core.dataset.exact_json import rewrite
from tui.core.dataset.example import Broken, Example, parse_exactly
from tui.core.text import json_text
from tui.screens.dialogs.editor import TextEditor, TooLong, fine, too_long
from tui.services.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tui.screens.datasets.dataset_context import DatasetContext
    from tui.screens.datasets.editing.external import ExternalEditor
    from tui.services.datasets import Document

T = TypeVar("T")


def editor_place(path: Path | str) -> str:
    """Return how the names begin under which texts of this dataset are kept while typed."""
    return f"editor:{path}:"


class ExampleRewriter:
    """Asks for texts in the right editor, and changes examples as undoable steps."""

    def __init__(self, context: DatasetContext, external: ExternalEditor) -> None:
        self._context, self._external = context, external

    async def ask_text(
        self,
        title: str,
        text: str,
        check: Callable[[str], str] = fine,
        *,
        live: bool = False,
        suffix: str = ".md",
    ) -> str | None:
        """Return a text as edited, or None. One too long is shown, and edited in $EDITOR."""
        why = too_long(text)
        if not why:
            keep = self._keep_under(title, text)
            editor = TextEditor(title, text, check, live=live, keep=keep)
            return await self._context.ask(editor)
        if await self._context.ask(TooLong(title, text, why)) == "outside":
            return await self._external.edit(text, suffix, check)
        return None

    def _keep_under(self, title: str, text: str) -> str:
        # Two messages of an example may have the same title.
        path = "" if self._context.document is None else self._context.document.path
        return f"{editor_place(path)}{zlib.crc32(text.encode('utf-8', 'replace')):08x}:{title}"

    async def edit_raw(self, document: Document, at: int, *, outside: bool = False) -> None:
        """Edit a row as JSON laid out over lines; one that is not JSON as it is."""
        line = document.line(at)
        text = line.decode("utf-8", "surrogateescape")  # bytes that are not UTF-8 stay, too
        broken = await asyncio.to_thread(json_text.problem, text)
        laid = text if broken else await asyncio.to_thread(json_text.pretty, text)
        if outside:
            new = await self._external.edit(laid, ".json", object_problem)
        else:
            title = f"line {at + 1} as JSON"
            new = await self.ask_text(title, laid, object_problem, live=True, suffix=".json")
        if new is None or new == laid or json_text.same(new, text):
            return
        made = await asyncio.to_thread(json_text.flat, new, line)
        await self._context.replace_lines("edit line", at, made.encode("utf-8", "surrogateescape"))

    async def rewrite(self, label: str, edit: Callable[[Example], Example], at: int) -> None:
        """Edit one example off the loop; of its line only what the edit names is rewritten."""
        async with self._context.step():
            document = self._context.document
            if document is None:
                return
            line = document.line(at)
            new = await asyncio.to_thread(_edited, line, edit)
            if new != line and document.line(at) == line:
                await self._context.replace_lines(label, at, new)

    async def example_here(self, at: int) -> Example:
        """Return a row parsed for editing. Raises InputError for a line that is not an example."""
        if self._context.document is None:
            raise InputError(
                "Nothing is open",
                "there is no dataset",
                f"Press {key_of('datasets.open')} to open one",
            )
        return await asyncio.to_thread(_example, self._context.document.line(at))


def attempt(edit: Callable[[], T]) -> T:
    """Run an edit of an example. Raises InputError with its reason when it cannot be done."""
    try:
        return edit()
    except edits.EditError as error:
        cause, _, step = str(error).partition("; ")
        raise InputError("Not changed", cause, f"{step[:1].upper()}{step[1:]}.") from error


def object_problem(text: str) -> str:
    """Return what keeps a text from being one example as JSON, or nothing."""
    if problem := json_text.problem(text):
        return problem
    return "" if text.lstrip().startswith("{") else "an example is an object: { … }"


def lines_of(examples: Sequence[Example], like: bytes) -> tuple[bytes, ...]:
    """Return examples as lines that keep what they share with the line they came from."""
    return tuple(rewrite(example, like) for example in examples)


def _example(line: bytes) -> Example:
    example = parse_exactly(line)
    if isinstance(example, Broken):
        raise InputError(
            "Not an example",
            example.reason,
            f"Press {key_of('datasets.edit')} to edit the line itself",
        )
    return example


def _edited(line: bytes, edit: Callable[[Example], Example]) -> bytes:
    example = _example(line)
    return rewrite(attempt(lambda: edit(example)), line)
