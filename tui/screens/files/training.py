"""Training on an uploaded file: from the Files screen into the form of a new job."""

from __future__ import annotations

from tui.core.provider.files import StoredFile
from tui.screens.files.downloading import FileDownloads
from tui.services.errors import InputError


class FileTraining(FileDownloads):
    """Open the form of a new job with the file under the cursor as its training file."""

    def action_train(self) -> None:
        """Go to Jobs, with the form for this file."""
        current = self.current
        if current is None:
            return
        try:
            file_id = _trainable(current)
        except InputError as error:
            self.show_error(error)
            return
        self.clear_error()
        self.host.show_mode("jobs")
        self.app.call_later(self._open_form, file_id)

    def _open_form(self, file_id: str) -> None:
        from tui.screens.jobs import JobsScreen

        screen = self.app.screen
        if isinstance(screen, JobsScreen):  # else one has gone on meanwhile
            screen.new_from(file_id)


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
