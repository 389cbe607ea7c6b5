"""`finetui files`: list, upload, download, delete and prune the provider's files."""

from __future__ import annotations

import asyncio
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.cli.arguments import Commands, Parser, add_yes, age_of, command, group
from tui.cli.consent import accepted, add_accept
from tui.cli.deleting import delete_all, only_told
from tui.cli.file_review import guard
from tui.cli.inputs import REPLACES, STDIN, file_of, refuse_replacing
from tui.cli.progress import UploadLine
from tui.core.catalog.abilities import Ability
from tui.core.provider.files import age_words, month_words_of, prunable, total_bytes
from tui.core.provider.records import Deleted
from tui.core.text.moments import date_words
from tui.core.text.text import plural, size_words
from tui.services.errors import InputError, NotWritten, ServiceError, disk_errors
from tui.services.provider.interface import check_offered

if TYPE_CHECKING:
    import argparse
    from collections.abc import Awaitable, Callable, Sequence

    from tui.cli.output import Output
    from tui.core.provider.files import StoredFile
    from tui.services.files.overview import FilesSeen
    from tui.services.store.tables.asked_uploads_table import AskedUpload
    from tui.services.store.tables.parts_table import OpenUpload
    from tui.services.workspace import Workspace


def register(commands: Commands[Parser]) -> None:
    """Add the command and its own commands."""
    actions = group(commands, "files")
    parser = command(actions, "list", _list, "list the files, newest first, and who uses them")
    parser.add_argument("--purpose", help="only files of this purpose")
    _add_choice(parser)
    parser = command(
        actions, "upload", _upload, "upload a file, or go on with an upload that was cut off"
    )
    parser.add_argument("path", metavar="FILE", help="a file, or -, sent as stdin.jsonl")
    parser.add_argument("--purpose", default="fine-tune")
    parser.add_argument(
        "--again", action="store_true", help="send it even if the same content is there already"
    )
    add_accept(parser, ("warnings", "secrets"))
    parser = command(actions, "download", _download, "download a file's content")
    parser.add_argument("id", metavar="FILE_ID")
    parser.add_argument(
        "-o", "--output", metavar="PATH", help="where to (default: its own name; -: stdout)"
    )
    add_yes(parser, REPLACES)
    parser = command(actions, "delete", _delete, "delete files, or give up unfinished uploads")
    parser.add_argument("ids", metavar="FILE_ID", nargs="+")
    add_yes(parser, "delete them for good")
    parser = command(actions, "prune", _prune, "delete old files, and those no job uses")
    _add_choice(parser)
    parser.add_argument("--dry-run", action="store_true", help="only list what would go")
    add_yes(parser, "delete them for good")


def _add_choice(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--older-than", type=age_of, metavar="AGE", help="only files this old: 30d, 12h, 2w"
    )
    parser.add_argument("--orphans", action="store_true", help="only files no known job uses")


# -- list --------------------------------------------------------------------------------


async def _list(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    seen = await workspace.file_overview.look()
    if seen.jobs_problem is not None:
        out.note(f"finetui: which jobs use them is not known: {seen.jobs_problem.brief}")
    now = time.time()
    files = [
        file
        for file in seen.files
        if options.purpose in {None, file.info.purpose}
        and (file.orphan or not options.orphans)
        and (options.older_than is None or (file.age(now) or 0) > options.older_than)
    ]
    unfinished = [_unfinished(one) for one in seen.unfinished]
    document = {"files": [_document(file) for file in files], "unfinished": unfinished}
    out.document({**document, "unanswered": [_unanswered(one) for one in seen.unanswered]})
    out.table(*_table(files, now))
    if any(file.billed for file in files):
        together = f"{plural(len(files), 'file')}, {size_words(total_bytes(files))}"
        out.line(f"{together}: keeping them costs {month_words_of(files)}")
    for one in seen.unfinished:
        done = f"{len(one.parts)} of {one.count} parts"
        until = date_words(one.expires_at)
        out.line(f"{one.id}  unfinished: {done} of {one.path}, kept until {until}")
    for asked in seen.unanswered:
        out.line(
            f"{asked.path} was sent {date_words(asked.at)} without an answer: it is not known "
            "whether it arrived. finetui files upload looks for it before it sends it again."
        )
    return 0


def _table(files: Sequence[StoredFile], now: float) -> tuple[list[str], list[tuple[str, ...]]]:
    """Return the columns' names and the rows; until when and for how much only where told."""
    expires = any(file.info.expires_at is not None for file in files)
    billed = any(file.billed for file in files)
    names = ["id", "size", "purpose", "created", "age"]
    names += [*(["kept until"] if expires else []), *(["to keep"] if billed else [])]
    rows = [
        (
            file.id, size_words(file.info.bytes), file.info.purpose,
            date_words(file.info.created_at), age_words(file.age(now)),
            *((date_words(file.info.expires_at),) if expires else ()),
            *((file.month_words,) if billed else ()),
            file.info.status, file.use_words, file.info.filename,
        )
        for file in files
    ]  # fmt: skip
    return [*names, "status", "used by", "name"], rows


def _document(file: StoredFile) -> dict[str, Any]:
    uses = file.uses
    return {
        **file.info.raw,
        "used_by": None
        if uses is None
        else [{"job": use.job_id, "as": use.role, "status": use.status} for use in uses],
        "orphan": file.orphan,
        "source": file.source or None,
        "expires_at": file.info.expires_at,
        "usd_per_month": None if file.month is None else f"{file.month:.4f}",
    }


def _unanswered(upload: AskedUpload) -> dict[str, Any]:
    return {
        "filename": upload.name,
        "source": upload.path,
        "purpose": upload.purpose,
        "bytes": upload.size,
        "asked_at": upload.at,
    }


def _unfinished(upload: OpenUpload) -> dict[str, Any]:
    return {
        "id": upload.id,
        "filename": upload.name,
        "source": upload.path,
        "bytes": upload.size,
        "bytes_taken": upload.taken,
        "expires_at": upload.expires_at,
    }


# -- upload and download -----------------------------------------------------------------


async def _upload(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    doing = f"upload {Path(options.path).name}"
    workspace.provider.check_writable(doing)
    check_offered(workspace.api.abilities, Ability.FILES, doing)
    async with file_of(options.path) as file:
        return await _send(str(file), options, workspace, out)


async def _send(path: str, options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    purpose, files = options.purpose, workspace.files
    line = UploadLine(out, path)
    try:
        info = None if options.again else await files.find_upload(path, line.show, purpose)
        reused = info is not None
        if info is None:
            line.end()
            await guard(path, workspace, out, purpose=purpose, accept=accepted(options))
            info = await files.upload(path, purpose, line.show)
    finally:
        line.end()
    if reused:
        out.note(f"{path} is uploaded already: {info.id} (--again sends it once more)")
    out.document({**info.raw, "reused": reused})
    out.line(info.id)
    return 0


async def _download(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    target = options.output
    if target == STDIN:
        if out.as_json:
            raise InputError("Usage", "-o - and --json both print", "Name a file.")
        with disk_errors("Not written", "standard output", "Free some space.", NotWritten):
            await workspace.files.copy(options.id, sys.stdout.buffer)
        return 0
    if target is None:
        info = await workspace.files.retrieve(options.id)
        # Only the name: a provider does not choose the folder.
        target = Path(info.filename.replace("\\", "/")).name or options.id
    await asyncio.to_thread(refuse_replacing, Path(target), options)
    path = await workspace.files.download(options.id, target)
    out.document({"id": options.id, "path": str(path), "bytes": path.stat().st_size})
    out.line(str(path))
    return 0


# -- delete and prune --------------------------------------------------------------------


async def _delete(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    deletions = workspace.files.deletions(await _deleter(workspace))
    return await delete_all("file", options, workspace, deletions, out)


async def _deleter(workspace: Workspace) -> Callable[[str], Awaitable[Deleted]]:
    """Return what deletes by id: files, and uploads that are not complete."""
    files = workspace.files
    try:
        unfinished = {upload.id: upload for upload in await files.unfinished()}
    except ServiceError:  # without the ledger there are only files
        unfinished = {}

    async def delete(identifier: str) -> Deleted:
        if identifier not in unfinished:
            return await files.delete(identifier)
        await files.abandon(unfinished[identifier])
        return Deleted(identifier, True)

    return delete


async def _prune(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    if options.older_than is None and not options.orphans:
        raise InputError(
            "Usage", "prune deletes by age or by use", "Add --orphans, --older-than 30d, or both."
        )
    seen = await workspace.file_overview.look()
    if seen.jobs_problem is not None:
        # Without the jobs any file may be in use.
        raise seen.jobs_problem
    found = _prunable(seen, options)
    options.ids = [file.id for file in found]
    size = size_words(total_bytes(found))
    tell = partial(_tell_prunable, found, out)
    if only_told("file", options.ids, options, workspace, out, tell, size):
        return 0
    return await delete_all("file", options, workspace, workspace.files.deletions(), out)


def _tell_prunable(found: Sequence[StoredFile], out: Output) -> None:
    out.document({"dry_run": True, "files": [_document(file) for file in found]})
    for file in found:
        age = age_words(file.age(time.time()))
        out.line(f"would delete file {file.id}  {age}  {file.use_words}  {file.info.filename}")
    if any(file.billed for file in found):
        out.line(f"keeping them costs {month_words_of(found)}")


def _prunable(seen: FilesSeen, options: argparse.Namespace) -> list[StoredFile]:
    return prunable(seen.files, time.time(), older_than=options.older_than, orphans=options.orphans)
