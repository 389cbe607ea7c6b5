"""Alpaca, prompt with completion, and bare text: one answer, at most with turns before it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tui.core.formats.chat import chat_of, hf_message, role_of
from tui.core.formats.model import Notes, Object, Unfit
from tui.core.formats.parts import (
    decoded,
    no_more,
    objects_in,
    plain_text,
    text_in,
    tools_in,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

ALPACA = {"instruction", "input", "output", "system", "history"}
# Marks that OpenAI's older guide asked for at the end of prompts and of completions.
_SEPARATORS = ("\n\n###\n\n", "\n\n===\n\n", "\n\n-->\n\n", " ->", "\n\n")
_STOPS = ("\n\n###\n\n", " ###", "###", " END", "<|endoftext|>", "\n")
_CHATML = re.compile(r"<\|im_start\|>(\w+)\n(.*?)<\|im_end\|>\s*", re.DOTALL)
_SPOKEN = re.compile(r"^(?:### ?)?(Human|User|Assistant|System|Instruction|Response):[ \t]*\n?",
                     re.MULTILINE)  # fmt: skip
_SPEAKERS = {
    "human": "user", "user": "user", "instruction": "user",
    "assistant": "assistant", "response": "assistant", "system": "system",
}  # fmt: skip


def read_alpaca(row: Mapping[str, Any], notes: Notes) -> Object:
    """Read instruction, input and output; earlier turns stand in history."""
    made: Object = {"messages": alpaca_prompt(row)}
    output = text_in(row.get("output"), "output")
    if not output.strip():
        raise Unfit("output is empty")
    made["messages"].append({"role": "assistant", "content": output})
    if row.get("tools"):
        made["tools"] = tools_in(row["tools"])
    no_more(row, {*ALPACA, "tools", "kto_tag"}, notes)
    return made


def alpaca_prompt(row: Mapping[str, Any]) -> list[Object]:
    """Return the messages before the answer. Raises Unfit."""
    messages: list[Object] = []
    if row.get("system"):
        messages.append({"role": "system", "content": text_in(row["system"], "system")})
    for pair in _history(row.get("history")):
        messages += [
            {"role": role, "content": text_in(text, "a turn in history")}
            for role, text in zip(("user", "assistant"), pair, strict=True)
        ]
    instruction = text_in(row.get("instruction"), "instruction")
    extra = row.get("input")
    more = "" if extra is None else text_in(extra, "input")
    question = "\n".join(part for part in (instruction, more) if part)
    if not question.strip():
        raise Unfit("instruction and input are empty")
    return [*messages, {"role": "user", "content": question}]


def _history(value: object) -> list[list[object]]:
    if isinstance(value, str) and value:
        value = decoded(value, "history")
    if value in (None, "", []):
        return []
    if not isinstance(value, list):
        raise Unfit("history is no list")
    for pair in value:
        if not isinstance(pair, list) or len(pair) != 2:
            raise Unfit("history holds something other than pairs of question and answer")
    return value


def write_alpaca(row: Mapping[str, Any], notes: Notes) -> Object:
    """Write system prompt, pairs of turns as history, and the last question and answer."""
    messages = list(chat_of(row))
    made: Object = {"instruction": "", "input": "", "output": ""}
    if role_of(messages[0]) in {"system", "developer"}:
        made["system"] = plain_text(messages.pop(0).get("content"))
    texts = _alternating(messages, notes)
    made["instruction"], made["output"] = texts[-2], texts[-1]
    if len(texts) > 2:
        made["history"] = [list(pair) for pair in zip(texts[:-2:2], texts[1:-2:2], strict=True)]
    no_more(row, {"messages", "prompt", "completion"}, notes)
    return made


def _alternating(messages: list[Mapping[str, Any]], notes: Notes) -> list[str]:
    if len(messages) < 2 or len(messages) % 2:
        raise Unfit("question and answer do not alternate to the end")
    for number, message in enumerate(messages):
        if role_of(message) != ("assistant" if number % 2 else "user"):
            raise Unfit("question and answer do not alternate to the end")
        if message.get("tool_calls") or message.get("function_call"):
            raise Unfit("it calls tools, which this format cannot hold")
        no_more(message, {"role", "content"}, notes, "message key ")
    return [plain_text(message.get("content")) for message in messages]


def read_completion(row: Mapping[str, Any], notes: Notes) -> Object:
    """Read a prompt with its completion: texts, or lists of messages."""
    prompt, completion = row.get("prompt"), row.get("completion", row.get("response"))
    if isinstance(prompt, list) or isinstance(completion, list):
        return _conversational(row, prompt, completion, notes)
    question = _without(text_in(prompt, "prompt"), _SEPARATORS, "prompt", notes)
    answer = _without(text_in(completion, "completion"), _STOPS, "completion", notes)
    if answer.startswith(" "):
        answer = answer[1:]
        notes.say("a space before the completion was taken off")
    if not question.strip() or not answer.strip():
        raise Unfit("prompt or completion is empty")
    messages: list[Object] = []
    if row.get("system"):
        messages.append({"role": "system", "content": text_in(row["system"], "system")})
    messages += [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    no_more(row, {"prompt", "completion", "response", "system", "label"}, notes)
    return {"messages": messages}


def _conversational(
    row: Mapping[str, Any], prompt: object, completion: object, notes: Notes
) -> Object:
    both = [*objects_in(prompt, "prompt"), *objects_in(completion, "completion")]
    made: Object = {"messages": [hf_message(message, notes) for message in both]}
    if row.get("tools") not in (None, "", []):
        made["tools"] = tools_in(row["tools"])
    no_more(row, {"prompt", "completion", "response", "tools", "label"}, notes)
    return made


def _without(text: str, marks: tuple[str, ...], what: str, notes: Notes) -> str:
    mark = next((m for m in marks if text.endswith(m) and len(text) > len(m)), None)
    if mark is None:
        return text
    notes.say(f"the mark {mark!r} at the end of the {what} was taken off")
    return text.removesuffix(mark)


def write_completion(row: Mapping[str, Any], notes: Notes) -> Object:
    """Write one question and one answer."""
    messages = chat_of(row)
    texts = _alternating(messages, notes)
    if len(texts) != 2:
        raise Unfit(f"{len(texts)} messages, where this format holds a question and an answer")
    no_more(row, {"messages", "prompt", "completion"}, notes)
    return {"prompt": texts[0], "completion": texts[1]}


def read_text(row: Mapping[str, Any], notes: Notes) -> Object:
    """Read text: a transcript with marked speakers, else an answer that nobody asked for."""
    text = text_in(row.get("text"), "text")
    if not text.strip():
        raise Unfit("text is empty")
    no_more(row, {"text"}, notes)
    messages = _chatml(text) or _transcript(text)
    if messages:
        notes.say("the text was a transcript; its speakers became roles")
        return {"messages": messages}
    notes.say("bare text became an answer without a question")
    return {"messages": [{"role": "assistant", "content": text}]}


def _chatml(text: str) -> list[Object]:
    found = list(_CHATML.finditer(text.strip()))
    if not found or sum(len(m[0]) for m in found) != len(text.strip()):
        return []
    return [{"role": m[1], "content": m[2]} for m in found]


def _transcript(text: str) -> list[Object]:
    found = list(_SPOKEN.finditer(text.strip()))
    if len(found) < 2 or found[0].start() != 0:
        return []
    ends = [*(m.start() for m in found[1:]), len(text.strip())]
    return [
        {"role": _SPEAKERS[m[1].lower()], "content": text.strip()[m.end() : end].strip()}
        for m, end in zip(found, ends, strict=True)
    ]


def write_text(row: Mapping[str, Any], notes: Notes) -> Object:
    """Write the answers' text, where an example is one answer and nothing else."""
    messages = chat_of(row)
    if len(messages) != 1 or role_of(messages[0]) != "assistant":
        raise Unfit("bare text holds one answer and no question")
    no_more(row, {"messages"}, notes)
    return {"text": plain_text(messages[0].get("content"))}
