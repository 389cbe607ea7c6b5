"""`finetui models prune`: delete the fine-tuned models that nobody has used for long."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from tui.cli.arguments import Commands, Parser, add_yes, age_of, command
from tui.cli.deleting import delete_all, only_told
from tui.core.models.cleanup import clean_up, continued_by

if TYPE_CHECKING:
    import argparse

    from tui.cli.output import Output
    from tui.core.models.cleanup import Cleanup, JudgedModel
    from tui.services.workspace import Workspace


def register_prune(actions: Commands[Parser]) -> None:
    """Add the command."""
    parser = command(actions, "prune", _prune, "delete fine-tuned models unused for long")
    parser.add_argument(
        "--older-than", type=age_of, metavar="AGE", required=True,
        help="those made and last chatted with this long ago: 90d, 12w",
    )  # fmt: skip
    parser.add_argument("--dry-run", action="store_true", help="only list what would go, and why")
    add_yes(parser, "delete them for good")


async def _prune(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    seen = await workspace.inventory.whole()
    seen.check_known()
    found = clean_up(seen.entries, time.time(), options.older_than, continued_by(seen.jobs))
    ids = [one.entry.id for one in found.going]
    if only_told("model", ids, options, workspace, out, lambda: _tell(found, out)):
        return 0
    options.ids = ids
    known = {one.entry.id: one.entry.to_json() for one in found.going}

    deletions = workspace.models.deletions()
    return await delete_all("model", options, workspace, deletions, out, known.__getitem__)


def _tell(found: Cleanup, out: Output) -> None:
    out.document(
        {
            "dry_run": True,
            "models": [_document(one) for one in found.going],
            "kept": [_document(one) for one in found.staying],
        }
    )
    for one in found.going:
        out.line(f"would delete model {one.entry.id}: {one.why}")
    for one in found.staying:
        out.line(f"stays: {one.entry.id}: {one.why}")


def _document(one: JudgedModel) -> dict[str, Any]:
    entry = one.entry
    return {"id": entry.id, "why": one.why, "state": entry.state.value, "created": entry.created}
