"""`finetui split`: divide a dataset into training and validation, nothing alike in both."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tui.cli.arguments import Commands, Parser, command
from tui.cli.exit_codes import PROBLEMS
from tui.cli.inputs import REPLACES, STDIN, a_file, refuse_input, refuse_replacing
from tui.cli.rewrite_files import example_lines, not_compared
from tui.core.dataset.splitting import PROPERTIES, SplitOptions, size_remark
from tui.core.text.text import one_line, plural
from tui.services.errors import InputError
from tui.services.transfer.exporting import plan_split, write_split

if TYPE_CHECKING:
    import argparse

    from tui.cli.output import Output
    from tui.services.workspace import Workspace


def register(commands: Commands[Parser]) -> None:
    """Add the command."""
    parser = command(commands, "split", _split)
    parser.add_argument("path", metavar="FILE", help="a dataset, or -")
    parser.add_argument(
        "--validation", default="10%", metavar="SIZE", help="a share or a number (default 10%%)"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N")
    parser.add_argument("--by", default="", choices=["", *PROPERTIES], help="keep its shares equal")
    parser.add_argument(
        "--near", action="store_true", help="keep nearly the same together, not only same prompts"
    )
    parser.add_argument("--fresh", action="store_true", help="do not keep to earlier splits")
    parser.add_argument("--dry-run", action="store_true", help="say what would be, write nothing")
    parser.add_argument(
        "-o", "--output", nargs=2, metavar=("TRAINING", "VALIDATION"), help="write these files"
    )
    parser.add_argument("--yes", action="store_true", help=REPLACES)


async def _split(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    try:
        wanted = SplitOptions.parse(options.validation, options.seed, options.by)
    except ValueError as error:
        raise InputError("Usage", str(error), "Such as --validation 10% or 50.") from error
    targets = _targets(options)
    read = await example_lines(options.path)
    lines = [line for line in read if line.strip()]
    made = await plan_split(workspace.store, lines, wanted, near=options.near, fresh=options.fresh)
    if not options.dry_run:
        for target in targets:
            refuse_input(target, [options.path])
            refuse_replacing(target, options)
        source = Path(options.path).name
        await write_split(
            workspace.store, workspace.datasets, lines, made, targets, source, near=options.near
        )
    sizes = (len(made.training), len(made.validation))
    for name, size, path in zip(("training", "validation"), sizes, targets, strict=True):
        why = size_remark(made, wanted) if name == "validation" else ""
        forget = "; --fresh forgets them" if why and made.remembered else ""
        said = f"{plural(size, 'example')}, {why}{forget}" if why else plural(size, "example")
        out.line(f"{name:<11} {said}  {one_line(str(path))}")
    out.line(f"{plural(made.groups, 'group')}, {made.remembered:,} examples from earlier splits")
    for one in made.strata if options.by else ():
        out.line(f"  {one.training:>7,} + {one.validation:<7,} {one.name}")
    unread = not_compared(read)
    for text in unread:
        out.note(f"{one_line(options.path)}: {text}")
    out.document(
        {
            "training": {"path": str(targets[0]), "examples": sizes[0]},
            "validation": {"path": str(targets[1]), "examples": sizes[1]},
            "written": not options.dry_run,
            "groups": made.groups,
            "remembered": made.remembered,
            "strata": [
                {"value": s.name, "training": s.training, "validation": s.validation}
                for s in made.strata
            ],
            "remarks": [*filter(None, [size_remark(made, wanted)]), *unread],
        }
    )
    return PROBLEMS if unread else 0


def _targets(options: argparse.Namespace) -> tuple[Path, Path]:
    if options.output:
        training, validation = (a_file(path, "-o") for path in options.output)
        if training.absolute() == validation.absolute():
            raise InputError("Usage", "both parts would be the same file")
        return training, validation
    if options.path == STDIN:
        raise InputError("Usage", "from a pipe the two files need names", "Name them with -o.")
    path = Path(options.path)
    suffix = path.suffix or ".jsonl"
    return (
        path.with_name(f"{path.stem}.train{suffix}"),
        path.with_name(f"{path.stem}.valid{suffix}"),
    )
