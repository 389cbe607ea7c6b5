"""The parts of a pre-flight, one a topic, each with its level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from tui.core.money.pricing import FREE
from tui.core.money.terms import Forecast, amount_words, rounded
from tui.core.text.text import plural
from tui.services.errors import InputError, ReadOnly, Unfit

if TYPE_CHECKING:
    from decimal import Decimal

    from tui.core.money.pricing import Cost
    from tui.core.money.terms import Budget
    from tui.core.provider.estimates import PriceEstimate
    from tui.services.jobs.preflight.sources import Source

Topic = Literal[
    "data", "checks", "secrets", "leakage", "tokens", "cost", "quote", "model", "earlier",
    "sends",
]  # fmt: skip
TOPICS: tuple[Topic, ...] = (
    "data", "checks", "secrets", "leakage", "tokens", "cost", "quote", "model", "earlier",
    "sends",
)  # fmt: skip
# block: nothing is created. ask: only after a yes of its own. note: worth knowing. wait: not
# known yet. Where nothing is billed nothing is asked, but for secrets that leave this machine.
Level = Literal["ok", "note", "ask", "block", "wait"]
LEVELS: dict[Level, str] = {"ok": "✓", "note": "·", "ask": "!", "block": "✗", "wait": "…"}


@dataclass(frozen=True, slots=True)
class Part:
    """What is found on one topic."""

    topic: Topic
    level: Level
    text: str


@dataclass(frozen=True, slots=True)
class Price:
    """What the tokens of the training file would come to; `exact` tells counts from estimates.

    `chosen` is false where the provider chooses the epochs and these are a prediction. `tools`
    is what the tool definitions may add, which the cost is without.
    """

    examples: int
    epochs: int
    billed_tokens: int
    cost: Cost
    exact: bool
    chosen: bool
    tools: Cost | None = None

    @property
    def amount(self) -> str:
        """The amount as it is typed to confirm it, or an empty text while it is unknown."""
        return "" if self.cost.amount is None else f"{rounded(self.cost.amount):.2f}"

    @property
    def forecast(self) -> Forecast:
        """What to remember of it with the job."""
        return Forecast(self.epochs, self.billed_tokens, self.cost.amount, self.cost.currency)

    @property
    def token_words(self) -> str:
        """The tokens in words."""
        about = "" if self.exact else "about "
        chosen = "" if self.chosen else " (auto: predicted)"
        each = self.billed_tokens // max(self.epochs, 1)
        epochs = f"{plural(self.epochs, 'epoch')}{chosen}"
        return f"{about}{self.billed_tokens:,} trained on: {each:,} × {epochs}"

    @property
    def cost_words(self) -> str:
        """The cost in words."""
        if self.cost.amount is None:
            return "unknown: no price of this model is known"
        if self.cost.amount == 0:
            return FREE
        day = f" (list price of {self.cost.as_of})" if self.cost.as_of else ""
        return f"about {amount_words(self.cost.amount, self.cost.currency)}{day}{self._beside}"

    @property
    def _beside(self) -> str:
        if self.tools is None or not self.tools.amount:
            return ""
        more = amount_words(self.tools.amount, self.tools.currency)
        return f" + tool definitions, not counted in: about {more}"


@dataclass(frozen=True, slots=True)
class Preflight:
    """All that is known so far; `parts` in the order of TOPICS.

    `lost` are the nonces of earlier requests whose answer was lost and that are asked about.
    `estimate` is the provider's own price, where it has named one: shown beside `price`.
    """

    parts: tuple[Part, ...]
    bills: bool
    read_only: bool = False
    lost: tuple[str, ...] = ()
    training: Source | None = None
    validation: Source | None = None
    price: Price | None = None
    budget: Budget | None = None
    estimate: PriceEstimate | None = None

    @property
    def complete(self) -> bool:
        """Whether nothing is still being looked at."""
        return all(part.level != "wait" for part in self.parts)

    def at(self, level: Level) -> tuple[Part, ...]:
        """Return the parts of a level."""
        return tuple(part for part in self.parts if part.level == level)

    @property
    def sources(self) -> tuple[Source, ...]:
        """The files, training first."""
        return tuple(s for s in (self.training, self.validation) if s is not None)

    @property
    def above_budget(self) -> bool:
        """Whether the job goes above what the profile may spend: one of unknown cost does."""
        cost = self.price.cost if self.price else None
        return self.budget is not None and self.budget.above(cost)

    @property
    def amount(self) -> Decimal | None:
        """What the job costs in the currency of the budget, None while that is not known."""
        cost = self.price.cost if self.price else None
        if cost is None:
            return None
        return cost.amount if self.budget is None else self.budget.known(cost)

    @property
    def currency(self) -> str:
        """The currency of `amount`."""
        if self.budget is not None:
            return self.budget.currency
        return self.price.cost.currency if self.price else ""

    @property
    def confirms_money(self) -> bool:
        """Whether an amount has to be typed: it bills, or goes above a budget."""
        return self.bills or self.above_budget

    def to_json(self) -> dict[str, Any]:
        """Return it as `finetui jobs create --dry-run --json` prints it."""
        found: dict[str, Any] = {
            "parts": [
                {"topic": part.topic, "level": part.level, "text": part.text} for part in self.parts
            ],
            "blocked": bool(self.at("block")),
            "needs_yes": bool(self.at("ask")) or self.confirms_money,
            "files": [source.to_json() for source in self.sources],
        }
        if self.price is not None:
            amount = self.price.cost.amount
            found |= {
                "examples": self.price.examples,
                "epochs": self.price.epochs,
                "billed_tokens": self.price.billed_tokens,
                "exact": self.price.exact,
                "cost": {
                    "amount": None if amount is None else float(amount),
                    "currency": self.price.cost.currency,
                },
            }
        if self.estimate is not None:
            found["provider_estimate"] = self.estimate.to_json()
        if self.budget is not None and self.budget.ceiling is not None:
            left = self.budget.left
            found["budget"] = {
                "ceiling": float(self.budget.ceiling),
                "spent": float(self.budget.spent),
                "left": None if left is None else float(left),
                "currency": self.budget.currency,
                "above": self.above_budget,
            }
        return found


def refuse_blocked(found: Preflight) -> None:
    """Raise InputError when something makes creating the job pointless, Unfit for the data.

    Raises ReadOnly where the profile allows no job at all.
    """
    if found.read_only:
        cause = "; ".join(part.text for part in found.at("block") if part.topic == "sends")
        raise ReadOnly("Nothing was sent", cause, "Use another profile, or remove read_only.")
    blocks = found.at("block")
    if not blocks:
        return
    cause = "; ".join(part.text for part in blocks)
    if any(part.topic == "checks" for part in blocks):
        next_step = "Repair the data: `finetui check`, or p in Datasets, lists what is wrong."
        raise Unfit("Nothing was sent", cause, next_step)
    raise InputError("Nothing was sent", cause, "Correct it.")
