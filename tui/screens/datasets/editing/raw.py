"""The example as raw JSON, and the message or example in the user's own editor."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from tui.core import edits
from tui.core.text.text import plural
from tui.dispatch import handles
from tui.screens.datasets.dataset_context import in_turn
from tui.screens.datasets.editing.menu import offer
from tui.screens.dialogs.choose import Choice
from tui.services.errors import InputError

if TYPE_CHECKING:
    from tui.core.dataset.example import Message
    from tui.screens.datasets.dataset_context import DatasetContext
    from tui.screens.datasets.editing.example_rewriter import ExampleRewriter
    from tui.screens.datasets.editing.external import ExternalEditor
    from tui.screens.datasets.editing.menu import Tasks


class RawEditing:
    """Offers the ways of editing that show everything there is."""

    def __init__(
        self, context: DatasetContext, rewriter: ExampleRewriter, external: ExternalEditor
    ) -> None:
        self._context, self._rewriter, self._external = context, rewriter, external

    @handles("datasets.raw_menu", group="edit")
    @in_turn
    async def open(self) -> None:
        """Offer the example as raw JSON, and the message or example in $EDITOR."""
        document, at = self._context.document, self._context.selection.position
        if document is None or at >= len(document):
            return
        rewriter = self._rewriter
        named = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "not set"
        tasks: Tasks = [Choice(partial(rewriter.edit_raw, document, at), "Raw JSON", "edited here")]
        message = self._context.selection.message
        if message is not None and isinstance(message.raw, dict | str):
            outside = partial(self._message_outside, message, at)
            tasks.append(Choice(outside, "Message in $EDITOR", named))
        whole = partial(rewriter.edit_raw, document, at, outside=True)
        tasks.append(Choice(whole, "Example in $EDITOR", named))
        await offer(self._context, f"Edit example {at + 1}", tasks)

    async def _message_outside(self, message: Message, at: int) -> None:
        place = message.place
        content = message.raw.get("content") if isinstance(message.raw, dict) else None
        if isinstance(content, list) and len(content) > 1:
            raise InputError(
                "Several parts", f"this message has {plural(len(content), 'part')}",
                "Edit them one by one with e, or the example in $EDITOR",
            )  # fmt: skip
        text = await self._external.edit(message.text, ".md")
        if text is not None:
            await self._rewriter.rewrite("edit text", lambda e: edits.set_text(e, place, text), at)
