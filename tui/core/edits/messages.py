"""Edits of one message: its text, role, name, weight and refusal, and its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.edits.base import (
    EditError,
    check_index,
    items_of,
    made,
    message_object,
    with_items,
    with_key,
    with_message,
)

if TYPE_CHECKING:
    from tui.core.dataset.example import Example, Place


def set_text(example: Example, place: Place, text: str) -> Example:
    """Return the example with the content of one message replaced.

    Raises EditError for content made of several parts: text alone cannot stand for them.
    """
    if place.section in {"prompt", "completion"}:
        return made({**example.raw, place.section: text})
    message = message_object(example, place)
    content = message.get("content")
    if isinstance(content, list):
        if len(content) != 1 or not isinstance(content[0], dict) or "text" not in content[0]:
            raise EditError("this message is made of several parts; edit them one by one with m")
        return with_message(example, place, {**message, "content": [{**content[0], "text": text}]})
    return with_message(example, place, {**message, "content": text})


def set_role(example: Example, place: Place, role: str) -> Example:
    """Return the example with the role of one message replaced.

    A weight leaves with the assistant role, the only one that may carry it.
    """
    message = {**message_object(example, place), "role": role}
    if role != "assistant":
        message.pop("weight", None)
    return with_message(example, place, message)


def set_name(example: Example, place: Place, name: str) -> Example:
    """Return the example with one message's name set; an empty one takes the key away."""
    return with_key(example, place, "name", name, drop=not name)


def set_weight(example: Example, place: Place, weight: int | None) -> Example:
    """Return the example with the weight of one assistant message set; None takes the key away.

    Raises EditError on any other role, where the provider refuses a weight.
    """
    if message_object(example, place).get("role") != "assistant":
        raise EditError("only an assistant message can carry a weight; choose an answer first")
    return with_key(example, place, "weight", weight, drop=weight is None)


def set_refusal(example: Example, place: Place, text: str) -> Example:
    """Return the example with an answer's refusal set; an empty one takes the key away.

    Raises EditError on any other role.
    """
    if message_object(example, place).get("role") != "assistant":
        raise EditError("only an assistant message can refuse; choose an answer first")
    return with_key(example, place, "refusal", text, drop=not text)


def insert_message(example: Example, place: Place, role: str, text: str) -> Example:
    """Return the example with a message put in before `place` (an index past the end appends)."""
    items = [*items_of(example, place.section)]
    items.insert(place.index, {"role": role, "content": text})
    return with_items(example, place.section, items)


def delete_message(example: Example, place: Place) -> Example:
    """Return the example without one message. Raises EditError when it is not there."""
    check_index(example, place)
    items = [*items_of(example, place.section)]
    del items[place.index]
    return with_items(example, place.section, items)


def move_message(example: Example, place: Place, by: int) -> Example:
    """Return the example with one message moved by `by` places within its section."""
    items = [*items_of(example, place.section)]
    target = place.index + by
    if not (0 <= place.index < len(items) and 0 <= target < len(items)):
        raise EditError("the message is already at that end; move it the other way")
    items.insert(target, items.pop(place.index))
    return with_items(example, place.section, items)


def next_role(example: Example, place: Place) -> str:
    """Return the role a message put in at `place` most likely has: the other side's turn."""
    before = [m for m in example.messages if m.place.section == place.section][: place.index]
    if place.section.endswith("output"):
        return "assistant"
    return "assistant" if before and before[-1].role in {"user", "tool"} else "user"
