"""`finetui convert`: from any format of fine-tuning data into any other."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tui.cli.arguments import Commands, Parser, command
from tui.cli.inputs import STDIN, stdin_bytes
from tui.core.formats import READERS, WRITERS, Columns, export, format_of
from tui.core.text import one_line, plural
from tui.services.errors import InputError
from tui.services.exporting import export_chunks, write_export
from tui.services.importing import columns_of, look, look_at_bytes, read

if TYPE_CHECKING:
    import argparse

    from tui.cli.output import Output
    from tui.core.formats import Converted, Format
    from tui.services.importing import Looked
    from tui.services.workspace import Workspace

DROPPED = 1
_SHOWN = 20
_TABLES = {"csv", "tsv"}


def register(commands: Commands[Parser]) -> None:
    """Add the command."""
    parser = command(commands, "convert", _convert, "convert a dataset between formats")
    parser.add_argument("input", metavar="IN", help="a file, a folder of files, or -")
    sources = ", ".join(f.id for f in READERS)
    targets = ", ".join(f.id for f in WRITERS)
    parser.add_argument("--from", dest="source", metavar="FORMAT", help=f"one of {sources}")
    parser.add_argument("--to", default="openai", metavar="FORMAT", help=f"one of {targets}")
    parser.add_argument("--columns", metavar="PART=COLUMN,…", help="which column holds what")
    parser.add_argument("-o", "--output", metavar="OUT", help="write here (default: to stdout)")
    parser.add_argument("--in-place", action="store_true", help="replace IN itself")
    parser.add_argument("--strict", action="store_true", help="exit 1 when any row was dropped")


async def _convert(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    form = _format(options.to)
    target = _target(options)
    columns = columns_of(options.columns) if options.columns else None
    looked = await _looked(options)
    asked = None if looked.is_table and options.source in _TABLES else options.source
    name = "table" if columns else asked or _sniffed(looked, out)
    if name == "table" and columns is None:
        columns = _guessed(looked, out)
    made = await asyncio.to_thread(read, looked, name, columns)
    if form.id != "openai":
        made = _joined(made, await asyncio.to_thread(export, made.lines, form.id))
    nothing = bool(made.dropped) and not made.lines
    if target is not None and not nothing:
        await asyncio.to_thread(write_export, target, made.lines, form)
        origin = f"converted from {looked.path.name}"
        await workspace.datasets.record_version(target, len(made.lines), origin)
    elif target is None and not out.as_json:
        out.data(export_chunks(made.lines, form))
    _report(made, out)
    out.document(
        {
            "input": options.input, "from": name, "to": form.id,
            "output": str(target) if target and not nothing else None, **made.to_json(),
        }
    )  # fmt: skip
    return DROPPED if nothing or (options.strict and made.dropped) else 0


async def _looked(options: argparse.Namespace) -> Looked:
    if options.input != STDIN:
        return await asyncio.to_thread(look, Path(options.input))
    # A pipe has no name to tell a table by; naming columns does.
    kind = options.source if options.source in _TABLES else "csv" if options.columns else ""
    return look_at_bytes(await stdin_bytes(), f"stdin.{kind}" if kind else "stdin")


def _format(name: str) -> Format:
    try:
        form = format_of(name)
    except KeyError:
        form = None
    if form is None or form.write is None:
        known = ", ".join(f.id for f in WRITERS)
        raise InputError("Usage", f"{name!r} cannot be written", f"One of {known}.")
    return form


def _target(options: argparse.Namespace) -> Path | None:
    source = Path(options.input)
    if options.in_place:
        if options.output or options.input == STDIN or source.is_dir():
            raise InputError("Usage", "--in-place is for one file and without -o")
        return source
    if options.output is None:
        return None
    target = Path(options.output)
    if options.input != STDIN and target.exists() and target.samefile(source):
        raise InputError("The file exists", f"{target} is the input", "--in-place replaces it")
    return target


def _sniffed(looked: Looked, out: Output) -> str:
    sniffed = looked.sniffed
    if not sniffed.format:
        known = ", ".join(f.id for f in READERS)
        raise InputError(
            "Which format?", f"{looked.what}: {sniffed.reason}", f"Name it: --from {known}"
        )
    out.note(f"{looked.what}: {sniffed.format} ({sniffed.words}: {sniffed.reason})")
    return sniffed.format


def _guessed(looked: Looked, out: Output) -> Columns:
    columns = Columns.guess(looked.columns)
    if columns.problem:
        raise InputError(
            "Which column holds what?",
            f"the columns are {', '.join(looked.columns)}",
            "Say so: --columns user=COLUMN,assistant=COLUMN",
        )
    named = ",".join(f"{part}={column}" for part, column in columns.named().items())
    out.note(f"columns by their names: --columns {named}")
    return columns


def _joined(first: Converted, second: Converted) -> Converted:
    """Return both steps as one: the second speaks of rows by their numbers in the first."""
    origins = first.origins
    later = tuple(replace(d, position=origins[d.position - 1]) for d in second.dropped)
    remarks = (*first.remarks, *(replace(r, first=origins[r.first - 1]) for r in second.remarks))
    return replace(
        second,
        dropped=(*first.dropped, *later),
        remarks=remarks,
        origins=tuple(origins[at - 1] for at in second.origins),
    )


def _report(made: Converted, out: Output) -> None:
    out.note(
        f"{plural(made.read, 'row')} read, {len(made.lines):,} converted, "
        f"{len(made.dropped):,} dropped"
    )
    for remark in made.remarks:
        rows = plural(remark.count, "row")
        out.note(f"  {remark.text} ({rows}, first in {remark.first})")
    for one in made.dropped[:_SHOWN]:
        out.note(f"  dropped {one.where}: {one.reason}: {one_line(one.excerpt, 60)}")
    if len(made.dropped) > _SHOWN:
        out.note(f"  … {len(made.dropped) - _SHOWN:,} more; --json lists all")
