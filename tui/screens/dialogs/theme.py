"""The dialog to choose a theme: what is under the cursor is shown at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.screens.dialogs.choose import Choose
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.widgets import Input

    from tui.screens.dialogs.choose import Choice


class ThemeDialog(Choose[str]):
    """Answers with the name of a theme; `show` is called with each that the cursor comes to."""

    def __init__(
        self, choices: Sequence[Choice[str]], current: str, show: Callable[[str], None]
    ) -> None:
        super().__init__("Theme", choices, current)
        self._preview = show

    def on_record_list_moved(self, _event: RecordList.Moved) -> None:
        """Show what the cursor is on."""
        self._show_current()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list, which brings another theme under the cursor."""
        super().on_input_changed(event)
        self.query_one(RecordList).move_to(0 if event.value else self._start)
        self._show_current()

    def _show_current(self) -> None:
        row = self.query_one(RecordList).cursor
        if self.is_current and row < len(self.listed):
            self._preview(self.listed[row].value)
