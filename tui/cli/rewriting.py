"""What commands that rewrite datasets share: where to read, where to write, what to tell."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.core.text import one_line, plural
from tui.services.errors import InputError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from tui.cli.output import Output

STANDARD = "-"
LEFT = 1  # something was not looked at


@dataclass(slots=True)
class Rewritten:
    """What became of one file: its new lines, counts by name, and what is left to tell.

    `unread` says what of it was not looked at; with any, the command ends with 1.
    """

    data: bytes
    examples: int
    counts: dict[str, int] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    @property
    def changed(self) -> int:
        """How many changes there were."""
        return sum(self.counts.values())


def add_files(parser: argparse.ArgumentParser) -> None:
    """Add the files, and where the result goes; without either it goes to standard output."""
    parser.add_argument("paths", metavar="FILE", nargs="+", help="a dataset; - is standard input")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--in-place", action="store_true", help="replace the file itself")
    where.add_argument("-o", "--output", metavar="PATH", help="write to a new file")


async def rewrite_all(
    options: argparse.Namespace, change: Callable[[bytes], Rewritten], out: Output
) -> int:
    """Rewrite every file and print what was done. Raises InputError."""
    _check(options, out)
    documents: list[dict[str, Any]] = []
    unread = False
    for path in options.paths:
        data = await asyncio.to_thread(_read, path)
        made = await asyncio.to_thread(change, data)
        target = await asyncio.to_thread(_write, options, path, data, made, out)
        for text in made.said:
            out.note(f"{one_line(path)}: {text}")
        out.note(f"{one_line(path)}: {plural(made.changed, 'change')}{target and f', {target}'}")
        documents.append(_document(path, target, made))
        unread = unread or bool(made.unread)
    if options.output != STANDARD and (options.in_place or options.output or out.as_json):
        out.document({"files": documents})
    return LEFT if unread else 0


def _check(options: argparse.Namespace, out: Output) -> None:
    if options.in_place and STANDARD in options.paths:
        raise InputError("Usage", "standard input cannot be replaced", "Leave --in-place away.")
    if len(options.paths) > 1 and not options.in_place:
        raise InputError(
            "Usage", "several files, and one place to write", "Add --in-place, or name one file."
        )
    if options.output and options.output != STANDARD and Path(options.output).exists():
        raise InputError(
            "The file exists", options.output, "Name another with -o, or use --in-place."
        )
    del out


def _read(path: str) -> bytes:
    if path == STANDARD:
        return sys.stdin.buffer.read()
    from tui.services.uploads import open_file, unreadable

    try:
        with open_file(Path(path)) as file:
            return file.read()
    except OSError as error:
        raise unreadable(Path(path), error) from error


def _write(
    options: argparse.Namespace, path: str, before: bytes, made: Rewritten, out: Output
) -> str:
    """Write the result where it was asked for; returns that place in words."""
    from tui.services.datasets.saving import write_atomically

    target = path if options.in_place else options.output
    if target is None or target == STANDARD:
        if not out.as_json:  # the one document has standard output to itself
            sys.stdout.buffer.write(made.data)
            sys.stdout.buffer.flush()
        return ""
    if options.in_place and made.data == before:
        return "left as it is"
    try:
        write_atomically(Path(target), [made.data])
    except OSError as error:
        raise InputError("Not written", f"{target}: {error.strerror or error}") from error
    return f"written to {target}"


def _document(path: str, target: str, made: Rewritten) -> dict[str, Any]:
    return {
        "path": path,
        "written": target.removeprefix("written to ") if target.startswith("written") else None,
        "examples": made.examples,
        "changes": made.changed,
        "by": made.counts,
        "remarks": made.said,
    }
