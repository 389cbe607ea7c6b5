"""The lists that fill fields of the form: files here and uploaded, and models.

Every list opens in the key's own handler: keys typed ahead are meant for it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tui.core.text.paths import path_line
from tui.core.text.text import size_words
from tui.dispatch import handles
from tui.screens.dialogs.choose import Choice, Choose
from tui.screens.dialogs.path import PathDialog, short_path
from tui.screens.jobs.form.model_choice import first_model, model_choices
from tui.screens.not_offered import wrapped
from tui.services.errors import ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tui.screens.jobs.form.job_form import JobForm

FILE_FIELDS = {"training": "Training file", "validation": "Validation file"}


class FormLists:
    """Opens the list for a field, and finds a model to begin with."""

    def __init__(self, form: JobForm) -> None:
        self._form = form
        self._recents: list[Path] = []
        self._models: list[Choice[str]] = []

    def get_ready(self) -> None:
        """Fetch what the lists will show."""
        self._form.context.run(
            self._read_recents, group="recents", description="read the recent files"
        )

    async def _read_recents(self) -> None:
        self._recents = await self._form.workspace.datasets.recents()

    def choose(self, field: str) -> bool:
        """Open the list for a field; return whether there is one."""
        if field in FILE_FIELDS:
            self._choose_file(field)
        elif field == "model":
            self._choose_model()
        else:
            return False
        return True

    # -- files -------------------------------------------------------------------------

    def _choose_file(self, field: str) -> None:
        def chosen(path: Path | None) -> None:
            if path is not None:
                self._form.fill(field, short_path(path))

        self._form.context.open(PathDialog(FILE_FIELDS[field], self._recents), chosen)

    @handles("job_form.uploaded")
    def choose_uploaded(self) -> None:
        """Choose a file for training or validation from those uploaded."""
        field = self._form.field if self._form.field in FILE_FIELDS else "training"
        dialog: Choose[str] = Choose(f"{FILE_FIELDS[field]}, uploaded", [], empty="asking…")

        def chosen(file_id: str | None) -> None:
            if file_id:
                self._form.fill(field, file_id)

        self._form.context.open(dialog, chosen)
        work = partial(self._offer_uploaded, dialog)
        self._form.context.run(work, group="list", description="list the files")

    async def _offer_uploaded(self, dialog: Choose[str]) -> None:
        try:
            files = await self._form.workspace.files.list("fine-tune")
        except ServiceError:
            if dialog.is_current:
                dialog.dismiss(None)
            raise
        choices = [
            Choice(
                file.id, file.id, f"{path_line(file.filename or '', 40)} {size_words(file.bytes)}"
            )
            for file in files
        ]
        if dialog.is_current:
            dialog.offer(choices)

    # -- models ------------------------------------------------------------------------

    def _choose_model(self) -> None:
        current = self._form.draft.model.strip() or None
        dialog = Choose(
            "Base model", self._models, current, empty="asking…",
            typed=str, placeholder="type to narrow, or the id of any model",
        )  # fmt: skip

        def chosen(model: str | None) -> None:
            if model:
                self._form.fill("model", model)
                self._form.next_field()

        self._form.context.open(dialog, chosen)
        work = partial(self._offer_models, dialog)
        self._form.context.run(work, group="list", description="list the models")

    async def _offer_models(self, dialog: Choose[str]) -> None:
        empty = "nothing fits"
        try:
            workspace = self._form.workspace
            self._models = await model_choices(
                workspace.models, workspace.catalog, workspace.profile
            )
        except ServiceError as error:  # its id can be typed all the same
            empty = wrapped(f"The models cannot be listed: {error.brief}", "Type the id of one.")
        if not self._models and empty == "nothing fits":
            empty = wrapped("The provider lists no models.", "Type the id of one.")
        if dialog.is_current:
            dialog.offer(self._models, empty=empty)

    def find_model(self, found: Callable[[], None]) -> None:
        """Fill in a model where one is the obvious choice; `found` is called in any case."""
        work = partial(self._find_model, found)
        self._form.context.run(work, group="default-model", description="find a model")

    async def _find_model(self, found: Callable[[], None]) -> None:
        try:
            workspace = self._form.workspace
            free = not workspace.profile.bills
            model = (
                await first_model(workspace.models, workspace.catalog, workspace.profile)
                if free
                else ""
            )
            if model and not self._form.draft.model.strip():
                self._form.fill("model", model)
        except ServiceError as error:
            problem = f"The models cannot be listed: {error.brief}. Type its name."
            self._form.say("model", problem)
        finally:
            self._form.later(found)
