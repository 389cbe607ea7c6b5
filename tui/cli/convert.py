"""`finetui convert`: from any format of fine-tuning data into any other."""

from __future__ import annotations

import asyncio
import shlex
from codecs import BOM_UTF8
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tui.cli.arguments import Commands, Parser, command
from tui.cli.convert_report import report, tell_scores
from tui.cli.exit_codes import PROBLEMS
from tui.cli.inputs import (
    STDIN,
    a_file,
    refuse_existing,
    refuse_input,
    refuse_replacing,
    stdin_bytes,
)
from tui.core.fixes.whole import not_read
from tui.core.formats import READERS, WRITERS, Columns, ReadOptions, export, format_of
from tui.core.formats.columns import PARTS
from tui.core.formats.encodings import SAY_ENCODING
from tui.core.formats.verdicts import BadWhere
from tui.core.text.text import plural
from tui.services.errors import InputError, NeedsConfirmation
from tui.services.transfer.exporting import export_chunks, write_export
from tui.services.transfer.importing import columns_of, look, look_at_bytes, read, write_dropped

if TYPE_CHECKING:
    import argparse

    from tui.cli.output import Output
    from tui.core.formats import ConvertedRows, Format
    from tui.services.transfer.importing import ForeignFiles
    from tui.services.workspace import Workspace

_TABLES = {"csv", "tsv"}
_NAMES = (
    "--user NAME --assistant NAME; where each row is one message --speaker, --text and "
    "--conversation NAME"
)
_MEANS = {
    "system": "the system prompt",
    "user": "the question (again: joined to it)",
    "assistant": "the answer",
    "chosen": "the better answer of a pair",
    "rejected": "the other answer of a pair",
    "conversation": "where each row is one message: which rows belong together; '*' if all do",
    "speaker": "who says it",
    "text": "what is said",
    "order": "numbers or dates to sort the messages of a conversation by",
}


def register(commands: Commands[Parser]) -> None:
    """Add the command."""
    parser = command(commands, "convert", _convert)
    parser.add_argument("input", metavar="IN", help="a file, a folder of files, or -")
    sources = ", ".join(f.id for f in READERS)
    parser.add_argument(
        "--encoding", metavar="NAME", default="",
        help="of a text that is not UTF-8 (default: Windows-1252, where it can be that)",
    )  # fmt: skip
    targets = ", ".join(f.id for f in WRITERS)
    parser.add_argument("--from", dest="source", metavar="FORMAT", help=f"one of {sources}")
    parser.add_argument("--to", default="openai", metavar="FORMAT", help=f"one of {targets}")
    _add_columns(parser)
    _add_rows(parser)
    parser.add_argument(
        "-o", "--output", metavar="OUT", help="write here (default, and -: to stdout)"
    )
    parser.add_argument("--in-place", action="store_true", help="replace IN itself")
    parser.add_argument(
        "--yes", action="store_true", help="also where --in-place loses something, or OUT exists"
    )
    parser.add_argument(
        "--dropped", metavar="FILE", help="write rows dropped and keys left out here, as JSONL"
    )
    parser.add_argument(
        "--strict",
        action="store_true",
        help="exit 1 also when all rows dropped were answers judged bad",
    )


def _add_columns(parser: argparse.ArgumentParser) -> None:
    places = parser.add_argument_group(
        "which key or column holds what", "in JSON rows as in tables; a.b is key b inside key a"
    )
    places.add_argument("--columns", metavar="PART=NAME,…", help="several are joined: NAME+NAME")
    for part in PARTS:
        places.add_argument(
            f"--{part}", metavar="NAME", action="append", default=[], help=_MEANS[part]
        )


def _add_rows(parser: argparse.ArgumentParser) -> None:
    rows = parser.add_argument_group("what becomes of rows")
    rows.add_argument(
        "--without", metavar="KEY,…", default="",
        help="leave these keys out: a label that is not a verdict, pictures that may go",
    )  # fmt: skip
    rows.add_argument(
        "--bad", metavar="'KEY<N'", action="append", default=[],
        help="which scores are bad answers; also = with a word; again for more",
    )  # fmt: skip
    rows.add_argument(
        "--answers-by", metavar="NAME", action="append", default=[],
        help="whose messages are answers, where each row is one message; again for more",
    )  # fmt: skip
    rows.add_argument(
        "--pairs", action="store_true",
        help="pairs of answers judged good and bad to the same prompt (--to preference does it)",
    )  # fmt: skip
    rows.add_argument(
        "--empty-prompt", metavar="TEXT", default="", help="the question where the prompt is empty"
    )


async def _convert(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    form = _format(options.to)
    target = _target(options)
    looked = await _look_at_input(options)
    if options.in_place and any(one.packed for one in looked.sources):
        raise InputError("Usage", f"{options.input} is packed", "Name a file with -o.")
    columns = _columns(options)
    columns = None if columns is None else _completed(columns, looked)
    if looked.notice:
        asks = f". {SAY_ENCODING}" if looked.decoded and not options.encoding else ""
        out.note(f"{looked.notice}{asks}")
    asked = None if looked.is_table and options.source in _TABLES else options.source
    name = "table" if columns else asked or _sniffed(looked)
    if name == "table" and columns is None:
        columns = _guessed(looked, out)
    made = await asyncio.to_thread(
        read, looked, name, columns, options=_row_options(options, form),
        mixed=not asked and not _columns(options),
    )  # fmt: skip
    scored = tell_scores(made, _words(options), out) or _tell_speakers(made, looked, options, out)
    if name == looked.sniffed.format and not (columns or asked or scored):
        sniffed = looked.sniffed
        sure = "by its keys" if made.lines and not sniffed.confidence else sniffed.words
        out.note(f"{looked.what}: {name} ({sure}: {sniffed.reason})")
    if form.id != "openai":
        made = _joined(made, await asyncio.to_thread(export, made.lines, form.id))
    nothing = bool(made.dropped) and not made.lines
    if options.dropped:
        await asyncio.to_thread(write_dropped, Path(options.dropped), made)
    await _write(options, made, None if nothing else target, form, workspace, out)
    out.document(
        {
            "input": options.input, "from": name, "to": form.id,
            "output": str(target) if target and not nothing else None, **made.to_json(),
        }
    )  # fmt: skip
    return PROBLEMS if nothing or made.unmeant or (options.strict and made.dropped) else 0


def _tell_speakers(
    made: ConvertedRows, looked: ForeignFiles, options: argparse.Namespace, out: Output
) -> bool:
    """Say what to do where nothing says whose messages are answers; return whether that is so."""
    from tui.core.formats.detection.foreign import spoken_table
    from tui.core.formats.supported.chat_exports import SLACK

    if made.lines or not any("--answers-by NAME" in one.reason for one in made.dropped):
        return False
    threads = [row[SLACK] for row in looked.sample if isinstance(row.get(SLACK), list)]
    said = [
        {"conversation": at, "speaker": one.get("user"), "text": one.get("text")}
        for at, thread in enumerate(threads)
        for one in thread
    ]
    found = spoken_table(said or looked.sample, "")
    if found is None or not found.about:
        return False
    asked = shlex.split(found.asked or "")[2:]
    again = shlex.join(("finetui", "convert", *_words(options), *asked))
    out.note(f"finetui: nothing converted. Name who answers: `{again}` ({found.about})")
    return True


async def _write(
    options: argparse.Namespace,
    made: ConvertedRows,
    target: Path | None,
    form: Format,
    workspace: Workspace,
    out: Output,
) -> None:
    if target is None:
        # Where a file was named, nothing could be converted that would go there.
        named = options.in_place or options.output not in {None, STDIN}
        if made.lines and not (named or out.as_json):
            out.data(export_chunks(made.lines, form))
        report(made, out)
        return
    report(made, out)  # what is lost is said before a file is replaced
    if options.in_place and not (options.yes or options.dropped):
        _refuse_losses(made)
    await asyncio.to_thread(write_export, target, made.lines, form)
    origin = f"converted from {Path(options.input).name}"
    await workspace.datasets.record_version(target, len(made.lines), origin)


def _refuse_losses(made: ConvertedRows) -> None:
    """Raise NeedsConfirmation where the file replaced is the only one that holds something."""
    lost = [f"{plural(len(made.dropped), 'row')} dropped"] if made.dropped else []
    lost += [f"{plural(len(made.left), 'value')} left out"] if made.left else []
    if lost:
        raise NeedsConfirmation(
            "Nothing was written",
            f"replacing the file would lose {' and '.join(lost)}",
            "--dropped FILE keeps them there, --yes lets them go, -o writes another file",
        )


def _row_options(options: argparse.Namespace, form: Format) -> ReadOptions:
    without = {key.strip() for key in options.without.split(",")} - {""}
    pairs = options.pairs or form.id == "preference"
    try:
        bad = tuple(map(BadWhere.parse, options.bad))
    except ValueError as error:
        raise InputError("Usage", f"--bad: {error}", "Such as --bad 'score<0'") from error
    answers_by = frozenset(name.strip().casefold() for name in options.answers_by)
    return ReadOptions(frozenset(without), options.empty_prompt, pairs, bad, answers_by)


def _columns(options: argparse.Namespace) -> Columns | None:
    """Return the columns named in either way, or None. Raises InputError."""
    named = {part: tuple(getattr(options, part)) for part in PARTS if getattr(options, part)}
    if not options.columns:
        if not named:
            return None
        return Columns(**named)
    return replace(columns_of(options.columns, complete=False), **named)


def _completed(columns: Columns, looked: ForeignFiles) -> Columns:
    """Return columns with those that are not named by their usual names. Raises InputError."""
    made = replace(looked.guess, **columns.named()) if columns.problem else columns
    if columns.is_spoken != made.is_spoken or made.problem:
        raise InputError("Usage", columns.problem, column_step(looked) or _NAMES)
    return made


async def _look_at_input(options: argparse.Namespace) -> ForeignFiles:
    if options.input != STDIN:
        return await asyncio.to_thread(look, Path(options.input), options.encoding)
    data = await stdin_bytes()
    # A pipe has no name to tell a table by; naming columns does, where it is not JSON.
    kind = options.source if options.source in _TABLES else ""
    if _columns(options) and not data.lstrip(BOM_UTF8 + b" \t\r\n").startswith((b"{", b"[")):
        kind = kind or "csv"
    return look_at_bytes(data, f"stdin.{kind}" if kind else "stdin", options.encoding)


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
    if options.dropped:
        dropped = a_file(options.dropped, "--dropped")
        refuse_existing([dropped], "Name another file for --dropped.")
    if options.in_place:
        if options.output or options.input == STDIN or source.is_dir():
            raise InputError("Usage", "--in-place is for one file and without -o")
        return source
    if options.output in {None, STDIN}:
        return None
    target = Path(options.output)
    refuse_input(target, [options.input])
    refuse_replacing(target, options)
    return target


def _words(options: argparse.Namespace) -> list[str]:
    """Return the words of the command that say what is converted into what."""
    words = [options.input]
    words += ["--from", options.source] if options.source else []
    words += ["--to", options.to] if options.to != "openai" else []
    for part in PARTS:
        words += [word for name in getattr(options, part) for word in (f"--{part}", name)]
    words += ["--columns", options.columns] if options.columns else []
    words += ["-o", options.output] if options.output else []
    return words + (["--in-place"] if options.in_place else [])


def _sniffed(looked: ForeignFiles) -> str:
    sniffed = looked.sniffed
    if (looked.problem or looked.prose) and not sniffed.format:
        cause = f"{looked.what}: {not_read(looked.prose)[0] if looked.prose else looked.problem}"
        raise InputError("Nothing to convert", cause, _step_without_rows(looked))
    if not sniffed.format:
        known = ", ".join(f.id for f in READERS)
        raise InputError(
            "Which format?",
            f"{looked.what}: {sniffed.reason}",
            column_step(looked) or _step_without_texts(looked, known),
        )
    return sniffed.format


def _step_without_texts(looked: ForeignFiles, known: str) -> str:
    if not any(looked.sample):
        return "Add rows to it"
    return (
        "Write each row as messages, or with the keys question and answer; or name the format: "
        f"--from {known}"
    )


def _step_without_rows(looked: ForeignFiles) -> str:
    """Return what to do about a file of which no row can be read."""
    from tui.core.fixes.whole import command_for
    from tui.core.formats.detection.packed import inner_name, to_stdout

    path = str(looked.path) if looked.path.name != "stdin" else STDIN
    if looked.problem.startswith("there is no row"):
        return "Add rows to it"
    if looked.prose:
        of_table = ". Of a table name the columns: --user NAME --assistant NAME"
        return f"{not_read(looked.prose)[1]}{of_table if path == STDIN else ''}"
    if looked.is_table:
        return f"Save the table anew as CSV, or see `finetui check {shlex.quote(path)}`"
    if packed := next((one.packed for one in looked.sources if one.packed), ""):
        unpack, name = to_stdout(packed, path), inner_name(looked.path.name)
        target = shlex.quote(str(looked.path.with_name(f"{Path(name).stem}.fixed.jsonl")))
        return f"Mend it first: `{unpack} | finetui fix - -o {target}`"
    return f"Mend it first: `{command_for('fix', path, 'fixed')}`"


def column_step(looked: ForeignFiles) -> str:
    """Return the command with the columns of this file in it; "" where it has none of texts."""
    from tui.core.formats.detection.tables import about, suggested

    asked = suggested(looked.sample)
    if not asked:
        return ""
    path = str(looked.path) if looked.path.name != "stdin" else STDIN
    command = shlex.join(("finetui", "convert", path, *asked))
    return f"Name the columns: `{command}` ({about(looked.sample)})"


def _guessed(looked: ForeignFiles, out: Output) -> Columns:
    columns = looked.guess
    if columns.problem:
        cause = f"{looked.what}: {columns.problem[:1].lower()}{columns.problem[1:].rstrip('.')}"
        raise InputError("Which column holds what?", cause, column_step(looked) or _NAMES)
    out.note(f"columns by their names: --columns {columns.words}")
    return columns


def _joined(first: ConvertedRows, second: ConvertedRows) -> ConvertedRows:
    """Return both steps as one: the second speaks of rows by their numbers in the first."""
    origins = first.origins
    later = tuple(replace(d, position=origins[d.position - 1]) for d in second.dropped)
    remarks = (*first.remarks, *(replace(r, first=origins[r.first - 1]) for r in second.remarks))
    left = (*first.left, *(replace(o, position=origins[o.position - 1]) for o in second.left))
    return replace(
        second,
        dropped=(*first.dropped, *later),
        remarks=remarks,
        origins=tuple(origins[at - 1] for at in second.origins),
        left=left,
        joined=first.joined,
    )
