"""The report of the Tokens screen: when it is counted again, and how it is shown."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING

from textual import work
from textual.containers import Horizontal, Vertical
from textual.widgets import Static
from textual.worker import get_current_worker

from tui.core.text.text import one_line, plural
from tui.screens.base import ModeScreen
from tui.screens.tokens import figures
from tui.screens.tokens.counting import Asked, count_rows
from tui.screens.tokens.dialogs import LAB_MODEL, OPENAI_MODEL
from tui.screens.tokens.fitting import put
from tui.screens.tokens.spreads import Window, spreads, title_of, unit_of
from tui.services.errors import LedgerError, ServiceError
from tui.widgets.histogram import Histogram
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from textual.app import ComposeResult
    from textual.timer import Timer

    from tui.core.dataset.lines import Lines
    from tui.core.money.terms import Budget
    from tui.screens.tokens.figures import FileFigures
    from tui.services.datasets import Document
    from tui.services.tokens.report import Measure, TokenReport
    from tui.services.workspace import Workspace

NOTHING_OPEN = "No dataset is open. Press 1, then o to open one, or s for the sample."
# Long enough that a burst of edits is counted once, short enough to feel live.
_SETTLE_SECONDS = 0.3


def _compute(reports: Sequence[TokenReport], measure: Measure) -> None:
    """Have the reports work out what will be shown of them: sorting takes a moment."""
    for report in reports:
        for name in {"context", "trained", measure}:
            report.spread(name)


class ReportScreen(ModeScreen):
    """Counts the rows of the open dataset as they stand, unsaved edits included."""

    def __init__(self) -> None:
        super().__init__(classes="-waiting")
        self.document: Document | None = None
        self.files: list[FileFigures] = []  # the open dataset, and the file beside it
        self.measure: Measure = "context"
        self.window = Window()
        self.budget: Budget | None = None  # of the profile, as it is when all is counted
        self.epochs: int | None = None  # None: what the provider is predicted to choose
        self.beside: Path | None = None
        self._drawn: tuple[Measure, Window] | None = None  # what the histograms show
        self._titles: tuple[str, str, str] | None = None
        self._parts = 0  # partial reports shown of the count under way
        self.models: dict[str, str] = {}  # the model chosen, by profile
        self._stale = True
        self._settling: Timer | None = None
        self._unsubscribe: list[Callable[[], None]] = []

    def compose_body(self) -> ComposeResult:
        """Lay out the sentence for when there is nothing, the report, and the list behind it."""
        yield Static(NOTHING_OPEN, id="state", markup=False)
        with Vertical(id="report"):
            with Horizontal(id="measures"):
                with Vertical(id="charts", classes="pane"):
                    yield Histogram(id="first", empty="No example to count.")
                    second = Histogram(id="second", empty="No example to count.")
                    second.can_focus = False  # it follows the cursor of the first
                    yield second
                with Vertical(id="figures-pane", classes="pane"):
                    yield Static(id="figures")
            yield Static(id="facts")
        with Vertical(id="lines-pane", classes="pane"):
            yield RecordList(id="lines")

    @property
    def model(self) -> str:
        """The model counted for: the one chosen for this profile, or its usual one."""
        profile = self.workspace.profile
        usual = LAB_MODEL if profile.kind == "lab" else OPENAI_MODEL
        return self.models.get(profile.name, usual)

    # -- following the dataset ---------------------------------------------------------

    def on_workspace(self, workspace: Workspace) -> None:
        """Follow the open dataset; another profile has another usual model."""
        self._unfollow()
        self._unsubscribe = [workspace.datasets.subscribe(self._look)]
        self.document = None
        self._look()

    def on_unmount(self) -> None:
        """Stop following."""
        self._unfollow()

    def on_screen_resume(self) -> None:
        """Count what has changed meanwhile."""
        if self.host.workspace is not None and self._unsubscribe:
            self._look()

    def _unfollow(self) -> None:
        for end in self._unsubscribe:
            end()
        self._unsubscribe = []

    def _look(self) -> None:
        """Take up the document that is open, if it is another one, and count what is stale."""
        document = self.workspace.datasets.current
        if document is not self.document or document is None:
            self._take(document)
        if self._stale and document is not None and self.is_current:
            self._count()

    def _take(self, document: Document | None) -> None:
        for end in self._unsubscribe[1:]:
            end()
        del self._unsubscribe[1:]
        self.document, self.files, self._stale = document, [], True
        self._parts = 0
        self._drawn = None
        if document is None:
            self._wait_with(NOTHING_OPEN)
        else:
            self._unsubscribe.append(document.subscribe(self._went_stale))
            self._wait_with(f"Counting the tokens of {document.path.name}…")

    def _went_stale(self) -> None:
        self._stale = True
        if self._settling is not None:
            self._settling.stop()
        self._settling = self.set_timer(_SETTLE_SECONDS, self._look)

    def _wait_with(self, sentence: str) -> None:
        self.query_one("#state", Static).update(one_line(sentence))
        self.remove_class("-listing")
        self.add_class("-waiting")
        self.note("")

    # -- counting ----------------------------------------------------------------------

    def recount(self) -> None:
        """Count again: for other rows, another model or another number of epochs."""
        self._stale = True
        self._look()

    @work(group="count", exclusive=True, exit_on_error=False, description="count tokens")
    async def _count(self) -> None:
        worker, document = get_current_worker(), self.document
        if document is None:
            return
        self._stale = False
        self.budget = None  # of another profile, it may be
        try:
            files = await self._counted(document, lambda: worker.is_cancelled)
        except ServiceError:
            if document is not self.workspace.datasets.current:
                return  # it was closed while being read; the next one is counted by now
            if not self.files:
                self._wait_with("Not counted. Press r to try again.")
            raise
        finally:
            if not worker.is_cancelled:
                self.host.working("tokens", "")
        budget = await self._budget_now()
        if files and document is self.document:
            self.budget = budget
            self.workers.cancel_group(self, "part")
            self.files, self._parts = files, 0
            await self.show_report()

    async def _budget_now(self) -> Budget | None:
        """Return what is left of the profile's budget; None when the ledger cannot be read."""
        try:
            return await self.workspace.spending.budget()
        except LedgerError:
            return None

    async def _counted(
        self, document: Document, cancelled: Callable[[], bool]
    ) -> list[FileFigures]:
        """Count the open rows and the file beside them; empty when cancelled."""
        first = await self._count_file(document.snapshot(), document.path.name, cancelled)
        if first is None or self.beside is None:
            return [first] if first else []
        from tui.services.datasets.file_lines import read_lines

        try:
            lines = await read_lines(self.beside)
        except ServiceError as error:
            self.beside = None
            self.show_error(error)
            return [first]
        try:
            second = await self._count_file(lines, self.beside.name, cancelled)
        finally:
            lines.close()
        return [first, second] if second else []

    async def _count_file(
        self, rows: Lines, name: str, cancelled: Callable[[], bool]
    ) -> FileFigures | None:
        told = -1

        def progress(done: int, of: int) -> None:
            nonlocal told
            percent = done * 100 // max(of, 1)
            if percent != told and not cancelled():
                told = percent
                self.host.working("tokens", f"counting {name} {percent} %")

        return await count_rows(
            self.workspace.tokens,
            rows,
            name,
            Asked(self.model, self.epochs, self.workspace.profile.money),
            on_progress=progress,
            cancelled=cancelled,
            on_part=None if self.files else self._show_part,
        )

    def _show_part(self, part: FileFigures) -> None:
        """Draw what is counted so far, while nothing else is shown."""
        if self.files and not self._parts:
            return  # an older report stays until the new one is whole
        if self.has_class("-waiting") or self._parts:
            self._parts += 1
            self._draw_part(part)

    @work(group="part", exclusive=True, exit_on_error=False, description="draw what is counted")
    async def _draw_part(self, part: FileFigures) -> None:
        self.files = [part]
        await self.show_report()

    # -- showing -----------------------------------------------------------------------

    async def show_report(self) -> None:
        """Show what was counted, in the measure chosen."""
        files, window = self.files, self.window
        reports = [file.report for file in files]
        measure, both = self.measure, len(reports) > 1
        drawn = await asyncio.to_thread(spreads, reports, measure, window)
        await asyncio.to_thread(_compute, reports, measure)
        if files is not self.files or (window, measure) != (self.window, self.measure):
            return  # others are to be shown by now
        summaries = [report.spread(measure) for report in reports]
        largest = max(summary.max for summary in summaries)
        if self.window.last is not None:
            largest = min(largest, self.window.last)
        self.set_class(both, "-comparing")
        most = max(report.examples for report in reports)
        for name, letter, chart in zip(("#first", "#second"), "AB", drawn, strict=False):
            label = letter if both else ""
            self.query_one(name, Histogram).show(chart, largest, label, unit_of(measure), most)
        if (measure, self.window) != self._drawn:
            self._drawn = (measure, self.window)
            self.point_at(summaries[0].p50)
        rows = len(self.document) if self._parts and self.document is not None else 0
        table = figures.table(self.files, measure, rows)
        put(self.query_one("#figures", Static), table, shrink=not self._parts)
        today = datetime.now().astimezone().date()
        facts = figures.facts(self.files, self.epochs, today, self.budget)
        put(self.query_one("#facts", Static), facts, shrink=not self._parts)
        self._show_titles()
        first_time = self.has_class("-waiting")
        self.remove_class("-waiting")
        if first_time:
            self.refresh_bindings()
        if first_time and self.focused is None:
            self.query_one("#first", Histogram).focus()
        if self.is_current:
            self.host.reached("tokens")

    def point_at(self, tokens: float) -> None:
        """Put the cursors of both histograms on a number of tokens."""
        for chart in self.query(Histogram):
            chart.point_at(tokens)

    def _show_titles(self) -> None:
        first = self.files[0]
        facts = first.report.facts
        mark = "" if facts.exact else "≈ "
        charts = self.query_one("#charts", Vertical)
        scale = " · log" if self.window.log else ""
        zoomed = " · zoomed" if self.window.zoomed else ""
        both = len(self.files) > 1
        exactness = "exact" if facts.exact else "≈ estimated"
        titles = (
            f"{mark}{title_of(self.measure)} per example{scale}{zoomed}",
            "enter lists · esc ends" if both else "← → move · enter lists",
            f"Tokens, {exactness}",
        )
        if titles != self._titles:  # setting one paints all that is in its frame
            self._titles = titles
            charts.border_title, charts.border_subtitle = titles[:2]
            self.query_one("#figures-pane", Vertical).border_title = titles[2]
        beside = f" and {self.files[1].name}" if len(self.files) > 1 else ""
        self.note(f"{first.name}{beside} · {plural(first.report.examples, 'example')}")
