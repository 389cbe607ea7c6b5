"""New examples, and the menu of an example: everything that can be done with it, by name."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from tui.commands import key_hint, key_of
from tui.core import edits
from tui.core.dataset.example import Example, parse, write
from tui.core.edits.base import EXAMPLE_KEYS
from tui.dispatch import handles
from tui.screens.datasets.dataset_context import in_turn
from tui.screens.datasets.editing.example_rewriter import attempt, lines_of
from tui.screens.datasets.editing.menu import offer
from tui.screens.dialogs.choose import Choice

if TYPE_CHECKING:
    from tui.core.dataset.example import Message
    from tui.screens.datasets.dataset_context import DatasetContext
    from tui.screens.datasets.editing.example_rewriter import ExampleRewriter
    from tui.screens.datasets.editing.menu import Task, Tasks
    from tui.screens.datasets.editing.moving import Moving
    from tui.screens.datasets.editing.preference import PreferencePairs
    from tui.screens.datasets.messages.tools import ToolUse
    from tui.services.datasets import Document, Snapshot

# A new example follows the shape of this many rows, spread over the file; huge ones left out.
_LOOK = 200
_LOOK_LINE = 200_000


class ExampleEditing:
    """Adds, copies, splits, merges and cuts examples."""

    def __init__(
        self,
        context: DatasetContext,
        rewriter: ExampleRewriter,
        tools: ToolUse,
        moving: Moving,
        pairs: PreferencePairs,
    ) -> None:
        self._context, self._rewriter = context, rewriter
        self._tools, self._moving, self._pairs = tools, moving, pairs

    @handles("datasets.new_example", group="move", exclusive=False)
    async def add(self) -> None:
        """Put an empty example in after this one, in the shape of the file."""
        async with self._context.step():
            await self._add()

    async def _add(self) -> None:
        document, selection = self._context.document, self._context.selection
        if document is None:
            return
        here = selection.position if selection.position < len(document) else len(document) - 1
        made = await asyncio.to_thread(_common_shape, document.snapshot(), here)
        at = here + 1
        style = document.line(here) if len(document) else b""
        await document.insert(at, [write(made, style)], "new example")
        selection.go_to(at)
        conversation = selection.conversation
        conversation.cursor = next((i for i, m in enumerate(made.messages) if m.role == "user"), 0)
        conversation.focus()

    @handles("datasets.example_menu", group="edit")
    @in_turn
    async def open_menu(self) -> None:
        """Offer what can be done with the example under the cursor."""
        document, at = self._context.document, self._context.selection.position
        if document is None or at >= len(document):
            return
        await offer(self._context, f"Example {at + 1}", self._tasks(document, at))

    def _tasks(self, document: Document, at: int) -> Tasks:
        message, tools, moving = self._context.selection.message, self._tools, self._moving
        tasks: Tasks = [
            Choice(partial(self._duplicate, document, at), "Duplicate", "a copy after this one")
        ]
        if message is not None and message.place.index > 0:
            words = f"the second begins with message {message.place.index + 1}"
            split = partial(self._split, document, message, at)
            tasks.append(Choice(split, "Split in two", words))
        if at + 1 < len(document):
            merge = partial(self._merge, document, at)
            tasks.append(Choice(merge, "Merge with the next", "one longer example"))
        up, down = (
            f"the same as {key_of(f'datasets.move_{way}')} in the list" for way in ("up", "down")
        )
        return [
            *tasks,
            Choice(partial(moving.move_example, at, -1), "Move up", up),
            Choice(partial(moving.move_example, at, 1), "Move down", down),
            Choice(partial(self._cut, at), "Cut the end", "messages after the last answer"),
            Choice(partial(tools.edit_tools, at), "Tools", "as JSON"),
            Choice(partial(tools.choose_parallel, at), "Parallel calls", "not set, true or false"),
            *self._pairs.tasks(at),
            self._raw_task(document, at),
        ]

    def _raw_task(self, document: Document, at: int) -> Choice[Task]:
        example = document.example(at)
        others = edits.other_keys(example.raw, EXAMPLE_KEYS) if isinstance(example, Example) else {}
        words = f"also {', '.join(others)}" if others else "everything there is"
        return Choice(partial(self._rewriter.edit_raw, document, at), "Raw JSON", words)

    async def _duplicate(self, document: Document, at: int) -> None:
        line = document.line(at)
        await self._context.replace_lines("duplicate example", at + 1, line, removed=0)
        self._context.selection.go_to(at + 1)

    async def _split(self, document: Document, message: Message, at: int) -> None:
        example = await self._rewriter.example_here(at)
        halves = attempt(lambda: edits.split_at(example, message.place))
        lines = lines_of(halves, document.line(at))
        await self._context.replace_lines("split example", at, *lines)
        self._context.selection.go_to(at + 1)

    async def _merge(self, document: Document, at: int) -> None:
        first = await self._rewriter.example_here(at)
        second = await self._rewriter.example_here(at + 1)
        merged = attempt(lambda: edits.merge(first, second))
        lines = lines_of([merged], document.line(at))
        await self._context.replace_lines("merge examples", at, *lines, removed=2)
        self._context.tell(f"Merged; {key_hint('datasets.undo', 'takes it back')}")

    async def _cut(self, at: int) -> None:
        await self._rewriter.rewrite("cut the end", edits.cut_trailing, at)


def _common_shape(rows: Snapshot, here: int) -> Example:
    """Return an empty example in the most common shape of the file: of rows all over it."""
    positions = (
        {round(i * (len(rows) - 1) / (_LOOK - 1)) for i in range(_LOOK)} if len(rows) else ()
    )
    near = [p for p in (here, *sorted(positions)) if 0 <= p < len(rows)]
    lines = (rows[position] for position in near)
    found = (parse(line) for line in lines if len(line) < _LOOK_LINE)
    return edits.new_like([example for example in found if isinstance(example, Example)])
