"""The filter: the part of the Datasets screen that shows only the rows asked for."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual import on, work
from textual.widgets import Input

from tui.core.filtering.marks import as_ids
from tui.core.filtering.nodes import Everything, FilterError, Node
from tui.core.filtering.parser import parse
from tui.core.text.text import plural
from tui.screens.datasets.filtering.bar import FilterBar
from tui.screens.datasets.filtering.marks import MarkActions
from tui.screens.dialogs.choose import Choice, Choose
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence

    from tui.core.checks import Issue
    from tui.services.datasets import Document
    from tui.services.datasets.row_filter import RowFacts, RowFilter
    from tui.services.settings.saved_filters import SavedFilters

_PAUSE = 0.15  # seconds without a key before what was typed is looked for


class FilterActions(MarkActions):
    """Type a filter, keep it, recall and save it; rows come and go as they change."""

    def __init__(self, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self.filter: Node = Everything()  # what the list shows
        self._row_filter: RowFilter | None = None
        self._facts: RowFacts | None = None
        self._kept_id: int | None = None  # of a row shown although it does not match
        self._lowest_id = 0  # of the rows before a change: those written in it are lower
        self._anchor = 0  # the position to come back to when its row is shown again

    # -- the document ----------------------------------------------------------------

    def start_rows(self) -> None:
        """Begin without filter and marks, for another document."""
        from tui.services.datasets.row_filter import RowFacts

        self.start_marks()
        self.workers.cancel_group(self, "filter")
        self.filter, self._row_filter, self._kept_id = Everything(), None, None
        self._facts = RowFacts(self.marks)
        self._close_bar()

    def follow_rows(self) -> None:
        """Find the rows to show again after the document has changed."""
        document = self.document
        if document is None:
            return
        self.follow_marks()
        if self._row_filter is None:
            self.view.show_all(len(document))
            return
        at = self.view.position(self.query_one("#examples", RecordList).cursor)
        lowest = self._lowest_id
        self._place_rows()
        if at < len(document) and document.row_id(at) < lowest:
            self.keep(at)  # the row just written stays where the eye is
        if not self._row_filter.waits_for_checks:
            self._run_filter()

    def take_problems(self, issues: Sequence[Issue]) -> None:
        """Take over what the checks have found."""
        if self._facts is not None:
            self._facts.take_problems(issues)
        if self._row_filter is not None and self._row_filter.waits_for_checks:
            self._run_filter()

    def marks_moved(self) -> None:
        """Look again when the filter asks for marks."""
        if self._row_filter is not None and "marked" in self._row_filter.fields:
            self._run_filter()

    def keep(self, position: int) -> None:
        """Show a row although it does not match."""
        super().keep(position)
        if self.document is not None and position < len(self.document):
            self._kept_id = self.document.row_id(position)

    # -- showing ---------------------------------------------------------------------

    def set_filter(self, node: Node) -> None:
        """Show only the rows that match; everything when the filter is empty."""
        document = self.document
        if document is None or self._facts is None:
            return
        from tui.services.datasets.row_filter import RowFilter

        self._anchor = min(self.position, max(len(document) - 1, 0))
        self.filter, self._kept_id = node, None
        if isinstance(node, Everything):
            self.workers.cancel_group(self, "filter")
            self._row_filter = None
            self._tell_progress(1.0)
            self.view.show_all(len(document))
            self._rows_changed()
            return
        self._row_filter = RowFilter(document, node, self._facts)
        self._run_filter(anew=True)

    @work(group="filter", exclusive=True, exit_on_error=False, description="filter the rows")
    async def _run_filter(self, *, anew: bool = False) -> None:
        found, document = self._row_filter, self.document
        if found is None:
            return
        try:
            await found.run(lambda: self._show_part(anew=anew))
        except FilterError as error:
            self._bar.say(str(error))
        except OSError:
            if document is self.workspace.datasets.current:
                raise
        finally:
            if found is self._row_filter:
                self._tell_progress(1.0)

    def _show_part(self, *, anew: bool) -> None:
        if self._row_filter is None:
            return
        self._place_rows()
        listing = self.query_one("#examples", RecordList)
        if anew and not listing.has_focus:
            self._rows_changed(self.view.nearest(self._anchor))
        else:
            self._rows_changed()
        self._tell_progress(self._row_filter.done)

    def _place_rows(self) -> None:
        """Put the rows known to match into the view, and the one kept besides."""
        document, found = self.document, self._row_filter
        if document is None or found is None:
            return
        self.view.show_only(found.positions(), len(document))
        ids = as_ids(document.snapshot().ids)
        self._lowest_id = int(ids.min(initial=0))
        if self._kept_id is not None:
            for at in (ids == self._kept_id).nonzero()[0].tolist():
                self.view.keep(at)

    def _rows_changed(self, row: int | None = None) -> None:
        self.show_rows()
        if row is not None:
            self.query_one("#examples", RecordList).move_to(row, center=True)
        self.cursor_moved()
        self.rows_noted()

    def _tell_progress(self, done: float) -> None:
        document, found = self.document, self._row_filter
        share = f"{done:.0%}" if found is not None and done < 1 else ""
        self.host.working("filter", f"filtering {share}" if share else "")
        if document is None or found is None:
            self._bar.count("")
            return
        count = f"{self.view.matching:,} of {len(document):,}"
        self._bar.count(f"{count} · {share}" if share else count)

    def rows_words(self, document: Document) -> str:
        """Return what the status line says of the rows: how many, shown and marked."""
        rows = plural(len(document), "example")
        if self.view.filtered:
            rows = f"{self.view.matching:,} of {len(document):,} shown"
        return rows + self.marks_note()

    # -- the field -------------------------------------------------------------------

    @property
    def _bar(self) -> FilterBar:
        return self.query_one(FilterBar)

    def action_filter(self) -> None:
        """Type a filter above the list."""
        self._bar.display = True
        self._bar.field.told = self._field_told
        self.set_focus(self._bar.field)

    @on(Input.Changed, "#filter")
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._apply_soon(event.value)

    @work(group="typing", exclusive=True, exit_on_error=False, description="wait for more keys")
    async def _apply_soon(self, text: str) -> None:
        await asyncio.sleep(_PAUSE)
        self._apply(text)

    def _apply(self, text: str) -> bool:
        """Show what was typed; tells whether it is a filter."""
        try:
            node = parse(text)
        except FilterError as error:
            self._bar.say(str(error))
            return False
        self._bar.say("")
        if node != self.filter:
            self.set_filter(node)
        return True

    def _keep_filter(self) -> None:
        self.workers.cancel_group(self, "typing")
        if not self._apply(self._bar.field.value):
            return
        if isinstance(self.filter, Everything):
            self.leave_filter()
            return
        self._remember(str(self.filter))
        self.set_focus(self.query_one("#examples", RecordList))

    def _field_told(self, what: str) -> None:
        if what == "keep":
            self._keep_filter()
        elif what == "leave":
            self.leave_filter()
        elif what == "recall":
            self._recall()
        else:
            self._save_filter()

    def leave_filter(self) -> bool:
        """Show all rows again and close the field; tells whether there was a filter or a field."""
        if not self._bar.display:
            return False
        self._close_bar()
        if not isinstance(self.filter, Everything):
            at = self.position
            self.set_filter(Everything())
            self.go_to(at if self.document and at < len(self.document) else self._anchor)
        self.set_focus(self.query_one("#examples", RecordList))
        return True

    def _close_bar(self) -> None:
        self.workers.cancel_group(self, "typing")
        with self.prevent(Input.Changed):
            self._bar.field.value = ""
        self._bar.say("")
        self._bar.display = False

    def open_filter(self, node: Node) -> None:
        """Set a filter as if it had been typed and kept."""
        self._bar.display = True
        with self.prevent(Input.Changed):
            self._bar.field.value = str(node)
        self._bar.say("")
        self.set_filter(node)
        self.query_one("#examples", RecordList).move_to(0)
        self._remember(str(node))

    # -- saved and recent ------------------------------------------------------------

    @work(group="saved-filters", exit_on_error=False, description="remember a filter")
    async def _remember(self, text: str) -> None:
        await self._saved_filters.used(text)

    @work(group="saved-filters", exit_on_error=False, description="save a filter")
    async def _save_filter(self) -> None:
        self.workers.cancel_group(self, "typing")
        if not self._apply(self._bar.field.value) or isinstance(self.filter, Everything):
            return
        saved = await self._saved_filters.toggle(str(self.filter))
        text = "Filter saved; ↓ in the field lists it" if saved else "Filter no longer saved"
        self.notify(text, markup=False, timeout=3)

    def _recall(self) -> None:
        dialog: Choose[str] = Choose("Filters", [], empty="none yet; ctrl+s in the field saves one")
        self._offer_filters(dialog, self.app.push_screen(dialog, self._take_recalled))

    @work(group="recall", exclusive=True, exit_on_error=False, description="list filters")
    async def _offer_filters(self, dialog: Choose[str], shown: Awaitable[object]) -> None:
        filters = await self._saved_filters.load()
        await shown
        choices = [Choice(text, text, "saved") for text in filters.saved]
        choices += [Choice(t, t, "recent") for t in filters.recent if t not in filters.saved]
        if choices and dialog.is_current:
            dialog.offer(choices)

    def _take_recalled(self, text: str | None) -> None:
        if text is not None:
            self._bar.field.value = text
            self._bar.field.action_end()

    @property
    def _saved_filters(self) -> SavedFilters:
        from tui.services.settings.saved_filters import SavedFilters

        return SavedFilters(self.workspace.locations)
