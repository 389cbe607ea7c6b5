"""The tokens and the price of one file: all its numbers, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from tui.core.money import pricing
from tui.core.tokens import distribution
from tui.services.tokens.counting.columns import AT
from tui.services.tokens.counting.gathering import KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from tui.core.catalog.models import ModelFacts
    from tui.core.money.pricing import Cost, Truncation
    from tui.core.tokens.distribution import Summary

Measure = Literal[
    "context", "trained", "messages", "turns", "characters",
    "system", "user", "assistant", "tool",
]  # fmt: skip
MEASURES: tuple[Measure, ...] = (
    "context", "trained", "messages", "turns", "characters",
    "system", "user", "assistant", "tool",
)  # fmt: skip
_PREFERENCE = KINDS.index("preference")


@dataclass(frozen=True, slots=True)
class TokenReport:
    """The tokens and the price of one file.

    `table` has one row an example, its columns named by `columns.NAMES`; `lines` are their
    1-based lines. Lines that are not an example are left out. `predicted_epochs` are what the
    provider would choose. `counter` names the tokenizer that counted, and is empty when
    everything was remembered; `note` says why a faster one was left aside. `sums` are those of
    the table's columns.
    """

    path: str
    model: str
    facts: ModelFacts
    rows: int
    lines: NDArray[np.int64]
    table: NDArray[np.uint32]
    truncated: tuple[Truncation, ...]
    epochs: int
    predicted_epochs: int
    billed_tokens: int
    cost: Cost
    counter: str = ""
    note: str = ""
    sums: tuple[int, ...] = ()
    _summaries: dict[str, Summary] = field(default_factory=dict, repr=False, compare=False)

    @property
    def examples(self) -> int:
        """How many examples were counted."""
        return len(self.lines)

    def values(self, name: str) -> NDArray[np.int64]:
        """Return one number an example: a measure, or any other of `columns.NAMES`."""
        import numpy as np

        return self.table[:, AT[name]].astype(np.int64)

    def total(self, name: str) -> int:
        """Return the sum of a measure over all examples."""
        return self.sums[AT[name]]

    def spread(self, name: str) -> Summary:
        """Return the spread of a measure; computed once, a moment for a large file."""
        if name not in self._summaries:
            self._summaries[name] = distribution.summary(self.values(name))
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
    table: NDArray[np.uint32],
    path: str,
    facts: ModelFacts,
    requested: int | None,
    counted_by: tuple[str, str] = ("", ""),
) -> TokenReport:
    """Make the report of a file from the numbers of all its lines. Runs in a thread."""
    import numpy as np

    examples = np.flatnonzero(table[:, AT["kind"]])
    # Most files hold examples only: their numbers are not held twice.
    kept = table if len(examples) == len(table) else table[examples]
    lines = examples + 1
    context = kept[:, AT["context"]].astype(np.int64)
    preference = bool(len(kept)) and bool((kept[:, AT["kind"]] == _PREFERENCE).all())
    rule = facts.epochs_dpo if preference else facts.epochs
    epochs = pricing.epochs(len(kept), rule, requested)
    limit = facts.training_limit
    kept_tokens = context if limit is None else np.minimum(context, limit)
    billed = pricing.billed_tokens((int(kept_tokens.sum()),), None, epochs)
    over = np.empty(0, np.intp) if limit is None else np.flatnonzero(context > limit)
    pairs: Sequence[tuple[int, int]] = [(int(lines[at]), int(context[at])) for at in over.tolist()]
    return TokenReport(
        path=path,
        model=facts.id,
        facts=facts,
        rows=len(table),
        lines=lines,
        table=kept,
        truncated=pricing.truncated(pairs, limit),
        epochs=epochs,
        predicted_epochs=pricing.epochs(len(kept), rule),
        billed_tokens=billed,
        cost=pricing.cost(billed, facts),
        counter=counted_by[0],
        note=counted_by[1],
        sums=tuple(kept.sum(axis=0, dtype=np.int64).tolist()),
    )
