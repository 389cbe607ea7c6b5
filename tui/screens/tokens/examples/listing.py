"""The list of examples behind a bar, or of those that are cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text

from tui.commands import key_hint, key_of
from tui.core.dataset.example import Example
from tui.core.text.text import one_line, plural
from tui.screens.tokens.report.spreads import unit_of
from tui.screens.tokens.report.words import number

if TYPE_CHECKING:
    from tui.screens.tokens.report.figures import FileFigures
    from tui.services.datasets import Document
    from tui.services.tokens.report import Measure, TokenReport


def none_cut() -> str:
    """Return what is said, with the keys in use."""
    back = key_hint("app.escape", "goes")
    return f"Nothing is cut: no example is over the training limit. {back} back."


def none_far() -> str:
    """Return what is said, with the keys in use."""
    back = key_hint("app.escape", "goes")
    return f"No outlier: no example is far longer than the others. {back} back."


NO_EXAMPLES = "The file has no examples."


def none_here() -> str:
    """Return what is said, with the keys in use."""
    return f"No example is that long. {key_hint('app.escape', 'goes')} back."


@dataclass(frozen=True, slots=True)
class WantedExamples:
    """Which examples to list: those whose measure lies in `first` to `last`, or the cut ones."""

    measure: Measure = "context"
    first: float = 0
    last: float = 0
    cut: bool = False
    outliers: bool = False


@dataclass(frozen=True, slots=True)
class ListedExample:
    """One example of the list: its line, its tokens, and those cut away, all of them and trained.

    `lost_trained` is None while that is not known.
    """

    line: int
    context: int
    trained: int
    lost: int = 0
    lost_trained: int | None = None


def listed(file: FileFigures, wanted: WantedExamples) -> list[ListedExample]:
    """Return the examples wanted, in line order. Slow for many examples."""
    import numpy as np

    report = file.report
    losses = {cut.line: cut.lost for cut in report.truncated}
    if wanted.cut:
        chosen = np.isin(report.lines, list(losses))
    elif wanted.outliers:
        chosen = report.values(wanted.measure) > fence(report, wanted.measure)
    else:
        values = report.values(wanted.measure)
        chosen = (values >= wanted.first) & (values <= wanted.last)
    return [
        ListedExample(line, context, trained, losses.get(line, 0), file.lost.get(line))
        for line, context, trained in zip(
            report.lines[chosen].tolist(),
            report.context[chosen].tolist(),
            report.trained[chosen].tolist(),
            strict=True,
        )
    ]


def title(wanted: WantedExamples, count: int) -> str:
    """Return what stands over the list."""
    if wanted.outliers:
        what = f"{plural(count, 'outlier')}: {wanted.measure} over {number(wanted.first)}"
    elif wanted.cut:
        what = f"{plural(count, 'example')} cut at the training limit"
    else:
        span = number(wanted.first)
        if wanted.last != wanted.first:
            span = f"{span}–{number(wanted.last)}"
        what = f"{plural(count, 'example')} of {span} {unit_of(wanted.measure)}s"
        if wanted.measure in {"context", "trained"}:
            what = f"{plural(count, 'example')} of {span} {wanted.measure} tokens"
    opens, tokens = key_hint("lists.choose", "opens"), key_hint("tokens.view", "tokens")
    return " · ".join([what, opens, tokens, key_of("app.escape")])


def fence(report: TokenReport, measure: Measure) -> float:
    """Return beyond which value an example is an outlier: 3 spreads over the upper quarter.

    A spread is the distance of the quarters, so the rule holds for skewed lengths too.
    """
    spread = report.spread(measure)
    return spread.p75 + 3 * max(spread.p75 - spread.p25, 1)


def row(item: ListedExample, document: Document, width: int) -> Text:
    """Return one line of the list: line number, tokens, what is lost, and how it begins."""
    text = Text(f"line {item.line:<6,}", style="dim")
    text.append(f"{item.context:>7,} tokens {item.trained:>7,} trained ")
    if item.lost:
        trained = "" if item.lost_trained is None else f" ({item.lost_trained:,} trained)"
        text.append(f" cut −{item.lost:,}{trained} ", style="bold red")
    if item.line <= len(document):
        example = document.example(item.line - 1)
        if isinstance(example, Example):
            text.append(f" {one_line(example.first('user'), width)}", style="dim")
    return text


def none_words(wanted: WantedExamples) -> str:
    """Return what a list without examples says."""
    if wanted.cut:
        return none_cut()
    return none_far() if wanted.outliers else none_here()
