"""OpenAI's own format, and the same messages as Hugging Face and others write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.core.dataset.example import ALIASES, INSTRUCTING_ROLES, kind_of
from tui.core.formats.media import remark_marks
from tui.core.formats.parts import json_text, kind, no_more, objects_in, plain_text, tools_in
from tui.core.formats.parts import kind as word
from tui.core.formats.results import Notes, Object, Unfit
from tui.core.formats.supported.hermes import called, has_written_calls
from tui.core.formats.supported.legacy import migrated
from tui.core.formats.turns import known_role, turns_in
from tui.core.formats.verdicts import bad_turn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CHAT_KEYS = {"messages", "tools", "parallel_tool_calls"}
MESSAGE_KEYS = {
    "role", "content", "name", "weight", "tool_calls", "tool_call_id", "refusal", "audio",
}  # fmt: skip
# Parts of content that OpenAI takes as they are.
PARTS = {"text", "image_url", "input_audio", "file", "refusal"}
_TAKEN = {"system", "developer", "user", "assistant", "tool", "function", "call"}
_TEXTS = {"text", "input_text", "output_text"}
_RENAME = "finetui edit --map-role FROM=TO renames it"
# Where people write a system prompt beside the messages; the first says so in any case.
SYSTEM_KEYS = ("system", "system_prompt", "system_message", "systemPrompt", "instructions")
_ADDRESSES = ("image_url", "url", "image", "path")


def read_openai(row: Mapping[str, Any], notes: Notes) -> Mapping[str, Any]:
    """Take a line as it is, or with its outdated calls renewed; what is not an example is unfit."""
    kind = kind_of(row)
    if kind == "chat":
        objects_in(row["messages"], "messages")
    elif kind == "preference":
        inner = row.get("input")
        if not isinstance(inner, dict):
            raise Unfit("input is missing or not an object")
        objects_in(inner.get("messages"), "input.messages")
    elif kind == "unknown":
        keys = ", ".join(map(str, list(row)[:6]))
        raise Unfit(f"no messages; it has {keys or 'no keys'}")
    else:
        raise Unfit("prompt and completion, the older format; import it as that")
    made = migrated(_answers_as_messages(row) if kind == "preference" else row, notes)
    remark_marks(made.get("messages", ()), notes)
    _remark_oddities(made.get("messages", ()), notes)
    return made


def _answers_as_messages(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a pair whose answers are lists of one message, also where they were bare texts."""
    texts = {k: row[k] for k in (*ALIASES, *ALIASES.values()) if isinstance(row.get(k), str)}
    if not texts:
        return row
    return {**row, **{k: [{"role": "assistant", "content": text}] for k, text in texts.items()}}


def _remark_oddities(messages: Sequence[Mapping[str, Any]], notes: Notes) -> None:
    """Say what stays of a message as it is, though no server takes it."""
    for message in messages:
        role, content = message.get("role"), message.get("content")
        if isinstance(role, str) and role not in _TAKEN:
            notes.say(f"unknown role {role:.30} stays: {_RENAME}")
        _remark_pictures(message, notes)
        if content is not None and not isinstance(content, (str, list)):
            notes.say(f"content that is {word(content)} stays: see finetui check")


def read_hf(row: Mapping[str, Any], notes: Notes) -> Object:
    """Read messages under the usual names; nulls a table adds go, arguments become JSON text."""
    key, turns = turns_in(row, notes)
    tools: list[Object] = []
    if has_written_calls(turns):
        turns, tools = called(turns, notes)
    made: Object = {"messages": [hf_message(turn, notes) for turn in turns]}
    beside = _put_system(row, made["messages"])
    if row.get("tools") not in (None, "", [], "[]"):
        made["tools"] = tools_in(row["tools"])
    elif tools:
        made["tools"] = tools
    made |= {k: row[k] for k in ("functions", "function_call") if row.get(k) is not None}
    if isinstance(row.get("parallel_tool_calls"), bool):
        made["parallel_tool_calls"] = row["parallel_tool_calls"]
    if key == "messages" and made["messages"][-1]["role"] == "user":
        made |= _graders(row, notes)
    used = {*made, key, "tools", "parallel_tool_calls", "functions", "function_call"}
    no_more(row, {*used, *beside}, notes)
    remark_marks(made["messages"], notes)
    return dict(migrated(made, notes))


def _put_system(row: Mapping[str, Any], messages: list[Object]) -> tuple[str, ...]:
    """Put a system prompt that stands beside messages before them; returns the keys it was in."""
    found = [key for key in SYSTEM_KEYS if isinstance(row.get(key), str) and row[key].strip()]
    empty = ("system",) if isinstance(row.get("system"), str) else ()
    if messages[0]["role"] in INSTRUCTING_ROLES:
        if "system" in found:
            raise Unfit("two system prompts: one beside the conversation and one in it")
        return empty
    if not found:
        return empty
    messages.insert(0, {"role": "system", "content": row[found[0]]})
    return (found[0],)


def _graders(row: Mapping[str, Any], notes: Notes) -> Object:
    """Return the keys beside messages that end with the question: a grader reads them."""
    of_chat = {*CHAT_KEYS, "functions", "function_call", *SYSTEM_KEYS}
    found = {k: v for k, v in row.items() if k not in of_chat and v is not None}
    if found:
        notes.say("it ends with the question: the keys beside its messages stay, for a grader")
    return found


def hf_message(raw: Mapping[str, Any], notes: Notes) -> Object:
    """Return one message as OpenAI writes it; outdated calls stay for `migrated`. Raises Unfit."""
    role = raw.get("role", raw.get("from"))
    if not isinstance(role, str) or not role:
        raise Unfit("a message has no role")
    spoken = "content" not in raw or bool(raw.get("value") and not raw["content"])
    words = "value" if spoken else "content"
    kept = {*MESSAGE_KEYS, "function_call"} - {"role", "content", "tool_calls"}
    if known_role(role) not in _TAKEN:
        notes.say(f"unknown role {role:.30} stays: {_RENAME}")
    content = raw.get(words)
    if (
        known_role(role) in {"tool", "function"}
        and isinstance(content, dict)
        and not _is_part(content)
    ):
        content = json_text(content)  # what the tool gave
    made: Object = {"role": known_role(role), "content": _content(content)}
    _remark_pictures(made, notes)
    if made["content"] is None and (_calls(raw) or words not in raw):
        _refuse_wordless(raw)
        del made["content"]
    made |= {k: v for k, v in raw.items() if k in kept and v is not None}
    if raw.get("tool_calls") not in (None, [], ""):
        made["tool_calls"] = [_call(c, notes) for c in objects_in(raw["tool_calls"], "tool_calls")]
    weight = made.get("weight")
    if isinstance(weight, float) and weight.is_integer():
        made["weight"] = int(weight)
    if made["role"] == "assistant" and bad_turn(raw):
        made["weight"] = 0
        notes.say("an answer judged bad got weight 0: it is shown, not learned")
    known = {*kept, "tool_calls", words, "role" if "role" in raw else "from"}
    no_more(raw, known, notes, "message key ")
    return made


def _is_part(content: Object) -> bool:
    return isinstance(content.get("type"), str) or part_words(content) is not None


def _remark_pictures(message: Mapping[str, Any], notes: Notes) -> None:
    """Say of pictures, sounds and files that they stand where no server takes them."""
    role, parts = message.get("role"), message.get("content")
    if role == "user" or not isinstance(parts, list):
        return
    kinds = {part.get("type") for part in parts if isinstance(part, dict)}
    for name in sorted({*map(str, kinds)} & {"image_url", "input_audio", "file"}):
        notes.say(f"{name} in a message of {role!s:.30} stays, which no server takes")


def _refuse_wordless(raw: Mapping[str, Any]) -> None:
    """Raise Unfit for a message whose words stand under a key nobody knows: they would be lost."""
    if _calls(raw) or any(raw.get(key) for key in ("refusal", "audio")):
        return
    known = {*MESSAGE_KEYS, "from", "value", "id", "type"}
    others = [str(key) for key, value in raw.items() if key not in known and _is_words(value)]
    if others:
        raise Unfit(f"a message has no content; its words may be {', '.join(others[:4])}")


def _is_words(value: object) -> bool:
    if isinstance(value, (list, dict)):
        return any(map(_is_words, value.values() if isinstance(value, dict) else value))
    return isinstance(value, str) and bool(value.strip())


def _calls(message: Mapping[str, Any]) -> bool:
    return bool(message.get("tool_calls") or message.get("function_call"))


def _content(value: object) -> object:
    """Return content as OpenAI takes it: text, or parts; an object or a number is unfit."""
    if isinstance(value, dict):
        value = [value]
    if isinstance(value, list):
        return [_part(part) for part in value]
    if value is None or isinstance(value, str):
        return value
    raise Unfit(f"the content of a message is {kind(value)}, not text")


def _part(part: object) -> Object:
    """Return a part without the nulls with which a table fills up parts of different kinds."""
    if isinstance(part, str):
        return {"type": "text", "text": part}
    if not isinstance(part, dict):
        raise Unfit(f"a message holds {kind(part)} as a part of its content")
    made = {key: value for key, value in part.items() if value is not None}
    name = made.get("type", "text" if part_words(made) else None)
    if name is not None and not isinstance(name, str):
        raise Unfit(f"a message holds a part whose type is {kind(name)}, not text")
    if name in _TEXTS:
        return _text_part(made)
    if name in {"image_url", "input_image", "image"}:
        return _image_part(made)
    if name in PARTS:
        return made
    raise Unfit(f"a message holds {name or 'a part'!r:.40}, which OpenAI's format cannot hold")


def _text_part(part: Object) -> Object:
    words = part_words(part)
    if words is None:
        raise Unfit("a part of type text has no text")
    rest = {key: value for key, value in part.items() if key not in {"type", words}}
    return {"type": "text", "text": part[words], **rest}


def part_words(part: Mapping[str, Any]) -> str | None:
    """Return the key under which a part of content has its text."""
    return next((k for k in ("text", "value", "content") if isinstance(part.get(k), str)), None)


def _image_part(part: Object) -> Object:
    found = next((part[k] for k in _ADDRESSES if part.get(k)), None)
    holder = found if isinstance(found, dict) else {"url": found}
    url = holder.get("url")
    if not isinstance(url, str) or not url.startswith(("http://", "https://", "data:image/")):
        raise Unfit("an image that lies in a file of its own, or has no address")
    if isinstance(part.get("detail"), str):
        holder = {"detail": part["detail"], **holder}
    known = {"type", "detail", *_ADDRESSES}
    return {"type": "image_url", "image_url": holder} | {
        key: value for key, value in part.items() if key not in known
    }


def _call(one: Mapping[str, Any], notes: Notes) -> Object:
    """Return a call as OpenAI writes it; `migrated` gives it an id where it has none."""
    holder = one.get("function")
    function = holder if isinstance(holder, dict) else one
    name = function.get("name")
    if not isinstance(name, str) or not name:
        raise Unfit("a tool call has no name")
    arguments = function.get("arguments", function.get("parameters"))
    text = json_text({} if arguments is None else arguments)
    used = {"name", "arguments" if "arguments" in function else "parameters"}
    no_more(function, used if function is not one else {*used, "id", "type"}, notes, "call key ")
    if function is not one:
        no_more(one, {"id", "type", "function"}, notes, "call key ")
    made: Object = {"id": one["id"]} if isinstance(one.get("id"), str) else {}
    return {**made, "type": "function", "function": {"name": name, "arguments": text}}


def write_openai(row: Mapping[str, Any], notes: Notes) -> Object:
    """Give the example back as it is."""
    del notes
    return dict(row)


def chat_of(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the messages of a chat example, or of a prompt with its completion. Raises Unfit."""
    kind = kind_of(row)
    if kind == "chat":
        return objects_in(row["messages"], "messages")
    if kind == "completion":
        return [
            {"role": "user", "content": plain_text(row["prompt"], "prompt")},
            {"role": "assistant", "content": plain_text(row["completion"], "completion")},
        ]
    if kind == "preference":
        raise Unfit("a preference pair, which this format cannot hold")
    raise Unfit("no messages")


def role_of(message: Mapping[str, Any]) -> str:
    """Return the role of a message. Raises Unfit when it has none."""
    role = message.get("role")
    if not isinstance(role, str):
        raise Unfit("a message has no role")
    return role


def example_keys(row: Mapping[str, Any]) -> set[str]:
    """Return the keys that `chat_of` reads of an example."""
    return {"messages"} if "messages" in row else {"prompt", "completion"}
