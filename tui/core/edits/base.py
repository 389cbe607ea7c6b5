"""Helpers of all edits: find the JSON object of a message and replace it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.core.dataset.example import (
    ALIASES,
    SECTIONS,
    Example,
    Place,
    from_object,
    kind_of,
    section_list,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

MESSAGE_KEYS = frozenset(
    {"role", "content", "name", "weight", "tool_calls", "tool_call_id", "refusal", "function_call"}
)
EXAMPLE_KEYS = frozenset(
    {
        "messages",
        "tools",
        "parallel_tool_calls",
        "input",
        "prompt",
        "completion",
        *ALIASES,
        *ALIASES.values(),
    }
)


class EditError(ValueError):
    """An edit that this example cannot take; the text says why and what to do instead."""


def other_keys(raw: object, known: frozenset[str] = MESSAGE_KEYS) -> dict[str, Any]:
    """Return the keys of a message (or example) that no edit here knows, with their values."""
    return {k: v for k, v in raw.items() if k not in known} if isinstance(raw, dict) else {}


def items_of(example: Example, section: str) -> list[Any]:
    """Return a section's list of messages as it stands. Raises EditError when it has none."""
    if section not in SECTIONS[example.kind] or example.kind == "completion":
        raise EditError("this example has no list of messages there; edit it as JSON instead")
    items = section_list(example.raw, section)
    if items is None:
        return []
    if not isinstance(items, list):
        raise EditError(f"{section} is not a list of messages; edit it as JSON instead")
    return items


def check_index(example: Example, place: Place) -> None:
    """Raise EditError when no message stands at `place`."""
    if not 0 <= place.index < len(items_of(example, place.section)):
        raise EditError("that message is not there any more; look at the example again")


def message_object(example: Example, place: Place) -> dict[str, Any]:
    """Return a message's own object. Raises EditError when there is none."""
    check_index(example, place)
    message = items_of(example, place.section)[place.index]
    if not isinstance(message, dict):
        raise EditError("this message is not a JSON object; edit the example as JSON instead")
    return message


def with_message(example: Example, place: Place, message: dict[str, Any]) -> Example:
    """Return the example with one message's object replaced."""
    items = [*items_of(example, place.section)]
    items[place.index] = message
    return with_items(example, place.section, items)


def with_items(example: Example, section: str, items: list[Any]) -> Example:
    """Return the example with a section's list of messages replaced."""
    raw = dict(example.raw)
    if section == "input":
        inner = raw.get("input")
        raw["input"] = {**(inner if isinstance(inner, dict) else {}), "messages": items}
    else:
        alias = ALIASES.get(section)
        raw[alias if alias in raw and section not in raw else section] = items
    return made(raw)


def with_key(
    example: Example, place: Place, key: str, value: object, *, drop: bool = False
) -> Example:
    """Return the example with one key of a message set where it stands, or taken away."""
    message = dict(message_object(example, place))
    if drop:
        message.pop(key, None)
    else:
        message[key] = value
    return with_message(example, place, message)


def made(raw: Mapping[str, Any]) -> Example:
    """Return the example an object makes. Raises TypeError for what is not an object."""
    found = from_object(raw)
    if not isinstance(found, Example):  # raw is a dict, so from_object always makes an example
        raise TypeError(kind_of(raw))
    return found
