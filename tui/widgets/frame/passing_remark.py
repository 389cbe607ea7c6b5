"""What is said in passing and takes more than a line: it takes room of its own and covers nothing.

What fits into one line is a toast in the last row.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual.widgets import Static

_EDGE = 3  # columns of a toast beside its text
_LONGEST = 600  # characters of warnings that are shown together


@dataclass(frozen=True, slots=True, eq=False)  # the same text again is a new remark
class Remark:
    """What is said for a moment, already fit for the terminal; an empty text is nothing."""

    text: str = ""
    warning: bool = False


def joined(before: Remark, text: str, warning: bool) -> Remark:
    """Return a remark in place of the one before; a warning that is still shown stays in it."""
    if warning and before.warning and text in before.text:
        return Remark(before.text, warning)
    both = f"{before.text} {text}"
    stays = warning and before.warning and len(both) <= _LONGEST
    return Remark(both if stays else text, warning)


class PassingRemark(Static):
    """Shows a long remark above the status line, or at the foot of a dialog."""

    DEFAULT_CSS = """
    PassingRemark {
        display: none; height: auto; max-height: 8; padding: 0 1;
        border-left: outer $success; background: $panel-lighten-1;
        &.-shown { display: block; }
        &.-warning { border-left: outer $warning; }
    }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)

    def show(self, remark: Remark) -> None:
        """Show a remark in place of the one before; an empty one takes no room."""
        self.set_class(bool(remark.text), "-shown")
        self.set_class(remark.warning, "-warning")
        self.update(remark.text)


def toast_width(cells: int) -> int:
    """Return how many columns a toast takes for a text of this many."""
    return cells + _EDGE
