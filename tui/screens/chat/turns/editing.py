"""Edit any turn, switch branches, fork the chat, jump between prompts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tui.commands import key_hint
from tui.core.chat.conversation import edit, fork, position, step
from tui.core.chat.saved import Chat
from tui.core.provider.parsing import as_map
from tui.dispatch import handles
from tui.screens.chat.turns.words import empty_chat, text_of
from tui.screens.dialogs.editor import TextEditor, TooLong, too_long
from tui.screens.dialogs.kept_fields import place_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tui.core.chat.conversation import Conversation, Node
    from tui.screens.chat.session import ChatSession
    from tui.screens.chat.turns.view import ChatView
    from tui.screens.controller_context import ScreenContext

_FORK = re.compile(r" \(fork(?: (\d{1,6}))?\)$")


class TurnEditing:
    """Works on the turn under the cursor. `held` tells that an answer is coming, if one is.

    `ask` has the last message of a conversation answered.
    """

    def __init__(
        self,
        context: ScreenContext,
        session: ChatSession,
        view: ChatView,
        held: Callable[[], bool],
        ask: Callable[[Conversation], None],
    ) -> None:
        self._context, self._session, self._view = context, session, view
        self._held, self._ask = held, ask

    @handles("chat.edit", group="edit")
    async def edit_turn(self) -> None:
        """Edit the turn under the cursor: a question is asked again, an answer gone on from."""
        node = self._turn()
        if node is None:
            return
        before = text_of(node.message)
        title = f"Edit the {'answer' if node.role == 'assistant' else 'turn'}"
        if why := too_long(before):
            await self._context.ask(TooLong(title, before, why))
            return
        text = await self._context.ask(
            TextEditor(title, before, keep=place_of(f"{title} ({self._session.id}-{node.id})"))
        )
        if text is None or text == before or self._held():
            return
        tree = edit(self._session.tree, node.id, with_text(node.message, text))
        if node.role == "assistant":
            self._session.change(tree)
            self._context.tell(
                f"This answer counts now: {key_hint('chat.prompt', 'goes')} on from it, "
                f"{key_hint('chat.add', 'adds')} it to data.",
                seconds=4,
            )
        else:
            self._ask(tree)

    @handles("chat.branch_before", "chat.branch_after")
    def step(self, command_id: str) -> None:
        """Go to the try before or after of the turn under the cursor."""
        node = self._turn()
        if node is None:
            return
        tree, cursor = self._session.tree, self._view.widget.cursor
        stepped = step(tree, node.id, -1 if command_id == "chat.branch_before" else 1)
        if stepped == tree:
            self._context.tell(self._only(node), seconds=3)
            return
        self._session.change(stepped)
        self._view.show(cursor)

    @handles("chat.differences", group="differences")
    async def mark_differences(self) -> None:
        """Mark what this answer has that the reference, or the try before, does not have."""
        node = self._turn()
        if node is None:
            return
        now = await self._view.switch_marks(node)
        if now is None:
            self._context.tell("There is no try before this one to compare it with.", seconds=3)
        elif now:
            words = "« » marks what the reference, or the try before, does not have."
            self._context.tell(words, seconds=3)

    def _only(self, node: Node) -> str:
        at, of = position(self._session.tree, node.id)
        if of == 1:
            return (
                f"There is one version of this turn; {key_hint('chat.edit', 'edits')} it, "
                f"{key_hint('chat.again', 'asks')} again."
            )
        return "This is the last version." if at == of else "This is the first version."

    @handles("chat.fork")
    def fork_here(self) -> None:
        """Go on in a chat of its own, with the turns up to the cursor."""
        node = self._turn()
        if node is None:
            return
        chat = self._session.chat
        tree = fork(chat.conversation, node.id)
        title = forked(chat.name)
        self._session.take(Chat(tree, chat.model, chat.system, chat.parameters, title))
        self._session.change(tree)
        self._context.tell(
            f"A new chat up to here; {key_hint('chat.list', 'lists')} the one before.", seconds=4
        )

    @handles("chat.prompt_before", "chat.prompt_after")
    def jump(self, command_id: str) -> None:
        """Go to the question before or after."""
        widget = self._view.widget
        asked = [at for at, node in enumerate(self._view.nodes) if node.role == "user"]
        if command_id == "chat.prompt_before":
            found = [at for at in asked if at < widget.cursor][-1:]
        else:
            found = [at for at in asked if at > widget.cursor][:1]
        if found:
            widget.focus()
            widget.cursor = found[0]
        elif not self._view.nodes:
            self._context.tell(empty_chat(), seconds=3)
        else:
            where = "before this" if command_id == "chat.prompt_before" else "after this"
            self._context.tell(f"There is no question {where}.", seconds=3)

    def _turn(self) -> Node | None:
        """Return the turn under the cursor, unless an answer is coming; what is missing is said."""
        if self._held():
            return None
        node = self._view.under_cursor
        if node is None:
            self._context.tell(empty_chat(), seconds=3)
        return node


def forked(name: str) -> str:
    """Return what a fork of a chat is called: "(fork)" behind its name, counted from the second."""
    found = _FORK.search(name)
    if found is None:
        return f"{name} (fork)"
    return f"{name[: found.start()]} (fork {int(found[1] or 1) + 1})"


def with_text(message: Mapping[str, Any], text: str) -> dict[str, Any]:
    """Return a message with another text; its images and calls stay."""
    content = message.get("content")
    if not isinstance(content, list):
        return {**message, "content": text}
    images = [part for part in content if "image_url" in as_map(part)]
    said = [{"type": "text", "text": text}] if text else []
    return {**message, "content": [*said, *images]}
