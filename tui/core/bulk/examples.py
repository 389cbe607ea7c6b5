"""Access to the parts of a decoded example: its lists of messages, and their texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.core.bulk.operations import BadParameter
from tui.core.dataset.example import ROLES, SECTIONS, kind_of, section_list

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tui.core.fixes.registry import Object


@dataclass(frozen=True, slots=True)
class Slot:
    """A text that can be read and set: in `holder[key]`, said by `role`."""

    holder: Any
    key: Any
    role: str

    @property
    def text(self) -> str:
        """The text as it stands."""
        return str(self.holder[self.key])

    def change(self, edit: Callable[[str], str]) -> None:
        """Set the text to what `edit` makes of it."""
        self.holder[self.key] = edit(self.text)


def conversations(raw: Object) -> list[list[Any]]:
    """Return the lists of messages of an example: one, or for a preference pair three."""
    kind = kind_of(raw)
    if kind == "completion":
        return []
    found = [section_list(raw, section) for section in SECTIONS[kind]]
    return [items for items in found if isinstance(items, list)]


def dialogue(raw: Object) -> list[Any] | None:
    """Return the list of messages that begins the example, or None."""
    found = conversations(raw)
    if kind_of(raw) == "preference":
        inner = raw.get("input")
        inside = inner.get("messages") if isinstance(inner, dict) else None
        return inside if isinstance(inside, list) else None
    return found[0] if found else None


def messages(raw: Object) -> Iterator[Object]:
    """Yield all messages that are objects."""
    for items in conversations(raw):
        yield from (item for item in items if isinstance(item, dict))


def slots(raw: Object, roles: frozenset[str] | None = None) -> Iterator[Slot]:
    """Yield the texts of the messages of some roles, or of all: contents, parts, refusals.

    Arguments of calls are JSON and no texts.
    """
    for slot in _all_slots(raw):
        if roles is None or slot.role in roles:
            yield slot


def _all_slots(raw: Object) -> Iterator[Slot]:
    if kind_of(raw) == "completion":
        for key, role in (("prompt", "user"), ("completion", "assistant")):
            if isinstance(raw[key], str):
                yield Slot(raw, key, role)
    for message in messages(raw):
        role = str(message.get("role"))
        parts = message.get("content")
        holders = [message, *(parts if isinstance(parts, list) else ())]
        for holder in holders:
            if isinstance(holder, dict):
                for key in ("content", "text", "refusal"):
                    if isinstance(holder.get(key), str):
                        yield Slot(holder, key, role)


def roles_in(values: Mapping[str, str]) -> frozenset[str] | None:
    """Read the parameter `roles`; "all" and nothing mean every role (None)."""
    words = values.get("roles", "").replace(",", " ").split()
    if not words or words == ["all"]:
        return None
    for word in words:
        if word not in ROLES:
            raise BadParameter(
                "roles", f"there is no role {word}; one of {', '.join(ROLES)}, or all"
            )
    return frozenset(words)
