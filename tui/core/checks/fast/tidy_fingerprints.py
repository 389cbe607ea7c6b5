"""The fingerprints of a tidy chat, from its JSON written once: those of `dataset/fingerprints`."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from orjson import OPT_SORT_KEYS, dumps
from xxhash import xxh3_64_intdigest

from tui.core.dataset.digest import number_of

_LEADERS = frozenset({"system", "developer"})
_MESSAGES = len(b'{"messages":')
# Instructions up to this length are remembered: in most files nearly all are the same.
_SHORT = 10_000


def numbers_of_tidy(raw: dict[str, Any], roles: tuple[str, ...]) -> tuple[int, int, int, int]:
    """Return the digests of a tidy chat as numbers: of all, choice, answer, instructions.

    Such a chat has nothing but messages, ends in an answer, and asks something before.
    """
    data = dumps(raw, None, OPT_SORT_KEYS)
    # The last message: no key sorts before "content", and in a text the quotes are escaped.
    last = data.rindex(b',{"content":')
    choice = xxh3_64_intdigest(data[_MESSAGES:last] + b"]")
    answer = xxh3_64_intdigest(data[last + 1 : -2])
    return xxh3_64_intdigest(data), choice, answer, _instructions(raw["messages"], roles)


def _instructions(messages: list[dict[str, str]], roles: tuple[str, ...]) -> int:
    leaders = _leaders(roles)
    if not leaders:
        return _NONE
    if leaders == (0,) and len(text := messages[0]["content"]) < _SHORT:
        return _number_of_text(text)
    return number_of([messages[at]["content"] for at in leaders])


_NONE = number_of([])


@lru_cache(maxsize=256)
def _number_of_text(text: str) -> int:
    return number_of([text])


@lru_cache(maxsize=1024)
def _leaders(roles: tuple[str, ...]) -> tuple[int, ...]:
    """Return which of the roles give instructions."""
    return tuple(at for at, role in enumerate(roles) if role in _LEADERS)
