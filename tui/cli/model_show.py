"""`finetui models show`: one model, with everything known of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tui.cli.arguments import Commands, Parser, command
from tui.cli.models_found import model_document
from tui.core.models.detail import detail_lines
from tui.core.text.moments import day_of

if TYPE_CHECKING:
    import argparse

    from tui.cli.output import Output
    from tui.services.workspace import Workspace


def register_show(actions: Commands[Parser]) -> None:
    """Add the command."""
    parser = command(actions, "show", _show, "show one model, also one that is gone")
    parser.add_argument("id", metavar="MODEL")


async def _show(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    entry = await workspace.inventory.one(options.id)
    out.document(model_document(entry))
    for name, value in detail_lines(entry, day_of(time.time())):
        out.line(f"{name:<9} {value}")
    return 0
