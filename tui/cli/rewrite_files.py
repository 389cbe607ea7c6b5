"""What commands that rewrite datasets share: reading, writing, reporting, confirming."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.cli.exit_codes import PROBLEMS
from tui.cli.inputs import REPLACES, refuse_input, refuse_replacing
from tui.core.text.text import one_line, plural
from tui.services.errors import InputError, NeedsConfirmation, NotWritten, ServiceError, disk_errors

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Sequence

    from tui.cli.output import Output
    from tui.core.fixes.removals import Removal
    from tui.core.fixes.whole import Layout
    from tui.core.formats.detection.foreign import Foreign

STANDARD = "-"
WROTE = "; nothing was written"
_NAMED = 8


@dataclass(slots=True)
class Rewritten:
    """What became of one file: its new lines, counts by name, and what is left to tell.

    `refused` says of what other format the file is, `layout` that its lines are not its examples:
    then nothing is written. `foreign` are the
    lines (1-based) that are of one, and were left. `removed` are the texts taken out, by line:
    the file itself is replaced only after a yes if one is of more than a few characters.
    `unread` says what of it was not looked at; with any, the command ends with 1.
    Of an `opaque` file that is all, and no copy of it is written.
    """

    data: bytes
    examples: int
    counts: dict[str, int] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    refused: Foreign | None = None
    layout: Layout | None = None
    foreign: dict[Foreign, list[int]] = field(default_factory=dict)
    removed: list[tuple[int, Removal]] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    opaque: bool = False

    @property
    def changed(self) -> int:
        """How many changes there were."""
        return sum(self.counts.values())


def add_files(parser: argparse.ArgumentParser, yes: str = REPLACES) -> None:
    """Add the files, and where the result goes; without either it goes to standard output."""
    parser.add_argument("paths", metavar="FILE", nargs="+", help="a dataset; - is standard input")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--in-place", action="store_true", help="replace the file itself")
    where.add_argument("-o", "--output", metavar="PATH", help="write to a new file")
    parser.add_argument("--yes", action="store_true", help=yes)


async def rewrite_all(
    options: argparse.Namespace,
    change: Callable[[str, bytes], Rewritten],
    out: Output,
    *,
    by_line: bool = False,
) -> int:
    """Rewrite every file and print what was done. Raises InputError.

    `by_line` is for what takes lines for examples: a file of another layout is refused.
    """
    _check(options)
    documents: list[dict[str, Any]] = []
    failed: ServiceError | None = None
    unread = False
    for path in options.paths:
        data = await asyncio.to_thread(_read, path)
        made = await asyncio.to_thread(_changed, path, data, change, by_line)
        _tell(path, made, out)
        try:
            _refuse(path, made)
            if made.opaque or getattr(options, "dry_run", False):
                target = "nothing written"
            else:
                _allow(options, path, made)
                target = await asyncio.to_thread(_write, options, path, data, made, out)
        except ServiceError as error:
            out.say(error)
            failed, target = failed or error, ""
        else:
            said = f"{plural(made.changed, 'change')}{target and f', {target}'}"
            out.note(f"{one_line(path)}: {said}")
        documents.append(_document(path, target, made))
        unread = unread or bool(made.unread)
    if options.output != STANDARD and (options.in_place or options.output or out.as_json):
        error_ = {"error": failed.to_json()} if failed is not None else {}
        out.document({"files": documents, **error_})
    if failed is not None:
        return failed.exit_code
    left = unread or any(document["foreign"] for document in documents)
    return PROBLEMS if left else 0


def _changed(
    path: str, data: bytes, change: Callable[[str, bytes], Rewritten], by_line: bool
) -> Rewritten:
    if by_line:
        from tui.core.fixes.whole import other_layout

        if (layout := other_layout(path, lines_in(data))) is not None:
            return Rewritten(data, 0, layout=layout)
    return change(path, data)


def lines_in(data: bytes) -> list[bytes]:
    """Return the lines of a file's content, without their ends."""
    return data.removesuffix(b"\n").split(b"\n") if data else []


def with_rows(data: bytes, rows: Sequence[int], gone: str, unread: list[str]) -> Rewritten:
    """Return a file's content with some of its lines (0-based) alone; `gone` are the others."""
    lines = lines_in(data)
    made = b"\n".join(lines[row] for row in rows)
    made += b"\n" if data.endswith(b"\n") and rows else b""
    count = len(lines) - len(rows)
    said = [f"{plural(count, gone)} of {plural(len(lines), 'line')} taken out"]
    counts = {gone: count} if count else {}
    return Rewritten(made, len(rows), counts, said + unread, unread=unread)


async def example_lines(path: str, wrote: str = WROTE) -> list[bytes]:
    """Return the lines of a file that are its examples. Raises InputError where they are not."""
    from tui.cli.inputs import lines_of
    from tui.core.fixes.whole import other_layout

    lines = await lines_of(path)
    layout = await asyncio.to_thread(other_layout, path, lines)
    if layout is not None:
        raise not_by_line(path, layout, wrote)
    return lines


def not_compared(lines: Sequence[bytes]) -> list[str]:
    """Return what is to tell of lines that are not JSON objects, and so are never equal."""
    from tui.core.fixes.whole import not_object

    broken = [number for number, line in enumerate(lines, 1) if line.strip() and not_object(line)]
    if not broken:
        return []
    one = len(broken) == 1
    said = "is not a JSON object, and stays" if one else "are not JSON objects, and stay"
    return [f"{numbered(broken)} {said} without having been compared"]


def _tell(path: str, made: Rewritten, out: Output) -> None:
    """Say what was done and what is taken out, before anything is written."""
    for text in [*made.said, *removal_words(made.removed)]:
        out.note(f"{one_line(path)}: {text}")
    for format_, lines in made.foreign.items():
        command = format_.command(path, mixed=True)
        out.note(f"{one_line(path)}: {_left_words(format_, lines)}: `{command}`")


def _refuse(path: str, made: Rewritten) -> None:
    """Raise InputError for a file of another layout or format."""
    if made.layout is not None:
        raise not_by_line(path, made.layout)
    if made.refused is not None:
        about = f" ({made.refused.about})" if made.refused.about else ""
        raise InputError(
            "Another format",
            f"{path} is {made.refused.words}; nothing was written",
            f"Convert it: `{made.refused.command(path)}`{about}",
        )


def not_by_line(path: str, layout: Layout, wrote: str = WROTE) -> InputError:
    """Return the refusal of a file whose lines are not its examples."""
    return InputError(
        "Not an example on each line",
        f"{path} is {layout.words}{wrote}",
        layout.remedy,
    )


def _allow(options: argparse.Namespace, path: str, made: Rewritten) -> None:
    """Raise NeedsConfirmation where texts would be lost."""
    lost = sum(one.long for _, one in made.removed)
    if options.in_place and lost and not options.yes:
        raise NeedsConfirmation(
            "Not written",
            f"{path} would lose {plural(lost, 'text')}",
            "Add --yes to take them out, or write to a new file with -o",
        )


def removal_words(removed: Iterable[tuple[int, Removal]]) -> list[str]:
    """Return one line for each key whose texts are taken out: how many, and the first of them."""
    by_key: dict[str, list[tuple[int, Removal]]] = {}
    for line, one in removed:
        by_key.setdefault(one.key or one.rule, []).append((line, one))
    return [
        f"takes out {plural(len(many), 'text')} at {one_line(key, 60)}, the first in line "
        f"{many[0][0]:,}: “{one_line(many[0][1].text, 80)}”"
        for key, many in by_key.items()
    ]


def _left_words(format_: Foreign, lines: list[int]) -> str:
    verb = "is" if len(lines) == 1 else "are"
    return f"{numbered(lines)} {verb} {format_.words}, left for convert"


def numbered(lines: Sequence[int]) -> str:
    """Return lines (1-based) in words, such as "line 2" or "3 lines (2, 3, 6)"."""
    some = ", ".join(f"{line:,}" for line in lines[:_NAMED]) + (" …" if lines[_NAMED:] else "")
    return f"line {some}" if len(lines) == 1 else f"{plural(len(lines), 'line')} ({some})"


def _check(options: argparse.Namespace) -> None:
    if options.in_place and STANDARD in options.paths:
        raise InputError("Usage", "standard input cannot be replaced", "Leave --in-place away.")
    if len(options.paths) > 1 and not options.in_place:
        raise InputError(
            "Usage", "several files, and one place to write", "Add --in-place, or name one file."
        )
    if options.output and options.output != STANDARD:
        target = Path(options.output)
        refuse_input(target, options.paths)
        refuse_replacing(target, options)


def _read(path: str) -> bytes:
    if path == STANDARD:
        from tui.cli.inputs import read_stdin

        return read_stdin()
    from tui.services.given_files import open_file, unreadable

    try:
        with open_file(Path(path)) as file:
            return file.read()
    except OSError as error:
        raise unreadable(Path(path), error) from error


def _write(
    options: argparse.Namespace, path: str, before: bytes, made: Rewritten, out: Output
) -> str:
    """Write the result where it was asked for; returns that place in words."""
    from tui.services.datasets.disk.atomic_save import write_atomically

    target = path if options.in_place else options.output
    if target is None or target == STANDARD:
        if not out.as_json:  # the one document has standard output to itself
            out.data([made.data])
        return ""
    if options.in_place and made.data == before:
        return "left as it is"
    with disk_errors("Not written", target, "Choose another place.", NotWritten):
        write_atomically(Path(target), [made.data])
    return f"written to {target}"


def _refused_as(made: Rewritten) -> str | None:
    if made.layout is not None:
        return made.layout.words
    return made.refused.format if made.refused is not None else None


def _document(path: str, target: str, made: Rewritten) -> dict[str, Any]:
    return {
        "path": path,
        "refused": _refused_as(made),
        "foreign": [
            {"format": one.format, "lines": lines, "command": one.command(path, mixed=True)}
            for one, lines in made.foreign.items()
        ],
        "removed": [
            {"line": line, "rule": one.rule, "where": one.where, "text": one.text}
            for line, one in made.removed
        ],
        "written": target.removeprefix("written to ") if target.startswith("written") else None,
        "examples": made.examples,
        "changes": made.changed,
        "by": made.counts,
        "remarks": made.said,
    }
