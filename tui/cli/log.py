"""`finetui log`: where the log of the app is, and its last entries."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tui.cli.arguments import Commands, Parser, command, group
from tui.core.text.log_lines import LEVELS, at_least
from tui.services.errors import InputError
from tui.services.logs.reading import LogReader
from tui.services.logs.writing import NAME

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from tui.cli.output import Output
    from tui.core.text.log_lines import LogEntry
    from tui.services.workspace import Workspace

_MOST = 100_000
_LOOK_EVERY_S = 0.5


def register(commands: Commands[Parser]) -> None:
    """Add the command and its own commands."""
    actions = group(commands, "log")
    parser = command(actions, "path", _path, "print where the log is written")
    parser.set_defaults(in_any_case=True)
    parser = command(actions, "tail", _tail, "print its last entries, keys masked")
    parser.set_defaults(in_any_case=True)
    parser.add_argument("-n", "--lines", metavar="N", type=int, default=50, help="how many (50)")
    levels = [level.lower() for level in LEVELS]
    least = "the least level that is printed (info)"
    parser.add_argument("--level", choices=levels, default="info", help=least)
    parser.add_argument("--follow", action="store_true", help="go on with what is written")


async def _path(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    del options
    path = workspace.locations.logs / NAME
    out.document({"path": str(path), "exists": path.exists()})
    out.line(str(path))
    return 0


async def _tail(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    if options.follow and out.as_json:
        raise InputError("Usage", "--follow prints lines, --json one document", "Leave one out.")
    reader = LogReader(workspace.locations.logs / NAME)
    entries = await _entries(reader, options.level)
    entries = entries[-options.lines :] if options.lines > 0 else []
    if options.follow:
        return await _follow(reader, options.level, entries, out)
    out.document({"entries": [one.as_json() for one in entries]})
    _print(entries, out)
    return 0


async def _entries(reader: LogReader, level: str) -> Sequence[LogEntry]:
    return at_least(await asyncio.to_thread(reader.read, _MOST), level.upper())


async def _follow(reader: LogReader, level: str, entries: Sequence[LogEntry], out: Output) -> int:
    """Print entries as they come, until it is interrupted."""
    _print(entries, out)
    last = entries[-1] if entries else None
    while True:
        await asyncio.sleep(_LOOK_EVERY_S)
        if await asyncio.to_thread(reader.has_changed):
            now = await _entries(reader, level)
            _print(now[now.index(last) + 1 :] if last in now else now, out)
            last = now[-1] if now else last


def _print(entries: Sequence[LogEntry], out: Output) -> None:
    for entry in entries:
        out.line(entry.line)
