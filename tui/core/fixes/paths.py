"""From the path a problem names, such as `messages[2].content`, to the value it means."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tui.core.dataset.example import section_list
from tui.core.fixes.registry import CannotFix, Object

if TYPE_CHECKING:
    from tui.core.checks import Issue
    from tui.core.dataset.example import Place

_STEP = re.compile(r"\.?([^.\[\]]+)|\[(\d+)\]")
_GONE = "what was found is not there any more"


def spot(raw: Object, where: str) -> tuple[Any, Any]:
    """Return the container and the key or index a path ends in. Raises CannotFix."""
    steps = [m[1] if m[1] is not None else int(m[2]) for m in _STEP.finditer(where)]
    if not steps:
        raise CannotFix(_GONE)
    inside: Any = raw
    try:
        for step in steps[:-1]:
            inside = inside[step]
    except (KeyError, IndexError, TypeError):
        raise CannotFix(_GONE) from None
    return inside, steps[-1]


def value_at(raw: Object, where: str) -> Any:
    """Return the value at a path. Raises CannotFix."""
    inside, last = spot(raw, where)
    try:
        return inside[last]
    except (KeyError, IndexError, TypeError):
        raise CannotFix(_GONE) from None


def text_at(raw: Object, where: str) -> str:
    """Return the text at a path. Raises CannotFix when there is none."""
    value = value_at(raw, where)
    if not isinstance(value, str):
        raise CannotFix(_GONE)
    return value


def put(raw: Object, where: str, value: object) -> None:
    """Set the value at a path. Raises CannotFix when the path leads nowhere."""
    inside, last = spot(raw, where)
    inside[last] = value


def messages_of(raw: Object, place: Place) -> list[Any]:
    """Return the list of messages a place is in. Raises CannotFix."""
    items = section_list(raw, place.section)
    if not isinstance(items, list) or place.index >= len(items):
        raise CannotFix(_GONE)
    return items


def message_of(raw: Object, issue: Issue) -> Object:
    """Return the message a problem is in. Raises CannotFix."""
    if issue.place is None:
        raise CannotFix(_GONE)
    message = messages_of(raw, issue.place)[issue.place.index]
    if not isinstance(message, dict):
        raise CannotFix(_GONE)
    return message
