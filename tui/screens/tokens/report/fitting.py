"""Replace the text of a widget without laying out the screen again for nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.geometry import Size

if TYPE_CHECKING:
    from rich.text import Text
    from textual.widgets import Static


def put(static: Static, text: Text, *, shrink: bool = True) -> None:
    """Show a text; what is beside it moves only if the text needs other room.

    Without `shrink` room that is left over stays, for what comes next.

    While a file is counted its figures change twice a second, and a layout is most of the work.
    """
    static.update(text, layout=False)
    room, screen = static.content_size, static.app.size
    width = static.styles.width
    needed = room.width
    if width is not None and width.is_auto:
        needed = static.get_content_width(screen, screen)
    wanted = Size(needed, static.get_content_height(screen, screen, needed))
    fits = wanted.width <= room.width and wanted.height <= room.height
    if wanted != room and (shrink or not fits):
        static.refresh(layout=True)
