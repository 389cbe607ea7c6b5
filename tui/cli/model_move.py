"""`finetui models move`: a tuned model's job made again at another profile, converted."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tui.cli.arguments import Commands, Parser, command
from tui.cli.job_create import add_consent, create_draft
from tui.cli.job_draft import setting_of
from tui.core.catalog.abilities import Ability
from tui.services.errors import InputError
from tui.services.provider.interface import check_offered

if TYPE_CHECKING:
    import argparse

    from tui.cli.output import Output
    from tui.services.jobs.moving.service import MoveOptions, MovePlan
    from tui.services.workspace import Workspace


def register_move(actions: Commands[Parser]) -> None:
    """Add the command."""
    about = "train a tuned model's data again at another profile, its settings converted"
    parser = command(actions, "move", _move, about)
    parser.add_argument("id", metavar="MODEL", help="the tuned model, or the job that made it")
    parser.add_argument("--to", metavar="PROFILE", required=True, help="the profile it goes to")
    parser.add_argument("--model", metavar="BASE", help="the base there, if another one")
    training = "the dataset, where it is not found by the ledger nor downloaded"
    parser.add_argument("--training-file", metavar="PATH", type=Path, help=training)
    parser.add_argument("--validation-file", metavar="PATH", type=Path)
    chosen = "where no DPO is offered there: train on the preferred answers alone"
    parser.add_argument("--chosen-only", action="store_true", help=chosen)
    setting = "a hyperparameter there, over what was carried; may be repeated"
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help=setting)
    add_consent(parser)


async def _move(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    from tui.services.jobs.moving.service import base_there, root_of

    target = workspace.profile_called(options.to)
    target.check_usable()
    moving = workspace.moving()
    job = await moving.job_of(options.id)
    plan = await moving.plan(job, target, await _given(options))
    plan.refuse_blocked()
    await workspace.use_profile(target.name)
    check_offered(workspace.api.abilities, Ability.JOBS, "create a job")
    models, root = workspace.models, root_of(job)
    base = options.model or await base_there(models, workspace.profile.kind, root)
    plan = _with_settings(plan.with_base(base), options)
    if not options.dry_run:
        for line in plan.lines:
            out.note(f"finetui: {line}")
    _check(plan, workspace)
    if options.dry_run:
        for line in plan.lines:
            out.line(line)
    return await create_draft(plan.draft, options, workspace, out, {"move": plan.as_json()})


async def _given(options: argparse.Namespace) -> MoveOptions:
    from tui.services.jobs.moving.service import MoveOptions

    def absolute(path: Path | None) -> Path | None:
        return None if path is None else path.expanduser().absolute()

    files = (options.training_file, options.validation_file)
    training, validation = await asyncio.to_thread(lambda: [absolute(one) for one in files])
    return MoveOptions(training, validation, options.chosen_only)


def _with_settings(plan: MovePlan, options: argparse.Namespace) -> MovePlan:
    """Return the plan with what --set says over what was carried."""
    said = dict(setting_of(text) for text in options.set)
    settings = {**plan.draft.settings, **said}
    return replace(plan, draft=replace(plan.draft, settings=settings))


def _check(plan: MovePlan, workspace: Workspace) -> None:
    """Raise InputError for what is missing or wrong."""
    profile = workspace.profile
    if not plan.draft.model:
        raise InputError(
            "The base is not known",
            f"{profile.name} does not list {plan.job.model}",
            "Name the base there with --model; `finetui models list` lists them.",
        )
    if problems := plan.draft.problems(profile.terms):
        raise InputError("The job cannot be moved", " ".join(problems.values()), "See --help.")
