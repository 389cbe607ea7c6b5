"""The two blocks of figures: the table of percentiles, and cut, billed tokens and cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.text import Text

from tui.core.money.terms import budget_words
from tui.core.text.text import one_line
from tui.screens.tokens.report import words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from tui.core.money.terms import Budget
    from tui.services.tokens.report import Measure, TokenReport

_ROWS = (
    ("min", "min"),
    ("p05", "p05"),
    ("p25", "p25"),
    ("p50", "median"),
    ("p75", "p75"),
    ("p95", "p95"),
    ("p99", "p99"),
    ("max", "max"),
    ("mean", "mean"),
    ("std", "std dev"),
    ("total", "total"),
)
_LABEL, _CELL = 8, 9
_FACT = 8
_SHORT = {"characters": "chars", "assistant": "assist."}


@dataclass(frozen=True, slots=True)
class FileFigures:
    """One file's report; `lost` gives the trained tokens cut away, by line."""

    name: str
    report: TokenReport
    lost: Mapping[int, int] = field(default_factory=dict)


def table(files: Sequence[FileFigures], measure: Measure, rows: int = 0) -> Text:
    """Return the percentiles, two or three columns a file; the measure drawn is marked ▸.

    Of `rows` examples only the first may be counted yet: the columns have room for all.
    """
    names: list[Measure] = ["context", "trained"]
    if measure not in names:
        names = [*names, measure] if len(files) == 1 else ["context", measure]
    cell = max(_CELL, *(_widest(file.report, names, rows) + 1 for file in files))
    text = Text(no_wrap=True)
    if len(files) > 1:
        text.append(" " * _LABEL)
        for letter in "AB":
            text.append(letter.center(len(names) * cell), style="bold")
        text.append("\n")
    text.append(" " * _LABEL)
    for _ in files:
        for name in names:
            mark = "▸" if name == measure else ""
            style = "bold" if name == measure else "dim"
            text.append(f"{mark}{_SHORT.get(name, name)}".rjust(cell), style=style)
    text.append(f"\n{'count':<{_LABEL}}", style="dim")
    for file in files:
        text.append(f"{file.report.examples:>{cell},}" + " " * cell * (len(names) - 1))
    for key, label in _ROWS:
        text.append(f"\n{label:<{_LABEL}}", style="dim")
        for file in files:
            for name in names:
                text.append(words.number(getattr(file.report.spread(name), key)).rjust(cell))
    return text


def _widest(report: TokenReport, names: Sequence[Measure], rows: int) -> int:
    share = max(1.0, rows / max(report.examples, 1))
    return max(len(words.number(round(report.spread(name).total * share))) for name in names)


def facts(
    files: Sequence[FileFigures], epochs: int | None, day: date, budget: Budget | None = None
) -> Text:
    """Return model, what is cut, billed tokens, cost and budget; for two files a column each."""
    first = files[0]
    known = first.report.facts
    remarks = [known.id] if known.exact else [known.id, words.counting(known)]
    remarks.append(words.counted_by(first.report))
    text = Text()
    _line(text, "Model", " · ".join(filter(None, [*remarks, words.jobs_until(known, day)])))
    if len(files) == 1:
        _line(text, "Cut", words.cut(first.report, first.lost))
        _line(text, "Billed", words.billed(first.report, epochs))
        paid = bool(first.report.cost.amount)
        shown = f"{words.cost(first.report)} at {words.price(known)}" if paid else None
        _line(text, "Cost", (shown or words.cost(first.report)) + words.beside_cost(first.report))
        if budget is not None and (left := budget_words(budget, first.report.cost)):
            _line(text, "Budget", left.removeprefix("budget "))
        if out := words.left_out(first.report):
            _line(text, "Note", out)
        return text
    second = files[1]
    _pair(
        text, "Files", *(f"{x} {one_line(f.name, 32)}" for x, f in zip("AB", files, strict=False))
    )
    _pair(text, "Cut", *(words.cut(f.report, f.lost, short=True) for f in files))
    _pair(text, "Billed", *(words.billed(f.report, epochs, short=True) for f in files))
    _pair(
        text,
        "Cost",
        *(words.cost(f.report) + words.beside_cost(f.report, short=True) for f in files),
    )
    _line(text, "Answers", words.difference(first.report, second.report))
    return text


def _line(text: Text, label: str, said: str) -> None:
    if text:
        text.append("\n")
    text.append(f"{label:<{_FACT}}", style="dim")
    text.append(one_line(said, 400))


def _pair(text: Text, label: str, left: str, right: str) -> None:
    _line(text, label, f"{left:<34} {right}")
