"""Saved chats of a profile: saved as they happen, listed, opened, renamed, deleted."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tui.services.background import start
from tui.services.errors import InputError, LedgerError, ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.core.chat.saved import Chat
    from tui.services.store.tables.chats_table import ChatsTable, ChatSummary, KeptChat

SAVED_EVERY_S = 0.4  # while an answer comes


class ChatSaver:
    """Writes one chat whenever it has changed; `failed` is called once when that does not work.

    A change is written at once; while changes keep coming, such as an answer that grows, the
    newest state is written every `SAVED_EVERY_S`.
    """

    def __init__(
        self,
        ledger: ChatsTable,
        profile: str,
        failed: Callable[[ServiceError], None],
        kept: KeptChat | None = None,
    ) -> None:
        self._ledger, self._profile, self._failed = ledger, profile, failed
        # Called with the id before when the chat goes on as one of its own: another program has
        # changed or deleted the one of that id since.
        self.moved: Callable[[int], None] = lambda _before: None
        self._kept = kept
        self._wanted: Chat | None = None
        self._writing: asyncio.Task[None] | None = None
        self._hurry = asyncio.Event()
        self._closed = False
        self._unsaved: Chat | None = None  # what could not be written, which has been told

    @property
    def id(self) -> int | None:
        """The chat's id, None while nothing of it has been written."""
        return None if self._kept is None else self._kept.id

    def put(self, chat: Chat) -> None:
        """Have this state written; after the end of the program nothing is."""
        if self._closed:
            return
        self._wanted = chat
        if self._writing is None or self._writing.done():
            self._writing = start(self._write(), "save the chat")

    async def flush(self) -> None:
        """Wait until what was put is written."""
        self._hurry.set()
        while self._writing is not None and not self._writing.done():
            await asyncio.wait({self._writing})
        self._hurry.clear()

    async def close(self) -> None:
        """Write what was put, what could not be written once more, and nothing from then on."""
        await self.flush()
        if self._unsaved is not None:
            self.put(self._unsaved)
            await self.flush()
        self._closed = True

    async def _write(self) -> None:
        while (chat := self._wanted) is not None:
            self._wanted = None
            before = self.id
            try:
                self._kept = await self._ledger.save(self._profile, chat, self._kept)
                if self.id != before:
                    await self._ledger.set_open(self._profile, self.id)
                    if before is not None:
                        self.moved(before)
            except LedgerError as error:  # what is on the screen stays; the next change tries again
                if self._unsaved is None:
                    self._failed(error)
                self._unsaved = chat
            else:
                self._unsaved = None
            if self._wanted is None and self._hurry.is_set():
                return
            # More may come meanwhile, which then makes one write.
            try:
                await asyncio.wait_for(self._hurry.wait(), SAVED_EVERY_S)
            except TimeoutError:
                continue


class SavedChats:
    """The chats of one profile. Every method raises LedgerError when the ledger cannot be used."""

    def __init__(self, ledger: ChatsTable, profile: str) -> None:
        self._ledger, self._profile = ledger, profile
        self._savers: list[ChatSaver] = []

    def new(self, failed: Callable[[ServiceError], None]) -> ChatSaver:
        """Return what saves a new chat; nothing is written before something is put."""
        return self._saver(failed, None)

    async def open(
        self, chat_id: int, failed: Callable[[ServiceError], None]
    ) -> tuple[Chat, ChatSaver]:
        """Return a chat and what saves it. Raises InputError when there is none of that id."""
        found = await self._load(chat_id)
        await self._ledger.set_open(self._profile, chat_id)
        return found[0], self._saver(failed, found[1])

    async def open_last(
        self, failed: Callable[[ServiceError], None]
    ) -> tuple[Chat, ChatSaver] | None:
        """Return the chat that was open last and what saves it, None for none."""
        last = await self._ledger.open_chat(self._profile)
        found = None if last is None else await self._ledger.load(self._profile, last)
        return None if found is None else (found[0], self._saver(failed, found[1]))

    async def load(self, chat_id: int) -> Chat:
        """Return a chat to read. Raises InputError when there is none of that id."""
        return (await self._load(chat_id))[0]

    async def listing(self, search: str = "") -> list[ChatSummary]:
        """Return the chats, the one used last first; with `search`, those that hold it."""
        await self.flush()
        return await self._ledger.listing(self._profile, search)

    async def rename(self, chat_id: int, title: str) -> None:
        """Give a chat a title. Raises InputError when there is none of that id."""
        if not await self._ledger.rename(self._profile, chat_id, title):
            raise _missing(chat_id)

    async def delete(self, chat_id: int) -> None:
        """Delete a chat for good. Raises InputError when there is none of that id."""
        if not await self._ledger.delete(self._profile, chat_id):
            raise _missing(chat_id)

    async def note_open(self, chat_id: int | None) -> None:
        """Remember which chat is open, None for a new one: it is what `open_last` gives."""
        await self._ledger.set_open(self._profile, chat_id)

    async def flush(self) -> None:
        """Wait until all that was put is written."""
        for saver in self._savers:
            await saver.flush()

    async def close(self) -> None:
        """Write all that was put, and nothing from then on."""
        for saver in self._savers:
            await saver.close()

    def _saver(self, failed: Callable[[ServiceError], None], kept: KeptChat | None) -> ChatSaver:
        saver = ChatSaver(self._ledger, self._profile, failed, kept)
        self._savers.append(saver)
        return saver

    async def _load(self, chat_id: int) -> tuple[Chat, KeptChat]:
        await self.flush()
        found = await self._ledger.load(self._profile, chat_id)
        if found is None:
            raise _missing(chat_id)
        return found


def _missing(chat_id: int) -> InputError:
    return InputError("No such chat", f"there is no chat {chat_id}", "See finetui chats list.")
