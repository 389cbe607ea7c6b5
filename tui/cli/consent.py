"""Consent given on the command line: which option answers which concern of a review.

`--yes` says that it may bill or destroy. `--accept` names remarks on the data or the model that
are no reason to stop, `--again` that a job like this may exist already, and `--spend` how much
a job may cost.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tui.cli.arguments import amount_of
from tui.core.money.terms import amount_words
from tui.services.errors import NeedsConfirmation
from tui.services.jobs.creation import Consent

if TYPE_CHECKING:
    from collections.abc import Collection
    from decimal import Decimal

    from tui.services.jobs.creation import JobQuestion, Review
    from tui.services.jobs.preflight import Preflight

# What --accept takes, by the topic of the pre-flight that it answers.
ACCEPTABLE = {"checks": "warnings", "secrets": "secrets", "leakage": "leakage", "model": "model"}


@dataclass(frozen=True, slots=True)
class Answers:
    """What was allowed. `spend` is the most that a job may cost, None when nothing was said."""

    yes: bool = False
    again: bool = False
    spend: Decimal | None = None
    accept: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def of(cls, options: argparse.Namespace) -> Answers:
        """Return what the options of a command say. Raises InputError for a wrong amount."""
        return cls(
            options.yes, options.again, amount_of(options.spend, "--spend"), accepted(options)
        )


def add_accept(parser: argparse.ArgumentParser, names: Collection[str]) -> None:
    """Add the option that accepts what was remarked."""
    known = ", ".join(names)

    def read(text: str) -> frozenset[str]:
        given = frozenset(word.strip() for word in text.split(",") if word.strip())
        if wrong := sorted(given - {*names}):
            raise argparse.ArgumentTypeError(f"{wrong[0]!r} is none of {known}")
        return given

    parser.add_argument(
        "--accept", action="append", default=[], type=read, metavar="WHAT[,WHAT]",
        help=f"go on in spite of it: {known}",
    )  # fmt: skip


def accepted(options: argparse.Namespace) -> frozenset[str]:
    """Return everything that --accept names."""
    return frozenset[str]().union(*options.accept)


def check_allowed(review: Review, answers: Answers) -> Consent:
    """Return what may be spent on the job that was looked at.

    Raises ReadOnly, InputError or Unfit for what cannot be done, and NeedsConfirmation with
    everything that was not allowed and what allows it.
    """
    review.refuse_blocked()
    needed = _money(review.found, answers) or _estimate(review.found, answers)
    needed += [_option(one) for one in review.questions if not _answered(one, answers)]
    if needed:
        causes = "; ".join(cause for cause, _ in needed)
        raise NeedsConfirmation("Not done", causes, " ".join(step for _, step in needed))
    return Consent(above=answers.spend is not None, amount=answers.spend)


def _answered(question: JobQuestion, answers: Answers) -> bool:
    if question.takes != "yes":  # it is told with the money
        return True
    if question.topic == "earlier":
        return answers.again
    return ACCEPTABLE.get(question.topic) in answers.accept


def _option(question: JobQuestion) -> tuple[str, str]:
    """Return what speaks against going on, and the option that goes on all the same."""
    topic, cause = question.topic, f"{question.topic}: {question.text}"
    if topic == "earlier":
        return cause, "--again creates one more; `finetui jobs unanswered` looks for the other."
    return cause, f"--accept {ACCEPTABLE.get(topic, topic)} goes on all the same."


def _money(found: Preflight, answers: Answers) -> list[tuple[str, str]]:
    """Return what of the money was not allowed, with the option that allows it."""
    if not found.confirms_money and (answers.spend is None or found.amount is None):
        return []  # nobody bills for it, and no budget is in the way
    said = next((part.text for part in found.parts if part.topic == "cost"), "cost unknown")
    sends = next((part.text for part in found.parts if part.topic == "sends"), "")
    plan = f"{sends}, which {'bills' if found.bills else 'costs'}; cost: {said}"
    amount, spend = found.amount, answers.spend
    if amount is None:
        return _unknown(found, answers, plan)
    if spend is not None:
        if amount <= spend:
            return []
        most = amount_words(spend, found.currency)
        return [(f"{plan}; --spend allows {most}", "Raise --spend.")]
    price = found.price.amount if found.price else ""
    if found.above_budget:
        return [(plan, f"--spend {price} goes above the budget.")]
    return [] if answers.yes else [(plan, f"Add --yes or --spend {price} to do it.")]


def _estimate(found: Preflight, answers: Answers) -> list[tuple[str, str]]:
    """Return that the provider's own price is more than what was allowed."""
    estimate, spend = found.estimate, answers.spend
    if not found.bills or estimate is None or spend is None or estimate.amount is None:
        return []
    if found.currency not in {"", estimate.currency} or estimate.amount <= spend:
        return []
    most = amount_words(spend, estimate.currency)
    return [(f"{estimate.words}; --spend allows {most}", "Raise --spend.")]


def _unknown(found: Preflight, answers: Answers, plan: str) -> list[tuple[str, str]]:
    """Return what is missing for a job of unknown cost: nobody can keep to an amount for it."""
    ceiling = found.budget is not None and found.budget.ceiling is not None
    if ceiling:
        if answers.yes and answers.spend is not None:
            return []
        step = "--yes --spend AMOUNT goes on, and AMOUNT is what it counts as in the budget."
        return [(plan, step)]
    if answers.yes:
        return []
    if answers.spend is not None:
        return [(plan, "--spend cannot be kept to; --yes goes on.")]
    return [(plan, "Add --yes to do it.")]
