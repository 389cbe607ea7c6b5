"""Paths and names of files, cut where they say least."""

from __future__ import annotations

import os

from tui.core.text.text import one_line

_LONGEST = 5000  # more than a system takes for a path
_JOINERS = "\u200c\u200d"


def path_line(path: os.PathLike[str] | str, limit: int = 200) -> str:
    """Return a path safe and on one line, cut to `limit` characters in its middle with ….

    The file's name stays whole as long as there is room for it; then its beginning and its end do.
    """
    flat = one_line(os.fspath(path), _LONGEST)
    if len(flat) <= limit:
        return flat
    head, slash, name = flat.rstrip(os.sep).rpartition(os.sep)
    tail = slash + name + flat[len(flat.rstrip(os.sep)) :]
    room = limit - 1 - len(tail)
    if not slash or room < 0:
        head, keep = tail.removeprefix(os.sep), max(limit - 1, 0)
        if len(head) <= limit:
            return head
        room = keep // 2
        tail = head[len(head) - (keep - room) :]
    return f"{head[:room].rstrip(_JOINERS)}…{tail.lstrip(_JOINERS)}"
