"""The fingerprints of a chat, from its JSON written once: those of `dataset/fingerprints`."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from orjson import OPT_SORT_KEYS, dumps
from xxhash import xxh3_64_intdigest

from tui.core.checks.findings import RowFacts
from tui.core.dataset.digest import as_bytes, number_of
from tui.core.dataset.example import INSTRUCTING_ROLES
from tui.core.dataset.fingerprints import asks

if TYPE_CHECKING:
    from tui.core.checks.fast.written import Written
    from tui.core.checks.row import Row

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
    if leaders == (0,):
        return number_of_instructions([messages[0]["content"]])
    return number_of([messages[at]["content"] for at in leaders])


def number_of_instructions(contents: list[Any]) -> int:
    """Return the digest of what the instructions of a chat say."""
    if not contents:
        return _NONE
    if len(contents) == 1 and isinstance(text := contents[0], str) and len(text) < _SHORT:
        return _number_of_text(text)
    return number_of(contents)


_NONE = number_of([])


@lru_cache(maxsize=256)
def _number_of_text(text: str) -> int:
    return number_of([text])


def facts_of_written(row: Row, written: Written) -> RowFacts:
    """Return the facts of a well-formed chat (see `chat_prefilter`): those of `facts_of`."""
    messages = row.raw["messages"]
    prompt, last = messages[:-1], messages[-1]
    choice = answer = 0
    if last["role"] == "assistant" and asks(prompt):
        choice, answer = written.but_the_last(last)
    leaders = [one.get("content") for one in messages if one["role"] in INSTRUCTING_ROLES]
    return RowFacts(
        kind="chat",
        messages=len(messages),
        content=as_bytes(xxh3_64_intdigest(written.whole)),
        choice=as_bytes(choice),
        answer=as_bytes(answer),
        system=as_bytes(number_of_instructions(leaders)),
        trains=any(m["role"] == "assistant" and m.get("weight", 1) != 0 for m in messages),
    )


@lru_cache(maxsize=1024)
def _leaders(roles: tuple[str, ...]) -> tuple[int, ...]:
    """Return which of the roles give instructions."""
    return tuple(at for at, role in enumerate(roles) if role in INSTRUCTING_ROLES)
