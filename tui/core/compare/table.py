"""The summary of a run: the mean measures of each model, and each pair of models compared."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import combinations
from typing import TYPE_CHECKING, Any

from tui.core.compare.measures import ASKED_FOR, QUALITY
from tui.core.compare.paired import PairedResult, paired
from tui.core.compare.result_row import PromptKey, prompt_keys
from tui.core.tokens.distribution import percentile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tui.core.catalog.models import ModelFacts
    from tui.core.compare.result_row import Row

# What the document of a run reports; the row's own measures hold one more.
REPORTED = tuple(name for name in QUALITY if name not in {"json_keys_equal", *ASKED_FOR})


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of some seconds (p50), and what all but 5 % stay below (p95); None for none."""

    p50: float | None = None
    p95: float | None = None

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Return the spread of some values."""
        ordered = sorted(values)
        return cls(percentile(ordered, 0.5), percentile(ordered, 0.95)) if ordered else cls()

    def as_json(self) -> dict[str, float | None]:
        """Return both to the tenth of a millisecond."""
        return {n: None if v is None else round(v, 4) for n, v in self.pairs}

    @property
    def pairs(self) -> tuple[tuple[str, float | None], ...]:
        """Name and value of both."""
        return ("p50", self.p50), ("p95", self.p95)


@dataclass(frozen=True, slots=True)
class Summary:
    """One model over a run: `shares` are means from 0 to 1, None where a measure never applied.

    `amount` is what its answers cost, None while a price or a number of tokens is not known.
    """

    model: str
    answers: int
    failed: int
    shares: Mapping[str, float | None]
    answer_tokens: float | None
    latency: Spread
    first_token: Spread
    amount: Decimal | None
    currency: str

    def as_json(self) -> dict[str, Any]:
        """Return the summary as the document of a run has it."""
        tokens, amount = self.answer_tokens, self.amount
        judged = {n: _share(v) for n in ASKED_FOR if (v := self.shares.get(n)) is not None}
        return {name: _share(self.shares.get(name)) for name in REPORTED} | {
            **judged,
            "answer_tokens": None if tokens is None else round(tokens, 2),
            "latency_s": self.latency.as_json(),
            "first_token_s": self.first_token.as_json(),
            "cost": {
                "amount": None if amount is None else float(amount),
                "currency": self.currency,
            },
        }


@dataclass(frozen=True, slots=True)
class HeadToHead:
    """Two models on one measure, of which more is better, over the prompts both answered."""

    a: str
    b: str
    measure: str
    result: PairedResult

    def as_json(self) -> dict[str, Any]:
        """Return the comparison as the document of a run has it."""
        found = self.result
        return {
            "a": self.a,
            "b": self.b,
            "measure": self.measure,
            "wins": found.wins,
            "losses": found.losses,
            "ties": found.ties,
            "p_value": found.p_value,
        }


@dataclass(slots=True)
class Table:
    """The rows of a run by model, and of an earlier run beside it under names of its own.

    `earlier` maps a name such as "A@RUN" to that run's rows of one model.
    """

    models: Sequence[str]
    rows: Sequence[Row]
    facts: Mapping[str, ModelFacts] = field(default_factory=dict)
    earlier: Mapping[str, Sequence[Row]] = field(default_factory=dict)

    def summaries(self) -> list[Summary]:
        """Return each model's measures, in the models' order; an earlier run's behind them."""
        return [_summary(name, rows, self._priced(rows)) for name, rows in self._sides().items()]

    def versus(self) -> Iterator[HeadToHead]:
        """Yield every pair of models on each measure that applies to both.

        Runs are compared prompt by prompt: repeats of one are averaged first. An earlier run is
        compared with the models of this one, not with itself.
        """
        now = prompt_keys((row.prompt, row.slot.line) for row in self.rows)
        before = prompt_keys(
            (row.prompt, row.slot.line) for rows in self.earlier.values() for row in rows
        )
        means = {
            name: _means(rows, before if name in self.earlier else now)
            for name, rows in self._sides().items()
        }
        for a, b in combinations(means, 2):
            if a in self.earlier:
                continue
            for measure in QUALITY:
                both = [*_shared(means[a], means[b], measure)]
                if both:
                    yield HeadToHead(a, b, measure, paired(both))

    def _sides(self) -> dict[str, Sequence[Row]]:
        found: dict[str, list[Row]] = {model: [] for model in self.models}
        for row in self.rows:
            if row.slot.model in found:
                found[row.slot.model].append(row)
        return {**found, **self.earlier}

    def _priced(self, rows: Sequence[Row]) -> ModelFacts | None:
        return self.facts.get(rows[0].slot.model) if rows else None


def _summary(name: str, rows: Sequence[Row], facts: ModelFacts | None) -> Summary:
    good = [row for row in rows if row.error is None]
    costs = [row.cost(facts) for row in good]
    known = [cost for cost in costs if cost is not None]
    priced = bool(costs) or (facts is not None and facts.price_input is not None)
    return Summary(
        model=name,
        answers=len(good),
        failed=len(rows) - len(good),
        shares={m: _mean(_present(row.measures.of(m) for row in good)) for m in QUALITY},
        answer_tokens=_mean(_present(row.answer_tokens for row in good)),
        latency=Spread.of(_present(row.latency_s for row in good)),
        first_token=Spread.of(_present(row.first_token_s for row in good)),
        amount=sum(known, Decimal(0)) if priced and len(known) == len(costs) else None,
        currency="USD" if facts is None else facts.currency,
    )


# A prompt's measures, averaged over the repeats that were answered.
_Means = dict[PromptKey, dict[str, float]]


def _means(rows: Iterable[Row], keys: Mapping[int, PromptKey]) -> _Means:
    found: dict[PromptKey, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        if row.error is None:
            for measure in QUALITY:
                if (value := row.measures.of(measure)) is not None:
                    found[keys[row.slot.line]][measure].append(value)
    return {
        prompt: {name: sum(values) / len(values) for name, values in of.items()}
        for prompt, of in found.items()
    }


def _shared(one: _Means, other: _Means, measure: str) -> Iterator[tuple[float, float]]:
    for prompt, values in one.items():
        beside = other.get(prompt, {})
        if measure in values and measure in beside:
            yield values[measure], beside[measure]


def _present(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _share(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
