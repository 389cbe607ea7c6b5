"""From examples to models: the prompt of one side by side, or all that are shown one by one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tui.core.compare.prompts import Prompt, prompt_of
from tui.core.compare.sides.as_chat import chat_of_prompt
from tui.core.compare.sides.compare_request import CompareAsked
from tui.core.text.text import one_line, plural
from tui.dispatch import handles
from tui.screens.controller_context import opens
from tui.services.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.screens.datasets.dataset_context import DatasetContext
    from tui.screens.datasets.filtering.marked_rows import MarkedRows


class Comparing:
    """Opens Chat or Compare with the example under the cursor.

    Compare is offered the rows marked or shown too.
    """

    def __init__(self, context: DatasetContext, marked: MarkedRows) -> None:
        self._context, self._marked = context, marked

    @handles("datasets.chat", group="try")
    @opens
    async def chat(self) -> None:
        """Open the prompt of this example in Chat, the answer it expects beside the model's."""
        document, at = self._context.document, self._context.selection.position
        if document is None or at >= len(document):
            return
        found = await asyncio.to_thread(prompt_of, at + 1, document.line(at))
        if not isinstance(found, Prompt):
            raise InputError("No prompt", f"row {at + 1:,}: {found.reason}", "Go to another one.")
        title = f"{document.path.name}, row {at + 1:,}: {one_line(found.title, 40)}"
        self._context.host.open_chat(chat_of_prompt(found, title))

    @handles("datasets.compare")
    def compare(self) -> None:
        """Ask several models this prompt; e there asks all that are marked or shown."""
        document, at = self._context.document, self._context.selection.position
        if document is None or at >= len(document):
            return
        found = prompt_of(at + 1, document.line(at))
        prompt = found if isinstance(found, Prompt) else None
        rows = self._context.rows
        positions: Sequence[int] = ()
        words = ""
        if len(self._marked):
            positions = self._marked.positions
            words = f"{plural(len(positions), 'marked example')} of {document.path.name}"
        elif rows.filtered:
            positions = rows.positions()
            words = f"{plural(len(positions), 'shown example')} of {document.path.name}"
        self._context.host.compare(CompareAsked((), prompt, positions, words))
