"""Edits of whole examples: new ones, splitting, merging, cutting off what no answer follows."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import orjson

from tui.core.dataset.example import INSTRUCTING_ROLES
from tui.core.edits.base import EditError, items_of, made, with_items
from tui.core.edits.calls import set_parallel, set_tools
from tui.core.edits.messages import insert_message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.core.dataset.example import Example, Place

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


def new_example(like: Example | None) -> Example:
    """Return an empty example of the same kind as `like`, with its system prompt and tools."""
    kind = like.kind if like and like.kind in TEMPLATES else "chat"
    new = made({**TEMPLATES[kind]})
    if like is None or kind == "completion":
        return new
    first = like.messages[0] if like.messages else None
    if first and first.role in INSTRUCTING_ROLES:
        new = insert_message(new, replace(first.place, index=0), first.role, first.text)
    if isinstance(tools := setting(like, "tools"), list):
        new = set_tools(new, tools)
    if isinstance(parallel := setting(like, "parallel_tool_calls"), bool):
        new = set_parallel(new, parallel)
    return new


def new_like(examples: Sequence[Example]) -> Example:
    """Return an empty example in the most common shape of these.

    The shape is the kind, the system prompt, the tools and whether calls run in parallel; of
    shapes equally common the first counts.
    """
    shapes: Counter[bytes] = Counter()
    first: dict[bytes, Example] = {}
    for example in examples:
        new = new_example(example)
        shape = orjson.dumps(repr(new.raw))
        shapes[shape] += 1
        first.setdefault(shape, new)
    return first[shapes.most_common(1)[0][0]] if shapes else new_example(None)


def setting(example: Example, key: str) -> object:
    """Return `tools` or `parallel_tool_calls` of an example, wherever its kind keeps them."""
    inner = example.raw.get("input") if example.kind == "preference" else None
    if isinstance(inner, dict) and key in inner:
        return inner[key]
    return example.raw.get(key)


def split_at(example: Example, place: Place) -> tuple[Example, Example]:
    """Return the example in two, the second from `place` on; both keep the first prompt and keys.

    Raises EditError where nothing would be left of one of them, or a call and its reply would
    be parted.
    """
    items = _chat_items(example, "split")
    lead = _lead(items)
    if not len(lead) < place.index < len(items):
        raise EditError("there is nothing before this message to split off; choose a later one")
    if _role(items[place.index]) in {"tool", "function"}:
        raise EditError("the call this replies to would stay in the first half; split elsewhere")
    halves = items[: place.index], [*lead, *items[place.index :]]
    return with_items(example, "messages", halves[0]), with_items(example, "messages", halves[1])


def merge(first: Example, second: Example) -> Example:
    """Return one chat example with the turns of both.

    The second's system prompt is left out when it is the first's own, and its tools join the
    first's. Raises EditError when other keys, the prompts or tools of one name differ.
    """
    items, more = _chat_items(first, "merged"), _chat_items(second, "merged")
    if (lead := _lead(more)) and lead != _lead(items):
        raise EditError("the two have different system prompts; make them the same first")
    raw = {**second.raw, **first.raw}
    for key in second.raw.keys() - {"messages", "tools"}:
        if key in first.raw and first.raw[key] != second.raw[key]:
            raise EditError(f"the two differ in “{key}”; make it the same first")
    if "tools" in raw:
        raw["tools"] = _tools_of_both(first.raw.get("tools"), second.raw.get("tools"))
    ordered = {k: raw[k] for k in [*first.raw, *(k for k in second.raw if k not in first.raw)]}
    return made({**ordered, "messages": [*items, *more[len(lead) :]]})


def cut_trailing(example: Example) -> Example:
    """Return the chat example without the messages after its last answer.

    Raises EditError when there is no answer, or nothing after it.
    """
    items = _chat_items(example, "cut")
    answers = [at for at, item in enumerate(items) if _role(item) == "assistant"]
    if not answers:
        raise EditError("there is no assistant message to end with; add an answer first")
    if answers[-1] == len(items) - 1:
        raise EditError("it already ends with an assistant message; nothing is to be done")
    return with_items(example, "messages", items[: answers[-1] + 1])


def _chat_items(example: Example, what: str) -> list[Any]:
    if example.kind != "chat":
        raise EditError(f"only chat examples can be {what}; make a chat of it first")
    return items_of(example, "messages")


def _lead(items: list[Any]) -> list[Any]:
    """Return the system prompts an example begins with."""
    return [*takewhile(lambda item: _role(item) in INSTRUCTING_ROLES, items)]


def _role(item: object) -> str:
    """Return the role of a message, which may be anything; "" for what is not a role."""
    role = item.get("role") if isinstance(item, dict) else None
    return role if isinstance(role, str) else ""


def _tools_of_both(one: object, other: object) -> list[Any]:
    found: list[Any] = [*one] if isinstance(one, list) else []
    for tool in other if isinstance(other, list) else []:
        if tool in found:
            continue
        if _tool_name(tool) in map(_tool_name, found):
            name = _tool_name(tool)
            raise EditError(f"the two define the tool “{name}” differently; make it the same first")
        found.append(tool)
    return found


def _tool_name(tool: object) -> object:
    function = tool.get("function") if isinstance(tool, dict) else None
    return function.get("name") if isinstance(function, dict) else None
