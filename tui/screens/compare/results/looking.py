"""View results: sort, filter, export, compare with an earlier run, open a row."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

from tui.commands import key_hint, key_of
from tui.core.compare.listing import ORDERS, SHOWN
from tui.core.provider.parsing import as_int, as_text
from tui.core.text.text import one_line, plural
from tui.dispatch import handles
from tui.screens.compare.results.earlier import (
    EarlierRuns,
    RunToDelete,
    deletion_question,
    run_choice,
)
from tui.screens.compare.results.state import RunSummary, ShownRun
from tui.screens.controller_context import opens
from tui.screens.dialogs.choose import Choice, Choose
from tui.screens.dialogs.confirm import GoOn
from tui.screens.dialogs.target import ask_target
from tui.services.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tui.core.compare.listing import Order, PromptRow, Shown
    from tui.screens.compare.compare_context import CompareContext
    from tui.screens.compare.results.pane import ResultsPane


class Results:
    """The run that is looked at, in its pane. `looked` is called when it is another one."""

    def __init__(
        self,
        context: CompareContext,
        pane: ResultsPane,
        looked: Callable[[ShownRun], None],
    ) -> None:
        self._context, self._pane, self._looked = context, pane, looked
        self.looked_at: ShownRun | None = None
        self.forgotten: Callable[[], None] = lambda: None  # called once the one shown is deleted
        self._comes_back = False  # the run of the last time is being read
        self._stale = self._adding = False  # whether sums are wanted again, and being made

    def begin(self) -> None:
        """Forget the run of another profile."""
        self.looked_at = None
        self._pane.show_run(None, RunSummary())

    def show(self, looked_at: ShownRun) -> None:
        """Show a run as far as it is, in place of the one before."""
        if looked_at is not self.looked_at:
            self.looked_at = looked_at
        self._stale = True
        if not self._adding:
            self._context.run(self._show, group="results", description="add up results")

    async def _show(self) -> None:
        """Add up off the loop, as a run has thousands of answers, until nothing new has come."""
        self._adding = True
        try:
            while self._stale and (looked_at := self.looked_at) is not None:
                self._stale = False
                looked_at.merge()
                sums = await asyncio.to_thread(looked_at.add_up)
                if looked_at is self.looked_at and self._context.attached:
                    self._pane.show_run(looked_at, sums)
        finally:
            self._adding = False

    @property
    def current(self) -> PromptRow | None:
        """The prompt under the cursor."""
        return self._pane.current

    def pick(self, looked_at: ShownRun, line: int, winner: str) -> None:
        """Keep which answer to a prompt of a run is the best."""
        if not (rows := looked_at.pick(line, winner)):
            return
        if looked_at is self.looked_at:
            self.show(looked_at)
        keep = partial(self._context.workspace.compare.keep_picks, looked_at.id, rows)
        self._context.run(keep, group="picks", description="keep the pick", exclusive=False)

    # -- coming back -------------------------------------------------------------------

    def remembered(self) -> Mapping[str, Any] | None:
        """Return which run is looked at, and how; None while that of the last time is read."""
        looked_at, row = self.looked_at, self.current
        if looked_at is None or looked_at.dropped:
            return None if self._comes_back else {}
        listing = looked_at.listing
        return {
            "run": looked_at.id,
            "beside": looked_at.beside,
            "measure": listing.measure,
            "order": listing.order,
            "shown": listing.shown,
            "line": None if row is None else row.prompt.line,
        }

    def come_back(self, kept: Mapping[str, Any], show: Callable[[ShownRun | None], None]) -> bool:
        """Look at the run of the last time, as then; return whether there was one.

        `show` is called with it, or with None where it is not kept any more.
        """
        if not (run := as_text(kept.get("run"))):
            return False
        self._comes_back = True
        self._context.run(
            self._bring_back, run, kept, show, group="results-menu", description="open a run"
        )
        return True

    async def _bring_back(
        self, run: str, kept: Mapping[str, Any], show: Callable[[ShownRun | None], None]
    ) -> None:
        try:
            looked_at = await self._read(run)
            if looked_at is not None and (beside := as_text(kept.get("beside"))):
                looked_at.set_beside((await self._context.workspace.compare.read(beside)).beside())
        except InputError as error:
            self._context.tell(f"Not as it was: {one_line(error.cause, 200)}.", seconds=10)
            looked_at = None
        finally:
            self._comes_back = False
        if self.looked_at is not None:  # another one was opened meanwhile
            return
        if looked_at is not None:
            self._look_as(looked_at, kept)
        show(looked_at)

    def _look_as(self, looked_at: ShownRun, kept: Mapping[str, Any]) -> None:
        listing, line = looked_at.listing, as_int(kept.get("line"))
        listing.order = next((one for one in ORDERS if one == kept.get("order")), listing.order)
        listing.shown = next((one for one in SHOWN if one == kept.get("shown")), listing.shown)
        listing.measure = as_text(kept.get("measure")) or listing.measure
        if line is not None:
            self._pane.look_for(line)

    # -- keys --------------------------------------------------------------------------

    @handles("compare.measure")
    def next_measure(self) -> None:
        """Show and judge by the next measure that applies."""
        looked_at = self.asked_for
        looked_at.listing.next_measure()
        self.show(looked_at)

    @handles("compare.sort", group="results-menu")
    async def sort(self) -> None:
        """Choose the order of the prompts."""
        looked_at = self.asked_for
        choices: list[Choice[Order]] = [Choice(name, words) for name, words in ORDERS.items()]
        chosen = await self._context.ask(Choose("Order", choices, looked_at.listing.order))
        if chosen is not None:
            looked_at.listing.order = chosen
            self._pane.forget_cursor()
            self.show(looked_at)

    @handles("compare.filter", group="results-menu")
    async def choose_shown(self) -> None:
        """Choose which prompts are shown."""
        looked_at = self.asked_for
        choices: list[Choice[Shown]] = [Choice(name, words) for name, words in SHOWN.items()]
        chosen = await self._context.ask(Choose("Show", choices, looked_at.listing.shown))
        if chosen is not None:
            looked_at.listing.shown = chosen
            self.show(looked_at)

    @handles("compare.earlier", group="results-menu")
    @opens
    async def open_earlier(self) -> None:
        """Open the results of an earlier run; one can be deleted there."""
        while (run := await self._choose_run("Open a run", None)) is not None:
            if not isinstance(run, RunToDelete):
                await self._open(run)
                return
            await self._delete(run.id)

    async def _delete(self, run: str) -> None:
        """Delete a run after a question: what is deleted here cannot be had again."""
        service = self._context.workspace.compare
        known = next((one for one in await service.runs() if one.id == run), None)
        if known is None:
            return
        title = "Delete the recording" if known.records else "Delete the run"
        question = GoOn(title, deletion_question(known), "delete it", "goes back")
        if await self._context.ask(question) is not True:
            return
        await service.delete(run)
        if self.looked_at is not None and self.looked_at.id == run:
            self.begin()
            self.forgotten()
        self._context.tell(f"Deleted: {plural(known.answered, 'answer')} of run {run}.", seconds=5)

    def open(self, run: str, line: int | None) -> None:
        """Open the results of a run, the cursor on the prompt of a line."""
        self._context.run(self._open, run, line, group="results-menu", description="open a run")

    async def _open(self, run: str, line: int | None = None) -> None:
        if (looked_at := await self._read(run)) is None:
            return
        if line is not None:
            self._pane.look_for(line)
        self._looked(looked_at)

    async def _read(self, run: str) -> ShownRun | None:
        service = self._context.workspace.compare
        found = await service.read(run)
        if found.plan is None:
            return None
        facts = await service.prices(found.plan.candidates)
        return ShownRun(run, found.plan, {row.slot: row for row in found.rows}, facts)

    @handles("compare.against", group="results-menu")
    @opens
    async def set_beside(self) -> None:
        """Put an earlier run beside this one: an empty choice takes it away."""
        looked_at = self.asked_for
        if looked_at.earlier:
            looked_at.set_beside({})
            self.show(looked_at)
            return
        run = await self._choose_run("Compare with", looked_at.id)
        if not isinstance(run, str):
            return
        found = await self._context.workspace.compare.read(run)
        looked_at.set_beside(found.beside())
        self.show(looked_at)

    @handles("compare.export", group="results-menu")
    async def export(self) -> None:
        """Write the results to a file: CSV by its ending, else JSON lines."""
        looked_at = self.asked_for
        path = await ask_target(self._context.app, "Write the results", f"run-{looked_at.id}.jsonl")
        if path is None:
            return
        from tui.services.compare.export import write_results

        rows = looked_at.table().rows
        await asyncio.to_thread(write_results, path, looked_at.plan.prompts, rows)
        self._context.tell(f"{plural(len(rows), 'answer')} written to {path.name}", seconds=5)

    # -- inside ------------------------------------------------------------------------

    @property
    def asked_for(self) -> ShownRun:
        """The run that is looked at. Raises InputError without one."""
        if self.looked_at is None:
            keys = f"{key_of('compare.run')} to ask a dataset, or {key_of('compare.earlier')}"
            raise InputError("No results", "no run is shown", f"Press {keys}.")
        return self.looked_at

    async def _choose_run(self, title: str, but: str | None) -> str | RunToDelete | None:
        runs = await self._context.workspace.compare.runs()
        mine = self.looked_at.plan.prompts_digest if self.looked_at is not None else ""
        choices = [run_choice(run, mine) for run in runs if run.id != but]
        none = (
            f"No {'other ' if but else ''}run was kept yet: "
            f"{key_hint('compare.run', 'asks')} every prompt of a dataset."
        )
        kind = Choose[str | RunToDelete] if but else EarlierRuns
        return await self._context.ask(kind(title, choices, empty=none))
