"""The text, name and refusal of a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core import edits
from tui.core.dataset.names import VALID_NAME
from tui.screens.datasets.messages.parts import part_choices
from tui.screens.dialogs.choose import Choose
from tui.screens.dialogs.editor import LineEditor

if TYPE_CHECKING:
    from tui.core.dataset.example import Message
    from tui.screens.datasets.dataset_context import DatasetContext
    from tui.screens.datasets.editing.example_rewriter import ExampleRewriter
    from tui.screens.datasets.messages.parts import MessageParts


class MessageText:
    """Edits what a message says, and who says it."""

    def __init__(
        self, context: DatasetContext, rewriter: ExampleRewriter, parts: MessageParts
    ) -> None:
        self._context, self._rewriter, self._parts = context, rewriter, parts

    async def edit(self, message: Message, at: int) -> None:
        """Edit a message's text, or one of the parts it is made of."""
        place = message.place
        part = await self._choose_part(message)
        if part is None:
            return
        if part >= 0:
            await self._parts.edit(message, part, at)
            return
        text = await self._rewriter.ask_text(f"{message.role} · example {at + 1}", message.text)
        if text is not None and text != message.text:
            await self._rewriter.rewrite("edit text", lambda e: edits.set_text(e, place, text), at)

    async def _choose_part(self, message: Message) -> int | None:
        """Return which part is meant: -1 for a text that is all there is, None for none."""
        content = message.raw.get("content") if isinstance(message.raw, dict) else None
        if not isinstance(content, list) or not content:
            return -1
        if len(content) == 1:
            return 0
        return await self._context.ask(Choose("Which part?", part_choices(message)))

    async def edit_name(self, message: Message, at: int) -> None:
        """Change or remove the name of who speaks."""
        place, before = message.place, message.name or ""
        hint = "Tells several speakers of one role apart. Empty: none."
        name = await self._context.ask(LineEditor("Name", before, hint, _name_problem))
        if name is not None and name != before:
            await self._rewriter.rewrite(
                "change name", lambda e: edits.set_name(e, place, name), at
            )

    async def edit_refusal(self, message: Message, at: int) -> None:
        """Change or remove a refusal."""
        place, before = message.place, message.refusal or ""
        title = f"refusal · example {at + 1} · empty: none"
        text = await self._rewriter.ask_text(title, before)
        if text is not None and text != before:
            await self._rewriter.rewrite(
                "edit refusal", lambda e: edits.set_refusal(e, place, text), at
            )


def _name_problem(name: str) -> str:
    fits = not name or VALID_NAME.fullmatch(name)
    return "" if fits else "letters, digits, _ and - only, 64 at most"
