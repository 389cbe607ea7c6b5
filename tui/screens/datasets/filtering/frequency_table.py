"""A frequency table: how often each value of a property occurs; enter shows its examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual import work
from textual.widgets import Static

from tui.commands import key_of
from tui.core.dataset.properties import PROPERTIES, selecting
from tui.core.filtering.nodes import Node
from tui.core.text.text import one_line, plural
from tui.dispatch import handles
from tui.screens.dialogs.base import Dialog
from tui.screens.dialogs.choose import Choice, Choose
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from tui.core.dataset.properties import Property
    from tui.services.datasets import Snapshot
    from tui.services.datasets.frequency import Frequencies, Value
    from tui.services.datasets.row_filter import FilterFacts

_BAR = 12


class FrequencyTable(Dialog[Node]):
    """Answers with the filter for the value chosen."""

    DEFAULT_CSS = """
    FrequencyTable > .dialog { width: 96%; height: 92%; }
    FrequencyTable #frequency-of { height: 1; text-style: bold; }
    FrequencyTable #frequency-about { height: 1; color: $text-muted; }
    FrequencyTable .keys { margin: 0; }
    """
    WHERE = "frequency"
    CHOSEN = "frequency.show"

    def __init__(
        self, snapshot: Snapshot, positions: Sequence[int], facts: FilterFacts, start: str
    ) -> None:
        which = "" if len(positions) == len(snapshot) else " that the filter shows"
        super().__init__(f"How often, in {plural(len(positions), 'example')}{which}")
        self._snapshot, self._positions, self._facts = snapshot, positions, facts
        self._number = next((n for n, p in enumerate(PROPERTIES) if p.name == start), 0)
        self._found: Frequencies | None = None

    def compose_content(self) -> ComposeResult:
        """Lay out the property, what was counted, and the values."""
        yield Static(id="frequency-of", markup=False)
        yield Static(id="frequency-about", markup=False)
        yield RecordList(id="values", empty="Nothing to count.")
        yield self.key_hints(cancel="back")

    def on_mount(self) -> None:
        """Count the first property."""
        self.query_one(RecordList).focus()
        self._turn_to(self._number)

    @property
    def wanted(self) -> Property:
        """The property shown."""
        return PROPERTIES[self._number]

    @handles("frequency.next", "frequency.previous")
    def turn(self, command_id: str) -> None:
        """Count the next property, or the one before."""
        by = 1 if command_id == "frequency.next" else -1
        self._turn_to((self._number + by) % len(PROPERTIES))

    @handles("frequency.close")
    def close_table(self) -> None:
        """Close the table without a choice."""
        self.dismiss(None)

    @handles("frequency.menu")
    def choose_property(self) -> None:
        """Choose the property from a list."""
        choices = [Choice(n, p.title, p.name) for n, p in enumerate(PROPERTIES)]
        self.app.push_screen(Choose("Count what", choices, self._number), self._chosen)

    def _chosen(self, number: int | None) -> None:
        if number is not None:
            self._turn_to(number)

    def _turn_to(self, number: int) -> None:
        self._number = number
        self._found = None
        before, after = key_of("frequency.previous"), key_of("frequency.next")
        heading = f"{before} {self.wanted.title} {after}   {number + 1} of {len(PROPERTIES)}"
        self.query_one("#frequency-of", Static).update(heading)
        self.query_one("#frequency-about", Static).update("counting …")
        listing = self.query_one(RecordList)
        listing.show(0, self._row, empty="")
        self._count()

    @work(group="frequency", exclusive=True, exit_on_error=False, description="count a property")
    async def _count(self) -> None:
        from tui.services.datasets.frequency import frequencies

        try:
            await frequencies(self._snapshot, self._positions, self.wanted, self._facts, self._show)
        except OSError as error:
            self.query_one("#frequency-about", Static).update(f"not counted: {error}")

    def _show(self, found: Frequencies) -> None:
        self._found = found
        about = plural(sum(1 for v in found.values if v.key), "value")
        if found.other:
            about += f" listed; {found.other:,} more times others"
        if found.done < 1:
            about += f" · counting {found.done:.0%}"
        self.query_one("#frequency-about", Static).update(about)
        self.query_one(RecordList).show(len(found.values), self._row, empty="Nothing to count.")

    def _row(self, row: int, width: int) -> Text:
        if self._found is None:
            return Text()
        value = self._found.values[row]
        share = value.count / max(self._found.rows, 1)
        text = Text(f"{value.count:>9,} {share:>6.1%} ")
        text.append("█" * round(share * _BAR) + " " * (_BAR - round(share * _BAR)), style="cyan")
        text.append(" ")
        return text.append_text(_words(self.wanted, value, width))

    @handles("frequency.show")
    def show_examples(self) -> None:
        """Show the examples with the value under the cursor."""
        at = self.query_one(RecordList).cursor
        if self._found is not None and at < len(self._found.values):
            key = self._found.values[at].key
            self.dismiss(selecting(self.wanted, key))


def _words(wanted: Property, value: Value, width: int) -> Text:
    if not value.key:
        return Text(f"({wanted.none})", style="italic")
    text = Text(one_line(value.text, width))
    if value.text.isspace():
        return Text({" ": "(a space)", "\n": "↵ (a line break)"}.get(value.text, "(white space)"))
    if wanted.name == "issue":
        from tui.core.checks import RULES  # 80 ms, and the first rows wait for this module

        if value.key in RULES:
            text.append(f"  {RULES[value.key].title}", style="dim")
    return text
