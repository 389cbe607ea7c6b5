"""Export a token report: counts of each example, a Markdown report, a drawing."""

from __future__ import annotations

import csv
import io
import json
from html import escape
from typing import TYPE_CHECKING

from tui.core.text.text import figure, visible
from tui.core.tokens import distribution
from tui.core.tokens.raster import bars_as_png
from tui.services.datasets.disk.atomic_save import write_atomically
from tui.services.tokens.counting.columns import AT
from tui.services.tokens.counting.gathering import KINDS
from tui.services.tokens.report import MEASURES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tui.services.tokens.report import Measure, TokenReport

FIELDS = (
    "line", "format", "context_tokens", "trained_tokens", "lost_tokens", "messages", "turns",
    "characters", "system_tokens", "user_tokens", "assistant_tokens", "tool_tokens",
    "tool_definition_tokens", "rejected_tokens", "uncounted",
)  # fmt: skip
_COLUMNS = (
    "messages", "turns", "characters", "system", "user", "assistant", "tool", "tools",
    "rejected", "uncounted",
)  # fmt: skip
_SPREAD = (
    ("min", "min"), ("p05", "p05"), ("p25", "p25"), ("median", "p50"), ("p75", "p75"),
    ("p95", "p95"), ("p99", "p99"), ("max", "max"), ("mean", "mean"), ("std dev", "std"),
    ("total", "total"),
)  # fmt: skip
_WIDTH, _HEIGHT, _EDGE = 720, 300, 40
_BARS = 60


def write_to(
    path: Path, reports: Sequence[TokenReport], measure: Measure, *, log: bool = False
) -> None:
    """Write what the file's ending asks for; with any other than these, Markdown.

    .csv and .jsonl get the counts, .svg and .png the histogram. Raises OSError.
    """
    if path.suffix == ".png":
        save(path, as_png(reports[0], measure, log=log))
        return
    if path.suffix == ".csv":
        made = as_csv(reports[0])
    elif path.suffix == ".jsonl":
        made = as_json_lines(reports[0])
    elif path.suffix == ".svg":
        made = as_svg(reports[0], measure, log=log)
    else:
        made = as_markdown(reports)
    save(path, made)


def save(path: Path, made: str | bytes) -> None:
    """Write a file, complete or not at all; into a pipe or device it goes piece by piece.

    Raises OSError, leaving an older file as it was.
    """
    data = made.encode("utf-8", "surrogateescape") if isinstance(made, str) else made
    write_atomically(path, [data])


def per_example(report: TokenReport) -> Iterator[tuple[int | str, ...]]:
    """Yield one row an example, its values in the order of FIELDS."""
    limit = report.facts.training_limit
    rest = [AT[name] for name in _COLUMNS]
    for line, row in zip(report.lines.tolist(), report.table.tolist(), strict=True):
        context = row[AT["context"]]
        lost = 0 if limit is None else max(0, context - limit)
        kind = KINDS[row[AT["kind"]]]
        yield (line, kind, context, row[AT["trained"]], lost, *(row[at] for at in rest))


def as_csv(report: TokenReport) -> str:
    """Return the counts of every example as CSV with a heading."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")  # numbers and words of ours: no text to guard
    writer.writerow(FIELDS)
    writer.writerows(per_example(report))
    return out.getvalue()


def as_json_lines(report: TokenReport) -> str:
    """Return the counts of every example, one JSON object a line."""
    rows = (json.dumps(dict(zip(FIELDS, row, strict=True))) for row in per_example(report))
    return "".join(f"{row}\n" for row in rows)


def as_markdown(reports: Sequence[TokenReport]) -> str:
    """Return a report of one file, or of several one after the other, as Markdown."""
    return "\n".join(_file(report) for report in reports)


def _file(report: TokenReport) -> str:
    facts, cost = report.facts, report.cost
    how = "exact" if facts.exact else "an estimate"
    limit = facts.training_limit
    amount = "unknown" if cost.amount is None else f"{cost.amount:,.4f} {cost.currency}"
    dated = f", list price as of {cost.as_of}" if cost.as_of else ""
    epochs = "predicted" if report.epochs == report.predicted_epochs else "chosen"
    lines = [
        f"# Tokens of {_cell(report.path)}",
        "",
        f"- Model: {_cell(report.model)}, counted with {facts.encoding} ({how})",
        f"- Examples: {report.examples:,} in {report.rows:,} lines",
        f"- Context tokens: {report.context_total:,}",
        f"- Trained tokens: {report.trained_total:,}",
        f"- Over the training limit: {len(report.truncated):,}"
        + ("" if limit is None else f" (limit {limit:,})"),
        f"- Epochs: {report.epochs} ({epochs})",
        f"- Billed tokens: {report.billed_tokens:,}",
        f"- Cost: {amount}{dated}{_beside(report)}",
    ]
    if tools := report.total("tools"):
        lines.append(f"- Tool definitions, not among the above: {tools:,} tokens")
    if report.uncounted:
        lines.append(f"- Not counted: {report.uncounted:,} images or sounds")
    if facts.no_new_jobs_after:
        lines.append(f"- No new jobs after: {facts.no_new_jobs_after}")
    lines += ["", "| | " + " | ".join(MEASURES) + " |", "|---|" + "---:|" * len(MEASURES)]
    for label, key in _SPREAD:
        cells = (figure(getattr(report.spread(name), key)) for name in MEASURES)
        lines.append(f"| {label} | " + " | ".join(cells) + " |")
    if report.truncated:
        lines += ["", "| line | tokens | cut |", "|---:|---:|---:|"]
        lines += [f"| {t.line:,} | {t.tokens:,} | {t.lost:,} |" for t in report.truncated[:100]]
        if len(report.truncated) > 100:
            lines.append(f"| … | {len(report.truncated) - 100:,} more | |")
    return "\n".join([*lines, ""])


def _beside(report: TokenReport) -> str:
    amount = report.tool_cost.amount
    if not amount:
        return ""
    return f", + tool definitions, not counted in: about {amount:,.4f} {report.cost.currency}"


def as_svg(report: TokenReport, measure: Measure, *, log: bool = False) -> str:
    """Return the histogram of a measure as an SVG drawing."""
    histogram = _histogram(report, measure, log=log)
    shapes = _shapes(histogram) if histogram.bins else []
    title = escape(visible(f"{report.path}: {measure} per example ({report.examples:,})"))
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}"'
            ' font-family="sans-serif" font-size="12">',
            f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
            f'<text x="{_EDGE}" y="20">{title}</text>',
            *shapes,
            "</svg>",
            "",
        ]
    )


def as_png(report: TokenReport, measure: Measure, *, log: bool = False) -> bytes:
    """Return the histogram of a measure as a PNG image."""
    return bars_as_png(_histogram(report, measure, log=log))


def _histogram(report: TokenReport, measure: Measure, *, log: bool) -> distribution.Histogram:
    values = report.values(measure)
    limit = report.facts.training_limit if measure == "context" else None
    if not len(values):
        return distribution.Histogram((), limit, 0)
    borders = distribution.edges(int(values.min()), int(values.max()), _BARS, log=log)
    return distribution.filled(borders, values, limit)


def _cell(text: str) -> str:
    return visible(text).replace("|", "\\|").replace("\n", " ")


def _shapes(histogram: distribution.Histogram) -> list[str]:
    bars = histogram.bins
    width = (_WIDTH - 2 * _EDGE) / len(bars)
    room = _HEIGHT - 2 * _EDGE
    floor = _HEIGHT - _EDGE
    shapes = []
    for at, bar in enumerate(bars):
        tall = room * bar.count / (histogram.highest or 1)
        over = histogram.limit is not None and bar.low > histogram.limit
        shapes.append(
            f'<rect x="{_EDGE + at * width:.1f}" y="{floor - tall:.1f}" width="{width * 0.9:.1f}"'
            f' height="{tall:.1f}" fill="{"#c0392b" if over else "#2c6fbb"}">'
            f"<title>{bar.low:,}–{bar.high - 1:,}: {bar.count:,}</title></rect>"
        )
    shapes += [
        f'<path d="M{_EDGE} {_EDGE}V{floor}H{_WIDTH - _EDGE}" fill="none" stroke="#444"/>',
        f'<text x="{_EDGE}" y="{floor + 18}">{bars[0].low:,}</text>',
        f'<text x="{_WIDTH - _EDGE}" y="{floor + 18}" text-anchor="end">'
        f"{bars[-1].high - 1:,}</text>",
        f'<text x="{_EDGE - 6}" y="{_EDGE + 4}" text-anchor="end">{histogram.highest:,}</text>',
    ]
    if histogram.limit is not None and histogram.above:
        shapes.append(
            f'<text x="{_WIDTH - _EDGE}" y="{_EDGE - 4}" text-anchor="end" fill="#c0392b">'
            f"{histogram.above:,} over {histogram.limit:,}</text>"
        )
    return shapes
