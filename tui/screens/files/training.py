"""Train on an uploaded file: open the form of a new job with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.provider.files import StoredFile
from tui.dispatch import handles
from tui.services.errors import InputError

if TYPE_CHECKING:
    from tui.screens.controller_context import ScreenContext
    from tui.screens.files.file_list import FileList


class FileTraining:
    """Opens the form of a new job with the file under the cursor as its training file."""

    def __init__(self, context: ScreenContext, listed: FileList) -> None:
        self._context, self._listed = context, listed

    @handles("files.train")
    def train(self) -> None:
        """Go to Jobs, with the form for this file."""
        current = self._listed.current
        if current is None:
            return
        file_id = _trainable(current)
        self._context.clear_error()
        self._context.host.train_on(file_id)


def _trainable(entry: object) -> str:
    """Return the id of a file to train on. Raises InputError for anything else."""
    title = "Cannot train on this"
    if not isinstance(entry, StoredFile):
        raise InputError(title, "it is not uploaded yet", "Wait, or go on with it with enter.")
    purpose = entry.info.purpose
    if purpose not in {"", "fine-tune"}:
        cause = f"{entry.id} is kept there for the purpose {purpose}"
        raise InputError(title, cause, "Choose a file whose purpose is fine-tune.")
    return entry.id
