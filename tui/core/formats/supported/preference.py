"""Preference data: pairs of a chosen and a rejected answer, and KTO's answers with a verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.core.formats.media import remark_marks
from tui.core.formats.parts import no_more, objects_in, text_in, tools_in
from tui.core.formats.results import Notes, Object, RefusedRow, Unfit
from tui.core.formats.supported.alpaca import (
    alpaca_prompt,
    read_alpaca,
    read_completion,
    read_text,
    transcript,
)
from tui.core.formats.supported.chat import hf_message, read_hf
from tui.core.formats.supported.legacy import migrated
from tui.core.formats.supported.openai_pairs import answers_of, outside_pair
from tui.core.formats.supported.sharegpt import read_sharegpt, speaker_message
from tui.core.formats.turns import LISTS, are_spoken, turn_list

if TYPE_CHECKING:
    from collections.abc import Mapping

_QUESTIONS = ("prompt", "question", "query")
_PAIR = {"chosen", "rejected"}


def read_preference(row: Mapping[str, Any], notes: Notes) -> Object:
    """Read a pair under the names of Hugging Face or LLaMA-Factory."""
    chosen = _answer(row.get("chosen"), "chosen", notes)
    rejected = _answer(row.get("rejected"), "rejected", notes)
    if not any(row.get(key) for key in (*_QUESTIONS, "instruction", *LISTS)):
        chosen, rejected = _spoken(chosen, notes), _spoken(rejected, notes)
    _check_scores(row)
    prompt, tools = _prompt(row, chosen, notes)
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
    remark_marks(prompt, notes)
    pair = {"input": made, "preferred_output": chosen, "non_preferred_output": rejected}
    return dict(migrated(pair, notes))


def _spoken(answer: list[Object], notes: Notes) -> list[Object]:
    """Return the turns of an answer that is a whole transcript, as in HH-RLHF."""
    turns = transcript(answer[0]["content"]) if isinstance(answer[0].get("content"), str) else []
    if len(answer) > 1 or len(turns) < 2 or turns[-1]["role"] != "assistant":
        return answer
    notes.say("the answers were transcripts; their speakers became roles")
    return turns


def _check_scores(row: Mapping[str, Any]) -> None:
    """Raise Refused for a pair whose scores say that the rejected answer is the better one."""
    for name in ("score", "rating", "reward"):
        for keys in (f"{name}_{{}}", f"{name}-{{}}", f"{{}}_{name}", f"{{}}-{name}"):
            better, worse = _number(row, keys, "chosen"), _number(row, keys, "rejected")
            if better is not None and worse is not None and better < worse:
                said = f"{worse:g} to {better:g}"
                raise RefusedRow(f"the rejected answer has the higher {name}, {said}")


def _number(row: Mapping[str, Any], keys: str, which: str) -> float | None:
    value = row.get(keys.format(which))
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _prompt(
    row: Mapping[str, Any], chosen: list[Object], notes: Notes
) -> tuple[list[Object], object]:
    if turn_list(row) is not None and not any(row.get(key) for key in _QUESTIONS):
        from_turns = {k: v for k, v in row.items() if k not in _PAIR}
        inner = _conversation(from_turns, notes)
        messages = inner["messages"]
        if messages and messages[-1]["role"] == "assistant" and messages[-1:] == chosen[-1:]:
            messages.pop()  # the conversation ends in the chosen answer
        return messages, inner.get("tools")
    if "instruction" in row:
        messages = alpaca_prompt(row, notes)
        used = {"instruction", "input", "context", "history", "system"}
    else:
        messages, used = _prompt_of(row, notes)
    no_more(row, {*used, *_PAIR, "tools"}, notes)
    tools = row.get("tools")
    return messages, tools_in(tools) if tools not in (None, "", []) else None


def _conversation(row: Mapping[str, Any], notes: Notes) -> Object:
    found = turn_list(row)
    spoken = found is not None and are_spoken(found[1])
    return read_sharegpt(row, notes) if spoken else read_hf(row, notes)


def _prompt_of(row: Mapping[str, Any], notes: Notes) -> tuple[list[Object], set[str]]:
    key = next((k for k in _QUESTIONS if row.get(k)), None)
    system = row.get("system")
    before: list[Object] = []
    if system:
        before = [{"role": "system", "content": text_in(system, "system")}]
    if key is None:
        return before, {"system"}
    value = row[key]
    if isinstance(value, list):
        said = [hf_message(m, notes) for m in objects_in(value, key)]
        return [*before, *said], {"system", key}
    parts = [text_in(value, key)]
    parts += [text_in(row[k], k) for k in ("context", "input") if row.get(k) is not None]
    question = {"role": "user", "content": "\n".join(filter(None, parts))}
    return [*before, question], {"system", key, "context", "input"}


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
    """Return what both begin with, as far as it is not an answer that differs."""
    count = 0
    for left, right in zip(one[:-1], other[:-1], strict=False):
        if left != right:
            break
        count += 1
    return one[:count]


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
    outside_pair(row, notes)
    return made


def read_kto(row: Mapping[str, Any], notes: Notes) -> Object:
    """Read an answer whose verdict was taken off; its shape is one of several."""
    if turn_list(row) is not None:
        return _conversation(row, notes)
    if "instruction" in row:
        return read_alpaca(row, notes)
    if "text" in row and "prompt" not in row:
        return read_text(row, notes)
    return read_completion(row, notes)
