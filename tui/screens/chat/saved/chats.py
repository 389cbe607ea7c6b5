"""Saved chats: open, start, rename, delete and export them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tui.commands import key_hint
from tui.core.chat.conversation import path
from tui.core.chat.saved import Chat, dataset_line, markdown
from tui.core.text.text import one_line
from tui.dispatch import handles
from tui.screens.chat.saved.dialog import ChatsDialog
from tui.screens.chat.turns.words import empty_chat, text_of
from tui.screens.dialogs.choose import Choice, Choose
from tui.screens.dialogs.confirm import Confirm
from tui.screens.dialogs.editor import LineEditor
from tui.screens.dialogs.path import short_path
from tui.screens.dialogs.target import ask_target

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.screens.chat.saved.dialog import ChatChosen
    from tui.screens.chat.session import ChatSession
    from tui.screens.controller_context import ScreenContext
    from tui.services.chat.chats import ChatSaver

_FORMATS = (
    Choice("md", "Markdown", "to read; images only by their size"),
    Choice("jsonl", "A line of a dataset", "to train on: the messages as they were sent"),
)


class SavedChatsList:
    """Opens and keeps chats. `held` tells that an answer is coming, if one is.

    `opened` is called with a chat that was opened, to go on as it was asked with.
    """

    def __init__(
        self,
        context: ScreenContext,
        session: ChatSession,
        held: Callable[[], bool],
        opened: Callable[[Chat], None],
    ) -> None:
        self._context, self._session = context, session
        self._held, self._opened = held, opened
        self._before: tuple[Chat, ChatSaver | None] | None = None  # the chat put away last

    # -- the one that is open ----------------------------------------------------------

    def restore(self, then: Callable[[], None] = lambda: None) -> None:
        """Open the chat that was open last, unless something is there by then.

        `then` is done after it is open, or when none was: it brings the model to ask.
        """
        work = partial(self._restore, then)
        self._context.run(work, group="restore", description="open the last chat")

    async def _restore(self, then: Callable[[], None]) -> None:
        found = await self._context.workspace.chats.open_last(self._context.show_error)
        if self._session.tree.nodes or self._held():
            return
        if found is not None:
            self._go_on(*found)
        then()

    def _go_on(self, chat: Chat, saver: ChatSaver) -> None:
        self._session.take(chat, saver)
        self._opened(chat)

    @handles("chat.clear")
    def begin(self) -> None:
        """Begin a new chat; in an empty one, bring the last one back."""
        if self._held():
            return
        session = self._session
        if session.tree.nodes:
            self._context.tell("New chat; n again brings the last one back.", seconds=4)
            self._before = (session.chat, session.saver)
            session.take(Chat())
            self._note(None)
        elif self._before is not None:
            (chat, saver), self._before = self._before, None
            session.take(chat, saver)
            self._note(None if saver is None else saver.id)
        else:
            self._context.tell(empty_chat(), seconds=3)

    def start(self, chat: Chat) -> None:
        """Go on with a chat that is not saved yet; `begin` brings the one before back."""
        if self._held():
            return
        session = self._session
        if session.tree.nodes:
            self._before = (session.chat, session.saver)
        session.take(chat)
        self._opened(chat)
        self._note(None)
        said = path(chat.conversation)
        if said and said[-1].role != "assistant":
            self._context.tell(
                f"{key_hint('chat.again', 'asks')} the model this; what is expected stands beside.",
                seconds=5,
            )

    def _note(self, chat_id: int | None) -> None:
        """Note which chat is open, to open it the next time."""
        note = partial(self._context.workspace.chats.note_open, chat_id)
        self._context.run(note, group="note", description="note which chat is open")

    # -- the list ------------------------------------------------------------------------

    @handles("chat.list", group="chats")
    async def choose(self) -> None:
        """List the saved chats; open, rename, delete or export one."""
        searched = ""
        while not self._held():
            chats = self._context.workspace.chats
            dialog = ChatsDialog(chats.listing, self._session.id, searched)
            chosen = await self._context.ask(dialog)
            if chosen is None:
                return
            searched = chosen.searched
            if chosen.action == "open":
                await self._open(chosen.chat.id)
                return
            await self._do(chosen)

    def open(self, chat_id: int) -> None:
        """Open a saved chat."""
        opening = partial(self._open, chat_id)
        self._context.run(opening, group="chats", description="open a chat")

    async def _open(self, chat_id: int) -> None:
        if chat_id != self._session.id and not self._held():
            chats = self._context.workspace.chats
            self._go_on(*await chats.open(chat_id, self._context.show_error))

    async def _do(self, chosen: ChatChosen) -> None:
        if chosen.action == "rename":
            await self._rename(chosen)
        elif chosen.action == "delete":
            await self._delete(chosen)
        else:
            await self._export(await self._context.workspace.chats.load(chosen.chat.id))

    async def _rename(self, chosen: ChatChosen) -> None:
        hint = "What this chat is called in the list."
        title = await self._context.ask(LineEditor("Rename the chat", chosen.chat.title, hint))
        if title:
            await self._context.workspace.chats.rename(chosen.chat.id, title)
            if chosen.chat.id == self._session.id:
                self._session.chat = replace(self._session.chat, title=title)

    async def _delete(self, chosen: ChatChosen) -> None:
        named = one_line(chosen.chat.title, 60)
        question = f"Delete {named!r} with all its branches, for good?"
        if await self._context.ask(Confirm("Delete the chat", question, "delete")):
            await self._context.workspace.chats.delete(chosen.chat.id)
            if chosen.chat.id == self._session.id:
                self._session.take(Chat())
            saver = self._before[1] if self._before is not None else None
            if saver is not None and saver.id == chosen.chat.id:
                self._before = None  # n does not bring it back

    # -- export ------------------------------------------------------------------------

    @handles("chat.export", group="export")
    async def export(self) -> None:
        """Write this chat to a file."""
        if self._session.tree.nodes:
            await self._export(self._session.chat)
        else:
            self._context.tell(empty_chat(), seconds=3)

    async def _export(self, chat: Chat) -> None:
        form = await self._context.ask(Choose("Export as", _FORMATS))
        if form is None:
            return
        text = markdown(chat) if form == "md" else dataset_line(chat) + "\n"
        letters = (c if c.isalnum() else "-" for c in chat.name.lower())
        name = "-".join(filter(None, "".join(letters).split("-")))[:40] or "chat"
        target = await ask_target(self._context.app, "Write the chat to", f"{name}.{form}")
        if target is not None:
            from tui.services.chat.export import write_export

            await write_export(target, text, replace=True)
            self._context.tell(f"Written to {short_path(Path(target))}", seconds=5)

    @handles("chat.copy_all")
    def copy_all(self) -> None:
        """Copy the whole chat as Markdown, to the clipboard and to a file."""
        if self._session.tree.nodes:
            self._context.host.copy_out(markdown(self._session.chat), "The chat")
        else:
            self._context.tell(empty_chat(), seconds=3)


def questions_of(chat: Chat) -> list[str]:
    """Return the questions of a chat, oldest first."""
    return [text_of(node.message) for node in path(chat.conversation) if node.role == "user"]
