"""The context that panes and controllers of Compare share: the columns, and the screen."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from tui.commands import key_hint
from tui.core.compare.sides.side_by_side import Comparison
from tui.core.listeners import Listeners
from tui.screens.controller_context import ScreenContext

if TYPE_CHECKING:
    from tui.core.compare.sides.marking import MarkedText
    from tui.screens.base import ModeScreen


class CompareContext(ScreenContext):
    """The comparison side by side. Whoever changes it says `changed`, or `painted` for texts.

    `focused` is the number of the column that keys work on. `chance` orders the columns in blind
    mode.
    """

    def __init__(self, screen: ModeScreen) -> None:
        super().__init__(screen)
        self.comparison = Comparison()
        self.focused = 0
        self.marked: dict[
            tuple[str, str], MarkedText
        ] = {}  # by the text it is marked against, and its own
        self.changed = Listeners[[]]()
        self.painted = Listeners[[]]()
        self.chance = random.Random()  # noqa: S311 - it only hides names from the user

    def tell_no_column(self) -> None:
        """Say that a command needs a column."""
        self.tell(f"There is no column yet: {key_hint('compare.add', 'adds')} one.", seconds=3)

    def names_hidden(self) -> bool:
        """Return whether names are hidden, which a command would show; says so if they are."""
        if self.comparison.hidden:
            self.tell(
                (
                    f"Names are hidden: {key_hint('compare.winner', 'picks')} the winner and "
                    "shows them."
                ),
                seconds=4,
            )
        return self.comparison.hidden

    def tell_changed(self) -> None:
        """Have everything shown again: columns, names, answers, keys."""
        self.focused = max(0, min(self.focused, len(self.comparison.columns) - 1))
        self.changed.tell()
        self.refresh_keys()
