"""The form of a new job: what is typed, what is wrong with it, and what it would do."""

from __future__ import annotations

import asyncio
from dataclasses import fields as fields_of
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Input, Static

from tui.core.text import one_line
from tui.screens.base import failure_of
from tui.screens.dialogs.choose import Choose
from tui.screens.dialogs.path import PathDialog, short_path
from tui.screens.host import host_of
from tui.screens.jobs.creating import Creating
from tui.screens.jobs.draft import Draft, Method
from tui.screens.jobs.model_choice import default_model, model_choices
from tui.screens.jobs.preflight import plan
from tui.services.errors import ServiceError
from tui.widgets.error_panel import ErrorPanel
from tui.widgets.field import Field, OneOf

if TYPE_CHECKING:
    from pathlib import Path

    from textual.app import ComposeResult
    from textual.worker import Worker

    from tui.services.workspace import Workspace

KEYS = "ctrl+s creates · ↑ ↓ move · enter chooses · esc cancels"
PLAN_AFTER_S = 0.3  # files are looked at when the typing rests
_PLANNED = {"training", "validation", "model", "n_epochs"}


class NewJob(Creating):
    """Answers with the job created, or None. Nothing typed is lost by a failure."""

    CSS_PATH = "form.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (60, "-roomy")]  # what is typed before hints
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "create", "Create", show=False, priority=True),
        # First of all: keys typed ahead then go to the field one has moved to.
        Binding("down", "app.focus_next", "Next field", show=False, priority=True),
        Binding("up", "app.focus_previous", "Field before", show=False, priority=True),
        Binding("y", "copy_error", "Copy the error", show=False),
    ]

    def __init__(self, workspace: Workspace, draft: Draft) -> None:
        super().__init__("New fine-tuning job", workspace)
        self._start = draft

    def compose_content(self) -> ComposeResult:
        """Lay out the fields, what will happen, and the keys."""
        start = self._start
        with VerticalScroll(id="fields", can_focus=False):
            yield Field("training", "Training file", start.training, "enter chooses")
            yield Field("validation", "Validation file", start.validation, "or empty")
            yield Field("model", "Base model", start.model, "enter chooses")
            with Horizontal(id="method-line"):
                yield Static("Method", classes="label", markup=False)
                yield OneOf(("supervised", "dpo"), start.method, id="method")
            yield Field("suffix", "Suffix", start.suffix, "part of the new model's name")
            yield Field("seed", "Seed", start.seed, "a whole number, or empty")
            yield Field("n_epochs", "Epochs", start.n_epochs, "auto, or 1 to 50")
            yield Field("batch_size", "Batch size", start.batch_size, "auto, or 1 to 256")
            yield Field("lr_multiplier", "LR multiplier", start.lr_multiplier, "auto, or above 0")
            yield Field("beta", "Beta", start.beta, "auto, or above 0 to 2")
        yield Static("", id="plan", markup=False)
        yield Static("", id="progress", markup=False)
        yield ErrorPanel()
        yield Static(KEYS, classes="keys", markup=False)

    def on_mount(self) -> None:
        """Say what would happen, and find a model where one is the obvious choice."""
        self.set_class(self._start.method == "dpo", "-dpo")
        self.query_one("#training", Input).focus()
        if not self._start.model:
            self._find_model()
        self._plan()

    # -- what is typed ---------------------------------------------------------------

    @property
    def draft(self) -> Draft:
        """What stands in the fields."""
        if not self.is_mounted or not self.query(Field):
            return self._start
        typed = {f.name: self._typed(f.name) for f in fields_of(Draft) if f.name != "method"}
        method = cast("Method", self.query_one("#method", OneOf).value)
        return Draft(method=method, **typed)

    def _typed(self, field: str) -> str:
        return self.query_one(f"#{field}", Input).value

    def fill(self, field: str, value: str) -> None:
        """Put a value into a field."""
        entry = self.query_one(f"#{field}", Input)
        entry.value = value
        entry.cursor_position = len(value)

    def say(self, field: str, problem: str) -> None:
        """Show what is wrong with a field below it."""
        self.query_one(f"#field-{field}", Field).say(problem)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Check the field as it is typed."""
        field = event.input.id or ""
        # An empty field is no mistake while one is still filling in the form.
        self.say(field, self.draft.problem(field) if event.value.strip() else "")
        if field in _PLANNED:
            self._plan()

    def on_one_of_changed(self, event: OneOf.Changed) -> None:
        """Show the fields of the method."""
        self.set_class(event.value == "dpo", "-dpo")
        self._plan()

    async def on_input_submitted(self, event: Input.Submitted) -> None:
        """Choose from a list where there is one; else go on to the next field."""
        event.stop()
        if event.input.id in {"training", "validation"}:
            self._choose_file(event.input.id)
        elif event.input.id == "model":
            self._choose_model()
        else:
            self.focus_next()

    # -- choosing --------------------------------------------------------------------

    @work(group="choose", exclusive=True, exit_on_error=False, description="choose a file")
    async def _choose_file(self, field: str) -> None:
        recents: list[Path] = await self.workspace.datasets.recents()
        title = "Training file" if field == "training" else "Validation file"
        path = await self.app.push_screen_wait(PathDialog(title, recents))
        if path is not None:
            self.fill(field, short_path(path))

    @work(group="choose", exclusive=True, exit_on_error=False, description="choose a model")
    async def _choose_model(self) -> None:
        choices = await model_choices(self.workspace)
        current = self._typed("model") or None
        model = await self.app.push_screen_wait(Choose("Base model", choices, current))
        if model:
            self.fill("model", model)
            self.focus_next()

    @work(group="default-model", exclusive=True, exit_on_error=False, description="find a model")
    async def _find_model(self) -> None:
        try:
            model = await default_model(self.workspace)
        except ServiceError as error:
            self.say("model", f"The models cannot be listed: {error.cause}. Type its name.")
            return
        if model and not self._typed("model"):
            self.fill("model", model)

    # -- what would happen -----------------------------------------------------------

    @work(group="plan", exclusive=True, exit_on_error=False, description="look at the files")
    async def _plan(self) -> None:
        await asyncio.sleep(PLAN_AFTER_S)
        draft = self.draft
        said = self.query_one("#plan", Static)
        if not draft.training.strip() or not draft.model.strip():
            said.update("")
            return
        try:
            found = await plan(self.workspace, draft)
        except ServiceError as error:
            said.update(f"✗ {one_line(error.cause, 300)}")
            return
        unsaved = " Unsaved changes: you will be asked." if self._unsaved(draft) else ""
        said.update(found.words(draft, self.workspace.profile.name) + unsaved)

    # -- errors ----------------------------------------------------------------------

    def show_error(self, error: BaseException) -> None:
        """Show an error under the fields until it is closed."""
        self.query_one("#plan", Static).update("")  # room for the error
        panel = self.query_one(ErrorPanel)
        panel.show(failure_of(error))
        # Out of the fields, so that y copies the error; the arrows go back in.
        panel.can_focus = True
        panel.focus()

    def action_copy_error(self) -> None:
        """Copy the error shown."""
        if failure := self.query_one(ErrorPanel).failure:
            host_of(self).copy_out(failure.as_text(), "The error")

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Show a worker's error here."""
        error: Any = event.worker.error
        if event.state.name == "ERROR" and error is not None:
            self.show_error(error)
