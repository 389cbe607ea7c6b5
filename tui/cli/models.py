"""`finetui models`: base and fine-tuned models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.cli.arguments import Commands, Parser, add_yes, command, group
from tui.cli.deleting import delete_all
from tui.core.text.moments import date_words
from tui.services.errors import NotOffered

if TYPE_CHECKING:
    import argparse

    from tui.cli.output import Output
    from tui.services.models.service import ModelsSeen, TunedModel
    from tui.services.workspace import Workspace


def register(commands: Commands[Parser]) -> None:
    """Add the command and its own commands."""
    actions = group(commands, "models", "base and fine-tuned models")
    parser = command(actions, "list", _list, "list the models")
    parser.add_argument("--tuned", action="store_true", help="only fine-tuned models")
    parser = command(actions, "show", _show, "show one model")
    parser.add_argument("id", metavar="MODEL")
    parser = command(actions, "delete", _delete, "delete fine-tuned models")
    parser.add_argument("ids", metavar="MODEL", nargs="+")
    add_yes(parser, "delete them for good")


async def _list(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    seen = await workspace.models.look()
    if seen.problem is not None and not seen.tuned:
        raise seen.problem
    _tell_missing(seen, out, tuned=options.tuned)
    tuned = {model.id: model for model in seen.tuned}
    found = tuned | ({} if options.tuned else {model.id: model for model in seen.others})
    order = [one.id for one in seen.models] or [*tuned]
    models = [found[one] for one in order if one in found]
    rows = [_row(model, tuned=model.id in tuned) for model in models]
    problems = {"problem": seen.problem, "jobs_problem": seen.jobs_problem}
    told = {name: error.to_json() for name, error in problems.items() if error is not None}
    out.document({"models": rows, **told})
    out.table(
        ("id", "kind", "base", "job", "created", "until"),
        [
            (
                model.id, row["kind"], model.base, model.job_id or "–", date_words(model.created),
                model.shutdown.day or "–",
            )
            for model, row in zip(models, rows, strict=True)
        ],
    )  # fmt: skip
    return 0 if seen.problem is None else seen.problem.exit_code


def _row(model: TunedModel, *, tuned: bool) -> dict[str, Any]:
    kind = "tuned" if tuned else "checkpoint" if model.info.is_checkpoint else "base"
    own = {"id": model.id, "kind": kind, "base": model.base, "job_id": model.job_id}
    serving = {"serving": model.serving} if model.serving else {}
    return {**model.info.raw, **own, "until": model.shutdown.day, **serving}


def _tell_missing(seen: ModelsSeen, out: Output, *, tuned: bool) -> None:
    """Say on the error stream what the list lacks."""
    if seen.problem is not None:
        out.say(seen.problem)
        out.note("finetui: only models that jobs name are listed")
    problem = seen.jobs_problem
    if problem is not None and (tuned or not isinstance(problem, NotOffered)):
        out.note(f"finetui: which jobs made them is not known: {problem.brief}")


async def _show(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    model = await workspace.models.retrieve(options.id)
    shutdown = await workspace.models.shutdown(model)
    made_here = await workspace.store.models.origins(workspace.profile.name)
    tuned = model.is_tuned or model.id in made_here
    serving = await workspace.models.serving(model.id) if tuned else ""
    told = {"serving": serving} if serving else {}
    out.document({**model.raw, "id": model.id, "base": model.base, "until": shutdown.day, **told})
    out.line(f"id        {model.id}")
    out.line(f"base      {model.base}")
    out.line(f"owner     {model.owned_by}")
    out.line(f"created   {date_words(model.created)}")
    out.line(f"until     {shutdown.words}")
    if serving:
        out.line(f"to ask it {serving}")
    return 0


async def _delete(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    return await delete_all("model", options, workspace, workspace.models.deletions(), out)
