"""Writing a file so that a crash leaves the old content or the new, never something between."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tui.services.pipes import write_pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def write_atomically(
    path: Path,
    chunks: Iterable[bytes],
    ready: Callable[[int], None] = lambda _file: None,
    begun: Callable[[str], None] = lambda _name: None,
    *,
    private: bool = False,
) -> None:
    """Replace the content of `path`, keeping its mode and owner; a symbolic link is followed.

    `begun` is called with the name of the file that is written beside it: what is left behind
    by a kill. `ready` is called with its descriptor when the new content is on the disk, before
    it takes the place of the old.

    A pipe or a device is written to, piece by piece.

    A new file gets mode 0666 less the umask, as any program's would; a `private` one, new or
    not, is its owner's alone. Raises OSError (a full
    disk, a folder that may not be written), leaving the old file as it was.
    """
    if not is_replaceable(path):
        write_pieces(path, chunks)
        return
    target = Path(os.path.realpath(path))
    handle, name = tempfile.mkstemp(
        prefix=f".{_plain(target.name)}.", suffix=".tmp", dir=target.parent
    )
    temporary = Path(name)
    try:
        begun(temporary.name)
        with os.fdopen(handle, "wb", buffering=1 << 20) as file:
            for chunk in chunks:
                file.write(chunk)
            if not private:  # it was made for its owner alone
                _copy_mode(target, file.fileno())
            file.flush()
            os.fsync(file.fileno())
            ready(file.fileno())
        temporary.replace(target)
    except BaseException:  # whatever it was goes on; half a file does not stay
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def is_replaceable(path: Path) -> bool:
    """Return whether a path is, or may become, a file of its own: not a pipe, and not a device.

    Below /dev are also the names of what is open already, such as the standard output.
    """
    if path.is_relative_to("/dev") and not path.is_relative_to("/dev/shm"):  # noqa: S108 - a disk
        return False
    return path.is_file() or not path.exists() or path.is_dir()


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` durable. File systems that cannot are left as they are."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _copy_mode(target: Path, handle: int) -> None:
    try:
        stat = target.stat()
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        os.fchmod(handle, 0o666 & ~mask)
        return
    with contextlib.suppress(PermissionError):  # only root may give a file away
        os.fchown(handle, stat.st_uid, stat.st_gid)
    os.fchmod(handle, stat.st_mode & 0o7777)


def _plain(name: str) -> str:
    """Return what of a name fits beside it in any file system, and in a record of the journal."""
    # Characters of four bytes would make it longer than a name may be.
    return "".join(char for char in name if char.isascii() and char.isprintable())[:80]
