"""The results of a run as one JSON document, and as lines of text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.core.money.terms import amount_words, charge_words
from tui.core.text.text import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tui.core.compare.plan import Plan
    from tui.core.compare.table import HeadToHead, Spread, Summary, Table

SHORT = {
    "exact": "exact",
    "normalised": "norm.",
    "similarity": "similar",
    "json_valid": "JSON",
    "json_keys_equal": "keys",
    "json_equal": "values",
    "tool_calls_equal": "calls",
    "judge": "judge",
    "picked": "picked",
}
HEAD = ("model", *SHORT.values(), "tokens", "p50 s", "p95 s", "cost", "failed")


def run_document(run: str, plan: Plan, table: Table, asked_again: int) -> dict[str, Any]:
    """Return the document of a run. `asked` counts answers that came and prompts that failed."""
    rows = table.rows
    return {
        "run": run,
        "models": [one.name for one in plan.candidates],
        "prompts": len(plan.prompts),
        "asked": len(rows),
        "failed": sum(row.error is not None for row in rows),
        "measures": {one.model: one.as_json() for one in table.summaries()},
        "pairs": [one.as_json() for one in table.versus() if one.measure != "json_keys_equal"],
        "repeats": plan.repeats,
        "skipped": plan.skipped,
        "missing": plan.size - len(rows),
        "asked_again": asked_again,
    }


def summary_cells(one: Summary) -> tuple[str, ...]:
    """Return a model's measures as cells below HEAD; a dash for what does not apply."""
    tokens = "–" if one.answer_tokens is None else f"{one.answer_tokens:,.0f}"
    # That nothing was answered is no reason to say that answers are free.
    price = charge_words if one.answers else amount_words
    cost = "unknown" if one.amount is None else price(one.amount, one.currency)
    shares = [share_words(one.shares.get(name)) for name in SHORT]
    return (one.model, *shares, tokens, *_seconds(one.latency), cost, f"{one.failed:,}")


def summary_table(found: Sequence[Summary]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return head and cells of the models' measures, without those that never applied."""
    rows = [summary_cells(one) for one in found]
    used = [i for i in range(len(HEAD)) if any(row[i] != "–" for row in rows)]
    return tuple(HEAD[i] for i in used), [tuple(row[i] for i in used) for row in rows]


def share_words(share: float | None) -> str:
    """Return a share in per cent; all and none only where it is all and none."""
    if share is None:
        return "–"
    percent = 100 * share
    if 0 < share < 1:
        percent = min(max(percent, 0.1), 99.9)
    return f"{percent:.0f} %" if percent in {0, 100} else f"{percent:.1f} %"


def versus_words(found: Sequence[HeadToHead]) -> Iterator[str]:
    """Yield a line for each comparison of two models."""
    for one in found:
        yield f"{one.a} against {one.b}, {one.measure}: {one.result.words}"


def skipped_words(count: int) -> str:
    """Say how many lines ask nothing; empty for none."""
    return "" if not count else f"{plural(count, 'line')} that {_ask(count)} nothing left out"


def _ask(count: int) -> str:
    return "asks" if count == 1 else "ask"


def _seconds(spread: Spread) -> tuple[str, str]:
    found = ["–" if value is None else f"{value:.2f}" for _, value in spread.pairs]
    return found[0], found[1]
