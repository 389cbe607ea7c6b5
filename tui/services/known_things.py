"""The names of all that is known of a profile: datasets, chats, jobs, models, files.

The palette searches them, and goes to the one that is chosen.

All of it is read from the ledger on this machine; nothing is asked of a provider.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tui.services.errors import LedgerError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tui.services.workspace import Workspace

MOST = 5_000  # entries of each kind: the palette searches all of them at every key typed
Kind = Literal["datasets", "chat", "jobs", "models", "files"]


@dataclass(frozen=True, slots=True)
class KnownThing:
    """A dataset by its path, or a chat, job, model or file by its id: `kind` is its mode."""

    kind: Kind
    id: str
    title: str
    about: str = ""


async def known_things(workspace: Workspace) -> list[KnownThing]:
    """Return what is known, what is worked with most first; what cannot be read is left out."""
    found: list[KnownThing] = []
    for read in (_datasets, _chats, _jobs, _models, _files):
        found += (await _or_none(read, workspace))[:MOST]
    return found


async def _or_none(
    read: Callable[[Workspace], Awaitable[list[KnownThing]]], workspace: Workspace
) -> list[KnownThing]:
    try:
        return await read(workspace)
    except LedgerError:
        return []


async def _datasets(workspace: Workspace) -> list[KnownThing]:
    paths = map(Path, await workspace.store.recent.paths())
    return [KnownThing("datasets", str(one), one.name, str(one.parent)) for one in paths]


async def _chats(workspace: Workspace) -> list[KnownThing]:
    listed = await workspace.store.chats.listing(workspace.profile.name)
    return [KnownThing("chat", str(one.id), one.title or "(untitled)", one.model) for one in listed]


async def _jobs(workspace: Workspace) -> list[KnownThing]:
    jobs = (await workspace.jobs.cache.jobs()).jobs
    return [
        KnownThing("jobs", one.id, one.id, _words(one.suffix, one.status, one.model))
        for one in jobs
    ]


def _words(*said: str | None) -> str:
    return " · ".join(filter(None, said))


async def _models(workspace: Workspace) -> list[KnownThing]:
    known = await workspace.store.models.all(workspace.profile.name)
    newest = sorted(known.items(), key=lambda item: item[1].created or 0, reverse=True)
    return [
        KnownThing("models", name, name, f"gone · {one.base}" if one.deleted_at else one.base)
        for name, one in newest
    ]


async def _files(workspace: Workspace) -> list[KnownThing]:
    last = await workspace.file_overview.last_listed()
    return await asyncio.to_thread(
        lambda: [KnownThing("files", one.id, one.filename or one.id, one.id) for one in last]
    )
