"""The Tokens screen: how long the examples are, what is cut, and what training would cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from tui.commands import key_hint, key_of
from tui.screens.base import ModeScreen
from tui.screens.controller_context import ScreenContext
from tui.screens.tokens.cost.pricing import Pricing
from tui.screens.tokens.counting import DatasetCounting
from tui.screens.tokens.display import ReportDisplay
from tui.screens.tokens.examples.example_lists import Examples
from tui.screens.tokens.measures import MeasureSwitch
from tui.screens.tokens.settings import CountSettings
from tui.screens.tokens.state import TokenState
from tui.screens.tokens.view import TokensView
from tui.screens.tokens.writing import ReportWriting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult

    from tui.services.workspace import Workspace
    from tui.widgets.charts.histogram import Histogram
    from tui.widgets.record_list import RecordList


def _not_open() -> str:
    return (
        f"No dataset is open: {key_of('app.mode_datasets')}, then "
        f"{key_hint('datasets.open', 'opens one')}"
    )


class TokensScreen(ModeScreen):
    """How long the examples are, what is cut, and what a fine-tune with them would cost."""

    MODE: ClassVar[str] = "tokens"
    CSS_PATH = "screen.tcss"
    NEEDS_ROWS = frozenset(
        {
            *("measure", "measure_back", "scale", "compare", "epochs", "cut", "view"),
            *("outliers", "zoom", "prices", "export", "recount"),
        }
    )

    def __init__(self) -> None:
        super().__init__()
        context = ScreenContext(self)
        self.state, self.view = TokenState(), TokensView()
        display = ReportDisplay(context, self.state, self.view)
        self.counting = DatasetCounting(context, self.state, self.view, display)
        self.examples = Examples(context, self.state, self.view)
        self._settings = CountSettings(context, self.state, self.counting.recount)
        self._display = display
        display.shown.append(self.examples.list_again)
        for controller in (
            self.counting,
            self.examples,
            self._settings,
            MeasureSwitch(self.state, self.view, display),
            Pricing(context, self.state),
            ReportWriting(context, self.state),
        ):
            self.dispatcher.add(controller)

    def has_rows(self) -> bool:
        """Whether anything has been counted."""
        return bool(self.state.files)

    def nothing_words(self) -> str:
        """Return why there is nothing to work on."""
        if self.state.document is None:
            return _not_open()
        return "Nothing is counted yet"

    def compose_body(self) -> ComposeResult:
        """Lay out the panes."""
        yield self.view

    def on_workspace(self, workspace: Workspace) -> None:
        """Follow the open dataset."""
        self.counting.follow(workspace)

    def remembered(self) -> Mapping[str, Any]:
        """Return what was chosen to count for, and to draw."""
        return self.state.as_kept

    def come_back(self, remembered: Mapping[str, Any]) -> None:
        """Choose the same, and count for it."""
        self.state.choose_as(remembered)
        self.counting.recount()

    def on_unmount(self) -> None:
        """Stop following."""
        self.counting.unfollow()

    def on_screen_resume(self) -> None:
        """Count what has changed meanwhile."""
        if self.host.workspace is not None:
            self.counting.look()

    def on_histogram_moved(self, event: Histogram.Moved) -> None:
        """Let the cursor of the other histogram follow."""
        self.view.point_at(event.bar.first)

    def on_histogram_chosen(self, event: Histogram.Chosen) -> None:
        """List the examples of the bar."""
        self.examples.list_bar(event.bar.first, event.bar.last)

    def on_record_list_chosen(self, event: RecordList.Chosen) -> None:
        """Go to the example in Datasets."""
        if event.index < len(self.examples.listed):
            self.host.show_example(self.examples.listed[event.index].line - 1)

    def go_back(self) -> bool:
        """Close the error, else the list, else show everything, else end the comparison."""
        if self.clear_error() or self.view.close_list():
            return True
        if self.state.window.zoomed:
            self.action_command("tokens.zoom")
            return True
        return self._settings.leave_comparison()

    def copy_text(self) -> tuple[str, str]:
        """Copy the figures, or from the list the line under the cursor."""
        document = self.state.document
        if not self.state.files or document is None:
            return "", ""
        if not self.view.listing:
            return self._display.text(), "The report"
        current = self.examples.current
        if current is None:
            return "", ""
        return document.line(current.line - 1).decode("utf-8", "replace"), "The example"
