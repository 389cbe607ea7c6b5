"""Alpaca, prompt with completion, and bare text: one answer, at most with turns before it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tui.core.dataset.example import INSTRUCTING_ROLES
from tui.core.formats.media import remark_marks
from tui.core.formats.parts import (
    answer_text,
    decoded,
    no_more,
    objects_in,
    plain_text,
    text_in,
    tools_in,
)
from tui.core.formats.results import Notes, Object, RefusedRow, Unfit
from tui.core.formats.supported.chat import chat_of, example_keys, hf_message, role_of
from tui.core.formats.supported.legacy import migrated
from tui.core.formats.supported.templates import templated

if TYPE_CHECKING:
    from collections.abc import Mapping

ALPACA = {"instruction", "input", "context", "system", "history"}
# Marks that OpenAI's older guide asked for at the end of prompts and of completions.
_SEPARATORS = ("\n\n###\n\n", "\n\n===\n\n", "\n\n-->\n\n", " ->", "\n\n")
_STOPS = ("\n\n###\n\n", " ###", "###", " END", "<|endoftext|>", "\n")
_SPOKEN = re.compile(r"^(?:### ?)?(Human|User|Assistant|System|Instruction|Response):[ \t]*\n?",
                     re.MULTILINE)  # fmt: skip
_SPEAKERS = {
    "human": "user", "user": "user", "instruction": "user",
    "assistant": "assistant", "response": "assistant", "system": "system",
}  # fmt: skip


def read_alpaca(row: Mapping[str, Any], notes: Notes) -> Object:
    """Read instruction, input (or context) and output; earlier turns stand in history."""
    made: Object = {"messages": alpaca_prompt(row, notes)}
    key = "output" if "output" in row or "response" not in row else "response"
    output = text_in(row.get(key), key)
    if not output.strip():
        raise Unfit(f"{key} is empty")
    made["messages"].append({"role": "assistant", "content": output})
    if row.get("tools"):
        made["tools"] = tools_in(row["tools"])
    no_more(row, {*ALPACA, key, "tools"}, notes)
    remark_marks(made["messages"], notes)
    return made


def alpaca_prompt(row: Mapping[str, Any], notes: Notes) -> list[Object]:
    """Return the messages before the answer. Raises Unfit."""
    messages: list[Object] = []
    if row.get("system"):
        messages.append({"role": "system", "content": text_in(row["system"], "system")})
    for pair in _history(row.get("history")):
        messages += [
            {"role": role, "content": text_in(text, "a turn in history")}
            for role, text in zip(("user", "assistant"), pair, strict=True)
        ]
    parts = [text_in(row.get("instruction"), "instruction")]
    parts += [text_in(row[key], key) for key in ("input", "context") if row.get(key) is not None]
    question = asked("\n".join(filter(None, parts)), "instruction and input are empty", notes)
    turns = transcript(question)
    if len(turns) > 1 and turns[-1] == {"role": "assistant", "content": ""}:
        notes.say("the instruction was a transcript; its speakers became roles")
        return [*messages, *turns[:-1]]
    return [*messages, {"role": "user", "content": question}]


def asked(question: str, problem: str, notes: Notes) -> str:
    """Return a question, or the one that was said to stand for an empty one. Raises Refused."""
    if question.strip():
        return question
    if notes.empty_prompt:
        notes.say("an empty prompt became the question that was given for it")
        return notes.empty_prompt
    hint = "--empty-prompt TEXT asks TEXT there, where the answers are to teach a style"
    raise RefusedRow(f"{problem}; {hint}", "prompt")


def _history(value: object) -> list[list[object]]:
    if isinstance(value, str) and value:
        value = decoded(value, "history")
    if value in (None, "", []):
        return []
    if not isinstance(value, list):
        raise Unfit("history is not a list")
    for pair in value:
        if not isinstance(pair, list) or len(pair) != 2:
            raise Unfit("history holds something other than pairs of question and answer")
    return value


def write_alpaca(row: Mapping[str, Any], notes: Notes) -> Object:
    """Write system prompt, pairs of turns as history, and the last question and answer."""
    messages = list(chat_of(row))
    made: Object = {"instruction": "", "input": "", "output": ""}
    if role_of(messages[0]) in INSTRUCTING_ROLES:
        made["system"] = plain_text(messages.pop(0).get("content"))
    texts = _alternating(messages, notes)
    made["instruction"], made["output"] = texts[-2], texts[-1]
    if len(texts) > 2:
        made["history"] = [list(pair) for pair in zip(texts[:-2:2], texts[1:-2:2], strict=True)]
    no_more(row, example_keys(row), notes)
    return made


def _alternating(messages: list[Mapping[str, Any]], notes: Notes) -> list[str]:
    if any(message.get("tool_calls") or message.get("function_call") for message in messages):
        raise Unfit("it calls tools, which this format cannot hold")
    if len(messages) < 2 or len(messages) % 2:
        raise Unfit("question and answer do not alternate to the end")
    for number, message in enumerate(messages):
        if role_of(message) != ("assistant" if number % 2 else "user"):
            raise Unfit("question and answer do not alternate to the end")
        no_more(message, {"role", "content", "weight"}, notes, "message key ")
    return [
        answer_text(m) if role_of(m) == "assistant" else plain_text(m.get("content"))
        for m in messages
    ]


def read_completion(row: Mapping[str, Any], notes: Notes) -> Object:
    """Read a prompt with its completion: texts, or lists of messages."""
    key = "completion" if "completion" in row or "response" not in row else "response"
    prompt, completion = row.get("prompt"), row.get(key)
    if isinstance(prompt, list) or isinstance(completion, list):
        return _conversational(row, key, notes)
    parts = [_without(text_in(prompt, "prompt"), _SEPARATORS, "prompt", notes)]
    if row.get("context") is not None:
        parts.append(text_in(row["context"], "context"))
    answer = _without(text_in(completion, key), _STOPS, "completion", notes)
    if answer.startswith(" "):
        answer = answer[1:]
        notes.say("a space before the completion was taken off")
    if not answer.strip():
        raise Unfit(f"{key} is empty")
    question = asked("\n".join(p for p in parts if p.strip()), "the prompt is empty", notes)
    messages: list[Object] = []
    if row.get("system"):
        messages.append({"role": "system", "content": text_in(row["system"], "system")})
    messages += [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    no_more(row, {"prompt", "context", key, "system"}, notes)
    remark_marks(messages, notes)
    return {"messages": messages}


def _conversational(row: Mapping[str, Any], key: str, notes: Notes) -> Object:
    messages: list[Object] = []
    for name, role in (("prompt", "user"), (key, "assistant")):
        if isinstance(row.get(name), str) and row[name].strip():
            messages.append({"role": role, "content": row[name]})
        else:
            messages += [hf_message(m, notes) for m in objects_in(row.get(name), name)]
    made: Object = {"messages": messages}
    if row.get("tools") not in (None, "", []):
        made["tools"] = tools_in(row["tools"])
    no_more(row, {"prompt", key, "tools"}, notes)
    return dict(migrated(made, notes))


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
    no_more(row, example_keys(row), notes)
    return {"prompt": texts[0], "completion": texts[1]}


def read_text(row: Mapping[str, Any], notes: Notes) -> Object:
    """Read text: a transcript with marked speakers, else an answer that nobody asked for."""
    text = text_in(row.get("text"), "text")
    if not text.strip():
        raise Unfit("text is empty")
    no_more(row, {"text"}, notes)
    messages = templated(text) or transcript(text)
    if messages:
        notes.say("the text was a transcript; its speakers became roles")
        return {"messages": messages}
    if notes.empty_prompt:
        question = {"role": "user", "content": asked("", "", notes)}
        return {"messages": [question, {"role": "assistant", "content": text}]}
    notes.say("bare text became an answer without a question")
    return {"messages": [{"role": "assistant", "content": text}]}


def transcript(text: str) -> list[Object]:
    """Return the turns of a text with marked speakers; none where it has no such marks."""
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
    no_more(messages[0], {"role", "content", "weight"}, notes, "message key ")
    no_more(row, {"messages"}, notes)
    return {"text": answer_text(messages[0])}
