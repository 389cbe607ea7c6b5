"""The list of saved chats, searched by title and text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Literal

from rich.text import Text

from tui.core.text.text import one_line, plural
from tui.dispatch import handles, start_worker
from tui.screens.dialogs.base import Dialog
from tui.widgets.record_list import RecordList
from tui.widgets.text_fields import Entry

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.app import ComposeResult
    from textual.widgets import Input

    from tui.services.store.tables.chats_table import ChatSummary

Action = Literal["open", "rename", "delete", "export"]


@dataclass(frozen=True, slots=True)
class ChatChosen:
    """A chat of the list, and what is to be done with it."""

    action: Action
    chat: ChatSummary
    searched: str


class ChatsDialog(Dialog[ChatChosen]):
    """Answers with a chat and what to do with it. `find` returns those that hold a text."""

    DEFAULT_CSS = """
    ChatsDialog RecordList { height: 12; }
    """
    WHERE = "chats"
    CHOSEN = "chats.open"

    def __init__(
        self,
        find: Callable[[str], Awaitable[list[ChatSummary]]],
        current: int | None,
        searched: str = "",
    ) -> None:
        super().__init__("Chats")
        self._find, self._current, self._searched = find, current, searched
        self._found: list[ChatSummary] = []

    def compose_content(self) -> ComposeResult:
        """Lay out the field that narrows, and the list."""
        yield Entry(self._searched, placeholder="type to search in titles and texts", id="narrow")
        yield RecordList(empty="looking …", id="chats")
        yield self.key_hints()

    def on_mount(self) -> None:
        """List all chats, or those searched for before."""
        self._search(self._searched)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list."""
        event.stop()
        self._search(event.value)

    def _search(self, text: str) -> None:
        self._searched = text
        start_worker(self, partial(self._look, text), "search", "search the chats")

    async def _look(self, text: str) -> None:
        self._found = await self._find(text.strip())
        listing = self.query_one(RecordList)
        empty = "no chat holds this" if text.strip() else "no chats yet"
        listing.show(len(self._found), self._row, empty=empty)
        ids = [chat.id for chat in self._found]
        listing.move_to(ids.index(self._current) if self._current in ids else 0)

    def _row(self, row: int, width: int) -> Text:
        chat = self._found[row]
        at = datetime.fromtimestamp(chat.updated_at).astimezone()
        mark = "● " if chat.id == self._current else "  "
        rest = f"{plural(chat.messages, 'message')} · {at:%Y-%m-%d %H:%M}"
        text = Text(mark + one_line(chat.title, max(width - len(rest) - 5, 20)))
        text.append(f"  {rest} · {one_line(chat.model, 60)}", style="dim")
        text.truncate(width, overflow="ellipsis")
        return text

    @handles("chats.open", "chats.rename", "chats.delete", "chats.export")
    def answer(self, command_id: str) -> None:
        """Answer with the chat under the cursor."""
        if not self._found:
            self.nothing_listed()
            return
        action: Action
        for action in ("open", "rename", "delete", "export"):
            if command_id == f"chats.{action}":
                chat = self._found[self.query_one(RecordList).cursor]
                self.dismiss(ChatChosen(action, chat, self._searched))
