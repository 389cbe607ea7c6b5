"""Money in `finetui tokens` besides the training: test prompts, validation, budget."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tui.core.money.terms import budget_words, rounded
from tui.core.tokens.comparison import asked_prompts, validated

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.services.tokens.report import TokenReport
    from tui.services.workspace import Workspace


def _prompts_cost(report: TokenReport, prompts: int) -> Decimal | None:
    context, answers = report.context_total, report.total("assistant")
    return asked_prompts(context, answers, report.examples, prompts, report.facts)


def prompts_json(report: TokenReport, prompts: int | None) -> dict[str, Any]:
    """Return what this many test prompts like the examples' cost; nothing when none are wanted."""
    if prompts is None:
        return {}
    amount = _prompts_cost(report, prompts)
    price = None if amount is None else float(amount)
    currency = report.facts.currency
    return {"test_prompts": {"count": prompts, "amount": price, "currency": currency}}


def print_prompts(report: TokenReport, prompts: int | None, say: Callable[[str], None]) -> None:
    """Say what this many test prompts cost."""
    if prompts is None:
        return
    amount = _prompts_cost(report, prompts)
    price = "unknown" if amount is None else f"{amount:.4f} {report.facts.currency}"
    say(f"  test prompts     {prompts:,}: {price}, if answered at the same length")


def validation(
    training: TokenReport, beside: TokenReport, say: Callable[[str], None]
) -> dict[str, Any]:
    """Say what the validation file costs; `amount` holds only if its tokens are `billed`."""
    facts = training.facts
    amount = validated(beside.numbers.listed("context"), facts, training.epochs).amount
    if facts.validation_billed is False:
        amount = Decimal(0)
    price = "unknown" if amount is None else f"{amount:.4f} {facts.currency}"
    if facts.validation_billed is None:
        say(f"validation: not known whether its tokens are billed; {price} if they are")
    elif facts.validation_billed:
        say(f"validation: {price}, billed as training is")
    else:
        say("validation: its tokens are not billed")
    return {
        "path": beside.path,
        "billed": facts.validation_billed,
        "amount": None if amount is None else float(amount),
        "currency": facts.currency,
    }


async def budget(
    workspace: Workspace, report: TokenReport, say: Callable[[str], None]
) -> dict[str, Any] | None:
    """Say what a job with the first file leaves of the profile's budget; None without one.

    Raises LedgerError when what was spent cannot be read.
    """
    found = await workspace.spending.budget()
    if said := budget_words(found, report.cost):
        say(said)
    if found.ceiling is None or found.left is None:
        return None
    return {
        "ceiling": float(found.ceiling),
        "spent": float(rounded(found.spent)),
        "left": float(found.left),
        "above": found.above(report.cost),
        "currency": found.currency,
    }
