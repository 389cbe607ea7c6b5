"""Format files and uploads for the list, the lines below it, and the details."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import set_cell_size
from rich.text import Text

from tui.commands import key_hint
from tui.core.provider.files import StoredFile, age_words
from tui.core.text.moments import date_words
from tui.core.text.paths import path_line
from tui.core.text.text import one_line, size_words, visible
from tui.services.store.tables.asked_uploads_table import AskedUpload
from tui.services.store.tables.parts_table import OpenUpload

if TYPE_CHECKING:
    from pathlib import Path

    from tui.services.files.transfers import Transfer

WIDE = 110  # columns from which the file's id has room in the list
_SIZE, _PURPOSE, _AGE, _USE, _ID = 8, 9, 6, 20, 30
_ENOUGH, _JOB = 36, 34  # columns of a name before a job's id gets more; of such an id and a number
_SHORT = {"fine-tune-results": "results", "assistants_output": "output"}


@dataclass(frozen=True, slots=True)
class RunningUpload:
    """An upload under way, or a file being looked at before one.

    `row` and `text` say how far it is, shortly and at length.
    """

    path: Path
    key: str
    row: str
    text: str
    note: str = ""


def running(transfer: Transfer) -> RunningUpload:
    """Return the row of an upload under way."""
    progress, now = transfer.progress, time.time()
    bar = progress.bar(10) if progress.stage == "sending" else "…"
    row = f"{bar} {progress.words(now, short=True)}"
    key = f"run:{transfer.key}"
    return RunningUpload(transfer.path, key, row, progress.words(now), progress.note)


Entry = RunningUpload | OpenUpload | AskedUpload | StoredFile


def id_of(entry: Entry) -> str:
    """Return what tells an entry from all others."""
    return entry.key if isinstance(entry, RunningUpload) else entry.id


def head_row(width: int) -> Text:
    """Return the columns' names for a list of this width."""
    text = f"  {_cell('file', _name_width(width))} {'size':>{_SIZE}} {_cell('purpose', _PURPOSE)}"
    text += f" {'age':>{_AGE}} {_cell('used by', _use_width(width))}"
    if width >= WIDE:
        text += f" {_cell('id', _ID)}"
    return Text(text, style="bold", no_wrap=True, overflow="crop")


def entry_row(entry: Entry, *, marked: bool, width: int) -> Text:
    """Return one line of the list."""
    if isinstance(entry, RunningUpload):
        text = Text.assemble(("◐ ", "bold"))
        text.append(f"{path_line(entry.path.name, 24)}  ", style="bold")
        return text.append(one_line(entry.row, width))
    if isinstance(entry, OpenUpload):
        return _unfinished_row(entry)
    if isinstance(entry, AskedUpload):
        return _unanswered_row(entry)
    return _file_row(entry, marked=marked, width=width)


def _unfinished_row(upload: OpenUpload) -> Text:
    text = Text.assemble(("◌ ", "bold"))
    text.append(f"{path_line(upload.name, 24)}  ")
    # A time of day: a countdown would be written to the terminal every second, with nobody there.
    until = time.strftime("%H:%M:%S", time.localtime(upload.expires_at))
    done = f"{len(upload.parts)} of {upload.count} parts, {size_words(upload.size)}"
    return text.append(f"unfinished: {done} · expires at {until}", style="italic")


def _unanswered_row(upload: AskedUpload) -> Text:
    text = Text("? ", style="bold")
    text.append(f"{path_line(upload.name, 24)}  ")
    said = f"sent {date_words(upload.at)} without an answer, {size_words(upload.size)}"
    return text.append(said, style="italic")


def _file_row(file: StoredFile, *, marked: bool, width: int) -> Text:
    info = file.info
    text = Text.assemble(("✓ " if marked else "  ", "bold"))
    name = path_line(info.filename or info.id, _name_width(width))
    text.append(_cell(name, _name_width(width)), style="bold" if marked else "")
    text.append(f" {size_words(info.bytes):>{_SIZE}}")
    purpose = _SHORT.get(info.purpose, info.purpose) or "–"
    text.append(f" {_cell(purpose, _PURPOSE)}", style="dim")
    text.append(f" {age_words(file.age(time.time())):>{_AGE}}", style="dim")
    text.append(f" {_cell(file.use_words, _use_width(width))}", style="" if file.orphan else "dim")
    if width >= WIDE:
        text.append(f" {_cell(info.id, _ID)}", style="dim")
    return text


def about(entry: Entry, width: int) -> Text:
    """Return the three lines below the list: what is known of the entry under the cursor."""
    if isinstance(entry, RunningUpload):
        lines = [
            entry.path.name,
            entry.text,
            entry.note or f"{key_hint('files.delete', 'stops')} it",
        ]
    elif isinstance(entry, OpenUpload):
        there = f" · {size_words(entry.taken)} of {size_words(entry.size)} are there"
        lines = [
            f"{entry.name}  {entry.id}",
            f"from {path_line(entry.path, max(width - len(there) - 5, 1))}{there}",
            (
                f"{key_hint('lists.choose', 'goes')} on where it ended · "
                f"{key_hint('files.delete', 'gives')} it up"
            ),
        ]
    elif isinstance(entry, AskedUpload):
        lines = [
            f"{entry.name}: not known whether it arrived",
            f"from {path_line(entry.path, max(width - 5, 1))}",
            (
                f"{key_hint('lists.choose', 'looks')} for it, and sends it if it is not there · "
                f"{key_hint('files.delete', 'forgets')} it"
            ),
        ]
    else:
        title = f"{entry.info.filename or '–'}  {entry.id}"
        lines = [title, _facts(entry), _uses(entry)]
    text = Text(one_line(lines[0], width), style="bold", no_wrap=True, overflow="ellipsis")
    for line in lines[1:]:
        text.append(f"\n{one_line(line, width)}", style="dim not bold")
    return text


def _facts(file: StoredFile) -> str:
    info = file.info
    parts = [info.status or "status not told", f"uploaded {date_words(info.created_at)}"]
    if info.expires_at is not None:
        parts.append(f"kept until {date_words(info.expires_at)}")
    if file.billed:
        parts.append(f"{file.month_words} to keep")
    if file.source:
        gone = "" if file.source_there else " (no longer there)"
        parts.append(f"from {file.source}{gone}")
    return " · ".join(parts)


def _uses(file: StoredFile) -> str:
    if file.uses:
        used = (f"{use.job_id} ({use.role}, {use.status})" for use in file.uses)
        return f"used by {', '.join(used)}"
    if file.orphan:
        return "orphan: no job known uses it"
    return {"–": "not a file of training jobs"}.get(file.use_words, f"used by: {file.use_words}")


def full_text(file: StoredFile) -> str:
    """Return every field, as the provider sent it, and what is known here."""
    raw = json.dumps(dict(file.info.raw), indent=2, ensure_ascii=False)
    known = [_facts(file), _uses(file), _keeping(file)]
    return visible("\n".join([*known, "", "As the provider sent it:", raw]))


def _keeping(file: StoredFile) -> str:
    """Return what a month of keeping a file costs, and who says so."""
    rate = file.keeping
    if rate is None:
        return "what keeping it costs is unknown"
    day = f"as of {rate.as_of}" if rate.as_of else ""
    why = ", ".join(filter(None, (rate.note, rate.source, day)))
    return f"keeping it costs {file.month_words}{f' ({why})' if why else ''}"


def _cell(text: str, width: int) -> str:
    return set_cell_size(one_line(text, width), width)


def _name_width(width: int) -> int:
    return max(_room(width) - _use_width(width), 12)


def _room(width: int) -> int:
    """Return the columns that the name and what uses the file share."""
    taken = 2 + 1 + _SIZE + 1 + _PURPOSE + 1 + _AGE + 1
    return width - taken - (1 + _ID if width >= WIDE else 0)


def _use_width(width: int) -> int:
    least = _USE if width >= 78 else 14
    return max(least, min(_room(width) - _ENOUGH, _JOB))
