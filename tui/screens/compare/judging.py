"""Judge answers by eye: show differences, pick the better one, hide model names until then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.commands import key_hint
from tui.core.compare.sides.side_by_side import MOST_REPEATS
from tui.dispatch import handles
from tui.screens.dialogs.editor import LineEditor

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.core.compare.sides.side_by_side import Column
    from tui.screens.compare.compare_context import CompareContext


class Judging:
    """Marks differences, hides names, keeps the tally of winners. `picked` is told each."""

    def __init__(
        self,
        context: CompareContext,
        busy: Callable[[], bool],
        picked: Callable[[Column], None],
    ) -> None:
        self._context, self._busy, self._picked = context, busy, picked

    @handles("compare.diff")
    def mark_differences(self) -> None:
        """Mark what differs from the first answer, from the expected one, or nothing."""
        comparison = self._context.comparison
        comparison.next_diff()
        said = {
            "off": "Differences are not marked.",
            "first": "« » marks what the first answer does not have.",
            "reference": "« » marks what the expected answer does not have.",
        }
        self._context.tell(said[comparison.diff], seconds=3)
        self._context.tell_changed()

    @handles("compare.blind")
    def switch_blind(self) -> None:
        """Hide the names of the models from the next question on, or show them."""
        comparison = self._context.comparison
        comparison.blind = not comparison.blind
        if comparison.blind:
            text = (
                "Blind: names are hidden and shuffled with the next prompt; "
                f"{key_hint('compare.winner', 'picks')} the winner."
            )
        else:
            text = "Names are shown."
        self._context.tell(text, seconds=4)
        self._context.tell_changed()

    @handles("compare.winner")
    def pick_winner(self) -> None:
        """Make the column in focus the winner; names that were hidden are shown."""
        context, comparison = self._context, self._context.comparison
        if context.focused >= len(comparison.columns):
            context.tell_no_column()
            return
        column = comparison.columns[context.focused]
        if self._busy() or column.first is None:
            context.tell("There is no answer yet to pick.", seconds=3)
            return
        comparison.pick(column)
        self._picked(column)
        context.tell(f"{column.candidate.name} wins. {comparison.tally_words}", seconds=5)
        context.tell_changed()

    @handles("compare.repeats")
    def set_repeats(self) -> None:
        """Set how often each model is asked the same."""
        comparison = self._context.comparison

        def answered(text: str | None) -> None:
            if text is not None:
                comparison.repeats = int(text)
                self._context.tell_changed()

        self._context.open(
            LineEditor(
                "Repeats",
                str(comparison.repeats),
                "How often each model is asked the same; equal answers are shown as one.",
                _wrong,
            ),
            answered,
        )


def _wrong(text: str) -> str:
    right = text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_REPEATS
    return "" if right else f"a whole number from 1 to {MOST_REPEATS}"
