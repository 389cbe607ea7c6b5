"""Edits of one example: each takes an example and returns a new one; nothing is changed in place.

Keys and values an edit does not concern are carried over as they are.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tui.core.example import ALIASES, SECTIONS, Example, Place, from_object, kind_of, section_list

# The shape of a new example, by the kind its file follows.
TEMPLATES: dict[str, dict[str, Any]] = {
    "chat": {"messages": [{"role": "user", "content": ""}, {"role": "assistant", "content": ""}]},
    "preference": {
        "input": {"messages": [{"role": "user", "content": ""}]},
        "preferred_output": [{"role": "assistant", "content": ""}],
        "non_preferred_output": [{"role": "assistant", "content": ""}],
    },
    "completion": {"prompt": "", "completion": ""},
}


class EditError(ValueError):
    """An edit that this example cannot take; the text says why and what to do instead."""


def new_example(like: Example | None) -> Example:
    """Return an empty example of the same kind as `like`, with its first system prompt kept."""
    kind = like.kind if like and like.kind in TEMPLATES else "chat"
    made = _made({**TEMPLATES[kind]})
    first = like.messages[0] if like and like.messages else None
    if first and first.role in {"system", "developer"} and kind != "completion":
        made = insert_message(made, replace(first.place, index=0), first.role, first.text)
    return made


def set_text(example: Example, place: Place, text: str) -> Example:
    """Return the example with the content of one message replaced.

    Raises EditError for content made of several parts: text alone cannot stand for them.
    """
    if place.section in {"prompt", "completion"}:
        return _made({**example.raw, place.section: text})
    message = _message_object(example, place)
    content = message.get("content")
    if isinstance(content, list):
        if len(content) != 1 or not isinstance(content[0], dict) or "text" not in content[0]:
            raise EditError("this message is made of several parts; edit it as JSON instead")
        return _with_message(example, place, {**message, "content": [{**content[0], "text": text}]})
    return _with_message(example, place, {**message, "content": text})


def set_role(example: Example, place: Place, role: str) -> Example:
    """Return the example with the role of one message replaced.

    A weight leaves with the assistant role, the only one that may carry it.
    """
    message = {**_message_object(example, place), "role": role}
    if role != "assistant":
        message.pop("weight", None)
    return _with_message(example, place, message)


def set_weight(example: Example, place: Place, weight: int | None) -> Example:
    """Return the example with the weight of one assistant message set; None takes the key away.

    Raises EditError on any other role, where the provider refuses a weight.
    """
    message = dict(_message_object(example, place))
    if message.get("role") != "assistant":
        raise EditError("only an assistant message can carry a weight")
    message.pop("weight", None)
    if weight is not None:
        message["weight"] = weight
    return _with_message(example, place, message)


def insert_message(example: Example, place: Place, role: str, text: str) -> Example:
    """Return the example with a message put in before `place` (an index past the end appends)."""
    items = [*_items(example, place.section)]
    items.insert(place.index, {"role": role, "content": text})
    return _with_items(example, place.section, items)


def delete_message(example: Example, place: Place) -> Example:
    """Return the example without one message. Raises EditError when it is not there."""
    _check_index(example, place)
    items = [*_items(example, place.section)]
    del items[place.index]
    return _with_items(example, place.section, items)


def move_message(example: Example, place: Place, by: int) -> Example:
    """Return the example with one message moved by `by` places within its section."""
    items = [*_items(example, place.section)]
    target = place.index + by
    if not (0 <= place.index < len(items) and 0 <= target < len(items)):
        raise EditError("the message is already at that end")
    items.insert(target, items.pop(place.index))
    return _with_items(example, place.section, items)


def next_role(example: Example, place: Place) -> str:
    """Return the role a message put in at `place` most likely has: the other side's turn."""
    before = [m for m in example.messages if m.place.section == place.section][: place.index]
    if place.section.endswith("output"):
        return "assistant"
    return "assistant" if before and before[-1].role in {"user", "tool"} else "user"


def _items(example: Example, section: str) -> list[Any]:
    if section not in SECTIONS[example.kind] or example.kind == "completion":
        raise EditError("this example has no list of messages there; edit it as JSON instead")
    items = section_list(example.raw, section)
    if items is None:
        return []
    if not isinstance(items, list):
        raise EditError(f"{section} is not a list of messages; edit it as JSON instead")
    return items


def _check_index(example: Example, place: Place) -> None:
    if not 0 <= place.index < len(_items(example, place.section)):
        raise EditError("that message is not there any more")


def _message_object(example: Example, place: Place) -> dict[str, Any]:
    _check_index(example, place)
    message = _items(example, place.section)[place.index]
    if not isinstance(message, dict):
        raise EditError("this message is not a JSON object; edit the example as JSON instead")
    return message


def _with_message(example: Example, place: Place, message: dict[str, Any]) -> Example:
    items = [*_items(example, place.section)]
    items[place.index] = message
    return _with_items(example, place.section, items)


def _with_items(example: Example, section: str, items: list[Any]) -> Example:
    raw = dict(example.raw)
    if section == "input":
        inner = raw.get("input")
        raw["input"] = {**(inner if isinstance(inner, dict) else {}), "messages": items}
    else:
        alias = ALIASES.get(section)
        raw[alias if alias in raw and section not in raw else section] = items
    return _made(raw)


def _made(raw: dict[str, Any]) -> Example:
    made = from_object(raw)
    if not isinstance(made, Example):  # raw is a dict, so from_object always makes an example
        raise TypeError(kind_of(raw))
    return made
