"""Upload a file: review it, ask about concerns, send it, show the progress."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tui.commands import key_hint
from tui.core.provider.files import ago_words
from tui.core.provider.transfers import transfer_words
from tui.core.text.paths import path_line
from tui.core.text.text import one_line, plural
from tui.dispatch import handles
from tui.screens.dialogs.confirm import Confirm
from tui.screens.dialogs.path import PathDialog
from tui.screens.dialogs.unsaved import saved_first
from tui.screens.files.file_rows import RunningUpload
from tui.services.errors import InputError, Unfit
from tui.services.files.uploads import state_of
from tui.services.store.tables.parts_table import OpenUpload

if TYPE_CHECKING:
    from textual.worker import Worker

    from tui.core.provider.records import FileInfo
    from tui.core.provider.transfers import Progress
    from tui.screens.controller_context import ScreenContext
    from tui.screens.files.file_list import FileList
    from tui.services.checks.review import Concern
    from tui.services.files.transfers import Watch
    from tui.services.store.tables.asked_uploads_table import AskedUpload

WORK = "upload"
CHECKING = "checking"  # the key of the row of a file that is looked at before it is sent


class FileUploads:
    """Sends one file at a time; what is sent elsewhere in the program is listed as well."""

    def __init__(self, context: ScreenContext, listed: FileList) -> None:
        self._context, self._listed = context, listed
        self._sending: Worker[None] | None = None

    # -- keys ------------------------------------------------------------------------

    @handles("files.upload")
    def upload(self) -> None:
        """Choose a file and send it."""
        self._may_send("upload")
        self._context.clear_error()
        current = self._context.workspace.datasets.current
        recents = [current.path] if current is not None else []
        dialog = PathDialog("Upload a file for training", recents)
        self._context.open(dialog, self._chosen)
        offer = partial(self._offer_recents, dialog)
        self._context.run(offer, group="recents", description="list recent files")

    def go_on(self, upload: OpenUpload | AskedUpload) -> None:
        """Send the rest of an unfinished upload; of one without an answer see what arrived."""
        begun = isinstance(upload, OpenUpload)
        try:
            self._may_send("go on" if begun else "look")
        except InputError as error:
            self._context.show_error(error)
            return
        self._send(Path(upload.path), asked=begun)

    def stop(self) -> None:
        """Ask whether to stop what is being sent from here. Raises InputError for nothing."""
        worker = self._sending
        if worker is None or worker.is_finished:
            raise InputError(
                "Not stopped here",
                "this upload was started from the job form",
                "Stop it there: go to Jobs (3), then esc.",
            )
        question = "Stop the upload? Parts that were taken are kept until the upload expires."

        def answered(stop: bool | None) -> None:
            if stop:
                worker.cancel()

        self._context.open(Confirm("Stop", question, "stop", "go on"), answered)

    def _may_send(self, what: str) -> None:
        if self._sending is not None and not self._sending.is_finished:
            raise InputError(
                f"Cannot {what} yet", "another file is being sent", "Wait, or stop it with d."
            )
        profile = self._context.workspace.profile
        if profile.read_only:
            raise InputError(
                f"Cannot {what}",
                f"profile {profile.name} is read-only",
                f"{key_hint('app.profile', 'chooses')} another.",
            )

    async def _offer_recents(self, dialog: PathDialog) -> None:
        found = await self._context.workspace.store.recent.paths()
        dialog.offer([Path(path) for path in found])

    def _chosen(self, path: Path | None) -> None:
        if path is not None:
            self._send(path, asked=False)

    # -- doing it --------------------------------------------------------------------

    def _send(self, path: Path, *, asked: bool) -> None:
        work = partial(self._sent, path, asked=asked)
        self._sending = self._context.run(work, group="send", description="upload a file")

    async def _sent(self, path: Path, *, asked: bool) -> None:
        try:
            info = await self._check_and_send(path, asked=asked)
        finally:
            self._listed.checking = None
            self._context.working(WORK, "")
            self._listed.reload_unfinished()
        if info is not None:
            await self._listed.fetch()
            self._listed.pane.select(info.id)

    async def _check_and_send(self, path: Path, *, asked: bool) -> FileInfo | None:
        files = self._context.workspace.files
        if not asked and not await self._saved(path):
            return None
        if not asked:
            size, _ = await asyncio.to_thread(state_of, path)
            if problem := files.limits.problem(size):
                raise InputError(f"Cannot upload {path.name}", problem, files.limits.larger)
            # Reading it all takes seconds for a gigabyte, checking it a minute.
            earlier = await files.find_upload(path)
            if earlier is not None and (use := await self._use(earlier, path)) is not False:
                return earlier if use else None
            if not await self._fit(path):
                return None
        info = await files.upload(path, watch=self._tell(path))
        self._context.tell(f"Uploaded {path_line(path.name, 40)} as {one_line(info.id)}")
        return info

    async def _saved(self, path: Path) -> bool:
        """Save unsaved changes of the file that is to be sent, after asking."""
        document = self._context.workspace.datasets.current
        if document is None or not document.modified or document.path != path:
            return True
        return await saved_first(self._context.app, document)

    async def _fit(self, path: Path) -> bool:
        """Review the file and ask about what takes a yes. Raises Unfit for errors."""
        from tui.services.checks.review import review_file

        name = path_line(path.name, 40)

        def tell(done: int, of: int) -> None:
            text = f"checking: {done * 100 // max(of, 1)} % of {plural(of, 'line')}"
            self._listed.checking = RunningUpload(path, CHECKING, text, text)

        tell(0, 0)
        self._context.working(WORK, f"checking {name}")
        self._listed.show_running()
        workspace = self._context.workspace
        limits = workspace.files.limits
        concerns = await review_file(
            path, workspace.workers, workspace.profile, limits, on_progress=tell
        )
        self._listed.checking = None
        self._context.working(WORK, f"asking about {name}")
        for concern in concerns:
            if concern.takes == "repair":
                step = f"Repair it in Datasets ({key_hint('datasets.problems', 'lists')} it all)."
                if concern.says_how:
                    step = ""
                raise Unfit("Nothing was sent", concern.text, step)
            if not await self._accepted(concern, name):
                return False
        return True

    async def _accepted(self, concern: Concern, name: str) -> bool:
        """Ask about a concern that takes a yes; tell one that is only worth knowing."""
        if concern.takes == "nothing":
            if concern.topic == "warnings":
                text = f"{name} {one_line(concern.predicate, 200)}"
                self._context.tell(text, seconds=10)
            return True
        if concern.topic == "secrets":
            profile = self._context.workspace.profile.name
            question = (
                f"{name} holds {concern.text}. It would be "
                f"sent to {profile}, and what is trained can be asked out of the model again."
                "\n\nGo back and put placeholders in their place (p, then F, in Datasets)?"
            )
            dialog = Confirm(
                "Secrets in the data", question, "go back", "send it all the same", "go back"
            )
            return await self._context.ask(dialog) is False
        question = (
            f"{name} {concern.predicate}.\n(In Datasets p lists them.)\n\nUpload it as it is?"
        )
        dialog = Confirm("Warnings", question, "upload", "go back")
        answer: bool | None = await self._context.ask(dialog)
        return bool(answer)

    async def _use(self, earlier: FileInfo, path: Path) -> bool | None:
        """Ask whether to use an earlier upload of the same content; esc does neither."""
        made = earlier.created_at
        age = f", made {ago_words(time.time() - made)}" if made is not None else ""
        question = (
            f"The content of {path_line(path.name, 40)} is at the provider already:\n"
            f"{earlier.id} ({path_line(earlier.filename, 40)}{age}).\n\nUse that one?"
        )
        dialog = Confirm("Uploaded before", question, "use it", "upload it again", "neither")
        return await self._context.ask(dialog)

    def _tell(self, path: Path) -> Watch:
        name = path_line(path.name, 40)
        told, stage = 0.0, ""

        def show(progress: Progress) -> None:
            nonlocal told, stage
            # Once a second: every word costs bytes over SSH. The last one is never left out.
            due = time.monotonic() - told >= 1 or progress.sent >= progress.total
            if due or progress.stage != stage:
                told, stage = time.monotonic(), progress.stage
                self._context.working(WORK, transfer_words(name, progress, time.time()))

        return show
