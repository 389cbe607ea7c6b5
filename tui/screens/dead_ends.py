"""Why a key that scrolls, or goes to the next pane or field, does nothing: it is told in a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.widget import Widget

if TYPE_CHECKING:
    from textual.binding import ActiveBinding
    from textual.screen import Screen

# What scrolls sideways leaves its keys to commands where it cannot.
_BACK = frozenset({"scroll_up", "page_up", "scroll_home"})
_ON = frozenset({"scroll_down", "page_down", "scroll_end"})


def why_nothing(screen: Screen[Any], found: ActiveBinding | None) -> str:
    """Return why what a key is bound to has nothing to do, if it is one of these; else nothing."""
    if found is None or not found.enabled:
        return ""
    action = found.binding.action
    if action in {"app.focus_next", "app.focus_previous"}:
        return "There is nothing else here to go to" if len(screen.focus_chain) < 2 else ""
    if action not in _BACK | _ON or not isinstance(found.node, Widget):
        return ""
    return stuck(found.node, action in _BACK)


def stuck(widget: Widget, back: bool) -> str:
    """Return why a widget cannot be scrolled any further, back or on; empty where it can."""
    if widget.max_scroll_y <= 0:
        return "All of it is shown"
    if back:
        return "This is the beginning" if widget.scroll_offset.y <= 0 else ""
    return "This is the end" if widget.scroll_offset.y >= widget.max_scroll_y else ""
