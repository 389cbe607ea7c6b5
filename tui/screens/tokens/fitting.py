"""Putting a text where another stood, without laying out the screen anew for nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.text import Text
    from textual.widgets import Static


def put(static: Static, text: Text) -> None:
    """Show a text; what is beside it moves only if the text needs other room.

    While a file is counted its figures change twice a second, and a layout is most of the work.
    """
    static.update(text, layout=False)
    size, visual, styles = static.content_size, static.visual, static.styles
    wide = visual.get_optimal_width(styles, static.app.size.width)
    auto = styles.width is not None and styles.width.is_auto
    fits = not auto or wide == size.width
    if not fits or visual.get_height(styles, max(1, size.width)) != size.height:
        static.refresh(layout=True)
