"""What the file-wide rules need of one example, as digests of a few bytes."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from orjson import OPT_SORT_KEYS, dumps
from xxhash import xxh3_64_intdigest

from tui.core.checks.registry import RowFacts
from tui.core.dataset.digest import as_bytes, number_of
from tui.core.dataset.fingerprints import asks, fingerprints_of

if TYPE_CHECKING:
    from tui.core.checks.row import Row

# System messages up to this length are remembered: in most files nearly all are the same.
_SHORT = 10_000


def facts_of(row: Row) -> RowFacts:
    """Return the facts of an example."""
    if row.kind == "unknown" or row.foreign is not None:
        return RowFacts("unknown")
    if row.roles and row.roles[-1] == "assistant" and "user" in row.roles:
        return _facts_of_plain(row)
    marks = fingerprints_of(row.raw, row.line)
    instructions = [t.content for t in row.dialogue if t.role in {"system", "developer"}]
    return RowFacts(
        kind=row.kind,
        messages=len(row.turns),
        content=as_bytes(marks.content),
        choice=as_bytes(marks.choice),
        answer=as_bytes(marks.answer),
        system=as_bytes(number_of(instructions)),
        trains=row.kind != "chat" or _trains(row),
        preferred_longer=_preferred_longer(row),
    )


def _facts_of_plain(row: Row) -> RowFacts:
    numbers = digests_of_plain(row.raw["messages"], row.roles)
    content, choice, answer, system = (as_bytes(number) for number in numbers)
    trains = not row.untrained if row.tidy else _trains(row)
    return RowFacts(row.kind, len(row.roles), content, choice, answer, system, trains)


def _trains(row: Row) -> bool:
    return any(t.role == "assistant" and t.raw.get("weight", 1) != 0 for t in row.turns)


def digests_of_plain(
    messages: list[dict[str, str]], roles: tuple[str, ...]
) -> tuple[int, int, int, int]:
    """Return the digests of a plain chat that ends in an answer, as numbers of 8 bytes.

    They stand for the whole, the prompt, the answer and the system message. Prompt and answer
    are all there is of it, so their digests give that of the whole.
    """
    # What `number_of` gives for all messages but the last, and for the last: written together.
    # In a text this mark would have its quotes escaped, and no key sorts before "content". One
    # message alone is its own prompt, so it contradicts no other.
    data = dumps(messages, None, OPT_SORT_KEYS)
    last = data.rfind(b',{"content":')
    prompt = xxh3_64_intdigest(data[:last] + b"]")
    answer = xxh3_64_intdigest(data[last + 1 : -1])
    if (leaders := _leaders(roles)) == ():
        system = _NO_SYSTEM
    elif leaders == (0,):
        text = messages[0]["content"]
        system = _system(text) if len(text) < _SHORT else number_of([text])
    else:
        system = number_of([messages[at]["content"] for at in leaders])
    content = (prompt * _ODD + answer) & _ALL
    if not asks(messages[:-1]):
        prompt = answer = 0
    return content, prompt, answer, system


_NO_SYSTEM = number_of([])
_LEADERS = frozenset({"system", "developer"})
_ALL = 2**64 - 1
_ODD = 0x9E3779B97F4A7C15  # to prompt and answer exchanged belongs another number


@lru_cache(maxsize=1024)
def _leaders(roles: tuple[str, ...]) -> tuple[int, ...]:
    """Return which of the roles give instructions."""
    return tuple(at for at, role in enumerate(roles) if role in _LEADERS)


@lru_cache(maxsize=256)
def _system(text: str) -> int:
    return number_of([text])


def _preferred_longer(row: Row) -> bool | None:
    if row.kind != "preference":
        return None
    preferred, other = (
        sum(len(t.text()) for t in row.output(name))
        for name in ("preferred_output", "non_preferred_output")
    )
    return preferred > other if preferred and other else None
