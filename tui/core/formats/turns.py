"""Normalise the turns of a conversation: the names and shapes in which people write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.core.formats.parts import decoded, kind, no_more
from tui.core.formats.results import Notes, Object, Unfit

if TYPE_CHECKING:
    from collections.abc import Mapping

# Roles as people write them who do not write English.
IN_LANGUAGES = {
    "benutzer": "user", "nutzer": "user", "kunde": "user", "kundin": "user",
    "assistent": "assistant", "assistentin": "assistant", "berater": "assistant",
    "utilisateur": "user", "utilisatrice": "user", "assistante": "assistant",
    "usuario": "user", "usuária": "user", "usuário": "user", "cliente": "user",
    "asistente": "assistant", "assistente": "assistant", "agente": "assistant",
    "utente": "user", "gebruiker": "user", "użytkownik": "user", "asystent": "assistant",
    "пользователь": "user", "ассистент": "assistant", "помощник": "assistant",
    "用户": "user", "助手": "assistant", "助理": "assistant", "使用者": "user",
    "ユーザー": "user", "アシスタント": "assistant", "사용자": "user", "어시스턴트": "assistant",
    "kullanıcı": "user", "asistan": "assistant",
}  # fmt: skip
# Who speaks: "call" is a tool call written as a turn, "tool" a reply to it.
ROLE_NAMES = {
    "human": "user", "user": "user", "prompter": "user", "customer": "user",
    "gpt": "assistant", "assistant": "assistant", "model": "assistant", "chatgpt": "assistant",
    "bing": "assistant", "bard": "assistant", "bot": "assistant", "output": "assistant",
    "ai": "assistant", "agent": "assistant", "support": "assistant", "operator": "assistant",
    "chatbot": "assistant", "rep": "assistant", "representative": "assistant",
    "ipython": "tool", "client": "user", "visitor": "user", "end-user": "user", "end_user": "user",
    "system": "system",
    **IN_LANGUAGES,
    "function_call": "call", "tool_call": "call",
    "observation": "tool", "tool": "tool", "function_response": "tool", "tool_response": "tool",
}  # fmt: skip
_ACTS = {"function_call", "tool_call", "observation", "function_response", "tool_response"}
LISTS = ("messages", "conversations", "conversation", "dialogue", "dialog", "turns", "chat")
# In a message these say of which of several conversations it is: then a list is a table.
CONVERSATION_KEYS = (
    "conversation_id", "conversationId", "conversation", "conv_id", "conv", "dialogue_id",
    "dialog_id", "session_id", "sessionId", "chat_id", "ticket_id",
)  # fmt: skip
_SPEAKER = ("role", "from", "speaker", "author")
_WORDS = ("content", "value", "text", "message", "utterance", "body", "msg")
_PARTED = ("content", "parts")
_ASKS = ("human", "user", "prompt", "question", "query", "instruction", "input")
_ANSWERS = ("assistant", "gpt", "bot", "model", "response", "answer", "output", "completion")


def turn_list(row: Mapping[str, Any]) -> tuple[str, list[Any]] | None:
    """Return the key that holds the turns, and the list; None when no key holds one.

    A list may be JSON text in a cell of a table. Raises Unfit for text that is not JSON.
    """
    for key in LISTS:
        value = row.get(key)
        if isinstance(value, str) and value.lstrip().startswith(("[", "{")):
            value = decoded(value, key)
        if isinstance(value, list) and value:
            return key, value
    pairs = row.get("data")  # UltraChat: question and answer by turns, under this one name
    if isinstance(pairs, list) and len(pairs) > 1 and all(isinstance(t, str) for t in pairs):
        return "data", pairs
    return None


def turns_in(row: Mapping[str, Any], notes: Notes) -> tuple[str, list[Object]]:
    """Return the key that holds the turns, and each turn with a speaker and words.

    Raises Unfit where there are none, or something in the list is not a turn.
    """
    found = turn_list(row)
    if found is None:
        raise Unfit(_why_no_turns(row))
    key, turns = found
    if all(isinstance(turn, str) for turn in turns):
        return key, [_alternating(n, text) for n, text in enumerate(turns)]
    made: list[Object] = []
    if all(map(_names_speaker, turns)):
        return key, [{"role": turn[0], "content": turn[1]} for turn in turns]
    for number, turn in enumerate(turns, 1):
        if isinstance(turn, (list, tuple)):
            made += _pair(turn, key, number)
        elif isinstance(turn, dict):
            made += _turns(turn, notes)
        else:
            raise Unfit(f"{key} holds {kind(turn)} at place {number}, not an object")
    return key, made


def _why_no_turns(row: Mapping[str, Any]) -> str:
    for key in LISTS:
        if key in row:
            value = row[key]
            return f"{key} is {'empty' if value in ([], '') else f'{kind(value)}, not a list'}"
    keys = ", ".join(map(str, list(row)[:6]))
    return f"no messages; it has {keys or 'no keys'}"


def _alternating(number: int, text: str) -> Object:
    return {"role": "assistant" if number % 2 else "user", "content": text}


def _names_speaker(turn: object) -> bool:
    """Whether a turn is a list of who speaks and what is said, not a question and its answer."""
    if not isinstance(turn, (list, tuple)) or len(turn) != 2:
        return False
    name, words = turn
    return isinstance(name, str) and isinstance(words, str) and name.strip().lower() in ROLE_NAMES


def _pair(turn: list[Any] | tuple[Any, ...], key: str, number: int) -> list[Object]:
    if len(turn) != 2 or not all(isinstance(text, str) for text in turn):
        raise Unfit(f"{key} holds a list at place {number} that is no question with its answer")
    return [_alternating(n, text) for n, text in enumerate(turn)]


def _turns(turn: Mapping[str, Any], notes: Notes) -> list[Object]:
    """Return a turn as it is, or the turns that an object of several speakers stands for."""
    small = _in_small_letters(turn)
    if any(isinstance(small.get(name), str) for name in _SPEAKER):
        return [_named(turn)]
    asked = next((k for k in _ASKS if isinstance(turn.get(k), str)), None)
    answered = next((k for k in _ANSWERS if isinstance(turn.get(k), str)), None)
    instructed = "system" if isinstance(turn.get("system"), str) else None
    found = [("system", instructed), ("user", asked), ("assistant", answered)]
    if asked is None and answered is None and instructed is None:
        return [dict(turn)]
    no_more(turn, {key for _, key in found if key}, notes, "turn key ")
    return [
        {"role": role, "content": turn[key]}
        for role, key in found
        if key and (turn[key] or role != "system")
    ]


def _in_small_letters(turn: Mapping[str, Any]) -> Object:
    """Return a turn with the names of who speaks and what is said as the formats write them."""
    usual = {*_SPEAKER, *_WORDS}
    made: Object = {}
    for key, value in turn.items():
        small = key.strip().casefold()
        made[small if small in usual and small not in turn else key] = value
    return made


def _named(turn: Mapping[str, Any]) -> Object:
    """Return a turn with its speaker under `role` or `from`, its words as its format has them."""
    made = _in_small_letters(turn)
    if not isinstance(made.get("role"), str) and not isinstance(made.get("from"), str):
        name = next(k for k in _SPEAKER if isinstance(made.get(k), str))
        made["role"] = made.pop(name)
    carries = any(made.get(k) is not None for k in ("tool_calls", "function_call"))
    if not made.get("content") and not made.get("value") and not carries:
        words = words_key(made)
        if words not in {None, "content", "value"}:
            made["content"] = made.pop(words)
    return made


def words_key(turn: Mapping[str, Any]) -> str | None:
    """Return the key under which a turn has its words: a text, or a list of parts."""
    texts = [key for key in _WORDS if isinstance(turn.get(key), str)]
    parts = [key for key in _PARTED if turn.get(key) and isinstance(turn[key], list)]
    return next((key for key in texts if turn[key]), next(iter([*parts, *texts]), None))


def are_spoken(turns: list[Any]) -> bool:
    """Whether turns are ShareGPT's: by `from`, or with calls and replies as turns of their own."""
    for turn in turns:
        if isinstance(turn, dict):
            role = turn.get("role")
            if "from" in turn or (isinstance(role, str) and role.strip().lower() in _ACTS):
                return True
    return False


def is_conversation(value: object, *, spoken: bool = False) -> bool:
    """Whether a decoded row is a list of messages, without the object of an example around it.

    With `spoken`, turns of ShareGPT's are messages too: a conversion reads those, and no fix.
    """
    return (
        isinstance(value, list)
        and bool(value)
        and all(_is_message(turn) or (spoken and _is_spoken(turn)) for turn in value)
    )


def _is_message(turn: object) -> bool:
    if not isinstance(turn, dict) or not isinstance(turn.get("role"), str) or "messages" in turn:
        return False
    return not any(key in turn for key in CONVERSATION_KEYS)


def _is_spoken(turn: object) -> bool:
    if not isinstance(turn, dict) or not isinstance(turn.get("from"), str) or "value" not in turn:
        return False
    return not any(key in turn for key in CONVERSATION_KEYS)


def ends_in_answer(turns: list[Any]) -> bool:
    """Whether the last turn is an answer, as far as one can tell."""
    last = turns[-1] if turns else None
    if isinstance(last, str):
        return len(turns) % 2 == 0
    if not isinstance(last, dict):
        return True
    role = next((last[key] for key in _SPEAKER if isinstance(last.get(key), str)), "assistant")
    return known_role(role) != "user"


def known_role(name: str) -> str:
    """Return OpenAI's name of a role, or the name as it is where nobody else has one for it."""
    role = ROLE_NAMES.get(name.strip().lower(), name)
    return name if role in {"call", "tool"} else role
