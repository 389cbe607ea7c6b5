"""Hands what Textual paints to the painter of the app's driver, and tells it of the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual._compositor import ChopsUpdate, LayoutUpdate

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.app import App
    from textual.driver import Driver

    from tui.terminal.cells.painter import Painter


def painter_of(driver: Driver | None) -> Painter | None:
    """Return what paints the terminal; None where Textual does."""
    return getattr(driver, "painter", None)


def is_whole(painted: RenderableType | None) -> bool:
    """Whether this is a frame of the whole screen."""
    return isinstance(painted, LayoutUpdate)


def show(
    app: App[Any], driver: Driver | None, painted: RenderableType | None, *, sync: bool
) -> bool:
    """Have the driver show what was painted; False when Textual has to write it."""
    painter = painter_of(driver)
    if painter is None or painted is None:
        return False
    if not isinstance(painted, LayoutUpdate | ChopsUpdate):
        painter.forget()
        return False
    painter.sync = sync
    painter.paint(painted, cursor_place(app))
    return True


def forget(app: App[Any], driver: Driver | None) -> None:
    """Have all of it written: a terminal of another size does as it likes with what it showed."""
    if (painter := painter_of(driver)) is not None:
        painter.forget()
        app.call_after_refresh(painter.write_on)


def use(app: App[Any], driver: Driver | None, *, all_cells: bool, cursor: bool) -> None:
    """Write all cells that are painted from now on, or show the terminal's own cursor."""
    if (painter := painter_of(driver)) is None:
        return
    painter.show_cursor(cursor)
    if all_cells:
        painter.retire()
        driver.painter = None  # type: ignore[union-attr]
        app.refresh(layout=True)


def cursor_place(app: App[Any]) -> tuple[int, int]:
    """Return the column and row that screen readers follow: of what is typed in or chosen from."""
    screen = app.screen
    widget = app.focused or next(iter(screen.displayed_children), screen)
    place = getattr(widget, "cursor_screen_offset", None) or widget.content_region.offset
    x, y, width, height = screen.size.region.intersection(widget.region)
    return _between(place.x, x, width), _between(place.y, y, height)


def _between(place: int, first: int, count: int) -> int:
    return max(first, min(place, first + count - 1))
