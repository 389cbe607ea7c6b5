"""Exports of chats with a model or a bot: ChatGPT's trees, Claude's lists, Slack's threads.

Chats between people, where nothing says who answers, are read by `thread_exports.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.core.formats.parts import kind, no_more, text_in
from tui.core.formats.results import Notes, Object, Unfit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_LONGEST_PATH = 10_000
_SPOKEN = {"text", "multimodal_text"}
_CLAUDE_ROLES = {"human": "user", "assistant": "assistant"}
_ABOUT = {"type", "ts", "thread_ts", "parent_user_id", "user", "bot_id", "text", "subtype"}
# Slack writes these itself, in the name of who did something.
_NOTICES = ("channel_", "group_", "bot_add", "bot_remove", "pinned_item", "reminder_add")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
SLACK = "slack"


def joined(turns: Sequence[Object], notes: Notes, who: str) -> Object:
    """Return turns as an example: those of one speaker in a row joined, nothing after the answer.

    Raises Unfit where not both sides speak; `who` says who is missing then.
    """
    messages: list[Object] = []
    for turn in turns:
        if messages and messages[-1]["role"] == turn["role"] != "system":
            messages[-1]["content"] += f"\n\n{turn['content']}"
            notes.say("messages of one speaker in a row were joined")
        else:
            messages.append(dict(turn))
    last = max((n for n, m in enumerate(messages) if m["role"] == "assistant"), default=-1)
    if not any(m["role"] == "user" for m in messages[: last + 1]):
        raise Unfit(f"it has no question with an answer: {who}")
    for message in messages[last + 1 :]:
        notes.lose("a question that nothing answers", message["content"])
    return {"messages": messages[: last + 1]}


def read_chatgpt(row: Mapping[str, Any], notes: Notes) -> Object:
    """Read a conversation of ChatGPT's export: the branch that was open last."""
    nodes = row.get("mapping")
    if not isinstance(nodes, dict) or not nodes:
        raise Unfit(f"mapping is {kind(nodes)}, not an object of messages")
    path = _branch(nodes, row.get("current_node"))
    turns = [turn for key in path for turn in _chatgpt_turn(nodes[key].get("message"), notes)]
    made = joined(turns, notes, "one of user and assistant says nothing")
    for key in nodes.keys() - {*path}:
        if texts := _texts(nodes[key]):
            notes.lose("messages of other branches", texts)
    no_more(row, {"mapping", "current_node"}, notes)
    return made


def _branch(nodes: Mapping[str, Any], last: object) -> list[str]:
    """Return the keys of the messages from the root to the one that was open last."""
    if any(not isinstance(node, dict) for node in nodes.values()):
        raise Unfit("mapping holds something that is not a message")
    if last not in nodes:  # the last leaf stands last
        last = next((key for key in reversed([*nodes]) if not nodes[key].get("children")), None)
    path: list[str] = []
    while isinstance(last, str) and last in nodes and len(path) < _LONGEST_PATH:
        path.append(last)
        last = nodes[last].get("parent")
    return path[::-1]


def _chatgpt_turn(message: object, notes: Notes) -> Iterator[Object]:
    if not isinstance(message, dict):
        return
    author, content = message.get("author"), message.get("content")
    role = author.get("role") if isinstance(author, dict) else None
    of = content.get("content_type", "text") if isinstance(content, dict) else ""
    shown = message.get("recipient") in ("all", None)
    texts = _texts(message)
    if not texts and of != "multimodal_text":
        return
    if role not in {"user", "assistant", "system"} or not shown or of not in _SPOKEN:
        notes.lose(f"{role} message of {of or 'nothing'}", texts)
        return
    parts = content.get("parts") if isinstance(content, dict) else None
    if any(isinstance(part, dict) for part in parts or ()):
        raise Unfit("a message has a picture or a file, which is not in the export")
    if text := "\n".join(part for part in parts or () if isinstance(part, str)).strip():
        yield {"role": role, "content": text}


def _texts(value: object) -> list[str]:
    """Return the texts of a message's content."""
    message = value.get("message", value) if isinstance(value, dict) else None
    content = message.get("content") if isinstance(message, dict) else None
    found: list[str] = []
    stack = [content]
    while stack:
        one = stack.pop()
        if isinstance(one, str):
            found.append(one)
        elif isinstance(one, dict):
            stack += reversed([v for k, v in one.items() if k not in {"content_type", "language"}])
        elif isinstance(one, list):
            stack += reversed(one)
    return [text for text in found if text.strip()]


def read_claude(row: Mapping[str, Any], notes: Notes) -> Object:
    """Read a conversation of Claude's export; texts pasted as files stand with their question."""
    messages = row.get("chat_messages")
    if not isinstance(messages, list) or not messages:
        raise Unfit("chat_messages is empty" if messages == [] else "chat_messages is not a list")
    turns = [turn for message in messages for turn in _claude_turn(message, notes)]
    made = joined(turns, notes, "one of human and assistant says nothing")
    no_more(row, {"chat_messages"}, notes)
    return made


def _claude_turn(message: object, notes: Notes) -> Iterator[Object]:
    if not isinstance(message, dict):
        raise Unfit(f"chat_messages holds {kind(message)}, not a message")
    role = _CLAUDE_ROLES.get(str(message.get("sender")))
    if role is None:
        raise Unfit(f"a message is by {message.get('sender')!r:.40}, whom nobody knows")
    if message.get("files") and not message.get("attachments"):
        raise Unfit("a message has a file, which is not in the export")
    texts = [*_claude_blocks(message, notes), *_attached(message, notes)]
    if text := "\n\n".join(text.strip() for text in texts if text.strip()):
        yield {"role": role, "content": text}
    no_more(message, {"sender", "text", "content", "attachments", "files"}, notes, "message key ")


def _claude_blocks(message: Mapping[str, Any], notes: Notes) -> Iterator[str]:
    blocks = message.get("content")
    plain = message.get("text")
    said: list[str] = []
    for block in blocks if isinstance(blocks, list) else ():
        if isinstance(block, dict) and isinstance(block.get("text"), str):
            said.append(block["text"])
        else:
            name = block.get("type") if isinstance(block, dict) else kind(block)
            notes.lose(f"message part {name}", block)
    yield from said or ([plain] if isinstance(plain, str) else [])
    if said and isinstance(plain, str) and plain.strip() not in "\n".join(said):
        notes.lose("message key text", plain)  # what the parts say, as it was shown


def _attached(message: Mapping[str, Any], notes: Notes) -> Iterator[str]:
    for file in message.get("attachments") or ():
        text = file.get("extracted_content") if isinstance(file, dict) else None
        if not isinstance(text, str):
            raise Unfit("a message has a file whose text is not in the export")
        yield text
        notes.say("the text of a file was put behind the question")
        no_more(file, {"extracted_content", "file_size", "file_type"}, notes, "file key ")


def slack_threads(messages: Sequence[object]) -> list[tuple[int, Object]] | None:
    """Return the conversations of a Slack export; None where the list is not one of its messages.

    Each comes with the place (1-based) of its first message. A thread is one; all that stands in
    no thread is one too, as in a chat with a bot alone.
    """
    if not messages or not all(is_slack_message(one) for one in messages):
        return None
    threads: dict[object, list[tuple[int, Any]]] = {}
    for number, message in enumerate(messages, 1):
        thread = message.get("thread_ts") if isinstance(message, dict) else None
        threads.setdefault(thread, []).append((number, message))
    return [(many[0][0], {SLACK: [one for _, one in many]}) for many in threads.values()]


def is_slack_message(value: object) -> bool:
    """Whether a value is a message of a Slack export."""
    return (
        isinstance(value, dict)
        and isinstance(value.get("ts"), str)
        and isinstance(value.get("text"), str)
        and ("user" in value or "bot_id" in value or "subtype" in value)
    )


def read_slack(row: Mapping[str, Any], notes: Notes) -> Object:
    """Read a thread: what a bot says is the answer, people ask."""
    messages = row.get(SLACK)
    if not isinstance(messages, list):
        raise Unfit("one message of a Slack export; convert the export's JSON file instead")
    turns = [turn for message in messages for turn in _slack_turn(message, notes)]
    who = "a person and a bot have to speak in it; --answers-by NAME says which person answers"
    made = joined(turns, notes, who)
    no_more(row, {SLACK}, notes)
    return made


def _slack_names(message: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names, in small letters, of who wrote a message."""
    profile = message.get("user_profile")
    for holder in (message, profile if isinstance(profile, dict) else {}):
        for key in ("user", "bot_id", "username", "name", "real_name", "display_name"):
            if isinstance(holder.get(key), str):
                yield holder[key].strip().casefold()


def _slack_turn(message: object, notes: Notes) -> Iterator[Object]:
    if not isinstance(message, dict):
        raise Unfit(f"a thread holds {kind(message)}, not a message")
    text = text_in(message.get("text"), "the text of a message")
    subtype = str(message.get("subtype") or "")
    if subtype.startswith(_NOTICES):
        notes.lose("message of Slack itself", text)
        return
    for entity, char in _ENTITIES:
        text = text.replace(entity, char)
    is_bot = "bot_id" in message or subtype == "bot_message"
    if notes.answers_by:
        is_bot = not notes.answers_by.isdisjoint(_slack_names(message))
    if text.strip():
        yield {"role": "assistant" if is_bot else "user", "content": text}
    no_more(message, _ABOUT, notes, "message key ")
