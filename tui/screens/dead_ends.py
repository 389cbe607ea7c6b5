"""Why a key that scrolls, or goes to the next pane or field, does nothing: it is told in a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widget import Widget

if TYPE_CHECKING:
    from textual.screen import Screen

_BACK = frozenset({"up", "page_up", "home", "left", "page_left"})


def why_nothing(screen: Screen[object], key: str) -> str:
    """Return why a key has nothing to do, as far as it is one of these; empty otherwise."""
    found = screen.active_bindings.get(key)
    if found is None or not found.enabled:
        return ""
    action = found.binding.action
    if action in {"app.focus_next", "app.focus_previous"}:
        return "There is nothing else here to go to" if len(screen.focus_chain) < 2 else ""
    where = action.removeprefix("scroll_")
    node = found.node
    if not isinstance(node, Widget) or (where == action and not where.startswith("page_")):
        return ""
    return stuck(node, where in _BACK, sideways=where.endswith(("left", "right")))


def stuck(widget: Widget, back: bool, *, sideways: bool = False) -> str:
    """Return why a widget cannot be scrolled any further, back or on; empty where it can."""
    at = widget.scroll_offset.x if sideways else widget.scroll_offset.y
    most = widget.max_scroll_x if sideways else widget.max_scroll_y
    if most <= 0:
        return "All of it is shown"
    if back:
        return "This is the beginning" if at <= 0 else ""
    return "This is the end" if at >= most else ""
