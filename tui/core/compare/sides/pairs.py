"""Make a preference pair of the better and the worse answer, in the format of training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.core.compare.listing import value_words
from tui.core.dataset.from_answers import Origin, preference_pair

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tui.core.compare.answers import Answer
    from tui.core.compare.listing import PromptRow
    from tui.core.compare.prompts import Prompt
    from tui.core.dataset.from_answers import MadeExample

EXPECTED = "the expected answer"


@dataclass(frozen=True, slots=True)
class JudgedPair:
    """One answer that is better than another to the same prompt, and why.

    `winner` and `loser` are who answered: names of the columns, or an empty one for what
    somebody wrote, such as the reference.
    """

    better: Answer
    worse: Answer
    winner: str
    loser: str
    why: str = ""

    @property
    def words(self) -> str:
        """Who is better than whom."""
        return f"{self.winner or EXPECTED} over {self.loser}"

    def pair(self, prompt: Prompt, origin: Origin) -> MadeExample:
        """Return it as a pair of a dataset."""
        better, worse = answer_message(self.better), answer_message(self.worse)
        return preference_pair(prompt.messages, prompt.tools, better, worse, origin)


def judged_by(row: PromptRow, measure: str) -> list[JudgedPair]:
    """Return what answers to a prompt are better than the worst one, by a measure.

    The best of them first, the expected answer last; nothing where all are equally good.
    """
    values = {name: row.value(name, measure) for name in row.answers}
    known = sorted(
        ((value, name) for name, value in values.items() if value is not None), reverse=True
    )
    if not known:
        return []
    least, loser = known[-1]
    worse = row.answer(loser)
    if worse is None:
        return []
    found = []
    for value, name in known[:-1]:
        better = row.answer(name)
        if value > least and better not in {None, worse} and better is not None:
            why = f"{measure} {value_words(value, measure)} over {value_words(least, measure)}"
            found.append(JudgedPair(better, worse, name, loser, why))
    expected = row.prompt.expected
    if expected is not None and not expected.empty and expected != worse:
        why = f"{measure} {value_words(least, measure)}"
        found.append(JudgedPair(expected, worse, "", loser, why))
    return found


def best_pairs(
    rows: Iterable[PromptRow], measure: str, run: str
) -> Iterator[tuple[JudgedPair, MadeExample]]:
    """Yield a pair for each prompt: its best answer by a measure over its worst.

    The expected answer is the better one where no other is. Prompts whose answers are equally
    good make none.
    """
    for row in rows:
        for judged in judged_by(row, measure)[:1]:
            origin = Origin("run", run, row.prompt.line, judged.winner, judged.loser)
            yield judged, judged.pair(row.prompt, origin)


def answer_message(answer: Answer) -> dict[str, Any]:
    """Return an answer as a message of a dataset; its calls are given ids."""
    made: dict[str, Any] = {"role": "assistant"}
    if answer.text or not answer.calls:
        made["content"] = answer.text
    if answer.calls:
        made["tool_calls"] = [
            {
                "id": f"call_{number}",
                "type": "function",
                "function": {"name": name, "arguments": arguments},
            }
            for number, (name, arguments) in enumerate(answer.calls, 1)
        ]
    return made
