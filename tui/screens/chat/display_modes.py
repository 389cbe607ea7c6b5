"""Display of the conversation: rendered or raw, code blocks, unsure tokens."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from tui.commands import key_hint
from tui.dispatch import handles
from tui.screens.chat.turns.words import empty_chat

if TYPE_CHECKING:
    from tui.screens.controller_context import ScreenContext
    from tui.widgets.conversation import Conversation


def _unknown() -> str:
    return (
        "No probabilities of this answer's tokens: "
        f"{key_hint('chat.parameters', 'asks')} for logprobs, "
        f"{key_hint('chat.again', 'answers')} again."
    )


class DisplayModes:
    """The looks of a conversation, which last as long as the program runs, and ways through it."""

    def __init__(self, context: ScreenContext, conversation: Conversation) -> None:
        self._context, self._conversation = context, conversation

    def get_ready(self) -> None:
        """Load what the first answer is laid out with, in a thread."""
        from tui.widgets.markdown.warm_up import warm_up

        loading = partial(asyncio.to_thread, warm_up)
        self._context.run(loading, group="layout", description="load the layout")

    @handles("chat.raw")
    def show_raw(self) -> None:
        """Show Markdown as it is written, or laid out again."""
        self._conversation.raw = raw = not self._conversation.raw
        how = "as they are written" if raw else "laid out"
        self._context.tell(f"Answers are shown {how}.", seconds=2)  # of plain text it shows nowhere

    @handles("chat.code", "chat.code_before")
    def walk_code(self, command_id: str) -> None:
        """Go to another block of code."""
        on = command_id == "chat.code"
        if not self._conversation.walk_code(1 if on else -1):
            self._context.tell(f"No block of code {'further down' if on else 'above'}.", seconds=3)

    @handles("chat.tokens")
    def show_tokens(self) -> None:
        """Show answers token by token, or as text again."""
        if not self._conversation.turns:
            self._context.tell(empty_chat(), seconds=3)
            return
        shown = not self._conversation.tokens_shown
        if shown and not any(turn.tokens for turn in self._conversation.turns):
            self._context.tell(_unknown(), seconds=5)
            return
        self._conversation.tokens_shown = shown

    @handles("chat.token_after", "chat.token_before", "chat.unsure_after", "chat.unsure_before")
    def choose_token(self, command_id: str) -> None:
        """Look at another token."""
        name = command_id.partition(".")[2]
        by = 1 if name.endswith("after") else -1
        unsure = name.startswith("unsure")
        found = self._conversation.choose_token(by, unsure=unsure)
        if found is None:
            self._context.tell(
                f"{key_hint('chat.tokens', 'shows')} the tokens of an answer first.", seconds=3
            )
        elif not found:
            kind, where = "unsure token" if unsure else "token", "after" if by > 0 else "before"
            self._context.tell(f"There is no {kind} {where} this one.", seconds=3)
