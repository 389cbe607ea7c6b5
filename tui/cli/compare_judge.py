"""The judge of `finetui compare`: what is said of it, and its bill."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.cli.inputs import bytes_of
from tui.core.compare.judging import RUBRIC, JudgeSettings
from tui.services.errors import InputError

if TYPE_CHECKING:
    import argparse

    from tui.services.compare.judge import Judge


def add_judge(parser: argparse.ArgumentParser) -> None:
    """Add the options that have answers judged."""
    parser.add_argument("--judge", metavar="MODEL", help="have a model score the answers too")
    rubric = "what the judge is told, as a text file (default: right, complete, clear, brief)"
    parser.add_argument("--rubric", metavar="FILE", help=rubric)


async def judge_settings(options: argparse.Namespace) -> JudgeSettings | None:
    """Return who judges by what; None for nobody. Raises InputError."""
    if options.judge is None:
        if options.rubric is not None:
            raise InputError("Usage", "--rubric is what --judge is told", "Name a judge.")
        return None
    rubric = RUBRIC
    if options.rubric is not None:
        data = await bytes_of(options.rubric, "Cannot read the rubric")
        rubric = data.decode("utf-8", "replace").strip()
        if not rubric:
            raise InputError("Usage", f"{options.rubric} is empty", "Say what counts.")
    return JudgeSettings(options.judge, rubric, options.seed or 0)


def judge_document(judge: Judge) -> dict[str, Any]:
    """Return what the document of a run says of its judge."""
    cost = judge.cost
    return {
        "model": judge.bill.model,
        "asked": judge.bill.asked,
        "failed": judge.bill.failed,
        "cost": {"amount": None if cost is None else float(cost), "currency": judge.currency},
    }
