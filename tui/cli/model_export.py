"""`finetui models board` and `export`: what ends when, and the inventory as a file."""

from __future__ import annotations

import asyncio
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.cli.arguments import Commands, Parser, command
from tui.cli.inputs import REPLACES, STDIN, refuse_replacing
from tui.cli.models_found import (
    add_choice,
    add_places,
    chosen,
    find_models,
    model_document,
    tell_missing,
)
from tui.core.catalog.shutdown import Until, training_ends
from tui.core.models.days import days_left, ends_words
from tui.core.models.ending import ending, root_of
from tui.core.models.export import ENDINGS, FORMATS, exported
from tui.core.text.moments import day_of
from tui.core.text.text import plural
from tui.services.models.export import write_models
from tui.services.output_endings import by_ending

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from tui.cli.output import Output
    from tui.core.models.entry import ModelEntry
    from tui.services.workspace import Workspace


def register_board(actions: Commands[Parser]) -> None:
    """Add the command that lists what ends."""
    add_places(command(actions, "board", _board, "list the models that end, the soonest first"))


def register_export(actions: Commands[Parser]) -> None:
    """Add the command that exports."""
    parser = command(actions, "export", _export, "write the inventory as CSV, JSON or Markdown")
    add_choice(parser)
    parser.add_argument("--format", choices=FORMATS, help="default: as PATH ends, else csv")
    parser.add_argument("-o", "--output", metavar="PATH", help="where to (default, and -: stdout)")
    parser.add_argument("--yes", action="store_true", help=REPLACES)


async def _board(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    found = await find_models(options, workspace)
    tell_missing(found, out, tuned=False)
    today = day_of(time.time())
    models = ending(found.entries, today)
    bases = await _training(found.entries, workspace)
    out.document(
        {
            "models": [
                {
                    **model_document(one),
                    "days_left": days_left(one.shutdown, today),
                    "ends_read_at": one.shutdown.source_words,
                    "ends_detail": one.shutdown.detail or None,
                }
                for one in models
            ],
            "training": [_training_document(one, today) for one in bases],
        }
    )
    out.table(
        ("ends", "days", "id", "kind", "state", "base", "source"),
        [_ending_row(one, today) for one in models],
    )
    for one in bases:
        out.line(f"{one[1]}: {one[2].line(today)}")
    return found.exit_code


# A profile, a base of it, and until when that takes jobs.
Closing = tuple[str, str, Until]


async def _training(entries: Iterable[ModelEntry], workspace: Workspace) -> list[Closing]:
    """Return which bases stop taking jobs, the soonest first. Raises InputError.

    Those that one's own models come from are among them, whether the provider lists them or not:
    what was seen before, and what other profiles have, is told without bases.
    """
    bases: dict[str, dict[str, None]] = {}
    for one in entries:
        if not one.state.gone and (base := root_of(one)):
            bases.setdefault(one.profile or workspace.profile.name, {})[base] = None
    catalog = await asyncio.to_thread(workspace.catalog)
    found: list[Closing] = []
    for name, ids in bases.items():
        profile = workspace.profile_called(name)
        known = catalog if profile.kind == "openai" else None  # its dates are OpenAI's own
        ends = training_ends(ids, known, profile.provider_entry, profile.account_kind)
        found += [(name, base, until) for base, until in ends.items() if until.day is not None]
    return sorted(found, key=lambda one: (one[2].day or date.max, *one[:2]))


def _training_document(one: Closing, today: date) -> dict[str, Any]:
    profile, base, until = one
    return {
        "profile": profile,
        "base": base,
        "takes_jobs_until": None if until.day is None else until.day.isoformat(),
        "days_left": None if until.day is None else (until.day - today).days,
        "detail": until.words or None,
        "read_at": until.source,
    }


def _ending_row(one: ModelEntry, today: date) -> tuple[str, ...]:
    detail = f": {one.shutdown.detail}" if one.shutdown.detail else ""
    return (
        one.ends or "–", ends_words(one.shutdown, today), one.id, one.kind, one.state.value,
        one.base, f"{one.shutdown.source_words}{detail}",
    )  # fmt: skip


async def _export(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    if options.output not in {None, STDIN}:
        refuse_replacing(Path(options.output), options)
    named = "" if options.output == STDIN else options.output or ""
    format_ = options.format or by_ending(named, ENDINGS, "csv")
    found = await find_models(options, workspace)
    tell_missing(found, out, tuned=options.tuned)
    models, today = chosen(found.entries, options), day_of(time.time())
    if options.output not in {None, STDIN}:
        path = Path(options.output)
        await asyncio.to_thread(write_models, path, models, format_, today)
        out.document({"path": str(path), "format": format_, "models": len(models)})
        out.line(f"{path}: {plural(len(models), 'model')}")
        return found.exit_code
    out.document({"models": [model_document(one) for one in models]})
    out.piece(exported(models, format_, today))
    return found.exit_code
