"""`finetui models delete`: what would go, what depends on it and what stays; then one by one."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from tui.cli.arguments import Commands, Parser, add_yes, command
from tui.cli.deleting import Report, delete_once, not_deleted
from tui.core.catalog.abilities import Ability
from tui.core.models.deletion_plan import DeletionPlan, plan_deletion
from tui.core.models.deletion_words import plan_lines
from tui.core.models.entry import ModelEntry
from tui.core.models.states import ModelState
from tui.core.text.text import plural
from tui.services.errors import InputError, ServiceError
from tui.services.provider.interface import check_offered

if TYPE_CHECKING:
    import argparse

    from tui.cli.output import Output
    from tui.services.workspace import Workspace


def register_delete(actions: Commands[Parser]) -> None:
    """Add the command."""
    parser = command(actions, "delete", _delete, "delete fine-tuned models")
    parser.add_argument("ids", metavar="MODEL", nargs="+")
    parser.add_argument("--dry-run", action="store_true", help="only say what would go and stay")
    parser.add_argument(
        "--with-checkpoints", action="store_true", help="delete their checkpoints too"
    )
    parser.add_argument(
        "--with-files", action="store_true", help="delete their files too that no other job used"
    )
    add_yes(parser, "delete them for good")


async def _delete(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    ids = list(dict.fromkeys(options.ids))
    doing = f"delete {plural(len(ids), 'model')}"
    workspace.provider.check_writable(doing)
    check_offered(workspace.api.abilities, Ability.DELETE_MODELS, doing)
    plan = await _plan(ids, workspace)
    if options.yes and not options.dry_run:
        return await _carry_out(plan, options, workspace, out)
    going = [one.id for one in plan.going]
    lacking = None if options.dry_run else not_deleted("model", going, workspace)
    told = {"error": lacking.to_json()} if lacking else {}
    out.document({"dry_run": True, **plan.to_json(), **told})
    checkpoints, files = options.with_checkpoints, options.with_files
    for line in plan_lines(plan, workspace.profile, checkpoints=checkpoints, files=files):
        out.line(line)
    if lacking is not None:
        raise lacking
    return 0


async def _plan(ids: list[str], workspace: Workspace) -> DeletionPlan:
    """Return what would be done; an id that nothing is known of is asked for all the same."""
    seen = await workspace.inventory.whole()
    known = {one.id: one for one in seen.entries}
    chosen = [known.get(one) or ModelEntry(one, "tuned", ModelState.UNKNOWN) for one in ids]
    return plan_deletion(chosen, seen.entries, seen.jobs, time.time())


async def _carry_out(
    plan: DeletionPlan, options: argparse.Namespace, workspace: Workspace, out: Output
) -> int:
    held = [_held(one.entry.id, one.why, out) for one in plan.held]
    facts = {one.id: one.to_json() for one in plan.going}
    asked = [one.id for one in plan.going]
    asked += plan.checkpoints if options.with_checkpoints else ()
    models = await delete_once(
        workspace.models.deletions(), asked, out, lambda one: facts.get(one, {})
    )
    document = Report((*models.results, *held)).document("deleted")
    files = Report()
    if options.with_files and plan.files:
        files = await _delete_files(plan, models, workspace, out)
        document["files"] = [*files.results]
    out.document(document)
    return models.code or (ServiceError.exit_code if held else 0) or files.code


def _held(one: str, why: str, out: Output) -> dict[str, Any]:
    error = InputError(f"Model {one} is not asked to be deleted", why)
    out.say(error)
    told = {"id": one, "deleted": False, "outcome": "not_asked", "cause": why}
    return {**told, "error": error.to_json()}


async def _delete_files(
    plan: DeletionPlan, models: Report, workspace: Workspace, out: Output
) -> Report:
    """Delete the files of models that are gone; those of one that stays, stay with it."""
    gone = {one["id"] for one in models.results if one["deleted"]}
    return await delete_once(workspace.files.deletions(), plan.files_of(gone), out)
