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

from tui.services.datasets.disk.atomic_save import write_atomically
from tui.services.session.holder import Lock
from tui.services.settings.locations import make_private
from tui.services.settings.state_trouble import StateTrouble, object_in

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

    def __init__(self, folder: Path, trouble: StateTrouble | None = None) -> None:
        """Keep it in a folder; `trouble` is told of a damaged file and of a disk that is full."""
        self._path = folder / "session.json"
        self._trouble = trouble or StateTrouble()
        self._lock = Lock(folder / "session.lock")
        self._writing = threading.Lock()
        self._state: Mapping[str, Any] | None = None
        self._written = ""
        self.held_back = False  # another program is open, and keeps its place
        self.other: Holder | None = None  # that program, as far as it is known

    def take(self) -> bool:
        """Keep the place from now on, unless another program does; return whether that is so."""
        with self._writing:
            return self._is_ours()

    def load(self) -> Mapping[str, Any]:
        """Return what was kept; empty for nothing, and while another program is open.

        A folder that cannot be written is read all the same.
        """
        with self._writing:
            if not self._is_ours() and self.held_back:
                return {}
            try:
                return self._read()
            except FileNotFoundError:
                return {}
            except (OSError, ValueError) as error:
                self._trouble.damaged(self._path, "Where you were is not known", error)
                return {}

    def _read(self) -> Mapping[str, Any]:
        found = self._path.stat()
        if not S_ISREG(found.st_mode):  # a pipe has no end
            return {}
        if found.st_size > _LARGEST:
            raise ValueError(found.st_size)
        text = self._path.read_text("utf-8")
        kept = object_in(text)
        self._written = text
        return kept

    def put(self, state: Mapping[str, Any]) -> None:
        """Take what is to be written by the next `flush`, or when this is closed."""
        self._state = state

    def flush(self) -> bool:
        """Write what has changed, if the place is this program's to keep; return whether it was."""
        with self._writing:
            text = self._text()
            if text is None or text == self._written or not self._is_ours():
                return False
            try:
                write_atomically(self._path, [text.encode("utf-8", "replace")], private=True)
            except OSError as error:
                self._trouble.not_written(self._path, "Where you are is not kept", error)
                return False
            self._written = text
            return True

    def _text(self) -> str | None:
        """Return what is to be written, None for nothing."""
        # A function may read from a file that has gone meanwhile.
        with contextlib.suppress(OSError, ValueError, IndexError):
            if self._state is not None:
                return json.dumps({"version": VERSION, **_called(self._state)})
        return None

    def close(self) -> None:
        """Write what is left, and let the next program have it."""
        self.flush()
        self._state = None
        with self._writing:
            self._lock.release()

    def _is_ours(self) -> bool:
        try:
            make_private(self._path.parent)
            self.held_back = not self._lock.take()
            self.other = self._lock.holder() if self.held_back else None
        except OSError as error:  # a folder that cannot be written
            self._trouble.not_written(self._path.parent, "Where you are is not kept", error)
            self.held_back = False
        return self._lock.held


def _called(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _called(one) for name, one in value.items()}
    return value() if callable(value) else value
