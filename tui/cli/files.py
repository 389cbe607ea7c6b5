"""`finetui files`: uploaded files."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from tui.cli.arguments import Commands, Parser, add_yes, command, group
from tui.cli.deleting import delete_all
from tui.cli.output import when
from tui.cli.progress import UploadLine
from tui.cli.secret_gate import guard
from tui.core.text import size_words
from tui.services.errors import InputError

if TYPE_CHECKING:
    import argparse

    from tui.cli.output import Output
    from tui.services.workspace import Workspace


def register(commands: Commands[Parser]) -> None:
    """Add the command and its own commands."""
    actions = group(commands, "files", "uploaded files")
    parser = command(actions, "list", _list, "list the files, newest first")
    parser.add_argument("--purpose", help="only files of this purpose")
    parser = command(actions, "upload", _upload, "upload a file")
    parser.add_argument("path", metavar="FILE")
    parser.add_argument("--purpose", default="fine-tune")
    add_yes(parser)
    parser = command(actions, "download", _download, "download a file's content")
    parser.add_argument("id", metavar="FILE_ID")
    parser.add_argument("-o", "--output", metavar="PATH", help="where to (default: its own name)")
    parser = command(actions, "delete", _delete, "delete files at the provider")
    parser.add_argument("ids", metavar="FILE_ID", nargs="+")
    add_yes(parser)


async def _list(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    files = await workspace.files.list(options.purpose)
    out.document({"files": [dict(file.raw) for file in files]})
    out.table(
        ("id", "size", "purpose", "created", "status", "name"),
        [
            (f.id, size_words(f.bytes), f.purpose, when(f.created_at), f.status, f.filename)
            for f in files
        ],
    )
    return 0


async def _upload(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    if options.purpose == "fine-tune":
        await guard(options.path, workspace, out, yes=options.yes)
    line = UploadLine(out, options.path)
    try:
        info = await workspace.files.upload(options.path, options.purpose, line.show)
    finally:
        line.end()
    out.document(info.raw)
    out.line(info.id)
    return 0


async def _download(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    target = options.output
    if target is None:
        info = await workspace.files.retrieve(options.id)
        # Only the name: a provider does not choose the folder.
        target = Path(info.filename.replace("\\", "/")).name or options.id
        if await asyncio.to_thread(Path(target).exists):
            raise InputError("The file exists", target, "Name another with --output.")
    path = await workspace.files.download(options.id, target)
    out.document({"id": options.id, "path": str(path), "bytes": path.stat().st_size})
    out.line(str(path))
    return 0


async def _delete(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    return await delete_all("file", options, workspace, workspace.files.delete, out)
