"""The program's own files of state that cannot be read or written: kept beside, logged, told once.

Nothing the user does may fail for them, and none of them is thrown away unseen.
"""

from __future__ import annotations

import contextlib
import json
import logging
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

log = logging.getLogger(__name__)
_MOST_KEPT = 9  # damaged files of one name; the last is replaced after that


def object_in(data: str | bytes) -> dict[str, Any]:
    """Return the JSON object that is written there. Raises ValueError for anything else."""
    try:
        found = json.loads(data)
    except RecursionError as error:
        raise ValueError("too deep") from error
    if not isinstance(found, dict):
        raise ValueError(type(found))  # noqa: TRY004 - the content is wrong, not a call
    return found


class StateTrouble:
    """Tells of each file once. For any thread; what comes before anybody listens waits."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told: set[str] = set()
        self._waiting: list[str] = []
        self._tell: Callable[[str], object] = self._waiting.append

    def follow(self, tell: Callable[[str], object]) -> None:
        """Have what is said, and what was, told this way; `tell` is called in any thread."""
        with self._lock:
            self._tell, waiting = tell, self._waiting
            self._waiting = []
        for text in waiting:
            tell(text)

    def damaged(self, path: Path, what: str, error: Exception) -> None:
        """Keep a file that cannot be read beside the one that takes its place, and tell."""
        why = getattr(error, "strerror", None) or "it is damaged"
        kept = ""
        with contextlib.suppress(OSError):
            kept = f" It is kept as {_set_aside(path).name}."
        self._say(f"read {path}", f"{what}: {path} cannot be read ({why}).{kept}")

    def not_written(self, path: Path, what: str, error: OSError) -> None:
        """Tell that a file cannot be written, and what to do."""
        why = error.strerror or str(error)
        step = "Free some space, or make it writable."
        self._say(f"written {path}", f"{what}: {path}: {why}. {step}")

    def _say(self, key: str, text: str) -> None:
        with self._lock:
            if key in self._told:
                return
            self._told.add(key)
            tell = self._tell
        log.warning("%s", text)
        tell(text)


def _set_aside(path: Path) -> Path:
    names = [f"{path.name}.damaged", *(f"{path.name}.damaged{n}" for n in range(2, _MOST_KEPT + 1))]
    free = (one for name in names if not (one := path.with_name(name)).exists())
    return path.replace(next(free, path.with_name(names[-1])))
