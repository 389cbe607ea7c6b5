"""`finetui models`: all models an account has or had, and what became of each."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from tui.cli.arguments import Commands, Parser, command, group
from tui.cli.model_delete import register_delete
from tui.cli.model_export import register_board, register_export
from tui.cli.model_move import register_move
from tui.cli.model_prune import register_prune
from tui.cli.model_show import register_show
from tui.cli.models_found import add_choice, chosen, find_models, model_document, tell_missing
from tui.core.text.moments import date_words, day_of

if TYPE_CHECKING:
    import argparse

    from tui.cli.models_found import FoundModels
    from tui.cli.output import Output
    from tui.core.models.entry import ModelEntry
    from tui.services.workspace import Workspace


def register(commands: Commands[Parser]) -> None:
    """Add the command and its own commands."""
    actions = group(commands, "models")
    parser = command(actions, "list", _list, "list the models, what became of each, and its end")
    add_choice(parser)
    register_show(actions)
    register_board(actions)
    register_export(actions)
    register_prune(actions)
    register_delete(actions)
    register_move(actions)


async def _list(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    found = await find_models(options, workspace)
    models = chosen(found.entries, options)
    tell_missing(found, out, tuned=options.tuned)
    out.document({"models": [model_document(one) for one in models], **_problems(found)})
    several = options.all_profiles
    out.table(
        (*(("profile",) if several else ()), *_HEAD),
        [(*((one.profile,) if several else ()), *_row(one)) for one in models],
    )
    return found.exit_code


_HEAD = ("id", "kind", "base", "job", "created", "ends", "left", "state")


def _row(model: ModelEntry) -> tuple[str, ...]:
    listed = ", still listed" if model.still_listed else ""
    listed += ", deletion unanswered" if model.unanswered else ""
    left = model.left_words(day_of(time.time()))
    return (
        model.id, model.kind, model.base, model.job or "–", date_words(model.created),
        "–" if model.deleted else model.ends or "–", left, f"{model.state}{listed}",
    )  # fmt: skip


def _problems(found: FoundModels) -> dict[str, Any]:
    problems = {
        "problem": found.problem,
        "jobs_problem": found.jobs_problem,
        "deployments_problem": found.deployments_problem,
    }
    told: dict[str, Any] = {
        name: error.to_json() for name, error in problems.items() if error is not None
    }
    return told | ({"profiles": [*found.profiles]} if found.profiles else {})
