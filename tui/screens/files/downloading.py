"""Downloading: a file's content written to this machine, whole or not at all."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from textual import work

from tui.core.provider.files import StoredFile
from tui.core.text.text import one_line, size_words
from tui.screens.dialogs.path import PathDialog, short_path
from tui.screens.dialogs.target import may_replace
from tui.screens.files.marks import FileMarks

if TYPE_CHECKING:
    from pathlib import Path


class FileDownloads(FileMarks):
    """Write a file under the cursor to this machine."""

    def action_download(self) -> None:
        """Write the file under the cursor to this machine."""
        file = self.current
        if not isinstance(file, StoredFile):
            return
        # Only the name: a provider does not choose the folder.
        name = re.sub(r"[^\w. -]", "-", file.info.filename.replace("\\", "/").rpartition("/")[2])
        dialog = PathDialog("Download to", value=name.lstrip(". ") or file.id, must_exist=False)

        def chosen(path: Path | None) -> None:
            if path is not None:
                self._download(file, path)

        self.app.push_screen(dialog, chosen)

    @work(group="download", exclusive=True, exit_on_error=False, description="download a file")
    async def _download(self, file: StoredFile, path: Path) -> None:
        if not await may_replace(self.app, path):
            return
        name, size = one_line(path.name, 40), size_words(file.info.bytes)
        last = 0.0

        def tell(done: int) -> None:
            nonlocal last
            if time.monotonic() - last >= 1:
                last = time.monotonic()
                said = f"downloading {name}: {size_words(done)} of {size}"
                self.host.working("download", said)

        try:
            await self.workspace.files.download(file.id, path, tell)
        finally:
            self.host.working("download", "")
        self.notify(f"Wrote {short_path(path)}", markup=False)
