"""The table of what a file costs with every model, and of savings by leaving long examples out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rich.text import Text
from textual.containers import VerticalScroll
from textual.widgets import Static

from tui.commands import key_hint
from tui.core.money.pricing import FREE
from tui.core.text.text import one_line
from tui.core.tokens.comparison import Offer, asked_prompts, offer, validated, without_longest
from tui.dispatch import handles
from tui.screens.dialogs.base import Dialog
from tui.screens.tokens.report import words

if TYPE_CHECKING:
    from datetime import date

    from textual.app import ComposeResult

    from tui.core.catalog.models import Catalog, ModelFacts
    from tui.core.money.terms import Pricing
    from tui.screens.tokens.report.figures import FileFigures
    from tui.services.tokens.report import TokenReport

DROPS = (1, 5, 10, 25)
PROMPTS = 100
_NAME = 24


def offers(
    report: TokenReport, catalog: Catalog, requested: int | None, money: Pricing
) -> tuple[list[Offer], list[tuple[int, Offer]]]:
    """Return an offer of each trainable model, and of the chosen one without the longest k %.

    The counts are those of the model chosen: for one of another vocabulary they are estimates.
    """
    counts: list[int] = report.context.tolist()
    preference = bool(counts) and bool(report.values("rejected").all())
    every = [
        offer(counts, _beside(facts, report, money), requested, preference=preference)
        for facts in catalog.trainable
    ]
    fewer = [
        (k, offer(without_longest(counts, k), report.facts, requested, preference=preference))
        for k in (0, *DROPS)
    ]
    return every, fewer


def _beside(facts: ModelFacts, report: TokenReport, money: Pricing) -> ModelFacts:
    """Return a model at the profile's prices; not exact if the counts are not of its vocabulary."""
    exact = facts.exact and facts.encoding == report.facts.encoding
    return replace(money.priced(facts), exact=exact)


def besides(report: TokenReport, prompts: int, beside: FileFigures | None) -> Text:
    """Return what costs besides the training: asking the model, and a validation file.

    `beside` is the file laid beside the first, taken for its validation file.
    """
    facts, asked = report.facts, report.total("assistant")
    text = Text("\nBesides, with the model chosen\n", style="bold", no_wrap=True)
    if tools := report.total("tools"):
        said = f"{tools:,} tokens an epoch, in none of these prices"
        text.append(f"  {'tool definitions':<{_NAME}}{said}\n", style="not bold")
    amount = asked_prompts(report.context_total, asked, report.examples, prompts, facts)
    if amount is None:
        said = "price of asking it unknown"
    elif not amount:
        said = FREE
    else:
        said = f"≈ {words.money(amount, facts.currency)}, if answered at the same length"
    asked_for = f"{prompts:,} test {'prompt' if prompts == 1 else 'prompts'}"
    text.append(f"  {asked_for:<{_NAME}}{said}\n", style="not bold")
    if beside is None:
        validation = f"{words.validation(facts)} · {key_hint('tokens.compare', 'lays')} one beside"
        text.append(f"  {'a validation file':<{_NAME}}{validation}\n", style="not bold")
        return text
    name = one_line(beside.name, _NAME - 3)
    validation = _validation(facts, beside.report, report.epochs)
    text.append(f"  {name:<{_NAME}}as validation: {validation}\n", style="not bold")
    return text


def _validation(facts: ModelFacts, beside: TokenReport, epochs: int) -> str:
    """Return what a validation file comes to, or whether that is known at all."""
    said = words.validation(facts)
    amount = validated(beside.context.tolist(), facts, epochs).amount
    if not amount or facts.validation_billed is False:
        return said
    mark = "" if facts.exact else "≈ "
    price = f"{mark}{words.money(amount, facts.currency)}"
    return f"{price}, {said}" if facts.validation_billed else f"{said}; {price} if so"


def table(every: list[Offer], fewer: list[tuple[int, Offer]], chosen: str, day: date) -> Text:
    """Return both tables."""
    text = Text(no_wrap=True)
    text.append(f"  {'model':<{_NAME}}{'epochs':>7}{'cut':>7}{'billed':>13}{'cost':>12}\n", "bold")
    for each in every:
        mark = "▸" if chosen in {each.facts.id, each.facts.base} else " "
        about = "" if each.facts.exact else "≈ "
        text.append(f"{mark} {each.facts.id[: _NAME - 1]:<{_NAME}}{each.epochs:>7}{each.cut:>7,}")
        text.append(f"{about + format(each.billed, ','):>13}{_cost(each):>12}\n")
        remark = " · ".join(
            filter(None, [words.price(each.facts), words.jobs_until(each.facts, day)])
        )
        text.append(f"  {remark}\n", style="dim")
    text.append("\nWithout the longest examples, with the model chosen\n", style="bold")
    whole = fewer[0][1]
    for percent, each in fewer:
        label = "all of them" if not percent else f"longest {percent} % left out"
        saved = whole.billed - each.billed
        share = saved * 100 / whole.billed if whole.billed else 0
        text.append(f"  {label:<{_NAME}}{each.epochs:>7}{each.cut:>7,}{each.billed:>13,}")
        text.append(f"{_cost(each):>12}")
        less = f"  −{share:.0f} %" if saved > 0 else "  none" if each == whole else ""
        text.append(f"{less if percent else ''}\n", style="dim")
    return text


def _cost(each: Offer) -> str:
    amount = each.cost.amount
    if amount is None:
        return "unknown"
    # Nothing to bill is not free of charge: a file without examples is no reason to say so.
    free = each.facts.price_training == 0
    return FREE if free else words.money(amount, each.cost.currency)


class PricesDialog(Dialog[bool]):
    """Shows the tables, until esc; answers whether another number of test prompts is wanted."""

    DEFAULT_CSS = """
    PricesDialog > .dialog { width: 84; max-width: 100%; }
    PricesDialog VerticalScroll { height: auto; max-height: 18; }
    PricesDialog.-low VerticalScroll { max-height: 60vh; }
    PricesDialog.-low .keys { margin: 0; }
    PricesDialog .table { width: auto; height: auto; }
    """
    WHERE = "prices"

    def __init__(self, shown: Text, how: str) -> None:
        super().__init__("What a job would cost")
        self._shown, self._how = shown, how

    def compose_content(self) -> ComposeResult:
        """Lay out the tables and what the epochs are."""
        with VerticalScroll():
            yield Static(self._shown, classes="table")
        yield self.key_hints(self._how, up=None, down=None, prompts="test prompts", cancel="closes")

    @handles("prices.close")
    def close_prices(self) -> None:
        """Close the tables."""
        self.dismiss(None)

    @handles("prices.prompts")
    def ask_prompts(self) -> None:
        """Ask for another number of test prompts."""
        self.dismiss(result=True)

    def on_mount(self) -> None:
        """Let the arrow keys scroll."""
        self.query_one(VerticalScroll).focus()
