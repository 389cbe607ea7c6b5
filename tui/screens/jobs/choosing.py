"""The part of the form that offers lists: of files here and uploaded, of models, of presets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual import work

from tui.core.catalog.training import AUTO
from tui.core.text.text import one_line, size_words
from tui.dispatch import handles
from tui.screens.dialogs.choose import Choice, Choose
from tui.screens.dialogs.confirm import GoOn
from tui.screens.dialogs.path import PathDialog, short_path
from tui.screens.jobs.creating import Creating
from tui.screens.jobs.model_choice import default_model, model_choices
from tui.screens.offers import wrapped
from tui.services.errors import ServiceError
from tui.services.settings.presets import Presets, name_problem

if TYPE_CHECKING:
    from pathlib import Path

    from tui.services.jobs.drafts import Draft
    from tui.services.workspace import Workspace

FILE_FIELDS = {"training": "Training file", "validation": "Validation file"}
Act = tuple[str, str]  # what to do with a preset, and its name
SAVE: Act = ("save", "")


class Choosing(Creating):
    """Every list opens in the key's own handler: keys typed ahead are meant for it."""

    def __init__(self, title: str, workspace: Workspace) -> None:
        super().__init__(title, workspace)
        self._recents: list[Path] = []
        self._models: list[Choice[str]] = []
        self._presets = Presets(workspace.locations)
        self._saved_presets: dict[str, dict[str, Any]] | None = None

    def fill(self, field: str, value: str) -> None:
        """Put a value into a field."""
        raise NotImplementedError

    def fill_all(self, draft: Draft) -> None:
        """Put a whole draft into the form."""
        raise NotImplementedError

    @work(group="get-ready", exclusive=True, exit_on_error=False, description="read the presets")
    async def get_ready(self) -> None:
        """Fetch what the lists will show."""
        presets = await self._presets.load()
        if self._saved_presets is None:  # else something was saved meanwhile
            self._saved_presets = presets
        self._recents = await self.workspace.datasets.recents()

    def choose(self, field: str) -> bool:
        """Open the list for a field; tells whether there is one."""
        if field in FILE_FIELDS:
            self._choose_file(field)
        elif field == "model":
            self._choose_model()
        else:
            return False
        return True

    # -- files -----------------------------------------------------------------------

    def _choose_file(self, field: str) -> None:
        def chosen(path: Path | None) -> None:
            if path is not None:
                self.fill(field, short_path(path))

        self.app.push_screen(PathDialog(FILE_FIELDS[field], self._recents), chosen)

    @handles("job_form.uploaded")
    def choose_uploaded(self) -> None:
        """Choose a file for training or validation from those uploaded."""
        focused = self.focused.id if self.focused is not None else ""
        field = focused if focused in FILE_FIELDS else "training"
        dialog: Choose[str] = Choose(f"{FILE_FIELDS[field]}, uploaded", [], empty="asking…")

        def chosen(file_id: str | None) -> None:
            if file_id:
                self.fill(field, file_id)

        self.app.push_screen(dialog, chosen)
        self._offer_uploaded(dialog)

    @work(group="list", exclusive=True, exit_on_error=False, description="list the files")
    async def _offer_uploaded(self, dialog: Choose[str]) -> None:
        try:
            files = await self.workspace.files.list("fine-tune")
        except ServiceError:
            if dialog.is_current:
                dialog.dismiss(None)
            raise
        choices = [
            Choice(
                file.id, file.id, f"{one_line(file.filename or '', 40)} {size_words(file.bytes)}"
            )
            for file in files
        ]
        if dialog.is_current:
            dialog.offer(choices)

    # -- models ----------------------------------------------------------------------

    def _choose_model(self) -> None:
        current = self.draft.model.strip() or None
        dialog = Choose(
            "Base model", self._models, current, empty="asking…",
            typed=str, placeholder="type to narrow, or the id of any model",
        )  # fmt: skip

        def chosen(model: str | None) -> None:
            if model:
                self.fill("model", model)
                self.focus_next()

        self.app.push_screen(dialog, chosen)
        self._offer_models(dialog)

    @work(group="list", exclusive=True, exit_on_error=False, description="list the models")
    async def _offer_models(self, dialog: Choose[str]) -> None:
        empty = "nothing fits"
        try:
            self._models = await model_choices(self.workspace)
        except ServiceError as error:  # its id can be typed all the same
            empty = wrapped(f"The models cannot be listed: {error.brief}", "Type the id of one.")
        if not self._models and empty == "nothing fits":
            empty = wrapped("The provider lists no models.", "Type the id of one.")
        if dialog.is_current:
            dialog.offer(self._models, empty=empty)

    @work(group="default-model", exclusive=True, exit_on_error=False, description="find a model")
    async def find_model(self) -> None:
        """Fill in a model where one is the obvious choice."""
        try:
            model = await default_model(self.workspace)
            if model and not self.draft.model.strip():
                self.fill("model", model)
        except ServiceError as error:
            self.say("model", f"The models cannot be listed: {error.brief}. Type its name.")
        finally:
            if self.is_attached:
                self.call_later(self.model_found)

    # -- presets ---------------------------------------------------------------------

    @handles("job_form.presets")
    def choose_preset(self) -> None:
        """Save what is typed by a name, or take what was saved."""
        if not self.query_one("#fields").disabled:
            saved = self._saved_presets or {}
            choices = [
                Choice(SAVE, "Save these settings by a name…", "all but the files"),
                *(
                    Choice(("load", name), f"Take {name}", _preset_words(preset))
                    for name, preset in saved.items()
                ),
                *(Choice(("delete", name), f"Delete {name}…") for name in saved),
            ]
            self.app.push_screen(Choose("Presets", choices), self._act_on_preset)

    def _act_on_preset(self, act: Act | None) -> None:
        if act is None:
            return
        what, name = act
        if what == "load":
            self._take_preset(name)
        elif what == "save":
            self._ask_name()
        else:
            dialog = GoOn("Delete preset", f"Delete the preset {name}?", "deletes it", "keeps it")

            def answered(yes: bool | None) -> None:
                if yes:
                    self._delete_preset(name)

            self.app.push_screen(dialog, answered)

    def _take_preset(self, name: str) -> None:
        offered = self.workspace.profile.terms
        draft = self.draft.with_preset((self._saved_presets or {}).get(name, {}))
        left = [key for key in draft.settings if offered.parameter(key) is None]
        self.fill_all(draft)
        told = f"Took {name}"
        if draft.method not in offered.methods:
            left.append(f"the method {draft.method}")
        if left:
            told += f" without {', '.join(left)}: not offered by {self.workspace.profile.name}"
        self.notify(one_line(told, 200), markup=False)

    def _ask_name(self) -> None:
        from tui.screens.datasets.editor import LineEditor

        def named(name: str | None) -> None:
            if name:
                self._save_preset(name, self.draft)

        hint = "A name for everything typed but the files. One of the same name is replaced."
        self.app.push_screen(LineEditor("Save as a preset", "", hint, name_problem), named)

    @work(group="preset", exit_on_error=False, description="save a preset")
    async def _save_preset(self, name: str, draft: Draft) -> None:
        await self._presets.save(name, draft.preset())
        self._saved_presets = await self._presets.load()
        self.notify(f"Saved as {name}", markup=False)

    @work(group="preset", exit_on_error=False, description="delete a preset")
    async def _delete_preset(self, name: str) -> None:
        await self._presets.delete(name)
        self._saved_presets = await self._presets.load()
        self.notify(f"Deleted the preset {name}", markup=False)


def _preset_words(preset: dict[str, Any]) -> str:
    settings = preset.get("settings")
    typed = settings.items() if isinstance(settings, dict) else ()
    parts = [str(preset.get("model") or "any model"), str(preset.get("method") or "")]
    parts += [f"{key} {value}" for key, value in typed if value != AUTO]
    return one_line(" · ".join(part for part in parts if part), 100)
