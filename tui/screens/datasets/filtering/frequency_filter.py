"""The frequency table of the rows shown, and a filter by one of its values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.dataset.properties import PROPERTIES
from tui.core.filtering.nodes import Node, all_of
from tui.dispatch import handles
from tui.screens.datasets.filtering.frequency_table import FrequencyTable

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.screens.datasets.dataset_context import DatasetContext
    from tui.screens.datasets.filtering.filtered_rows import FilteredRows


class FrequencyFilter:
    """Opens the table; what is chosen in it narrows the filter by `open_filter`."""

    def __init__(
        self,
        context: DatasetContext,
        filtered: FilteredRows,
        open_filter: Callable[[Node], None],
    ) -> None:
        self._context, self._filtered, self._open_filter = context, filtered, open_filter
        self._counted_last = PROPERTIES[0].name

    @handles("datasets.frequency")
    def open(self) -> None:
        """Show how often each value of a property occurs; the one chosen becomes a filter."""
        document, rows, facts = self._context.document, self._context.rows, self._filtered.facts
        if document is None or facts is None:
            return
        snapshot = document.snapshot()
        positions = rows.positions() if rows.filtered else range(len(snapshot))
        table = FrequencyTable(snapshot, positions, facts, self._counted_last)

        def take(chosen: Node | None) -> None:
            self._counted_last = table.wanted.name
            if chosen is not None:
                self._open_filter(all_of(self._filtered.node, chosen))

        self._context.open(table, take)
