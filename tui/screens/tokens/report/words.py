"""The wording of the token report: money, epochs, truncation, comparison of two files."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tui.commands import key_hint
from tui.core.money.pricing import FREE
from tui.core.text.text import figure, plural
from tui.core.tokens import comparison

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from tui.core.catalog.models import ModelFacts
    from tui.services.tokens.report import TokenReport

_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}
_NAMED = 3


def number(value: float) -> str:
    """Return a number of tokens: whole ones whole, others with one digit."""
    if abs(value) >= 100_000_000:
        return f"{value / 1_000_000:,.1f}M"
    return figure(value)


def money(amount: Decimal, currency: str) -> str:
    """Return an amount, with four digits when it is below one unit of the currency."""
    sign = _SIGNS.get(currency, "")
    if amount == 0:
        shown = "0"
    elif amount < Decimal("0.0001"):
        return f"under {sign}0.0001{'' if sign else ' ' + currency}"
    else:
        shown = f"{amount:,.2f}" if amount >= 1 else f"{amount:.4f}"
    return f"{sign}{shown}" if sign else f"{shown} {currency}"


def counting(facts: ModelFacts) -> str:
    """Return whether counts for a model are exact, and by which vocabulary."""
    return f"exact, {facts.encoding}" if facts.exact else f"≈ estimated with {facts.encoding}"


def jobs_until(facts: ModelFacts, day: date) -> str:
    """Return until when the model takes jobs, or an empty text when nothing limits it."""
    if not facts.known:
        return "not in the catalogue"
    last = facts.no_new_jobs_after
    if not facts.takes_jobs(day):
        return f"no new jobs since {last}" if last else "takes no training jobs"
    return f"no new jobs after {last}" if last else ""


def price(facts: ModelFacts, *, dated: bool = True) -> str:
    """Return the training price of a model, with the day it was read."""
    if facts.price_training is None:
        return "training price unknown"
    if facts.price_training == 0:
        return FREE
    amount = money(facts.price_training, facts.currency)
    if not dated:
        return f"{amount} per 1M"
    return f"{amount} per 1M tokens{f', as of {facts.as_of}' if facts.as_of else ''}"


def validation(facts: ModelFacts) -> str:
    """Return whether the tokens of a validation file are billed, as far as is known."""
    if facts.price_training == 0:
        return FREE
    if facts.validation_billed is None:
        return "not known whether its tokens are billed"
    return "billed as training is" if facts.validation_billed else "not billed (guide of 2024)"


def cost(report: TokenReport) -> str:
    """Return what training on the file costs."""
    amount = report.cost.amount
    if amount is None:
        return "unknown"
    if report.facts.price_training == 0:
        return FREE
    mark = "" if report.facts.exact else "≈ "
    return f"{mark}{money(amount, report.cost.currency)}"


def beside_cost(report: TokenReport, *, short: bool = False) -> str:
    """Return what the cost is without, to stand behind it; "" for a file without tools."""
    amount = report.tool_cost.amount
    if not amount:
        return ""
    if short:
        return " + tool definitions"
    more = money(amount, report.cost.currency)
    return f" + tool definitions, not counted in: ≈ {more}"


def billed(report: TokenReport, requested: int | None, *, short: bool = False) -> str:
    """Return epochs × tokens = billed tokens, telling a predicted number of epochs from a set one.

    Tokens behind the training limit are not billed.
    """
    each = report.billed_tokens // report.epochs if report.epochs else 0
    how = "set" if requested is not None else "predicted"
    mark = "" if report.facts.exact else "≈ "
    epochs = plural(report.epochs, "epoch")
    if short:
        return f"{mark}{report.billed_tokens:,} ({epochs} {how})"
    asked = (
        f"set; {key_hint('tokens.epochs', 'changes')} it"
        if requested is not None
        else f"predicted; {key_hint('tokens.epochs', 'sets')} it"
    )
    return f"{mark}{report.billed_tokens:,} tokens = {each:,} × {epochs} ({asked})"


def cut(report: TokenReport, lost: Mapping[int, int], *, short: bool = False) -> str:
    """Return which examples are over the training limit and what is lost of them.

    `lost` gives trained tokens lost by line, as far as they are known.
    """
    limit = report.facts.training_limit
    if limit is None:
        return "training limit unknown"
    if not report.truncated:
        longest = number(report.summary.max)
        return "nothing" if short else f"nothing; the longest has {longest} of {limit:,} tokens"
    total = sum(t.lost for t in report.truncated)
    trained = f"{sum(lost.values()):,} trained" if len(lost) == len(report.truncated) else "…"
    if short:
        return f"{len(report.truncated):,} lose {total:,} ({trained})"
    what = plural(len(report.truncated), "example")
    named = [f"line {t.line} (−{t.lost:,})" for t in report.truncated[:_NAMED]]
    if len(report.truncated) > _NAMED:
        named.append("…")
    return (
        f"{what} over {limit:,} {'loses' if len(report.truncated) == 1 else 'lose'} "
        f"{total:,} tokens, {trained}: {', '.join(named)} · {key_hint('tokens.cut', 'lists')}"
    )


def left_out(report: TokenReport) -> str:
    """Return what the numbers do not hold: lines that are not examples, images and sounds."""
    parts = []
    if report.rows > report.examples:
        parts.append(f"{plural(report.rows - report.examples, 'line')} without an example")
    if report.uncounted:
        parts.append(f"{plural(report.uncounted, 'image or sound', 'images or sounds')}")
    said = [f"not counted: {' and '.join(parts)}"] if parts else []
    if tools := report.total("tools"):
        said.append(f"tool definitions besides: {tools:,} tokens")
    if images := report.image_tokens:
        said.append(f"images besides: {images:,} tokens")
    return " · ".join(said)


def counted_by(report: TokenReport) -> str:
    """Return which tokenizer counted, and why no faster one did; empty when all was known."""
    counter = report.counter and f"by {report.counter.split()[0]}"
    return " · ".join(filter(None, [counter, report.note]))


def difference(first: TokenReport, second: TokenReport) -> str:
    """Return how long the answers of file B are beside those of file A; "Answers" stands before."""
    if not first.examples or not second.examples:
        return f"not to be compared: {'A' if not first.examples else 'B'} has no examples"
    return comparison.difference(first.trained_summary.p50, second.trained_summary.p50)
