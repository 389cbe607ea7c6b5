"""The frequency table in one key: the part of the Datasets screen that opens it."""

from __future__ import annotations

from tui.core.dataset.properties import PROPERTIES
from tui.core.filtering.nodes import Node, all_of
from tui.screens.datasets.filtering.filtering import FilterActions
from tui.screens.datasets.filtering.frequency_table import FrequencyTable


class FrequencyActions(FilterActions):
    """Count a property of the rows shown, and filter by one of its values."""

    _counted_last = PROPERTIES[0].name

    def action_frequency(self) -> None:
        """Show how often each value of a property occurs; the one chosen becomes a filter."""
        document, facts = self.document, self._facts
        if document is None or facts is None:
            return
        snapshot = document.snapshot()
        positions = self.view.positions() if self.view.filtered else range(len(snapshot))
        table = FrequencyTable(snapshot, positions, facts, self._counted_last)

        def take(chosen: Node | None) -> None:
            self._counted_last = table.wanted.name
            if chosen is not None:
                self.open_filter(all_of(self.filter, chosen))

        self.app.push_screen(table, take)
