"""Files: their rows and their contents."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

from tui.lab import ids
from tui.lab.folder import Folder, sync_folder, write_atomically
from tui.lab.http.errors import no_file

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from tui.lab.http.paging import Cursor
    from tui.lab.store.database import Database

_ALIVE = "(expires_at IS NULL OR expires_at > ?)"


def file_object(row: sqlite3.Row) -> dict[str, Any]:
    """Return the ``file`` object of the protocol."""
    return {
        "object": "file",
        "id": row["id"],
        "purpose": row["purpose"],
        "filename": row["filename"],
        "bytes": row["bytes"],
        "created_at": row["created_at"],
        "expires_at": row["expires_at"],
        "status": "processed",
        "status_details": None,
    }


class FileStore:
    """Files by id. An expired file is as good as deleted."""

    def __init__(self, database: Database, folder: Folder) -> None:
        self._database = database
        self._folder = folder

    def adopt(
        self, content: Path, filename: str, purpose: str, seconds: int | None
    ) -> dict[str, Any]:
        """Take over a finished temporary file as a new file. Raises OSError."""
        file_id = ids.new("file-")
        with content.open("rb") as stream:
            os.fsync(stream.fileno())
        content.replace(self._folder.file(file_id))
        sync_folder(self._folder.files)
        return self._insert(file_id, filename, purpose, seconds)

    def write(self, content: bytes, filename: str, purpose: str, file_id: str) -> str:
        """Keep ``content`` under an id chosen by the caller; the same again changes nothing."""
        write_atomically(self._folder.file(file_id), content)
        row = self._database.one("SELECT id FROM files WHERE id = ?", file_id)
        if row is None:
            self._insert(file_id, filename, purpose, None)
        return file_id

    def _insert(
        self, file_id: str, filename: str, purpose: str, seconds: int | None
    ) -> dict[str, Any]:
        now = int(time.time())
        self._database.run(
            "INSERT INTO files (id, bytes, created_at, expires_at, filename, purpose)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            file_id,
            self._folder.file(file_id).stat().st_size,
            now,
            None if seconds is None else now + seconds,
            filename,
            purpose,
        )
        return file_object(self.row(file_id))

    def row(self, file_id: str) -> sqlite3.Row:
        """Return the row of a living file. Raises a 404."""
        row = self._database.one(
            f"SELECT * FROM files WHERE id = ? AND {_ALIVE}",  # noqa: S608 - constant text
            file_id,
            int(time.time()),
        )
        if row is None:
            raise no_file(file_id)
        return row

    def show(self, file_id: str) -> dict[str, Any]:
        """Return the ``file`` object of a living file. Raises a 404."""
        return file_object(self.row(file_id))

    def content(self, file_id: str) -> Path:
        """Where the content of a living file lies. Raises a 404."""
        return self._folder.file(self.row(file_id)["id"])

    def page(self, cursor: Cursor, purpose: str | None) -> list[dict[str, Any]]:
        """Return a page of file objects and one more."""
        where, values = _ALIVE, [int(time.time())]
        if purpose is None:
            rows = self._database.page("files", where, values, cursor)
        else:
            rows = self._database.page(
                "files", f"{where} AND purpose = ?", [*values, purpose], cursor
            )
        return [file_object(row) for row in rows]

    def delete(self, file_id: str) -> None:
        """Forget a file and its content. Raises a 404."""
        self.row(file_id)
        self._database.run("DELETE FROM files WHERE id = ?", file_id)
        self._folder.file(file_id).unlink(missing_ok=True)

    def sweep(self) -> None:
        """Remove what has expired, and contents that no row speaks of."""
        self._database.run("DELETE FROM files WHERE expires_at <= ?", int(time.time()))
        known = {row["id"] for row in self._database.all("SELECT id FROM files")}
        for path in self._folder.files.iterdir():
            if path.name not in known:
                path.unlink(missing_ok=True)
