"""What makes two examples the same: their content, or the question they ask."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from tui.core.checks.row import digest
from tui.core.dataset.example import Example, parse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui.core.dataset.example import Message


def content_key(line: bytes) -> str:
    """Return 16 hex digits that stand for an example, whatever the order and spacing of its keys.

    A line that is no JSON object stands for itself, byte by byte.
    """
    example = parse(line)
    found = digest(example.raw) if isinstance(example, Example) else b""
    return (found or _bytes(line.strip())).hex()


def prompt_key(line: bytes) -> str:
    """Return 16 hex digits that stand for what an example asks, letter case and spaces aside.

    The system prompt does not count, nor does the last answer. An example that asks nothing
    stands for its whole content.
    """
    example = parse(line)
    if not isinstance(example, Example):
        return content_key(line)
    asked = [" ".join(m.text.casefold().split()) for m in _asked(example.messages)]
    if not any(asked):
        return content_key(line)
    return _bytes("\x00".join(asked).encode("utf-8", "surrogatepass")).hex()


def _asked(messages: Iterable[Message]) -> list[Message]:
    """Return the messages up to the last answer, without instructions."""
    found = [
        m
        for m in messages
        if m.role not in {"system", "developer"} and not m.place.section.endswith("output")
    ]
    while found and found[-1].role == "assistant":
        found.pop()
    return found


def _bytes(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=8).digest()
