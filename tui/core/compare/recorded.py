"""Recordings: runs that stand for a model that is about to go, and take part in later runs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui.core.compare.measures import measure
from tui.core.compare.plan import Candidate
from tui.core.compare.result_row import Row, Slot, prompt_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tui.core.compare.plan import Plan
    from tui.core.compare.prompts import Prompt


def recorder(model: str, candidate: Candidate | None = None, *, logprobs: bool = True) -> Candidate:
    """Return who is asked for a recording: with the log probabilities of the answer's tokens."""
    made = candidate or Candidate(model, model)
    wanted = 0 if logprobs else None
    return replace(made, parameters=replace(made.parameters, logprobs=wanted))


def recorded_candidate(run: str, plan: Plan) -> Candidate:
    """Return the side that a recording is in later runs: MODEL@RUN, with how it was asked."""
    one = plan.candidates[0]
    return Candidate(f"{one.name}@{run}", one.model, one.parameters, run)


def successor(model: str, plan: Plan) -> Candidate:
    """Return who is compared with a recording: asked as that was, without log probabilities."""
    parameters = replace(plan.candidates[0].parameters, logprobs=None)
    return Candidate(model, model, parameters)


def recorded_rows(
    candidate: Candidate, prompts: Sequence[Prompt], repeats: int, recording: Iterable[Row]
) -> Iterator[Row]:
    """Yield a row for each prompt and repeat of a recorded candidate, in the plan's order.

    Prompts are known again by what they ask, wherever they stand now. What was not recorded is a
    row that says so. Measures are taken again against the references of now.
    """
    good = [row for row in recording if row.error is None]
    keys = prompt_keys((row.prompt, row.slot.line) for row in good)
    found = {(keys[row.slot.line], row.slot.repeat): row for row in good}
    now = prompt_keys((prompt.fingerprint, prompt.line) for prompt in prompts)
    for prompt in prompts:
        for repeat in range(1, repeats + 1):
            slot = Slot(prompt.line, candidate.name, repeat)
            row = found.get((now[prompt.line], repeat))
            if row is None:
                said = f"not in recording {candidate.recording}"
                yield Row(slot, prompt.fingerprint, error=said)
            else:
                measures = measure(row.answer, prompt.expected)
                yield replace(row, slot=slot, measures=measures)
