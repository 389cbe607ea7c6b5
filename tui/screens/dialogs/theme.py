"""The dialog to choose a theme: what the cursor rests on is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.screens.dialogs.choose import Choose
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.timer import Timer
    from textual.widgets import Input

    from tui.screens.dialogs.choose import Choice

# A theme repaints all of the screen, which on a slow line would be in the way of the cursor.
SHOWN_AFTER_S = 0.2


class ThemeDialog(Choose[str]):
    """Answers with the name of a theme; `show` is called with each that the cursor rests on."""

    def __init__(
        self, choices: Sequence[Choice[str]], current: str, show: Callable[[str], None]
    ) -> None:
        super().__init__("Theme", choices, current)
        self._preview = show
        self._resting: Timer | None = None

    def on_record_list_moved(self, _event: RecordList.Moved) -> None:
        """Show what the cursor is on when it stays there."""
        self._show_soon()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list, which brings another theme under the cursor."""
        super().on_input_changed(event)
        self.query_one(RecordList).move_to(0 if event.value else self._start)
        self._show_soon()

    def _show_soon(self) -> None:
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(SHOWN_AFTER_S, self._show_current)

    def _show_current(self) -> None:
        row = self.query_one(RecordList).cursor
        if self.is_current and row < len(self.listed):
            self._preview(self.listed[row].value)
