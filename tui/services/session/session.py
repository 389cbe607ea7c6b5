"""Where the user was, for the next start: one small file that the running program writes.

It holds places, not work: edits are in their journals, texts in `typed_texts`, chats in the
ledger. Several programs may run: the first holds a lock and writes; the others neither read nor
write while it does, so that they do not take its place away.
"""

from __future__ import annotations

import contextlib
import json
import threading
from stat import S_ISREG
from typing import TYPE_CHECKING, Any

from tui.core.provider.parsing import as_map
from tui.services.datasets.disk.atomic_save import write_atomically
from tui.services.session.holder import Lock
from tui.services.settings.locations import make_private

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tui.services.session.holder import Holder

VERSION = 1  # what others have written is read all the same, as far as it is understood
_LARGEST = 4_000_000  # bytes: what is larger was not written by this program


class Session:
    """Reads and writes where the user was. No method raises, and all but `put` block.

    What is kept is a JSON object. A value in it may be a function without arguments, which is
    called in the thread that writes.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "session.json"
        self._lock = Lock(folder / "session.lock")
        self._writing = threading.Lock()
        self._state: Mapping[str, Any] | None = None
        self._written = ""
        self.held_back = False  # another program is open, and keeps its place
        self.other: Holder | None = None  # that program, as far as it is known

    def take(self) -> bool:
        """Keep the place from now on, unless another program does; tells whether that is so."""
        with self._writing:
            return self._is_ours()

    def load(self) -> Mapping[str, Any]:
        """Return what was kept; empty for nothing, and while another program is open."""
        with self._writing:
            if not self._is_ours():
                return {}
            with contextlib.suppress(OSError, ValueError, RecursionError):
                found = self._path.stat()
                if S_ISREG(found.st_mode) and found.st_size <= _LARGEST:  # a pipe has no end
                    self._written = self._path.read_text("utf-8")
                    return as_map(json.loads(self._written))
            return {}

    def put(self, state: Mapping[str, Any]) -> None:
        """Take what is to be written by the next `flush`, or when this is closed."""
        self._state = state

    def flush(self) -> None:
        """Write what has changed, if the place is this program's to keep."""
        # A function may read from a file that has gone meanwhile.
        with self._writing, contextlib.suppress(OSError, ValueError, IndexError):
            if self._state is None:
                return
            text = json.dumps({"version": VERSION, **_called(self._state)})
            if text == self._written or not self._is_ours():
                return
            write_atomically(self._path, [text.encode("utf-8", "replace")], private=True)
            self._written = text

    def close(self) -> None:
        """Write what is left, and let the next program have it."""
        self.flush()
        self._state = None
        with self._writing:
            self._lock.release()

    def _is_ours(self) -> bool:
        with contextlib.suppress(OSError):  # a folder that cannot be written: nothing is kept
            make_private(self._path.parent)
            self.held_back = not self._lock.take()
            self.other = self._lock.holder() if self.held_back else None
        return self._lock.held


def _called(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _called(one) for name, one in value.items()}
    return value() if callable(value) else value
