"""The tokens and the price of one file: all its numbers, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from tui.core.money import pricing
from tui.core.tokens import distribution
from tui.services.tokens.counting.columns import AT

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tui.core.catalog.models import ModelFacts
    from tui.core.money.pricing import Cost, Truncation
    from tui.core.tokens.distribution import Summary
    from tui.services.tokens.example_numbers import ExampleNumbers

Measure = Literal[
    "context", "trained", "messages", "turns", "characters",
    "system", "user", "assistant", "tool",
]  # fmt: skip
MEASURES: tuple[Measure, ...] = (
    "context", "trained", "messages", "turns", "characters",
    "system", "user", "assistant", "tool",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TokenReport:
    """The tokens and the price of one file.

    `numbers` are those of its examples. `predicted_epochs` are what the provider would choose.
    `counter` names the tokenizer that counted, and is empty when everything was remembered;
    `note` says why a faster one was left aside.
    """

    path: str
    model: str
    facts: ModelFacts
    numbers: ExampleNumbers
    truncated: tuple[Truncation, ...]
    epochs: int
    predicted_epochs: int
    billed_tokens: int
    cost: Cost
    counter: str = ""
    note: str = ""
    _summaries: dict[str, Summary] = field(default_factory=dict, repr=False, compare=False)

    @property
    def examples(self) -> int:
        """How many examples were counted."""
        return len(self.numbers)

    @property
    def rows(self) -> int:
        """How many lines the file has, examples or not."""
        return self.numbers.rows

    @property
    def lines(self) -> NDArray[np.intp]:
        """The 1-based line of every example."""
        return self.numbers.lines

    @property
    def table(self) -> NDArray[np.uint32]:
        """One row an example, its columns named by `columns.NAMES`."""
        return self.numbers.table

    def values(self, name: str) -> NDArray[np.int64]:
        """Return one number an example: a measure, or any other of `columns.NAMES`."""
        import numpy as np

        return self.table[:, AT[name]].astype(np.int64)

    def total(self, name: str) -> int:
        """Return the sum of a measure over all examples."""
        return self.numbers.sums[AT[name]]

    def spread(self, name: str) -> Summary:
        """Return the spread of a measure; computed once, a moment for a large file."""
        if name not in self._summaries:
            self._summaries[name] = distribution.summary(self.numbers.column(name))
        return self._summaries[name]

    @property
    def context(self) -> NDArray[np.int64]:
        """The context tokens of every example."""
        return self.values("context")

    @property
    def trained(self) -> NDArray[np.int64]:
        """The trained tokens of every example."""
        return self.values("trained")

    @property
    def summary(self) -> Summary:
        """The spread of the context tokens."""
        return self.spread("context")

    @property
    def trained_summary(self) -> Summary:
        """The spread of the trained tokens."""
        return self.spread("trained")

    @property
    def context_total(self) -> int:
        """The context tokens of all examples, before any cut."""
        return self.total("context")

    @property
    def trained_total(self) -> int:
        """The trained tokens of all examples, before any cut."""
        return self.total("trained")

    @property
    def image_tokens(self) -> int | None:
        """The tokens of all images of low detail; None when the model's rule is unknown."""
        images = self.total("low_images")
        if not images:
            return 0
        each = self.facts.image_low_tokens
        return None if each is None else images * each

    @property
    def tool_tokens(self) -> int:
        """The tokens of tool definitions over all epochs, which `billed_tokens` are without.

        They are counted by the cookbook's rules, which are not those of a bill: what they add to
        it is an estimate, and stands beside the cost.
        """
        return self.total("tools") * self.epochs

    @property
    def tool_cost(self) -> Cost:
        """What the tool definitions may add to the cost."""
        return pricing.cost(self.tool_tokens, self.facts)

    @property
    def uncounted(self) -> int:
        """How many images, sounds and texts are in none of the numbers."""
        unknown = self.total("low_images") if self.image_tokens is None else 0
        return self.total("uncounted") + unknown

    def to_json(self) -> dict[str, Any]:
        """Return the report as `finetui tokens --json` prints it for one file."""
        names = ("min", "p05", "p25", "p50", "p75", "p95", "max", "mean")
        more = {name: getattr(self.summary, name) for name in ("p99", "std")}
        amount = self.cost.amount
        return {
            "path": self.path,
            "model": self.model,
            "encoding": self.facts.encoding,
            "exact": self.facts.exact,
            "examples": self.examples,
            "context_tokens": self.context_total,
            "trained_tokens": self.trained_total,
            "limit": self.facts.training_limit,
            "truncated": [
                {"line": t.line, "tokens": t.tokens, "lost": t.lost} for t in self.truncated
            ],
            "per_example": {name: getattr(self.summary, name) for name in names} | more,
            "epochs": self.epochs,
            "billed_tokens": self.billed_tokens,
            "cost": {
                # A float shows a decimal of fewer than 16 digits as it is.
                "amount": None if amount is None else float(amount),
                "currency": self.cost.currency,
                "as_of": self.cost.as_of.isoformat() if self.cost.as_of else None,
            },
            "tool_definition_tokens": self.total("tools"),
            "image_tokens": self.image_tokens,
            "uncounted": self.uncounted,
            "lines": self.rows,
            "role_tokens": {name: self.total(name) for name in MEASURES[5:]},
            "epochs_predicted": self.predicted_epochs,
            "counter": self.counter or None,
            # Beside the cost, not in it.
            "tool_definitions": {
                "billed_tokens": self.tool_tokens,
                "amount": None if self.tool_cost.amount is None else float(self.tool_cost.amount),
            },
        }


def make_report(
    numbers: ExampleNumbers,
    path: str,
    facts: ModelFacts,
    requested: int | None,
    counted_by: tuple[str, str] = ("", ""),
) -> TokenReport:
    """Make the report of a file from the numbers of its examples. Runs in a thread."""
    rule = facts.epochs_dpo if numbers.all_preference else facts.epochs
    epochs = pricing.epochs(len(numbers), rule, requested)
    limit = facts.training_limit
    billed = pricing.billed_tokens((numbers.within(limit),), None, epochs)
    return TokenReport(
        path=path,
        model=facts.id,
        facts=facts,
        numbers=numbers,
        truncated=pricing.truncated(() if limit is None else numbers.over(limit), limit),
        epochs=epochs,
        predicted_epochs=pricing.epochs(len(numbers), rule),
        billed_tokens=billed,
        cost=pricing.cost(billed, facts),
        counter=counted_by[0],
        note=counted_by[1],
    )
