"""Ask for a run on the command line: its options, what would be asked, and how far it is."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.cli.chat_parameters import add_parameters
from tui.cli.inputs import a_file
from tui.cli.progress import StatusLine
from tui.core.money.terms import amount_words
from tui.core.text.text import plural
from tui.services.compare.run import RunEvents
from tui.services.errors import InputError, NeedsConfirmation, ServiceError
from tui.services.jobs.spending import clock

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from decimal import Decimal

    from tui.cli.output import Output
    from tui.core.compare.plan import Plan
    from tui.core.compare.remaining import Remaining
    from tui.core.compare.result_row import Row
    from tui.services.compare.estimate import Estimate
    from tui.services.compare.run import Cap, CompareRun

MOST_AT_ONCE = 64
_FAILED_SHOWN = 5


def add_asking(parser: argparse.ArgumentParser) -> None:
    """Add what says how models are asked, and what it may cost."""
    parser.add_argument("--limit", type=int, metavar="N", help="only its first N prompts")
    parser.add_argument(
        "--repeat", type=int, default=None, metavar="N", help="ask each prompt N times (default: 1)"
    )
    parser.add_argument("--system", metavar="TEXT", help="the system prompt, in place of theirs")
    tools = "functions the models may call, as JSON, for prompts without tools of their own"
    add_parameters(parser, tools)
    parser.add_argument(
        "--concurrency", type=int, default=4, metavar="N", help="requests at a time (default: 4)"
    )
    cap = "stop before it costs more than this; refuse to begin if it will"
    parser.add_argument("--max-cost", metavar="AMOUNT", help=cap)


def check_asking(options: argparse.Namespace) -> None:
    """Raise InputError for options out of range."""
    if options.out is not None:
        why = "a run that was broken off goes on from it; --json prints what it comes to"
        a_file(options.out, "--out", why)
    if options.limit is not None and (options.dataset is None or options.limit < 1):
        raise InputError("Usage", "--limit is how many prompts of --dataset", "At least 1.")
    if not 1 <= options.concurrency <= MOST_AT_ONCE:
        raise InputError("Usage", f"--concurrency is from 1 to {MOST_AT_ONCE}", "Such as 4.")


def refusal_of(
    cap: Decimal | None, estimate: Estimate | None, left: Remaining, options: argparse.Namespace
) -> ServiceError | None:
    """Return why a run may not begin or go on, None where it may.

    The cap is on all that it costs, what it has cost already too.
    """
    if cap is None or estimate is None or options.yes or estimate.free:
        return None
    if not estimate.above(cap - left.spent):
        return None
    most = amount_words(cap, estimate.currency)
    spent = ""
    if left.spent:
        spent = f", beside {amount_words(left.spent, estimate.currency)} spent already"
    cause = f"{estimate.words}{spent}; --max-cost allows {most}"
    return NeedsConfirmation("Not asked", cause, "Raise --max-cost, or add --yes to begin.")


def tell_plan(
    plan: Plan,
    left: Remaining,
    estimate: Estimate | None,
    refusal: ServiceError | None,
    out: Output,
) -> int:
    """Tell what would be asked; return what asking it would begin with."""
    assert estimate is not None
    code = 0 if refusal is None else refusal.exit_code
    amount = None if estimate.amount is None else float(estimate.amount)
    document: dict[str, Any] = {
        "dry_run": True,
        "would_exit": code,
        "models": [one.name for one in plan.candidates],
        "prompts": len(plan.prompts),
        "skipped": plan.skipped,
        "answers": left.total,
        "there": left.there,
        "cost": {
            "amount": amount,
            "currency": estimate.currency,
            "as_of": estimate.as_of and estimate.as_of.isoformat(),
        },
    }
    if refusal is not None:
        document["error"] = refusal.to_json()
    out.document(document)
    models = plural(len(plan.asked), "model")
    times = "" if plan.repeats == 1 else f", {plan.repeats} times each"
    out.line(f"{plural(len(plan.prompts), 'prompt')} to {models}{times}: {_left(left, estimate)}")
    if refusal is not None:
        out.say(refusal)
    return code


def _left(left: Remaining, estimate: Estimate) -> str:
    """Return what would be asked, beside what is there."""
    if not left.total:
        there = "the answer is" if left.there == 1 else f"all {left.there:,} answers are"
        return f"nothing is left to ask, {there} there"
    more = f" more, {left.there:,} there" if left.there else ""
    return f"{plural(left.total, 'answer')}{more}; {estimate.words}"


@dataclass(slots=True)
class _Told(RunEvents):
    """Shows how far a run is on a terminal."""

    run: CompareRun
    line: StatusLine

    def came(self, row: Row) -> None:
        """Count it."""
        run = self.run
        spent = "" if not run.spent else f" · {run.spent:.4f} spent"
        failed = "" if not run.failed else f" · {run.failed:,} failed"
        self.line.put(f"{len(run.rows):,} of {run.plan.size:,} answers{failed}{spent}")

    def paused(self, until: float) -> None:
        """Say until when nobody asks."""
        self.line.put(f"the provider asks to wait until {clock(until)}")


async def ask_all(
    run: CompareRun, options: argparse.Namespace, cap: Cap | None, out: Output
) -> ServiceError | None:
    """Ask for what is missing; return what ended it before its time."""
    if run.resumed:
        out.note(f"finetui: going on with run {run.id}: {run.resumed:,} of {run.plan.size:,} there")
    line = StatusLine()
    try:
        await run.ask(options.concurrency, _Told(run, line), cap)
    except ServiceError as error:
        return error
    except asyncio.CancelledError:
        line.end()
        how = _how_on(options, run.plan.records)
        out.note(f"finetui: {len(run.rows):,} of {run.plan.size:,} answers; {how}")
        raise
    finally:
        line.end()
    return None


def _how_on(options: argparse.Namespace, records: bool) -> str:
    if options.out is None and not records:
        return "with --out FILE, the same command again would go on from here"
    return "the same command again goes on from here"


def print_failed(rows: Sequence[Row], out: Output) -> None:
    """Print why prompts failed, the first few."""
    failed = [row for row in rows if row.error is not None]
    for row in failed[:_FAILED_SHOWN]:
        out.note(f"finetui: line {row.slot.line}, {row.slot.model}: {row.error}")
    if len(failed) > _FAILED_SHOWN:
        out.note(f"finetui: and {len(failed) - _FAILED_SHOWN:,} more failed")
