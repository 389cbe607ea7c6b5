"""Delete files, prune, and abort unfinished uploads."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tui.commands import key_of
from tui.core.provider.files import StoredFile
from tui.core.text.paths import path_line
from tui.core.text.text import plural, size_words
from tui.dispatch import handles
from tui.screens.deleting import Batch, DeletionQuestion
from tui.screens.dialogs.confirm import Confirm
from tui.screens.files.deletion_words import statement, word_for
from tui.screens.files.file_rows import RunningUpload
from tui.screens.files.pruning import PruneDialog
from tui.services.errors import InputError
from tui.services.store.tables.asked_uploads_table import AskedUpload
from tui.services.store.tables.parts_table import OpenUpload

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence
    from typing import Any

    from tui.screens.controller_context import ScreenContext
    from tui.screens.deleting import Deletion
    from tui.screens.files.file_list import FileList


class FileDeletion:
    """Deletes the files marked, the one under the cursor, or what is old or used by no job.

    `stop` asks whether to stop the upload under way.
    """

    def __init__(
        self,
        context: ScreenContext,
        listed: FileList,
        deletion: Deletion,
        stop: Callable[[], None],
    ) -> None:
        self._context, self._listed, self._deletion, self._stop = context, listed, deletion, stop

    @handles("files.delete")
    def delete(self) -> None:
        """Delete the marked files or the one under the cursor; stop or give up an upload."""
        chosen = [file for file in self._listed.files if file.id in self._listed.marked]
        current = self._listed.current
        if not chosen and isinstance(current, StoredFile):
            chosen = [current]
        if chosen:
            self._deletion.check_writable()
            self._ask(chosen)
        elif isinstance(current, RunningUpload):
            self._stop()
        elif isinstance(current, OpenUpload):
            self._ask_to_give_up(current)
        elif isinstance(current, AskedUpload):
            self._ask_to_forget(current)

    @handles("files.prune")
    def prune(self) -> None:
        """Choose what is old or used by no job, see it listed, and delete it after a word."""

        def chosen(ids: tuple[str, ...] | None) -> None:
            if ids:
                self._ask([file for file in self._listed.files if file.id in ids])

        if not self._listed.known:  # that nothing fits would be said of files nobody has seen
            cause = "the files are not listed"
            raise InputError(
                "Cannot say what to clean up",
                cause,
                f"Press {key_of('files.refresh')} to ask for them.",
            )
        self._deletion.check_writable()
        self._context.open(PruneDialog(self._listed.files), chosen)

    def _ask(self, chosen: Sequence[StoredFile]) -> None:
        if self._deletion.busy() or not chosen:
            return
        self._context.clear_error()
        workspace = self._context.workspace
        question = DeletionQuestion(
            f"Delete {plural(len(chosen), 'file')}",
            statement(chosen, workspace.profile.name),
            word_for(chosen, self._listed.files),
            (chosen[0].id,) if len(chosen) == 1 else (),
        )
        ids = [file.id for file in chosen]
        self._deletion.ask(question, [Batch(workspace.files.deletions(), "file", lambda _: ids)])

    def _ask_to_give_up(self, upload: OpenUpload) -> None:
        question = (
            f"Give up the upload of {path_line(upload.name, 40)}? "
            f"The {size_words(upload.taken)} the provider has taken are thrown away."
        )
        dialog = Confirm("Give up", question, "give it up", "keep it")
        self._ask_first(dialog, partial(self._give_up, upload), "give up an upload")

    def _ask_to_forget(self, upload: AskedUpload) -> None:
        question = (
            f"Forget that {path_line(upload.name, 40)} was sent without an answer? "
            "If it arrived, it is listed as any other file."
        )
        dialog = Confirm("Forget", question, "forget it", "keep it")
        self._ask_first(dialog, partial(self._forget, upload), "forget an upload")

    def _ask_first(
        self, dialog: Confirm, work: Callable[[], Coroutine[Any, Any, None]], description: str
    ) -> None:
        def answered(yes: bool | None) -> None:
            if yes:
                run = self._context.run
                run(work, group="give-up", description=description, exclusive=False)

        self._context.open(dialog, answered)

    async def _forget(self, upload: AskedUpload) -> None:
        await self._context.workspace.files.forget_unanswered(upload)
        self._listed.reload_unfinished()

    async def _give_up(self, upload: OpenUpload) -> None:
        await self._context.workspace.files.abandon(upload)
        await self._listed.fetch()
