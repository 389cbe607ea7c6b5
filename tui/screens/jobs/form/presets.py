"""Settings of the form saved by a name: taken, saved and deleted."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from tui.core.catalog.training import AUTO
from tui.core.text.text import one_line
from tui.dispatch import handles
from tui.screens.dialogs.choose import Choice, Choose
from tui.screens.dialogs.confirm import GoOn
from tui.services.settings.presets import Presets, name_problem

if TYPE_CHECKING:
    from tui.screens.jobs.form.job_form import JobForm
    from tui.services.jobs.drafts import Draft

Act = tuple[str, str]  # what to do with a preset, and its name
SAVE: Act = ("save", "")


class FormPresets:
    """Offers what was saved; `saved` is None until that has been read."""

    def __init__(self, form: JobForm) -> None:
        self.saved: dict[str, dict[str, Any]] | None = None
        self._form = form
        self._presets = Presets(form.workspace.locations)

    def get_ready(self) -> None:
        """Read what was saved."""
        self._form.context.run(self._read, group="presets", description="read the presets")

    async def _read(self) -> None:
        presets = await self._presets.load()
        if self.saved is None:  # else something was saved meanwhile
            self.saved = presets

    @handles("job_form.presets")
    def choose_preset(self) -> None:
        """Save what is typed by a name, or take what was saved."""
        if self._form.busy:
            self._form.context.tell("Wait until the job is made, or not", seconds=3)
            return
        saved = self.saved or {}
        choices = [
            Choice(SAVE, "Save these settings by a name…", "all but the files"),
            *(
                Choice(("load", name), f"Take {name}", _preset_words(preset))
                for name, preset in saved.items()
            ),
            *(Choice(("delete", name), f"Delete {name}…") for name in saved),
        ]
        self._form.context.open(Choose("Presets", choices), self._act)

    def _act(self, act: Act | None) -> None:
        if act is None:
            return
        what, name = act
        if what == "load":
            self._take(name)
        elif what == "save":
            self._ask_name()
        else:
            self._ask_to_delete(name)

    def _take(self, name: str) -> None:
        profile = self._form.workspace.profile
        draft = self._form.draft.with_preset((self.saved or {}).get(name, {}))
        left = [key for key in draft.settings if profile.terms.parameter(key) is None]
        self._form.fill_all(draft)
        told = f"Took {name}"
        if draft.method not in profile.terms.methods:
            left.append(f"the method {draft.method}")
        if left:
            told += f" without {', '.join(left)}: not offered by {profile.name}"
        self._form.context.tell(one_line(told, 200))

    def _ask_name(self) -> None:
        from tui.screens.dialogs.editor import LineEditor

        def named(name: str | None) -> None:
            if name:
                work = partial(self._save, name, self._form.draft)
                self._run(work, "save a preset")

        hint = "A name for everything typed but the files. One of the same name is replaced."
        self._form.context.open(LineEditor("Save as a preset", "", hint, name_problem), named)

    def _ask_to_delete(self, name: str) -> None:
        def answered(yes: bool | None) -> None:
            if yes:
                self._run(partial(self._delete, name), "delete a preset")

        question = f"Delete the preset {name}?"
        self._form.context.open(GoOn("Delete preset", question, "deletes it", "keeps it"), answered)

    def _run(self, work: partial[Any], description: str) -> None:
        self._form.context.run(work, group="preset", description=description, exclusive=False)

    async def _save(self, name: str, draft: Draft) -> None:
        await self._presets.save(name, draft.preset())
        self.saved = await self._presets.load()
        self._form.context.tell(f"Saved as {name}")

    async def _delete(self, name: str) -> None:
        await self._presets.delete(name)
        self.saved = await self._presets.load()
        self._form.context.tell(f"Deleted the preset {name}")


def _preset_words(preset: dict[str, Any]) -> str:
    settings = preset.get("settings")
    typed = settings.items() if isinstance(settings, dict) else ()
    parts = [str(preset.get("model") or "any model"), str(preset.get("method") or "")]
    parts += [f"{key} {value}" for key, value in typed if value != AUTO]
    return one_line(" · ".join(part for part in parts if part), 100)
