"""Estimate the cost of a run before it starts: counted tokens at the prices of its models."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from tui.core.compare.plan import prompt_json
from tui.core.compare.remaining import remaining_of
from tui.core.money.pricing import FREE
from tui.core.money.terms import amount_words
from tui.core.tokens.comparison import asked_prompts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from tui.core.catalog.models import ModelFacts
    from tui.core.compare.judging import JudgeSettings
    from tui.core.compare.plan import Plan
    from tui.core.compare.prompts import Prompt
    from tui.core.compare.remaining import Remaining
    from tui.services.chat.prices import ChatPrices
    from tui.services.tokens.service import TokenService

# What an answer is taken to be as long as where neither a reference nor a limit says.
GUESSED_TOKENS = 300
# What a judge reads besides prompt and answers, and what it says.
SHEET_TOKENS, SCORES_TOKENS = 250, 60


@dataclass(frozen=True, slots=True)
class Estimate:
    """What all answers of a plan come to; `amount` None where a price is not known.

    `each` is the mean of one answer by the candidate's name, `unknown` the models without a
    price. `as_of` is the day of the oldest of the list prices, where it is known.
    """

    amount: Decimal | None
    currency: str
    each: Mapping[str, Decimal]
    unknown: tuple[str, ...] = ()
    as_of: date | None = None

    @property
    def free(self) -> bool:
        """Whether nobody bills for it."""
        return self.amount == 0

    @property
    def words(self) -> str:
        """The price in words."""
        if self.amount is None:
            return f"cost unknown: no price is known for {', '.join(self.unknown)}"
        if self.free:
            return FREE
        day = f" (list prices of {self.as_of})" if self.as_of else ""
        return f"about {amount_words(self.amount, self.currency)}{day}"

    def above(self, cap: Decimal) -> bool:
        """Whether it goes above a cap; what is not known does."""
        return self.amount is None or self.amount > cap


class Estimator:
    """Prices plans for one profile. `tokens` is asked for only where something has a price."""

    def __init__(self, prices: ChatPrices, tokens: Callable[[], TokenService]) -> None:
        self._prices = prices
        self._tokens = tokens

    async def facts(self, models: Mapping[str, str]) -> dict[str, ModelFacts]:
        """Return the facts of models at the profile's prices, by the names given.

        Those of a provider whose prices nobody knows are left out. Raises InputError for the
        user's own catalogue.
        """
        found = {name: await self._prices.facts(model) for name, model in models.items()}
        return {name: facts for name, facts in found.items() if facts is not None}

    async def estimate(self, plan: Plan, left: Remaining | None = None) -> Estimate:
        """Return what a plan will cost, or what is left of it. Raises InputError, CountingError."""
        facts = await self.facts({one.name: one.model for one in plan.asked})
        currencies = {one.currency for one in facts.values()}
        currency = next(iter(currencies), "USD")
        each: dict[str, Decimal] = {}
        unknown = []
        for candidate in plan.candidates:
            if candidate.recording:  # nobody is asked
                each[candidate.name] = Decimal(0)
                continue
            limit = candidate.parameters.max_tokens
            amount = await self._mean(plan.prompts, facts.get(candidate.name), limit)
            if amount is None or len(currencies) > 1:
                unknown.append(candidate.model)
            else:
                each[candidate.name] = amount
        by_name = (left or remaining_of(plan)).by_name
        parts = (each.get(name, Decimal(0)) * count for name, count in by_name.items())
        total = None if unknown and any(by_name.values()) else sum(parts, Decimal(0))
        days = [one.as_of for one in facts.values() if one.as_of is not None and one.price_input]
        return Estimate(total, currency, each, tuple(unknown), min(days, default=None))

    async def with_judge(self, estimate: Estimate, plan: Plan, settings: JudgeSettings) -> Estimate:
        """Return an estimate with what the judge will cost on top."""
        facts = (await self.facts({"judge": settings.model})).get("judge")
        if facts is None or facts.price_input is None or facts.price_output is None:
            return replace(estimate, amount=None, unknown=(*estimate.unknown, settings.model))
        if estimate.amount is None or (not facts.price_input and not facts.price_output):
            return estimate
        if facts.currency != estimate.currency:
            return replace(estimate, amount=None, unknown=(*estimate.unknown, settings.model))
        read = await self._context(plan.prompts, settings.model, _bare)
        whole = await self._context(plan.prompts, settings.model, _answered)
        guessed = sum(1 for prompt in plan.prompts if prompt.reference is None) * GUESSED_TOKENS
        answers = (whole - read + guessed) * (len(plan.candidates) + 1)
        asked = read + answers + len(plan.prompts) * SHEET_TOKENS
        said = len(plan.prompts) * SCORES_TOKENS
        bill = (asked * facts.price_input + said * facts.price_output) / 1_000_000
        return replace(estimate, amount=estimate.amount + bill * plan.repeats)

    async def _mean(
        self, prompts: Sequence[Prompt], facts: ModelFacts | None, limit: int | None
    ) -> Decimal | None:
        """Return what one answer costs on average, None where a price is not known."""
        if facts is None or facts.price_input is None or facts.price_output is None:
            return None
        if not prompts or (not facts.price_input and not facts.price_output):
            return Decimal(0)
        asked = await self._context(prompts, facts.id, _bare)
        whole = await self._context(prompts, facts.id, _answered)
        more = sum(1 for prompt in prompts if prompt.reference is None)
        answers = whole - asked + more * GUESSED_TOKENS
        if limit is not None:
            answers = min(answers, limit * len(prompts))
        return asked_prompts(asked + answers, answers, len(prompts), 1, facts)

    async def _context(
        self, prompts: Sequence[Prompt], model: str, line: Callable[[Prompt], bytes]
    ) -> int:
        """Return the tokens of all prompts, each made a line of a dataset."""
        lines = await asyncio.to_thread(lambda: [*map(line, prompts)])
        report = await self._tokens().report(lines, "prompts", model)
        return report.context_total


def _bare(prompt: Prompt) -> bytes:
    raw = prompt_json(prompt)
    return json.dumps({"messages": raw["messages"], "tools": raw.get("tools", [])}).encode()


def _answered(prompt: Prompt) -> bytes:
    raw = prompt_json(prompt)
    messages = [*raw["messages"], *([raw["reference"]] if prompt.reference else [])]
    return json.dumps({"messages": messages, "tools": raw.get("tools", [])}).encode()
