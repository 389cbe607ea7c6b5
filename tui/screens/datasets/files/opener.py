"""Open a file of this machine as the dataset shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.text.text import plural
from tui.screens.host import at_work

if TYPE_CHECKING:
    from pathlib import Path

    from tui.screens.datasets.dataset_context import DatasetContext


class Opener:
    """Opens files; unsaved changes of the one before are kept in its journal."""

    def __init__(self, context: DatasetContext) -> None:
        self._context = context

    async def open(self, path: Path) -> None:
        """Open a file and close the error shown. Raises ServiceError."""
        before, datasets = self._context.document, self._context.datasets
        kept = before.changes if before is not None and before.modified else 0
        with at_work(self._context, "open", f"opening {path.name}"):
            await datasets.open(path)
        self._context.clear_error()
        if kept and before is not None and before is not datasets.current:
            text = f"{plural(kept, 'unsaved change')} of {before.path.name} kept for next time."
            self._context.tell(text, seconds=5)

    def open_soon(self, path: Path) -> None:
        """Open a file in the background."""
        self._context.run(self.open, path, group="open", description="open a dataset")
