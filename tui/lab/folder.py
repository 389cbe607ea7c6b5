"""The layout of the data folder, and atomic writes into it."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Folder:
    """The data folder of one lab. Folders are 0700, files 0600."""

    root: Path

    def prepare(self) -> None:
        """Make the folders that are always there. Raises OSError."""
        for path in (self.root, self.files, self.uploads, self.jobs, self.incoming):
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.root.chmod(0o700)
        for leftover in self.incoming.iterdir():
            leftover.unlink(missing_ok=True)

    @property
    def database(self) -> Path:
        """The SQLite database."""
        return self.root / "lab.db"

    @property
    def files(self) -> Path:
        """Contents of files, one a file, named by id."""
        return self.root / "files"

    @property
    def uploads(self) -> Path:
        """Parts of uploads, a folder an upload."""
        return self.root / "uploads"

    @property
    def jobs(self) -> Path:
        """What training reads and writes, a folder a job."""
        return self.root / "jobs"

    @property
    def incoming(self) -> Path:
        """Bytes still arriving; emptied at every start."""
        return self.root / "incoming"

    def file(self, file_id: str) -> Path:
        """Return the content of a file."""
        return self.files / file_id

    def upload(self, upload_id: str) -> Path:
        """Return the parts of an upload."""
        return self.uploads / upload_id

    def job(self, job_id: str) -> Path:
        """Return the working folder of a job."""
        return self.jobs / job_id

    def resolve(self, relative: str) -> Path:
        """Return a path kept in the database, which is relative to the root."""
        return self.root / relative

    def relative(self, path: Path) -> str:
        """Return the form of ``path`` that is kept in the database."""
        return path.relative_to(self.root).as_posix()


_NAMED = ("filename", "filename2")  # attributes of an OSError


def disk_words(error: Exception) -> str:
    """Say what the system refused, with the file it is about where the error names it."""
    reason = getattr(error, "strerror", None) or str(error)
    named = [one for one in (getattr(error, name, None) for name in _NAMED) if one]
    return f"{' → '.join(map(str, named))}: {reason}" if named else reason


def write_atomically(path: Path, data: bytes) -> None:
    """Write ``path`` so that a reader sees the old or the new content. Raises OSError."""
    with written_atomically(path) as stream:
        stream.write(data)


@contextmanager
def written_atomically(path: Path) -> Iterator[BinaryIO]:
    """Hand out what is to become ``path``, whole or not at all. Raises OSError."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except BaseException:  # whatever it was goes on; half a file does not stay
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make renames in a folder durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def link_or_copy(source: Path, target: Path) -> None:
    """Keep a second name for a file's content, so that deleting the first loses nothing."""
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
