"""The Tokens screen: what can be done with the report."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from rich.text import Text
from textual import work
from textual.containers import Vertical

from tui.screens.dialogs.choose import Choice, Choose
from tui.screens.dialogs.path import PathDialog
from tui.screens.dialogs.target import may_replace
from tui.screens.tokens import figures, prices
from tui.screens.tokens.dialogs import AUTO, EpochsDialog, PromptsDialog, model_choices
from tui.screens.tokens.listing import (
    NO_EXAMPLE_MEANT,
    NO_EXAMPLES,
    NONE_CUT,
    NONE_FAR,
    NONE_HERE,
    Listed,
    Wanted,
    fence,
    listed,
    row,
    title,
)
from tui.screens.tokens.neighbours import neighbours
from tui.screens.tokens.pieces import PiecesDialog
from tui.screens.tokens.report import ReportScreen
from tui.screens.tokens.spreads import Window
from tui.services.errors import InputError
from tui.widgets.histogram import Histogram
from tui.widgets.record_list import RecordList


class TokensScreen(ReportScreen):
    """How long the examples are, what is cut, and what a fine-tune with them would cost."""

    MODE: ClassVar[str] = "tokens"
    CSS_PATH = "screen.tcss"
    NEEDS_ROWS = frozenset({"measure", "measure_back", "scale"})

    def has_rows(self) -> bool:
        """Whether anything has been counted."""
        return bool(self.files)

    def __init__(self) -> None:
        super().__init__()
        self.listed: list[Listed] = []
        self._wanted: Wanted | None = None
        self.prompts = prices.PROMPTS  # how many test prompts are priced

    # -- what is asked for -------------------------------------------------------------

    @work(group="ask", exclusive=True, exit_on_error=False, description="choose a model")
    async def action_model(self) -> None:
        """Choose the model to count and price for."""
        catalog = await asyncio.to_thread(lambda: self.workspace.tokens.catalog)
        profile = self.workspace.profile
        today = datetime.now().astimezone().date()
        choices = model_choices(catalog, today, lab_first=profile.kind == "lab")
        dialog = Choose("Model to count and price for", choices, self.model, typed=str)
        chosen = await self.app.push_screen_wait(dialog)
        if chosen and chosen != self.model:
            self.models[profile.name] = chosen
            self.recount()

    @work(group="ask", exclusive=True, exit_on_error=False, description="choose a second file")
    async def action_compare(self) -> None:
        """Lay a second file beside the open one."""
        if self.document is None:
            return
        recents = await self.workspace.datasets.recents()
        offered = await asyncio.to_thread(neighbours, self.document.path, recents)
        dialog = PathDialog("Lay a second file beside this one", offered)
        path = await self.app.push_screen_wait(dialog)
        if path is not None:
            self.beside = path
            self.recount()

    @work(group="ask", exclusive=True, exit_on_error=False, description="set the epochs")
    async def action_epochs(self) -> None:
        """Set the number of epochs, or leave it to the provider."""
        if not self.files:
            return
        predicted = self.files[0].report.predicted_epochs
        answer = await self.app.push_screen_wait(EpochsDialog(self.epochs, predicted))
        if answer is not None:
            self.epochs = None if answer == AUTO else answer
            self.recount()

    @work(group="measure", exclusive=True, exit_on_error=False, description="switch the measure")
    async def action_measure(self) -> None:
        """Draw the next measure."""
        await self._switch_measure(1)

    @work(group="measure", exclusive=True, exit_on_error=False, description="switch the measure")
    async def action_measure_back(self) -> None:
        """Draw the measure before."""
        await self._switch_measure(-1)

    async def _switch_measure(self, by: int) -> None:
        from tui.services.tokens.report import MEASURES

        # Roles that no example has are passed over.
        measures = [
            m
            for m in MEASURES
            if not self.files
            or m in {"context", "trained"}
            or any(file.report.total(m) for file in self.files)
        ]
        at = measures.index(self.measure) if self.measure in measures else 0
        self.measure = measures[(at + by) % len(measures)]
        self.window = Window(log=self.window.log)
        if self.files:
            await self.show_report()

    @work(group="measure", exclusive=True, exit_on_error=False, description="switch the axis")
    async def action_scale(self) -> None:
        """Switch the axis between linear and logarithmic."""
        self.window = replace(self.window, log=not self.window.log)
        if self.files:
            await self.show_report()

    @work(group="measure", exclusive=True, exit_on_error=False, description="zoom")
    async def action_zoom(self) -> None:
        """Draw the bar under the cursor finely, or everything again."""
        bar = self.query_one("#first", Histogram).bar
        if not self.files or bar is None:
            return
        if self.window.zoomed or bar.first == bar.last:
            self.window = Window(log=self.window.log)
        else:
            self.window = Window(self.window.log, int(bar.first), int(bar.last))
        await self.show_report()

    @work(group="ask", exclusive=True, exit_on_error=False, description="compare prices")
    async def action_prices(self) -> None:
        """Compare what all models cost."""
        if not self.files:
            return
        report, today = self.files[0].report, datetime.now().astimezone().date()
        every, fewer = await asyncio.to_thread(
            prices.offers,
            report,
            self.workspace.tokens.catalog,
            self.epochs,
            self.workspace.profile.money,
        )
        how = "Epochs as set with e" if self.epochs else "Epochs as predicted"
        beside = self.files[1] if len(self.files) > 1 else None
        tables = prices.table(every, fewer, self.model, today)
        while True:
            # A validation file may have a million examples to go through.
            rest = await asyncio.to_thread(prices.besides, report, self.prompts, beside)
            dialog = prices.PricesDialog(tables + rest, how)
            if not await self.app.push_screen_wait(dialog):
                return
            await self._ask_prompts()

    @work(group="ask", exclusive=True, exit_on_error=False, description="set the test prompts")
    async def action_prompts(self) -> None:
        """Set how many test prompts are priced."""
        if await self._ask_prompts():
            self.action_prices()

    async def _ask_prompts(self) -> bool:
        """Ask how many test prompts are priced; False when that was left."""
        answer = await self.app.push_screen_wait(PromptsDialog(self.prompts))
        self.prompts = answer or self.prompts
        return answer is not None

    @work(group="ask", exclusive=True, exit_on_error=False, description="show one example")
    async def action_view(self) -> None:
        """Show one example token by token: that of the list, or the first of the bar."""
        if not self.files or self.document is None:
            return
        line = await self._line_meant()
        if line is None or line > len(self.document):
            none = not any(shown.report.examples for shown in self.files)
            self.app.notify(NO_EXAMPLES if none else NO_EXAMPLE_MEANT, markup=False)
            return
        text = self.document.line(line - 1)
        try:
            example = await self.workspace.tokens.pieces(text, self.model)
        except RuntimeError as error:
            raise InputError("Tokens cannot be shown", str(error), "Try again with v") from error
        await self.app.push_screen_wait(PiecesDialog(line, example))

    async def _line_meant(self) -> int | None:
        if self.has_class("-listing"):
            at = self.query_one("#lines", RecordList).cursor
            return self.listed[at].line if at < len(self.listed) else None
        bar = self.query_one("#first", Histogram).bar
        if bar is None:
            return None
        wanted = Wanted(self.measure, bar.first, bar.last)
        found = await asyncio.to_thread(listed, self.files[0], wanted)
        return found[0].line if found else None

    @work(group="ask", exclusive=True, exit_on_error=False, description="write a report")
    async def action_export(self) -> None:
        """Write the counts, a report or a drawing to a file; its ending tells which."""
        if not self.files or self.document is None:
            return
        name = f"{self.document.path.stem}-tokens"
        folder = self.document.path.parent
        made = (
            Choice(".csv", "CSV", "the counts of every example"),
            Choice(".jsonl", "JSON lines", "the counts of every example"),
            Choice(".md", "Markdown", "a report to read"),
            Choice(".svg", "SVG", "the histogram drawn now"),
            Choice(".png", "PNG", "the same as an image"),
        )
        ending = await self.app.push_screen_wait(Choose(f"Write {name}… as", made))
        if ending is None:
            return
        path = folder / f"{name}{ending}"
        if not await may_replace(self.app, path):
            return
        from tui.services.tokens import export

        reports = [file.report for file in self.files]
        try:
            await asyncio.to_thread(
                export.write_to, path, reports, self.measure, log=self.window.log
            )
        except OSError as error:
            raise InputError(
                "Not written", f"{path}: {error.strerror or error}", "Free some space, try again"
            ) from error
        self.app.notify(f"Written: {path}", markup=False)

    def action_recount(self) -> None:
        """Count again, the second file from disk."""
        self.clear_error()
        self.recount()

    # -- the examples behind a bar -----------------------------------------------------

    def on_histogram_moved(self, event: Histogram.Moved) -> None:
        """Let the cursor of the other histogram follow."""
        self.point_at(event.bar.first)

    def on_histogram_chosen(self, event: Histogram.Chosen) -> None:
        """List the examples of the bar."""
        self._list(Wanted(self.measure, event.bar.first, event.bar.last))

    def action_cut(self) -> None:
        """List the examples that are cut."""
        if self.files:
            self._list(Wanted(cut=True))

    def action_outliers(self) -> None:
        """List the examples far longer than the others."""
        if self.files:
            least = fence(self.files[0].report, self.measure)
            self._list(Wanted(self.measure, first=least, outliers=True))

    @work(group="list", exclusive=True, exit_on_error=False, description="list examples")
    async def _list(self, wanted: Wanted) -> None:
        if not self.files:
            return
        files = self.files
        found = await asyncio.to_thread(listed, files[0], wanted)
        if not self.files:  # another document has been opened
            return
        self._wanted, self.listed = wanted, found
        pane = self.query_one("#lines-pane", Vertical)
        pane.border_title = title(wanted, len(self.listed))
        opened = not self.has_class("-listing")
        self.add_class("-listing")
        lines = self.query_one("#lines", RecordList)
        lines.show(len(found), self._line, empty=_nothing(wanted))
        if opened:
            lines.move_to(0)
            lines.focus()

    def _line(self, at: int, width: int) -> Text:
        return row(self.listed[at], self.document, width) if self.document else Text()

    async def show_report(self) -> None:
        """Show what was counted; a list that is open is made again from it."""
        await super().show_report()
        if self.has_class("-listing") and self._wanted is not None:
            self._list(self._wanted)

    def on_record_list_chosen(self, event: RecordList.Chosen) -> None:
        """Go to the example in Datasets."""
        if event.record_list.id == "lines" and event.index < len(self.listed):
            self.host.show_example(self.listed[event.index].line - 1)

    # -- leaving and copying -----------------------------------------------------------

    def go_back(self) -> bool:
        """Close the error, else the list, else the comparison."""
        if self.clear_error():
            return True
        if self.has_class("-listing"):
            self.remove_class("-listing")
            self.query_one("#first", Histogram).focus()
            return True
        if self.window.zoomed:
            self.action_zoom()
            return True
        if self.beside is not None:
            self.beside = None
            self.recount()
            return True
        return False

    def copy_text(self) -> tuple[str, str]:
        """Copy the figures, or from the list the line under the cursor."""
        if not self.files or self.document is None:
            return "", ""
        if self.has_class("-listing"):
            at = self.query_one("#lines", RecordList).cursor
            if at >= len(self.listed) or self.listed[at].line > len(self.document):
                return "", ""
            line = self.document.line(self.listed[at].line - 1)
            return line.decode("utf-8", "replace"), "The example"
        today = datetime.now().astimezone().date()
        table = figures.table(self.files, self.measure)
        facts = figures.facts(self.files, self.epochs, today, self.budget)
        return f"{table}\n\n{facts}", "The report"


def _nothing(wanted: Wanted) -> str:
    if wanted.cut:
        return NONE_CUT
    return NONE_FAR if wanted.outliers else NONE_HERE
