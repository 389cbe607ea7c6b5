"""`finetui models`: base and fine-tuned models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.cli.arguments import Commands, Parser, add_yes, command, group
from tui.cli.deleting import delete_all
from tui.cli.output import when

if TYPE_CHECKING:
    import argparse

    from tui.cli.output import Output
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
    models = await workspace.models.list()
    tuned = {model.id: model for model in await workspace.models.tuned()}
    rows: list[dict[str, Any]] = []
    for model in models:
        origin = tuned.get(model.id)
        if options.tuned and origin is None:
            continue
        kind = "tuned" if origin else "checkpoint" if model.is_checkpoint else "base"
        own = {"kind": kind, "base": origin.base if origin else model.base}
        rows.append({**model.raw, **own, "job_id": origin.job_id if origin else None})
    out.document({"models": rows})
    out.table(
        ("id", "kind", "base", "job", "created", "until"),
        [
            (
                row["id"], row["kind"], row["base"], row["job_id"] or "–",
                when(row.get("created")), row.get("shutdown_date") or "–",
            )
            for row in rows
        ],
    )  # fmt: skip
    return 0


async def _show(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    model = await workspace.models.retrieve(options.id)
    out.document(model.raw)
    out.line(f"id        {model.id}")
    out.line(f"base      {model.base}")
    out.line(f"owner     {model.owned_by}")
    out.line(f"created   {when(model.created)}")
    out.line(f"until     {model.shutdown_date or '–'}")
    return 0


async def _delete(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    return await delete_all("model", options, workspace, workspace.models.delete, out)
