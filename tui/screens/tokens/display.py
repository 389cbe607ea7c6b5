"""Shows the state of the Tokens mode in its panes."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING

from tui.commands import key_hint, key_of
from tui.core.text.text import plural
from tui.screens.tokens.report import figures
from tui.screens.tokens.report.spreads import spreads, title_of, unit_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui.screens.controller_context import ScreenContext
    from tui.screens.tokens.report.spreads import Window
    from tui.screens.tokens.state import TokenState
    from tui.screens.tokens.view import TokensView
    from tui.services.tokens.report import Measure, TokenReport


def _lists() -> str:
    return key_hint("bars.choose", "lists")


def _moves() -> str:
    return f"{key_of('bars.left')} {key_hint('bars.right', 'move')}"


def _moving() -> str:
    return f"{_moves()} · {_lists()}"


def _comparing() -> str:
    return f"{_lists()} · {key_hint('app.escape', 'ends')}"


class ReportDisplay:
    """Draws what has been counted; `shown` are called after that."""

    def __init__(self, context: ScreenContext, state: TokenState, view: TokensView) -> None:
        self._context, self._state, self._view = context, state, view
        self.shown: list[Callable[[], None]] = []
        self._drawn: tuple[Measure, Window] | None = None  # what the histograms show

    def forget(self) -> None:
        """Place the cursor again with the next report: it is of other rows."""
        self._drawn = None

    async def show(self) -> None:
        """Show what was counted, in the measure chosen."""
        state = self._state
        files, window, measure = state.files, state.window, state.measure
        reports = [file.report for file in files]
        bars = await asyncio.to_thread(spreads, reports, measure, window)
        await asyncio.to_thread(_compute, reports, measure)
        if files is not state.files or (window, measure) != (state.window, state.measure):
            return  # others are to be shown by now
        summaries = [report.spread(measure) for report in reports]
        largest = max(summary.max for summary in summaries)
        if window.last is not None:
            largest = min(largest, window.last)
        most = max(report.examples for report in reports)
        median = summaries[0].p50 if (measure, window) != self._drawn else None
        self._drawn = (measure, window)
        self._view.show_bars(bars, largest, unit_of(measure), most, median)
        self._show_words()
        if self._view.begin():
            self._context.refresh_keys()
            self._context.focus_unless_focused(self._view.first)
        if self._context.looked_at:
            self._context.host.complete("tokens")
        for tell in self.shown:
            tell()

    def _show_words(self) -> None:
        state = self._state
        rows = len(state.document) if state.parts and state.document is not None else 0
        table = figures.table(state.files, state.measure, rows)
        today = datetime.now().astimezone().date()
        facts = figures.facts(state.files, state.epochs, today, state.budget)
        self._view.show_figures(table, facts, partial=bool(state.parts))
        self._show_titles()

    def _show_titles(self) -> None:
        state, first = self._state, self._state.files[0]
        exact, both = first.report.facts.exact, len(state.files) > 1
        scale = " · log" if state.window.log else ""
        zoomed = " · zoomed" if state.window.zoomed else ""
        mark = "" if exact else "≈ "
        self._view.label(
            (
                f"{mark}{title_of(state.measure)} per example{scale}{zoomed}",
                _comparing() if both else _moving(),
            ),
            f"Tokens, {'exact' if exact else '≈ estimated'}",
        )
        beside = f" and {state.files[1].name}" if both else ""
        self._context.note(f"{first.name}{beside} · {plural(first.report.examples, 'example')}")

    def text(self) -> str:
        """Return the figures shown as text."""
        state, today = self._state, datetime.now().astimezone().date()
        table = figures.table(state.files, state.measure)
        facts = figures.facts(state.files, state.epochs, today, state.budget)
        return f"{table}\n\n{facts}"


def _compute(reports: Sequence[TokenReport], measure: Measure) -> None:
    """Have the reports work out what will be shown of them: sorting takes a moment."""
    for report in reports:
        for name in {"context", "trained", measure}:
            report.spread(name)
