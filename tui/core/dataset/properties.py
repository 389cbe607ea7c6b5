"""Properties of a row as a few words each, for frequency tables and for filters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.core.dataset.digest import lasting
from tui.core.dataset.example import INSTRUCTING_ROLES
from tui.core.filtering import languages
from tui.core.filtering.nodes import Compare, Contains, Digest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui.core.filtering.nodes import Node
    from tui.core.filtering.subject import Subject

LONGEST = 60  # characters of a value that a filter writes out
_LOOKED_AT = 400


@dataclass(frozen=True, slots=True)
class Property:
    """A property of rows. A row may have several values or none.

    `name` is its field in the filter language, `none` says what it means to have no value.
    """

    name: str
    title: str
    values: Callable[[Subject], tuple[str, ...]]
    none: str
    number: bool = False


def digest(value: str) -> str:
    """Return what stands for a long value in a filter: 12 hexadecimal digits."""
    return lasting(value.encode("utf-8", "surrogatepass"), 6).hex()


def key_of(value: str) -> str:
    """Return a short name for a value: itself, or # and its digest. A name is in no value."""
    if len(value) > LONGEST or value.startswith("#"):
        return f"#{digest(value)}"
    return value


def selecting(wanted: Property, key: str) -> Node:
    """Return the filter for the rows with the value of this key (see `key_of`), "" for none."""
    if wanted.number:
        return Compare(wanted.name, "=", int(key))
    if key.startswith("#"):
        return Digest(wanted.name, key[1:])
    return Contains(wanted.name, key, exact=True)


def _roles(subject: Subject) -> tuple[str, ...]:
    sections: dict[str, list[str]] = {}
    for turn in subject.turns:
        sections.setdefault(turn.place.section, []).append(turn.role)
    joined = " | ".join(" ".join(_folded(roles)) for roles in sections.values())
    return (joined,) if joined else ()


def _folded(roles: Sequence[str]) -> list[str]:
    """Write repeats once: user assistant user assistant is (user assistant)×2."""
    folded = []
    at = 0
    while at < len(roles):
        period, times = max(
            ((p, _times(roles, at, p)) for p in (1, 2, 3, 4)), key=lambda found: _saved(*found)
        )
        group = " ".join(roles[at : at + period])
        if times > 1:
            group = f"{group}×{times}" if period == 1 else f"({group})×{times}"
        folded.append(group)
        at += period * times
    return folded


def _times(roles: Sequence[str], at: int, period: int) -> int:
    group, times = roles[at : at + period], 1
    while roles[at + times * period : at + (times + 1) * period] == group:
        times += 1
    return times


def _saved(period: int, times: int) -> tuple[int, int]:
    """Rank what folding saves; the shorter group when nothing is between them."""
    return period * (times - 1), -period


def _system(subject: Subject) -> tuple[str, ...]:
    texts = subject.by_role("system", "developer")
    return ("\n".join(texts),) if texts else ()


def _tools(subject: Subject) -> tuple[str, ...]:
    return _distinct(call.name for turn in subject.turns for call in turn.tool_calls)


def _first(subject: Subject) -> tuple[str, ...]:
    words = subject.answer[:_LOOKED_AT].split()[:3]
    return (" ".join(words),) if words else ()


def _language(subject: Subject) -> tuple[str, ...]:
    return (languages.guess(subject.answer),) if subject.answer else ()


def turns(subject: Subject) -> int:
    """Count messages besides the system prompt."""
    return sum(turn.role not in INSTRUCTING_ROLES for turn in subject.turns)


def _distinct(values: object) -> tuple[str, ...]:
    return tuple(dict.fromkeys(v for v in values if v))  # type: ignore[attr-defined]


PROPERTIES = (
    Property("roles", "role pattern", _roles, "no messages"),
    Property("system", "system prompt", _system, "no system prompt"),
    Property("tool", "tools called", _tools, "no tool called"),
    Property("turns", "number of turns", lambda s: (str(turns(s)),), "", number=True),
    Property("first", "first words of the answer", _first, "no answer"),
    Property("end", "last character of the answer", lambda s: (s.answer[-1:],), "no answer"),
    Property("lang", "language of the answer (a guess)", _language, "no answer"),
    Property("kind", "kind", lambda s: (s.kind,), ""),
    Property("issue", "problems", lambda s: _distinct(r for r, _ in s.problems), "no problems"),
    Property("name", "names of speakers", lambda s: _distinct(t.name for t in s.turns), "no name"),
    Property(
        "weight",
        "weights",
        lambda s: _distinct(str(t.weight) for t in s.turns if t.weight is not None),
        "no weight",
    ),
)
BY_NAME = {wanted.name: wanted for wanted in PROPERTIES}
