"""`finetui dedupe`: remove examples that repeat an earlier one, or one of another file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.cli.arguments import Commands, Parser, command
from tui.cli.near import add_options, dedupe_near, wanted
from tui.cli.rewrite_files import (
    Rewritten,
    add_files,
    lines_in,
    not_compared,
    rewrite_all,
    with_rows,
)

if TYPE_CHECKING:
    import argparse

    from tui.cli.output import Output
    from tui.services.workspace import Workspace

_SAME = {"example": "the example", "prompt": "the prompt", "line": "the line"}


def register(commands: Commands[Parser]) -> None:
    """Add the command."""
    parser = command(commands, "dedupe", _dedupe)
    parser.add_argument(
        "--same",
        choices=tuple(_SAME),
        default="example",
        help="what has to be equal: the example whatever its spacing (default), its prompt, "
        "or the line",
    )
    parser.add_argument("--keep", choices=("first", "last"), default="first")
    add_options(parser)
    add_files(parser)


async def _dedupe(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    del workspace
    if wanted(options):
        return await dedupe_near(options, out)
    return await rewrite_all(
        options,
        lambda _path, data: _unique(data, options.same, options.keep == "last"),
        out,
        by_line=True,
    )


def _unique(data: bytes, same: str, last: bool) -> Rewritten:
    from tui.core.bulk.orders import KEYS, unique

    lines = lines_in(data)
    kept = unique(lines, KEYS[_SAME[same]], last=last)
    return with_rows(data, kept, "duplicate", not_compared(lines) if same != "line" else [])
