"""The list of examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from tui.commands import key_hint, key_of
from tui.screens.datasets.panes.example_text import example_row
from tui.widgets.line_view import Pane

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from tui.screens.datasets.dataset_context import DatasetContext
    from tui.screens.datasets.filtering.marked_rows import MarkedRows
    from tui.screens.datasets.problems.checks import ProblemChecks
    from tui.widgets.record_list import RecordList


def empty_file() -> str:
    """Return what is said, with the keys in use."""
    return f"This file is empty.\nPress {key_of('datasets.new_example')} for an example."


class ExamplesPane(Pane):
    """One line an example, with its mark, its worst problem, and whether it is saved."""

    def __init__(self, context: DatasetContext, checks: ProblemChecks, marked: MarkedRows) -> None:
        super().__init__(id="examples-pane", classes="pane")
        self.border_title = "Examples"
        self._shared = context
        self._checks, self._marked = checks, marked
        context.document_changed.add(self._document_changed)
        context.rows.changed.add(self._show_rows)
        for happened in (context.row_read, checks.changed, marked.changed):
            happened.add(self._repaint)

    @property
    def listing(self) -> RecordList:
        """The list itself."""
        return self._shared.selection.listing

    def compose(self) -> ComposeResult:
        """Lay out the list."""
        yield self.listing

    def on_mount(self) -> None:
        """Show an example in the same moment in which the cursor comes to it."""
        self.watch(self.listing, "cursor", self._shared.selection.follow, init=False)

    def on_record_list_chosen(self, event: RecordList.Chosen) -> None:
        """Go into the example."""
        event.stop()
        self._shared.selection.conversation.focus()

    def _document_changed(self) -> None:
        document = self._shared.document
        if document is None:
            return
        same_width = len(str(self.listing.count)) == len(str(len(document)))
        if self._shared.only_grown and same_width:  # else each number needs more room
            self.listing.grow(len(document))
        else:
            self._show_rows()

    def _show_rows(self) -> None:
        rows = self._shared.rows
        empty = (
            f"No example matches.\n{key_hint('app.escape', 'shows')} all."
            if rows.filtered
            else empty_file()
        )
        self.listing.show(len(rows), self._row, empty=empty)

    def _repaint(self) -> None:
        self.listing.refresh()

    def _row(self, row: int, width: int) -> Text:
        document, position = self._shared.document, self._shared.rows.position(row)
        if document is None or position >= len(document):
            return Text()
        return example_row(
            f"{position + 1:>{len(str(len(document)))}}",
            document.example(position),
            worst=self._checks.worst_at(position),
            unsaved=document.unsaved(position),
            width=width,
            marked=self._marked.is_marked(position),
        )
