"""How often a model took part in a comparison, and how often it came first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Scores:
    """What one column of a run got on average: picks of the user, and a judge's score."""

    picked: float | None = None
    judge: float | None = None


@dataclass(frozen=True, slots=True)
class RunScores:
    """A run: which model each of its columns asked, and what each column got."""

    models: Mapping[str, str]
    scores: Mapping[str, Scores]


@dataclass(frozen=True, slots=True)
class Standing:
    """Runs that a model took part in, those of them that were decided, and those it won."""

    compared: int = 0
    decided: int = 0
    won: int = 0


def standings(runs: Iterable[RunScores]) -> dict[str, Standing]:
    """Return the standing of each model.

    A run is decided where the user picked answers, else where a judge gave scores, of more than one
    model. The best one wins; where two are equally good nobody does.
    """
    compared, decided, won = Counter[str](), Counter[str](), Counter[str]()
    for run in runs:
        asked = {*run.models.values()}
        compared.update(asked)
        best = _best(run)
        if best is not None:
            decided.update(asked)
            won.update(best[:1] if len(best) == 1 else ())
    return {name: Standing(compared[name], decided[name], won[name]) for name in compared}


def _best(run: RunScores) -> Sequence[str] | None:
    """Return the models that came first, None where nothing decides."""
    for measure in ("picked", "judge"):
        found: dict[str, float] = {}
        for column, scores in run.scores.items():
            value, model = getattr(scores, measure), run.models.get(column)
            if value is not None and model is not None:
                found[model] = max(value, found.get(model, value))
        if len(found) > 1:
            highest = max(found.values())
            return [model for model, value in found.items() if value == highest]
    return None
