"""Rules on data for reinforcement fine-tuning: chats that end with the question, for a grader.

What makes such a file out is what other rules find in its lines: no answer at the end, and keys
that are not of the format. Keys of their own are what the grader reads.
"""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.core.arrays import counted, places_of
from tui.core.checks.registry import Finding, PairFindings, file_rule
from tui.core.checks.report_columns import KINDS
from tui.core.checks.rules import rule_numbers

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from tui.core.checks.registry import Rule
    from tui.core.checks.whole_file.file_view import WholeFile

REINFORCEMENT = "reinforcement-data"
# What is as it should be in such data; only where it is trained on otherwise are these problems.
GRADED = frozenset(
    {
        *("no-assistant", "last-not-assistant", "unknown-key", "nothing-to-train"),
        REINFORCEMENT,
    }
)
_CHAT = KINDS.index("chat")


@dataclass(frozen=True, slots=True)
class _Lines:
    """The lines of a file that looks like it: `asking` end with the question and have `fields`.

    `answering` and `lacking` are signatures of chats that end with an answer, or have fewer
    keys of their own than most.
    """

    asking: int
    fields: int
    answering: frozenset[int]
    lacking: frozenset[int]


def _lines(file: WholeFile) -> _Lines | None:
    numbers, signatures = rule_numbers(), file.rows.signatures
    key = numbers["unknown-key"]
    open_ends = {numbers["no-assistant"], numbers["last-not-assistant"]}
    without = {numbers["messages-empty"], numbers["messages-not-list"]}
    asks = [n for n, sign in enumerate(signatures) if open_ends & {*sign} and key in sign]
    if not asks:
        return None
    times = counted(file.rows.signs, len(signatures))
    asking = sum(times[n] for n in asks)
    if asking * 2 <= file.examples:
        return None
    fields: Counter[int] = Counter()
    for n in asks:
        fields[signatures[n].count(key)] += times[n]
    usual = fields.most_common(1)[0][0]
    ends = {n for n, sign in enumerate(signatures) if not (open_ends | without) & {*sign}}
    lacking = {n for n, sign in enumerate(signatures) if sign.count(key) < usual}
    return _Lines(asking, usual, frozenset(ends), frozenset(lacking))


def is_graded(of_file: Iterable[tuple[Rule, Iterable[Finding]]]) -> bool:
    """Whether what a file as a whole shows says that it is such data."""
    return any(rule.id == REINFORCEMENT and [*findings] for rule, findings in of_file)


def looks_graded(file: WholeFile) -> bool:
    """Return whether most examples end without an answer and have keys of their own."""
    return _lines(file) is not None


@file_rule(
    "reinforcement-data",
    "warning",
    "Looks like data for reinforcement fine-tuning",
    "There a grader judges the model's own answers by the other keys. OpenAI has no model left "
    "for it since 2026-10-23.",
)
def reinforcement_data(file: WholeFile) -> Iterable[Finding]:
    """Find files of which most examples end with the question and have keys of their own."""
    found = _lines(file)
    if found is None:
        return ()
    text = (
        f"This looks like data for reinforcement fine-tuning: {found.asking:,} of "
        f"{file.examples:,} examples end without an answer and have keys of their own, for a "
        "grader. Supervised training would need answers."
    )
    return (Finding(text),)


@file_rule(
    "reinforcement-answer",
    "warning",
    "Answer in data for reinforcement",
    "The model writes the answer itself there; the last message is the user's.",
)
def reinforcement_answer(file: WholeFile) -> Iterable[Finding]:
    """Find the examples that end with an answer where most end with the question."""
    found = _lines(file)
    text = (
        "This ends with an answer, most examples with the question. Make it a key for the grader."
    )
    return _findings_at(file, text, found.answering) if found is not None else ()


@file_rule(
    "grader-field",
    "warning",
    "Fewer keys for the grader",
    "A grader that reads a key which is not there fails on the example.",
)
def grader_field(file: WholeFile) -> Iterable[Finding]:
    """Find the examples with fewer keys of their own than most."""
    found = _lines(file)
    if found is None:
        return ()
    text = (
        f"This has fewer keys of its own than most examples, which have {found.fields}. Add them."
    )
    return _findings_at(file, text, found.lacking)


def _findings_at(file: WholeFile, text: str, signatures: Collection[int]) -> PairFindings:
    kinds = file.rows.kinds
    at = array("q", (n for n in places_of(file.rows.signs, signatures) if kinds[n] == _CHAT))
    return PairFindings(text, at, at)
