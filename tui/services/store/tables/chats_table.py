"""Saved chats, the named system prompts, and which chat was open last."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tui.core.chat.conversation import Conversation, Node
from tui.core.chat.parameters import ChatParameters
from tui.core.chat.reply import Reply
from tui.core.chat.saved import Chat, searched_text
from tui.core.provider.parsing import as_map, as_text
from tui.core.text.masking import KEYS
from tui.core.text.text import encodable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from sqlite3 import Connection

    from tui.services.store.database import Database

_ENDED = "cut off: the program ended while it came"


@dataclass(frozen=True, slots=True)
class ChatSummary:
    """A line of the list of chats. `updated_at` is in Unix seconds, `messages` of all branches."""

    id: int
    title: str
    model: str
    messages: int
    updated_at: float


@dataclass(frozen=True, slots=True)
class KeptChat:
    """What is known to be on disk of a chat, so that only what has changed is written."""

    id: int
    revision: int
    nodes: Mapping[int, Node] = field(default_factory=dict)


class ChatsTable:
    """The part of the ledger on saved chats. All methods raise LedgerError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def save(self, profile: str, chat: Chat, kept: KeptChat | None) -> KeptChat:
        """Write what has changed of a chat since `kept`, all of a new one when that is None.

        A chat that was changed or deleted by somebody else meanwhile becomes one of its own.
        """

        def work(db: Connection) -> KeptChat:
            if kept is None or not _claimed(db, chat, kept):
                return _written_anew(db, profile, chat)
            _write_nodes(db, kept.id, chat.conversation.nodes, kept.nodes)
            return KeptChat(kept.id, kept.revision + 1, chat.conversation.nodes)

        return await self._db.together(work, writes=True)

    async def load(self, profile: str, chat_id: int) -> tuple[Chat, KeptChat] | None:
        """Return a chat of a profile, None without one. An answer that was coming is cut off."""

        def work(db: Connection) -> tuple[Chat, KeptChat] | None:
            row = db.execute(
                "SELECT title, model, system, parameters, head, last_id, revision FROM saved_chats"
                " WHERE id = ? AND profile = ?",
                (chat_id, profile),
            ).fetchone()
            if row is None:
                return None
            title, model, system, parameters, head, last_id, revision = row
            found = db.execute(
                "SELECT id, parent, body FROM chat_messages WHERE chat = ? ORDER BY id", (chat_id,)
            ).fetchall()
            nodes = {id_: _node(id_, parent, json.loads(body)) for id_, parent, body in found}
            conversation = Conversation(nodes, head if head in nodes else None, last_id)
            read = ChatParameters.from_json(json.loads(parameters))
            return Chat(conversation, model, system, read, title), KeptChat(
                chat_id, revision, nodes
            )

        return await self._db.together(work)

    async def listing(self, profile: str, search: str = "") -> list[ChatSummary]:
        """Return the chats of a profile, the one used last first; with `search`, what holds it."""
        wanted = search.casefold()

        def work(db: Connection) -> list[ChatSummary]:
            rows = db.execute(
                "SELECT id, title, model, (SELECT count(*) FROM chat_messages WHERE chat ="
                " saved_chats.id), updated_at FROM saved_chats WHERE profile = ?"
                " ORDER BY updated_at DESC, id DESC",
                (profile,),
            ).fetchall()
            found = [ChatSummary(*row) for row in rows]
            if not wanted:
                return found
            holding = {
                chat
                for (chat,) in db.execute(
                    "SELECT DISTINCT chat FROM chat_messages WHERE instr(folded, ?)",
                    (encodable(wanted),),
                )
            }
            return [
                one
                for one in found
                if one.id in holding or wanted in f"{one.title}\n{one.model}".casefold()
            ]

        return await self._db.together(work)

    async def counts(self, profile: str) -> dict[str, int]:
        """Return how many chats of a profile there are with each model."""
        rows = await self._db.read(
            "SELECT model, count(*) FROM saved_chats WHERE profile = ? GROUP BY model", profile
        )
        return dict(rows)

    async def rename(self, profile: str, chat_id: int, title: str) -> bool:
        """Give a chat a title; return whether there is such a chat."""

        def work(db: Connection) -> bool:
            done = db.execute(
                "UPDATE saved_chats SET title = ? WHERE id = ? AND profile = ?",
                (encodable(title), chat_id, profile),
            )
            return done.rowcount > 0

        return await self._db.together(work, writes=True)

    async def delete(self, profile: str, chat_id: int) -> bool:
        """Delete a chat with all its branches; return whether there was such a chat."""

        def work(db: Connection) -> bool:
            done = db.execute(
                "DELETE FROM saved_chats WHERE id = ? AND profile = ?", (chat_id, profile)
            )
            if done.rowcount:
                db.execute("DELETE FROM chat_messages WHERE chat = ?", (chat_id,))
                db.execute("DELETE FROM open_chats WHERE chat = ?", (chat_id,))
            return done.rowcount > 0

        return await self._db.together(work, writes=True)

    async def set_open(self, profile: str, chat_id: int | None) -> None:
        """Remember which chat is open, None for a new one that nothing was said in."""
        if chat_id is None:
            await self._db.write("DELETE FROM open_chats WHERE profile = ?", profile)
        else:
            await self._db.write(
                "INSERT OR REPLACE INTO open_chats (profile, chat) VALUES (?, ?)", profile, chat_id
            )

    async def open_chat(self, profile: str) -> int | None:
        """Return the chat that was open last, None for none."""
        rows = await self._db.read("SELECT chat FROM open_chats WHERE profile = ?", profile)
        return rows[0][0] if rows else None

    # -- named system prompts ----------------------------------------------------------

    async def prompts(self) -> list[tuple[str, str]]:
        """Return the named system prompts as (name, text), by name."""
        rows = await self._db.read("SELECT name, text FROM system_prompts ORDER BY name")
        return [(name, text) for name, text in rows]

    async def save_prompt(self, name: str, text: str) -> None:
        """Keep a system prompt under a name, in place of the one before."""
        await self._db.write(
            "INSERT OR REPLACE INTO system_prompts (name, text, saved_at) VALUES (?, ?, ?)",
            name, text, int(time.time()),
        )  # fmt: skip

    async def delete_prompt(self, name: str) -> None:
        """Forget a named system prompt."""
        await self._db.write("DELETE FROM system_prompts WHERE name = ?", name)


def _claimed(db: Connection, chat: Chat, kept: KeptChat) -> bool:
    """Write the chat's own row, unless somebody else has written it since."""
    done = db.execute(
        "UPDATE saved_chats SET model = ?, system = ?, parameters = ?, head = ?, last_id = ?,"
        " revision = revision + 1, updated_at = ? WHERE id = ? AND revision = ?",
        (*_values(chat), time.time(), kept.id, kept.revision),
    )
    return done.rowcount > 0


def _written_anew(db: Connection, profile: str, chat: Chat) -> KeptChat:
    now = time.time()
    made = db.execute(
        "INSERT INTO saved_chats (model, system, parameters, head, last_id, revision, profile,"
        " title, created_at, updated_at) VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?, ?)",
        (*_values(chat), profile, encodable(KEYS.mask(chat.name)), now, now),
    )
    new = int(made.lastrowid or 0)
    _write_nodes(db, new, chat.conversation.nodes, {})
    return KeptChat(new, 1, chat.conversation.nodes)


def _values(chat: Chat) -> tuple[object, ...]:
    parameters = json.dumps(chat.parameters.as_json())
    tree = chat.conversation
    system = encodable(KEYS.mask(chat.system))
    return encodable(chat.model), system, parameters, tree.head, tree.last_id


def _write_nodes(
    db: Connection, chat_id: int, nodes: Mapping[int, Node], before: Mapping[int, Node]
) -> None:
    changed = [node for id_, node in nodes.items() if before.get(id_) is not node]
    db.executemany(
        "INSERT OR REPLACE INTO chat_messages (chat, id, parent, body, folded)"
        " VALUES (?, ?, ?, ?, ?)",
        (_row(chat_id, node) for node in changed),
    )


def _row(chat_id: int, node: Node) -> tuple[object, ...]:
    # A question may hold a key too; what came has been masked.
    message = KEYS.mask_json(dict(node.message))
    body: dict[str, Any] = {"message": message, "state": node.state}
    if node.model:
        body["model"] = node.model
    if node.reply is not None:
        body["reply"] = node.reply.as_json()
    if node.note:
        body["note"] = node.note
    if node.edited:
        body["edited"] = True
    folded = encodable(searched_text(message))
    return chat_id, node.id, node.parent, json.dumps(body), folded


def _node(id_: int, parent: int | None, body: object) -> Node:
    raw = as_map(body)
    reply, state = raw.get("reply"), raw.get("state")
    node = Node(
        id_,
        parent,
        as_map(raw.get("message")),
        state if state in {"done", "stopped", "cut"} else "cut",
        as_text(raw.get("model")) or "",
        None if reply is None else Reply.from_json(reply),
        as_text(raw.get("note")) or "",
        raw.get("edited") is True,
    )
    return replace(node, note=_ENDED) if state == "streaming" else node
