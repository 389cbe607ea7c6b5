"""Choose the measure that is drawn, its axis, and the part of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui.dispatch import handles
from tui.screens.tokens.report.spreads import Window

if TYPE_CHECKING:
    from tui.screens.tokens.display import ReportDisplay
    from tui.screens.tokens.state import TokenState
    from tui.screens.tokens.view import TokensView


class MeasureSwitch:
    """Switches what the histograms draw."""

    def __init__(self, state: TokenState, view: TokensView, display: ReportDisplay) -> None:
        self._state, self._view, self._display = state, view, display

    @handles("tokens.measure", group="measure")
    async def draw_next(self) -> None:
        """Draw the next measure."""
        await self._switch(1)

    @handles("tokens.measure_back", group="measure")
    async def draw_previous(self) -> None:
        """Draw the measure before."""
        await self._switch(-1)

    async def _switch(self, by: int) -> None:
        from tui.services.tokens.report import MEASURES

        state = self._state
        # Roles that no example has are passed over.
        measures = [
            m
            for m in MEASURES
            if not state.files
            or m in {"context", "trained"}
            or any(file.report.total(m) for file in state.files)
        ]
        at = measures.index(state.measure) if state.measure in measures else 0
        state.measure = measures[(at + by) % len(measures)]
        await self._draw(Window(log=state.window.log))

    @handles("tokens.scale", group="measure")
    async def switch_axis(self) -> None:
        """Switch the axis between linear and logarithmic."""
        await self._draw(replace(self._state.window, log=not self._state.window.log))

    @handles("tokens.zoom", group="measure")
    async def zoom(self) -> None:
        """Draw the bar under the cursor finely, or everything again."""
        bar, window = self._view.bar, self._state.window
        if not self._state.files or bar is None:
            self._view.notify("There is no bar to draw finely", timeout=3)
            return
        if window.zoomed:
            await self._draw(Window(log=window.log))
        elif bar.first == bar.last:
            self._view.notify("This bar is one value: there is nothing finer", timeout=3)
        else:
            await self._draw(Window(window.log, int(bar.first), int(bar.last)))

    async def _draw(self, window: Window) -> None:
        self._state.window = window
        if self._state.files:
            await self._display.show()
