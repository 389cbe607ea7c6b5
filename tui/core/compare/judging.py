"""A model as judge: the prompt it gets, in random order, and its scores, parsed."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tui.core.compare.prompts import Prompt
from tui.core.dataset.digest import lasting
from tui.core.provider.parsing import as_float, as_int, as_map, as_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tui.core.compare.answers import Answer

MOST = 10  # what the best answer scores
RUBRIC = (
    "You compare answers to one prompt. Score each from 0 to 10 by how well it serves whoever"
    " asked: right and complete first, then clear, then brief. Where an expected answer is given,"
    " agreeing with it in substance counts most. The order of the answers means nothing, and"
    " neither does length."
)
_FORM = """\
Reply with JSON only, a score for each letter: {"scores": {"A": 7, "B": 4}}"""
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MOST_ANSWERS = len(_LETTERS)


@dataclass(frozen=True, slots=True)
class JudgeSettings:
    """Who judges by what rubric; `seed` decides the order in which answers are shown."""

    model: str
    rubric: str = RUBRIC
    seed: int = 0

    @property
    def fingerprint(self) -> str:
        """16 hex digits that stand for all of it."""
        return lasting(json.dumps([self.model, self.rubric, self.seed]).encode()).hex()


@dataclass(frozen=True, slots=True)
class JudgeBill:
    """How often the judge was asked, and the tokens of that; `fingerprint` is its settings'."""

    fingerprint: str = ""
    model: str = ""
    asked: int = 0
    failed: int = 0
    prompt_tokens: int = 0
    answer_tokens: int = 0

    def plus(self, prompt_tokens: int | None, answer_tokens: int | None, *, ok: bool) -> JudgeBill:
        """Return the bill with one more judgement."""
        return JudgeBill(
            self.fingerprint,
            self.model,
            self.asked + 1,
            self.failed + (not ok),
            self.prompt_tokens + (prompt_tokens or 0),
            self.answer_tokens + (answer_tokens or 0),
        )

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept in the ledger."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_json(cls, value: object) -> JudgeBill:
        """Read what `as_json` wrote."""
        raw = as_map(value)
        counts = ("asked", "failed", "prompt_tokens", "answer_tokens")
        return cls(
            as_text(raw.get("fingerprint")) or "",
            as_text(raw.get("model")) or "",
            *(as_int(raw.get(name)) or 0 for name in counts),
        )


@dataclass(frozen=True, slots=True)
class Sheet:
    """The answers to one prompt as the judge sees them: by letter, in an order by chance."""

    prompt: Prompt
    names: Mapping[str, str] = field(default_factory=dict)  # letter → name


def sheet(
    settings: JudgeSettings, prompt: Prompt, repeat: int, answers: Sequence[tuple[str, Answer]]
) -> Sheet:
    """Return what the judge is asked of the answers of several models, given by name."""
    chance = random.Random(f"{settings.seed} {prompt.line} {repeat}")  # noqa: S311
    order = list(answers[:MOST_ANSWERS])
    chance.shuffle(order)
    letters = dict(zip(_LETTERS, order, strict=False))
    shown: dict[str, Any] = {"prompt": [dict(message) for message in prompt.messages]}
    if (expected := prompt.expected) is not None and not expected.empty:
        shown["expected"] = expected.shown
    shown["answers"] = {letter: answer.shown for letter, (_, answer) in letters.items()}
    text = f"{json.dumps(shown, ensure_ascii=False, indent=1)}\n\n{_FORM}"
    asked = ({"role": "system", "content": settings.rubric}, {"role": "user", "content": text})
    return Sheet(
        Prompt(prompt.line, asked), {letter: name for letter, (name, _) in letters.items()}
    )


def read_scores(text: str, names: Mapping[str, str]) -> dict[str, float] | None:
    """Return the scores in a judge's reply as shares by name; None unless each has one.

    What stands around the JSON, such as a fence or thoughts, is passed over.
    """
    start, end = text.find("{"), text.rfind("}")
    try:
        value = json.loads(text[start : end + 1]) if 0 <= start < end else None
    except (ValueError, RecursionError):
        return None
    raw = as_map(value)
    given = as_map(raw.get("scores")) or raw
    found = {}
    for letter, name in names.items():
        score = as_float(given.get(letter))
        if score is None or not 0 <= score <= MOST:
            return None
        found[name] = score / MOST
    return found
