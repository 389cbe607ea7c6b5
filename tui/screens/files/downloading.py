"""Download a file's content to this machine, whole or not at all."""

from __future__ import annotations

import re
import time
from functools import partial
from typing import TYPE_CHECKING

from tui.core.provider.files import StoredFile
from tui.core.text.paths import path_line
from tui.core.text.text import size_words
from tui.dispatch import handles
from tui.screens.dialogs.path import PathDialog, short_path
from tui.screens.dialogs.target import may_replace

if TYPE_CHECKING:
    from pathlib import Path

    from tui.screens.controller_context import ScreenContext
    from tui.screens.files.file_list import FileList


class FileDownloads:
    """Writes the file under the cursor to this machine."""

    def __init__(self, context: ScreenContext, listed: FileList) -> None:
        self._context, self._listed = context, listed

    @handles("files.download")
    def download(self) -> None:
        """Choose where to write the file under the cursor, and write it."""
        file = self._listed.current
        if not isinstance(file, StoredFile):
            return
        # Only the name: a provider does not choose the folder.
        name = re.sub(r"[^\w. -]", "-", file.info.filename.replace("\\", "/").rpartition("/")[2])
        dialog = PathDialog("Download to", value=name.lstrip(". ") or file.id, must_exist=False)

        def chosen(path: Path | None) -> None:
            if path is not None:
                work = partial(self._download, file, path)
                self._context.run(work, group="download", description="download a file")

        self._context.open(dialog, chosen)

    async def _download(self, file: StoredFile, path: Path) -> None:
        if not await may_replace(self._context.app, path):
            return
        name, size = path_line(path.name, 40), size_words(file.info.bytes)
        last = 0.0

        def tell(done: int) -> None:
            nonlocal last
            if time.monotonic() - last >= 1:
                last = time.monotonic()
                said = f"downloading {name}: {size_words(done)} of {size}"
                self._context.working("download", said)

        try:
            await self._context.workspace.files.download(file.id, path, tell)
        finally:
            self._context.working("download", "")
        self._context.tell(f"Wrote {short_path(path)}")
