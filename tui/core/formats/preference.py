"""Preference data: pairs of a chosen and a rejected answer, and KTO's answers with a verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.core.example import section_list
from tui.core.formats.alpaca import alpaca_prompt, read_alpaca, read_completion
from tui.core.formats.chat import hf_message, read_hf
from tui.core.formats.model import Notes, Object, Unfit
from tui.core.formats.parts import no_more, objects_in, plain_text, text_in, tools_in
from tui.core.formats.sharegpt import read_sharegpt, speaker_message

if TYPE_CHECKING:
    from collections.abc import Mapping

_QUESTIONS = ("prompt", "question", "query")
_KNOWN = {
    *_QUESTIONS, "chosen", "rejected", "system", "tools", "instruction", "input", "history",
    "conversations", "messages",
}  # fmt: skip
_FALSE = {False, "false", "False", "FALSE", "0", "no"}
_TRUE = {True, "true", "True", "TRUE", "1", "yes"}


def read_preference(row: Mapping[str, Any], notes: Notes) -> Object:
    """Read a pair under the names of Hugging Face or LLaMA-Factory."""
    chosen = _answer(row.get("chosen"), "chosen", notes)
    rejected = _answer(row.get("rejected"), "rejected", notes)
    prompt, tools = _prompt(row, notes)
    if not prompt:
        prompt = _shared(chosen, rejected)
    start = len(prompt)
    if chosen[:start] == prompt and rejected[:start] == prompt:  # written out in both
        chosen, rejected = chosen[start:], rejected[start:]
    if not prompt:
        raise Unfit("no prompt, and the two answers do not begin alike")
    if not chosen or not rejected:
        raise Unfit("one of the two answers is empty")
    made: Object = {"messages": prompt}
    if tools:
        made["tools"] = tools
    no_more(row, _KNOWN, notes)
    return {"input": made, "preferred_output": chosen, "non_preferred_output": rejected}


def _prompt(row: Mapping[str, Any], notes: Notes) -> tuple[list[Object], object]:
    if "conversations" in row:
        inner = read_sharegpt({k: row[k] for k in row if k in _KNOWN}, notes)
        return inner["messages"], inner.get("tools")
    messages = alpaca_prompt(row) if "instruction" in row else _asked(row, notes)
    tools = row.get("tools")
    return messages, tools_in(tools) if tools not in (None, "", []) else None


def _asked(row: Mapping[str, Any], notes: Notes) -> list[Object]:
    key = next((k for k in _QUESTIONS if row.get(k)), None)
    system = row.get("system")
    before: list[Object] = []
    if system:
        before = [{"role": "system", "content": text_in(system, "system")}]
    if key is None:
        return before
    value = row[key]
    if isinstance(value, list):
        return [*before, *(hf_message(m, notes) for m in objects_in(value, key))]
    return [*before, {"role": "user", "content": text_in(value, key)}]


def _answer(value: object, what: str, notes: Notes) -> list[Object]:
    if isinstance(value, str):
        if not value.strip():
            raise Unfit(f"{what} is empty")
        return [{"role": "assistant", "content": value}]
    many = [value] if isinstance(value, dict) else value
    turns = objects_in(many, what)
    if "from" in turns[0]:
        return [speaker_message(turn, notes) for turn in turns]
    return [hf_message(turn, notes) for turn in turns]


def _shared(one: list[Object], other: list[Object]) -> list[Object]:
    """Return what both begin with, as far as it is no answer that differs."""
    count = 0
    for left, right in zip(one[:-1], other[:-1], strict=False):
        if left != right:
            break
        count += 1
    return one[:count]


def answers_of(row: Mapping[str, Any]) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """Return the preferred and the other answer of an OpenAI pair. Raises Unfit."""
    preferred = section_list(row, "preferred_output")
    other = section_list(row, "non_preferred_output")
    return objects_in(preferred, "preferred_output"), objects_in(other, "non_preferred_output")


def write_preference(row: Mapping[str, Any], notes: Notes) -> Object:
    """Write a pair as Hugging Face's prompt, chosen and rejected, each a list of messages."""
    if "input" not in row:
        raise Unfit("no preference pair")
    inner = row["input"] if isinstance(row["input"], dict) else {}
    chosen, rejected = answers_of(row)
    made: Object = {
        "prompt": objects_in(inner.get("messages"), "input.messages"),
        "chosen": chosen,
        "rejected": rejected,
    }
    if inner.get("tools"):
        made["tools"] = inner["tools"]
    no_more(inner, {"messages", "tools"}, notes, "input.")
    outputs = {"preferred_output", "non_preferred_output"}
    aliases = {"preferred_completion", "non_preferred_completion"}
    no_more(row, {"input", *outputs, *aliases}, notes)
    return made


def read_kto(row: Mapping[str, Any], notes: Notes) -> Object:
    """Read an answer with a verdict: the good ones are examples, the others cannot be."""
    verdict = row.get("kto_tag", row.get("label"))
    if isinstance(verdict, (list, dict)) or verdict not in _TRUE | _FALSE:
        raise Unfit("no verdict: kto_tag or label is neither true nor false")
    if verdict in _FALSE:
        raise Unfit("an answer judged bad, without a better one to prefer")
    rest = {k: v for k, v in row.items() if k not in {"kto_tag", "label"}}
    notes.say("judged good: kept as an example, the verdict left out")
    if "messages" in rest:
        return read_hf(rest, notes)
    if "conversations" in rest:
        return read_sharegpt(rest, notes)
    if "instruction" in rest:
        return read_alpaca(rest, notes)
    return read_completion(rest, notes)


def pair_texts(row: Mapping[str, Any]) -> tuple[str, str]:
    """Return the texts of both answers of an OpenAI pair. Raises Unfit."""
    chosen, rejected = answers_of(row)
    return (
        "\n".join(plain_text(m.get("content")) for m in chosen),
        "\n".join(plain_text(m.get("content")) for m in rejected),
    )
