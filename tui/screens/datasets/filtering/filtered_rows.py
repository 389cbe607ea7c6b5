"""The active filter: matching rows are found in the background as they change."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tui.core.filtering.marks import as_ids
from tui.core.filtering.nodes import Everything, FilterError, Node
from tui.core.text.text import plural

if TYPE_CHECKING:
    from textual.worker import Worker

    from tui.screens.datasets.dataset_context import DatasetContext
    from tui.screens.datasets.filtering.marked_rows import MarkedRows
    from tui.screens.datasets.problems.checks import ProblemChecks
    from tui.screens.filter_bar import FilterBar
    from tui.services.datasets.row_filter import FilterFacts, RowFilter


class FilteredRows:
    """Shows only the rows that match a filter; rows come and go as they change."""

    def __init__(
        self,
        context: DatasetContext,
        bar: FilterBar,
        checks: ProblemChecks,
        marked: MarkedRows,
    ) -> None:
        self._context, self._rows, self._bar = context, context.rows, bar
        self._checks, self._marked = checks, marked
        self.node: Node = Everything()  # what the list shows
        self.facts: FilterFacts | None = None
        self.anchor = 0  # the position to come back to when its row is shown again
        self._row_filter: RowFilter | None = None
        self._lowest_id = 0  # of the rows before a change: those written in it are lower
        context.document_opened.add(self._begin)
        context.document_changed.add(self._follow)
        checks.changed.add(self._take_problems)
        marked.counted.add(self._marks_counted)

    # -- the document ----------------------------------------------------------------

    def _begin(self) -> None:
        """Begin without a filter, for another document."""
        from tui.services.datasets.row_filter import FilterFacts

        self._context.cancel("filter")
        self.node, self._row_filter, self._rows.kept_id = Everything(), None, None
        self.facts = FilterFacts(self._marked.marks)

    def _follow(self) -> None:
        """Find the rows to show again after the document has changed."""
        document = self._context.document
        if document is None:
            return
        if self._row_filter is None:
            self._rows.show_all(len(document))
            return
        at = self._context.selection.position
        lowest = self._lowest_id
        self._place_rows()
        if at < len(document) and document.row_id(at) < lowest:
            self._context.selection.keep(at)  # the row just written stays where the eye is
        if not self._row_filter.waits_for_checks:
            self._run()

    def _take_problems(self) -> None:
        """Take over what the checks have found."""
        if self.facts is not None:
            self.facts.take_problems(self._checks.issues)
        if self._row_filter is not None and self._row_filter.waits_for_checks:
            self._run()

    def _marks_counted(self) -> None:
        """Look again when the filter asks for marks."""
        if self._row_filter is not None and "marked" in self._row_filter.fields:
            self._run()

    # -- showing ---------------------------------------------------------------------

    def set(self, node: Node) -> Worker[None] | None:
        """Show only the rows that match; everything when the filter is empty.

        Returns what finds them, None where all are shown at once.
        """
        document = self._context.document
        if document is None or self.facts is None:
            return None
        from tui.services.datasets.row_filter import RowFilter

        self.anchor = min(self._context.selection.position, max(len(document) - 1, 0))
        self.node, self._rows.kept_id = node, None
        if isinstance(node, Everything):
            self._context.cancel("filter")
            self._row_filter = None
            self._tell_progress(1.0)
            self._rows.show_all(len(document))
            self._rows_changed()
            return None
        self._row_filter = RowFilter(document, node, self.facts)
        return self._run(anew=True)

    def _run(self, *, anew: bool = False) -> Worker[None]:
        find = partial(self._find, anew=anew)
        return self._context.run(find, group="filter", description="filter the rows")

    async def _find(self, *, anew: bool) -> None:
        found, document = self._row_filter, self._context.document
        if found is None:
            return
        try:
            await found.run(lambda: self._show_part(anew=anew))
        except FilterError as error:
            self._bar.say(str(error))
        except OSError:
            if document is self._context.datasets.current:
                raise
        finally:
            if found is self._row_filter:
                self._tell_progress(1.0)

    def _show_part(self, *, anew: bool) -> None:
        if self._row_filter is None:
            return
        self._place_rows()
        if anew and not self._context.selection.listing.has_focus:
            self._rows_changed(self._rows.nearest(self.anchor))
        else:
            self._rows_changed()
        self._tell_progress(self._row_filter.done)

    def _place_rows(self) -> None:
        """Show the rows known to match, and the one kept besides."""
        document, found = self._context.document, self._row_filter
        if document is None or found is None:
            return
        self._rows.show_only(found.positions(), len(document))
        ids = as_ids(document.snapshot().ids)
        self._lowest_id = int(ids.min(initial=0))
        if (kept := self._rows.kept_id) is not None:
            for at in (ids == kept).nonzero()[0].tolist():
                self._rows.keep(at, kept)

    def _rows_changed(self, row: int | None = None) -> None:
        self._rows.changed.tell()
        if row is not None:
            self._context.selection.listing.move_to(row, center=True)
        self._context.selection.follow()

    def _tell_progress(self, done: float) -> None:
        document, found = self._context.document, self._row_filter
        share = f"{done:.0%}" if found is not None and done < 1 else ""
        self._context.working("filter", f"filtering {share}" if share else "")
        if document is None or found is None:
            self._bar.count("")
            return
        count = f"{self._rows.matching:,} of {len(document):,}"
        self._bar.count(f"{count} · {share}" if share else count)

    @property
    def words(self) -> str:
        """What the status line says of the rows: how many, shown and marked."""
        total = len(self._context.document or ())
        rows = plural(total, "example")
        if self._rows.filtered:
            rows = f"{self._rows.matching:,} of {total:,} shown"
        return rows + self._marked.note
