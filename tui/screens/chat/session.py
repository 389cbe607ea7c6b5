"""The open chat: every change of it is saved at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui.core.chat.conversation import Conversation, put
from tui.core.chat.saved import Chat
from tui.core.listeners import Listeners

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.core.chat.conversation import Node
    from tui.core.chat.parameters import ChatParameters
    from tui.screens.controller_context import ScreenContext
    from tui.services.chat.chats import ChatSaver, SavedChats


class ChatSession:
    """Holds the chat, and tells its listeners when it is another one or has other turns."""

    def __init__(self, context: ScreenContext) -> None:
        self._context = context
        self.chat = Chat()
        self._saver: ChatSaver | None = None
        self._chats: SavedChats | None = None  # those that the saver belongs to
        self._listeners = Listeners[[]]()

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Call `listener` after every change but the growth of an answer."""
        self._listeners.add(listener)

    @property
    def tree(self) -> Conversation:
        """All that was said, with its branches."""
        return self.chat.conversation

    @property
    def id(self) -> int | None:
        """The id of the saved chat, None for one that is not saved yet."""
        return None if self._saver is None else self._saver.id

    def take(self, chat: Chat, saver: ChatSaver | None = None) -> None:
        """Go on with a chat, None for one that is not saved yet."""
        self.chat, self._saver = chat, saver
        self._chats = None if saver is None else self._context.workspace.chats
        if saver is not None:
            saver.moved = self._moved
        self._listeners.tell()

    @property
    def saver(self) -> ChatSaver | None:
        """What saves the chat, None for one that is not saved yet."""
        return self._saver

    def change(self, tree: Conversation) -> None:
        """Take the conversation as it is now."""
        self.chat = replace(self.chat, conversation=tree)
        self._save()
        self._listeners.tell()

    def ask_with(self, model: str, system: str, parameters: ChatParameters) -> None:
        """Remember what is asked with."""
        self.chat = replace(self.chat, model=model, system=system, parameters=parameters)

    def grow(self, node: Node) -> None:
        """Take an answer as far as it has come."""
        self.chat = replace(self.chat, conversation=put(self.tree, node))
        self._save()

    def keep(self) -> None:
        """Save the chat as it is, also one that was only opened so far."""
        self._save()

    def _save(self) -> None:
        chats = self._context.workspace.chats
        if self._saver is None or self._chats is not chats:
            if not self.tree.nodes:
                return
            # With another profile the chat goes on as one of that profile.
            self._saver, self._chats = chats.new(self._context.show_error), chats
            self._saver.moved = self._moved
        self._saver.put(self.chat)

    def _moved(self, before: int) -> None:
        text = (
            f"Chat {before} was changed by another program, or deleted:"
            f" this one goes on as chat {self.id}."
        )
        self._context.tell(text, seconds=10, warning=True)
