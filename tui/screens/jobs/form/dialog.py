"""The form of a new job: its fields, their problems, and the pre-flight."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

from textual import work
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Input, Static

from tui.core.jobs.jobs import Job
from tui.core.text.text import one_line
from tui.dispatch import handles
from tui.screens.controller_context import Context
from tui.screens.dialogs.base import Dialog
from tui.screens.host import host_of
from tui.screens.jobs.form.fields import (
    JobField,
    common_lines,
    first_lines,
    fold_words,
    folded_lines,
    origin_words,
    shown,
)
from tui.screens.jobs.form.first_draft import keep_form, unsaved
from tui.screens.jobs.form.lists import FormLists
from tui.screens.jobs.form.preflight_panel import PreflightPanel
from tui.screens.jobs.form.presets import FormPresets
from tui.screens.jobs.form.submission import JobSubmission
from tui.screens.reporting import failure_of, panel_keys
from tui.services.jobs.drafts import FIELDS, Draft
from tui.widgets.field import Field, Fold, OneOf
from tui.widgets.frame.error_panel import ErrorPanel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from textual.app import ComposeResult
    from textual.widget import Widget

    from tui.core.catalog.methods import Method
    from tui.services.jobs.preflight import Preflight
    from tui.services.workspace import Workspace

PLAN_AFTER_S = 0.3  # files are looked at when the typing rests
_PLANNED = {"training", "validation", "model", "n_epochs"}
_PATHS = ("training", "validation", "grader")
WORK = "create-job"  # the name of this work in the status line
_KEYS: dict[str, str | None] = {
    "form.previous": "",
    "form.next": "",
    "fields.previous": None,
    "fields.next": None,
}
_UNSAVED = "Unsaved changes: you will be asked."


class NewJob(Dialog[Job]):
    """Answers with the job created, or None. Nothing typed is lost by a failure."""

    CSS_PATH = "form.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (60, "-roomy")]  # what is typed before hints
    WHERE = "job_form"
    KEEPS = False  # `keep_form` does, as a draft for the profile
    CONTROLLERS = (FormLists, FormPresets, JobSubmission)

    def __init__(self, workspace: Workspace, draft: Draft) -> None:
        super().__init__("New fine-tuning job")
        self.workspace = workspace
        self._terms = workspace.profile.terms
        self._start = draft
        self._fields: dict[str, Field] = {}
        self._method: OneOf | None = None
        self._left: Widget | None = None  # where the focus was before it was taken
        self._creation = workspace.job_creation()
        self.context = Context(self)
        self.lists = FormLists(self)
        self.presets = FormPresets(self)
        self.submission = JobSubmission(self, self._creation)
        for controller in (self.lists, self.presets, self.submission):
            self.dispatcher.add(controller)

    def compose_content(self) -> ComposeResult:
        """Lay out the fields, what will happen, and the keys."""
        yield Static("", id="origin", markup=False)
        with VerticalScroll(id="fields", can_focus=False):
            yield from self._rows(first_lines())
            if len(self._terms.methods) > 1:
                with Horizontal(id="method-line"):
                    yield Static("Method", classes="label", markup=False)
                    self._method = OneOf(self._terms.methods, self._start.method, id="method")
                    yield self._method
            yield from self._rows(common_lines(self._terms))
            yield Fold(id="fold")
            with Vertical(id="folded"):
                yield from self._rows(folded_lines(self._terms))
        yield PreflightPanel(id="plan")
        yield Static("", id="progress", markup=False)
        yield ErrorPanel(panel_keys())
        yield self.key_hints(**_KEYS)

    def _rows(self, lines: Iterable[JobField]) -> Iterable[Field]:
        values = self._start.values(self._terms)
        for line in lines:
            value = values.get(line.name, self._start.setting(line.name))
            row = self._fields[line.name] = Field(line.name, line.label, value, line.hint)
            yield row

    def on_mount(self) -> None:
        """Say what would happen, and find a model where one is the obvious choice."""
        self._arrange()
        self.query_one("#training", Input).focus()
        self.presets.get_ready()
        self.lists.get_ready()
        if not self._start.model:
            self.submission.finding_model = True  # also before the search has begun
            self.lists.find_model(self.submission.model_found)
        self._plan()
        self.call_after_refresh(self._show_names)

    def _show_names(self) -> None:
        """Show of paths that are longer than their fields the ends, where the names are."""
        for name in _PATHS:
            if row := self._fields.get(name):
                self.fill(name, row.value)

    def on_unmount(self) -> None:
        """Stop looking at files."""
        self._creation.close()

    # -- what is typed ---------------------------------------------------------------

    @property
    def draft(self) -> Draft:
        """What stands in the fields."""
        if not self._fields:
            return self._start
        typed = {name: row.value for name, row in self._fields.items()}
        texts: dict[str, Any] = {name: typed[name] for name in FIELDS if name in typed}
        settings = {name: value for name, value in typed.items() if name not in FIELDS}
        method = self._start.method if self._method is None else self._method.value
        return Draft(
            **texts,
            method=cast("Method", method),
            settings=settings,
            origin=self._start.origin,
            was=self._start.was,
            moved=self._start.moved,
        )

    def fill(self, field: str, value: str) -> None:
        """Put a value into a field."""
        entry = self.query_one(f"#{field}", Input)
        entry.value = value
        entry.cursor_position = 0  # else it does not scroll to its end
        entry.cursor_position = len(value)

    def fill_all(self, draft: Draft) -> None:
        """Put a whole draft into the form."""
        for field, value in draft.values(self._terms).items():
            if field in self._fields:
                self.fill(field, value)
        if self._method is not None and draft.method in self._terms.methods:
            self._method.value = draft.method
        self._arrange()
        self._plan()

    def say(self, field: str, problem: str) -> None:
        """Show what is wrong with a field below it; a folded one is unfolded."""
        row = self._fields.get(field)
        if row is None:
            if problem:
                self.context.tell(one_line(problem, 200), warning=True)
            return
        row.say(problem)
        if problem and row.parent is self.query_one("#folded"):
            self.query_one(Fold).open = True

    def go_to(self, field: str) -> None:
        """Put the focus on a field."""
        for entry in self.query(f"#{field}"):
            self.call_after_refresh(entry.focus)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Check the field as it is typed."""
        event.stop()
        field = event.input.id or ""
        # An empty field is not a mistake while one is still filling in the form.
        typed = bool(event.value.strip())
        self.say(field, self.draft.problem(field, self._terms) if typed else "")
        self._arrange()
        if field in _PLANNED:
            self._plan()

    def on_one_of_changed(self) -> None:
        """Show the fields of the method."""
        self._arrange()
        self._plan()

    def on_fold_changed(self) -> None:
        """Show or hide the fields that are folded away."""
        self._arrange()

    def _arrange(self) -> None:
        """Show the fields that mean anything now, and say what is folded away and changed."""
        draft = self.draft
        if draft != self._start:
            keep_form(self.workspace.typed, self.workspace.profile.name, draft)
        for name, row in self._fields.items():
            row.display = shown(name, draft, self._terms)
        fold = self.query_one(Fold)
        fold.words = fold_words(draft, self._terms)
        self.query_one("#folded").display = fold.open
        origin = self.query_one("#origin", Static)
        words = origin_words(draft, self._terms)
        origin.display = bool(words)
        origin.update(one_line(words, 300))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Choose from the list of the field, or go on."""
        event.stop()
        self._choose_or_go_on(event.input.id)

    @handles("job_form.choose")
    def choose_here(self) -> None:
        """Choose from the list of the field one is in, or go on."""
        self._choose_or_go_on(self.focused.id if self.focused is not None else None)

    def _choose_or_go_on(self, field: str | None) -> None:
        if not self.lists.choose(field or ""):
            self.focus_next()

    # -- what would happen -----------------------------------------------------------

    @work(group="plan", exclusive=True, exit_on_error=False, description="look at the files")
    async def _plan(self) -> None:
        await asyncio.sleep(PLAN_AFTER_S)
        if (panel := self.query_one_optional(PreflightPanel)) is None:
            return  # the form goes
        draft = self.draft
        if not draft.training.strip() or not draft.model.strip():
            panel.show(None)
            return

        def show(found: Preflight) -> None:
            panel.show(found, _UNSAVED if unsaved(draft, self.workspace.datasets.current) else "")

        await self._creation.look(draft, show)

    # -- errors ----------------------------------------------------------------------

    def show_error(self, error: BaseException) -> None:
        """Show an error under the fields until it is closed."""
        if (plan := self.query_one_optional(PreflightPanel)) is None:
            return  # the form goes, and with it whoever would read this
        plan.show(None)  # room for the error
        panel = self.query_one(ErrorPanel)
        panel.show(failure_of(error, self.workspace.profile))
        # Out of the fields, so that y copies the error; the arrows go back in, and so does esc.
        panel.can_focus = True
        if self.is_current:
            panel.focus()

    @handles("job_form.copy_error")
    def copy_error(self) -> None:
        """Copy the error shown."""
        if failure := self.query_one(ErrorPanel).failure:
            host_of(self).copy_out(failure.as_text(), "The error")

    def hide_error(self) -> bool:
        """Close the error, if one is shown, and look again; return whether there was."""
        panel = self.query_one(ErrorPanel)
        inside = self.focused is panel
        panel.can_focus = False
        hidden = panel.hide()
        if hidden:
            self._plan()
            if inside:
                self.call_after_refresh(self._focus_again)
        return hidden

    def _focus_again(self) -> None:
        """Go back to the field one was in, unless an error is shown first."""
        left, panel = self._left, self.query_one_optional(ErrorPanel)
        if left is None or not left.is_attached or panel is None or panel.failure is not None:
            return  # the form goes, or there is an error to be read
        if isinstance(left, Input):  # what is typed there goes on where it was
            left.select_on_focus = False
        self.set_focus(left)
        if isinstance(left, Input):
            left.call_later(setattr, left, "select_on_focus", True)

    # -- what the controllers ask of it ----------------------------------------------

    @property
    def field(self) -> str:
        """The name of the field that has the focus, or an empty text."""
        return (self.focused.id or "") if self.focused is not None else ""

    @property
    def busy(self) -> bool:
        """Whether a job is being made, and the fields are disabled."""
        return self.has_class("-busy")

    def show_progress(self, text: str, *, busy: bool) -> None:
        """Say what is being done; while `busy` the fields are disabled."""
        if busy and not self.busy:  # the focus leaves them
            self._left = self.focused
        elif self.busy and not busy:
            self.call_after_refresh(self._focus_again)
        self.set_class(busy, "-busy")
        self.query_one("#fields").disabled = busy
        self.query_one("#progress", Static).update(f"◐ {text}" if text else "")
        host_of(self).working(WORK, text)

    def later(self, call: Callable[[], None]) -> None:
        """Call a function soon, unless the form is closed by then."""
        if self.is_attached:
            self.call_later(call)

    def close(self, job: Job | None) -> None:
        """Close the form with the job created, or without one."""
        self.dismiss(job)

    @handles("dialog.cancel")
    def cancel(self) -> None:
        """Close the error, else the form; while it uploads, ask first."""
        if not self.hide_error():
            self.submission.cancel()
