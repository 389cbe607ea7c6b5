"""Make preference pairs of answers judged good and bad to the same prompt."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from tui.core.formats.results import Object, Unfit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


@dataclass(frozen=True, slots=True)
class JudgedAnswer:
    """An answer with its verdict; `at` is the number of its row in the order of reading."""

    at: int
    prompt: Object
    answer: Mapping[str, Any]
    good: bool


@dataclass(slots=True)
class _Group:
    good: list[JudgedAnswer] = field(default_factory=list)
    bad: list[JudgedAnswer] = field(default_factory=list)


def judged_answer(row: Mapping[str, Any], at: int, *, good: bool) -> JudgedAnswer:
    """Take a chat apart into its prompt and its last answer. Raises Unfit where it has none."""
    *asked, answer = row["messages"]
    if answer.get("role") != "assistant" or not asked:
        raise Unfit("it does not end with an answer to a prompt, so no pair can be made of it")
    answer = {key: value for key, value in answer.items() if key != "weight"}
    prompt: Object = {"messages": asked}
    if row.get("tools"):
        prompt["tools"] = row["tools"]
    return JudgedAnswer(at, prompt, answer, good)


def pairs_of(
    answers: list[JudgedAnswer], lonely: Callable[[JudgedAnswer, str], None]
) -> Iterator[tuple[Object, list[JudgedAnswer]]]:
    """Yield each pair with its good and its bad answer, so that every answer is in one at least.

    `lonely` is told of answers without a counterpart, and why.
    """
    groups: dict[bytes, _Group] = {}
    for one in answers:
        key = orjson.dumps(_spaced(one.prompt), option=orjson.OPT_SORT_KEYS)
        group = groups.setdefault(key, _Group())
        (group.good if one.good else group.bad).append(one)
    for group in groups.values():
        count = max(len(group.good), len(group.bad)) if group.good and group.bad else 0
        for one in [*group.good, *group.bad] if not count else ():
            found, missing = ("good", "bad") if one.good else ("bad", "good")
            lonely(one, f"an answer judged {found}, and no {missing} one to the same prompt")
        for n in range(count):
            good, bad = group.good[n % len(group.good)], group.bad[n % len(group.bad)]
            yield _pair(good, bad), [good, bad]


def _pair(good: JudgedAnswer, bad: JudgedAnswer) -> Object:
    return {
        "input": good.prompt,
        "preferred_output": [good.answer],
        "non_preferred_output": [bad.answer],
    }


def _spaced(prompt: Object) -> Any:
    """Return a prompt with spaces at the ends of its texts aside."""
    messages = [
        {k: v.strip() if k == "content" and isinstance(v, str) else v for k, v in message.items()}
        for message in prompt["messages"]
    ]
    return {**prompt, "messages": messages}
