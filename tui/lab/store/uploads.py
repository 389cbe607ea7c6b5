"""Uploads: big files that arrive in parts."""

from __future__ import annotations

import hashlib
import shutil
import time
from typing import TYPE_CHECKING, Any

from tui.lab import ids
from tui.lab.http.errors import ApiError, conflict, invalid, no_upload
from tui.lab.store.files import FileStore, file_object

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from pathlib import Path

    from tui.lab.folder import Folder
    from tui.lab.store.database import Database

_CHUNK = 1024 * 1024


class UploadStore:
    """Uploads by id. One that is not completed in its time is expired."""

    def __init__(self, database: Database, folder: Folder, files: FileStore) -> None:
        self._database = database
        self._folder = folder
        self._files = files

    def create(
        self,
        *,
        size: int,
        filename: str,
        purpose: str,
        lifetime: int,
        file_seconds: int | None,
    ) -> dict[str, Any]:
        """Return a new pending upload of ``size`` bytes that lives ``lifetime`` seconds."""
        upload_id = ids.new("upload_")
        now = int(time.time())
        self._folder.upload(upload_id).mkdir(mode=0o700)
        self._database.run(
            "INSERT INTO uploads"
            " (id, bytes, created_at, expires_at, filename, purpose, status, file_seconds)"
            " VALUES (?, ?, ?, ?, ?, ?, 'pending', ?)",
            upload_id,
            size,
            now,
            now + lifetime,
            filename,
            purpose,
            file_seconds,
        )
        return self.get(upload_id)

    def get(self, upload_id: str) -> dict[str, Any]:
        """Return the ``upload`` object. Raises a 404."""
        row = self._row(upload_id)
        file = None
        if row["file_id"]:
            found = self._database.one("SELECT * FROM files WHERE id = ?", row["file_id"])
            file = None if found is None else file_object(found)
        return {
            "object": "upload",
            "id": row["id"],
            "bytes": row["bytes"],
            "created_at": row["created_at"],
            "expires_at": row["expires_at"],
            "filename": row["filename"],
            "purpose": row["purpose"],
            "status": row["status"],
            "file": file,
        }

    def require_pending(self, upload_id: str) -> None:
        """Raise a 404 or 409 unless parts may still come."""
        status = self._row(upload_id)["status"]
        if status != "pending":
            raise conflict(f"Upload {upload_id} is {status}.", f"upload_{status}")

    def add_part(self, upload_id: str, content: Path, most: int) -> dict[str, Any]:
        """Take over a finished temporary file as a part; together they hold ``most`` bytes."""
        self.require_pending(upload_id)
        size = content.stat().st_size
        so_far = self._database.one(
            "SELECT COALESCE(SUM(bytes), 0) AS total FROM upload_parts WHERE upload_id = ?",
            upload_id,
        )
        if so_far is not None and so_far["total"] + size > most:
            raise ApiError(413, "The parts are larger than an upload may be.", param="data")
        part_id, now = ids.new("part_"), int(time.time())
        content.replace(self._folder.upload(upload_id) / part_id)
        self._database.run(
            "INSERT INTO upload_parts VALUES (?, ?, ?, ?)", part_id, upload_id, size, now
        )
        return {
            "object": "upload.part",
            "id": part_id,
            "created_at": now,
            "upload_id": upload_id,
        }

    def complete(self, upload_id: str, part_ids: Sequence[str], md5: str | None) -> dict[str, Any]:
        """Join the named parts in their order into a file.

        Raises a 400 for an unknown part, a 409 when not pending, a 422 when the bytes are not
        those announced.
        """
        self.require_pending(upload_id)
        row = self._row(upload_id)
        joined = self._folder.incoming / ids.new("joined-")
        try:
            size, digest = self._join(upload_id, part_ids, joined)
            if size != row["bytes"]:
                raise ApiError(
                    422,
                    f"The parts hold {size} bytes, but the upload was announced with "
                    f"{row['bytes']} bytes.",
                    param="part_ids",
                    code="bytes_mismatch",
                )
            if md5 is not None and md5.lower() != digest:
                raise ApiError(
                    422,
                    f"The md5 of the parts is {digest}, not {md5}.",
                    param="md5",
                    code="checksum_mismatch",
                )
            with self._database.transaction():
                self.require_pending(upload_id)
                file = self._files.adopt(
                    joined, row["filename"], row["purpose"], row["file_seconds"]
                )
                self._finish(upload_id, "completed", file["id"])
        finally:
            joined.unlink(missing_ok=True)
        self._drop_parts(upload_id)
        return self.get(upload_id)

    def cancel(self, upload_id: str) -> dict[str, Any]:
        """Give an upload up and drop its parts; a second time changes nothing."""
        if self._row(upload_id)["status"] != "cancelled":
            self.require_pending(upload_id)
            self._finish(upload_id, "cancelled", None)
            self._drop_parts(upload_id)
        return self.get(upload_id)

    def sweep(self) -> None:
        """Drop the parts of uploads that can no longer be completed."""
        for path in self._folder.uploads.iterdir():
            try:
                pending = self._row(path.name)["status"] == "pending"
            except ApiError:
                pending = False
            if not pending:
                self._drop_parts(path.name)

    def _join(self, upload_id: str, part_ids: Sequence[str], target: Path) -> tuple[int, str]:
        digest, size = hashlib.md5(usedforsecurity=False), 0
        parts = self._database.all("SELECT id FROM upload_parts WHERE upload_id = ?", upload_id)
        known = {row["id"] for row in parts}
        with target.open("xb") as stream:
            for part_id in part_ids:
                if part_id not in known:
                    raise invalid(f"No such part: '{part_id}'.", "part_ids", "invalid_value")
                with (self._folder.upload(upload_id) / part_id).open("rb") as part:
                    while chunk := part.read(_CHUNK):
                        stream.write(chunk)
                        digest.update(chunk)
                        size += len(chunk)
        target.chmod(0o600)
        return size, digest.hexdigest()

    def _row(self, upload_id: str) -> sqlite3.Row:
        self._database.run(
            "UPDATE uploads SET status = 'expired'"
            " WHERE id = ? AND status = 'pending' AND expires_at <= ?",
            upload_id,
            int(time.time()),
        )
        row = self._database.one("SELECT * FROM uploads WHERE id = ?", upload_id)
        if row is None:
            raise no_upload(upload_id)
        return row

    def _finish(self, upload_id: str, status: str, file_id: str | None) -> None:
        self._database.run(
            "UPDATE uploads SET status = ?, file_id = ? WHERE id = ?", status, file_id, upload_id
        )

    def _drop_parts(self, upload_id: str) -> None:
        self._database.run("DELETE FROM upload_parts WHERE upload_id = ?", upload_id)
        shutil.rmtree(self._folder.upload(upload_id), ignore_errors=True)
