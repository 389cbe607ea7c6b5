"""Dividing a dataset into training and validation so that nothing alike stands on both sides.

Examples are taken by groups: a group goes to one side whole. Which groups go to validation is
decided by a hash of their name and the seed, so the same seed gives the same split, and
examples that come later do not move those that were there.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tui.core.dataset.digest import lasting
from tui.core.dataset.example import Example, parse
from tui.core.dataset.fingerprints import question_key
from tui.core.text.text import one_line, plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Side = Literal["training", "validation"]
# Names the group of every line, in their order: exact and near duplicates share a name.
Grouping = Callable[[Sequence[bytes]], Sequence[str]]
Property = Callable[[Example], str]


def _turns(example: Example) -> str:
    return str(len(example.messages))


def _system(example: Example) -> str:
    text = example.first("system") or example.first("developer")
    return one_line(text, 60) or "(none)"


def _words(example: Example) -> str:
    return " ".join(example.first("user").casefold().split()[:2]) or "(none)"


def _roles(example: Example) -> str:
    return " ".join(m.role for m in example.messages) or "(none)"


# What a split can be stratified by: each value keeps its share on both sides.
PROPERTIES: Mapping[str, Property] = {
    "turns": _turns,
    "system": _system,
    "first-words": _words,
    "roles": _roles,
}


@dataclass(frozen=True, slots=True)
class SplitOptions:
    """What is asked for: a share (0 to 1) or a number of validation examples, and how."""

    share: float | None = 0.1
    count: int | None = None
    seed: int = 0
    stratify: str = ""

    def target(self, examples: int) -> int:
        """Return the number of validation examples wanted of this many.

        A share of a few examples is one of them: an empty file validates nothing.
        """
        if self.count is not None:
            return min(self.count, examples)
        rounded = round((self.share or 0.0) * examples)
        return max(1, rounded) if self.share and examples > 1 else rounded

    @classmethod
    def parse(cls, size: str, seed: int = 0, stratify: str = "") -> SplitOptions:
        """Read a size such as `10%`, `0.1` or `50`. Raises ValueError."""
        text = size.strip()
        if stratify and stratify not in PROPERTIES:
            raise ValueError(f"{stratify!r} is not one of {', '.join(PROPERTIES)}")
        try:
            if text.endswith("%") or "." in text:
                share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
            else:
                return cls(None, _at_least_one(int(text)), seed, stratify)
        except ValueError:
            raise ValueError(f"{size!r} is neither a share such as 10% nor a number") from None
        if not 0 < share < 1:
            raise ValueError("the share must lie between 0 % and 100 %")
        return cls(share, None, seed, stratify)


def _at_least_one(number: int) -> int:
    if number < 1:
        raise ValueError
    return number


def size_remark(made: Split, wanted: SplitOptions) -> str:
    """Return how large the validation part is, and why it is not as large as asked for.

    Empty when it is, to half a per cent, and there is anything in it.
    """
    total = len(made.training) + len(made.validation)
    got, asked = len(made.validation), wanted.target(total)
    near = abs(got - asked) * 200 <= total  # half a percent
    if not total or (near and (got or not asked)):
        return ""
    share = asked / total if wanted.share is None else wanted.share
    said = f"{100 * got / total:.1f} % instead of {100 * share:.1f} %"
    if made.remembered:
        stay = "stays" if made.remembered == 1 else "stay"
        held = f"{plural(made.remembered, 'example')} {stay} where earlier splits put them"
        return f"{said}: {held}"
    return f"{said}: what is alike stays together"


@dataclass(frozen=True, slots=True)
class Stratum:
    """One value of the property, and how many of its examples stand on each side."""

    name: str
    training: int
    validation: int


@dataclass(frozen=True, slots=True)
class Split:
    """The two sides as row positions in order; `remembered` came from an earlier split."""

    training: tuple[int, ...]
    validation: tuple[int, ...]
    groups: int
    remembered: int
    strata: tuple[Stratum, ...]


def by_question(lines: Sequence[bytes]) -> list[str]:
    """Group examples that ask the same, letter case and spaces aside."""
    return [question_key(line) for line in lines]


@dataclass(slots=True)
class _Group:
    name: str
    rows: list[int]
    stratum: str
    side: Side | None = None


def split(
    lines: Sequence[bytes],
    wanted: SplitOptions,
    *,
    grouping: Grouping = by_question,
    known: Mapping[str, Side] | None = None,
    keys: Sequence[str] = (),
) -> Split:
    """Divide lines (blank ones are training). Never puts two of one group on different sides.

    `known` are the sides of an earlier split by content key or group name; `keys` are the
    content keys of the lines. A group known on both sides is training: what was trained on
    cannot validate.
    """
    groups = _groups(lines, grouping, wanted.stratify)
    remembered = _remember(groups, known or {}, keys)
    _assign(groups, wanted, len(lines))
    validation = sorted(row for g in groups if g.side == "validation" for row in g.rows)
    training = sorted(row for g in groups if g.side != "validation" for row in g.rows)
    return Split(tuple(training), tuple(validation), len(groups), remembered, _strata(groups))


def _groups(lines: Sequence[bytes], grouping: Grouping, stratify: str) -> list[_Group]:
    rows: dict[str, list[int]] = defaultdict(list)
    for row, name in enumerate(grouping(lines)):
        rows[name].append(row)
    value = PROPERTIES.get(stratify)
    return [
        _Group(name, members, _value(lines[members[0]], value)) for name, members in rows.items()
    ]


def _value(line: bytes, value: Property | None) -> str:
    if value is None:
        return ""
    example = parse(line)
    return value(example) if isinstance(example, Example) else "(no example)"


def _remember(groups: Iterable[_Group], known: Mapping[str, Side], keys: Sequence[str]) -> int:
    remembered = 0
    for group in groups:
        names = [group.name, *(keys[row] for row in group.rows if row < len(keys))]
        sides = {known[name] for name in names if name in known}
        if sides:
            group.side = "training" if "training" in sides else "validation"
            remembered += len(group.rows)
    return remembered


def _assign(groups: Sequence[_Group], wanted: SplitOptions, examples: int) -> None:
    strata: dict[str, list[_Group]] = defaultdict(list)
    for group in groups:
        strata[group.stratum].append(group)
    share = wanted.target(examples) / examples if examples else 0.0
    due = 0.0  # what the strata so far should have given, and what they have
    given = 0
    for _, members in sorted(strata.items()):
        due += share * sum(len(g.rows) for g in members)
        given += sum(len(g.rows) for g in members if g.side == "validation")
        free = [g for g in members if g.side is None]
        for group in sorted(free, key=lambda g: _order(g.name, wanted.seed)):
            missing = round(due) - given
            fits = missing > 0 and abs(missing - len(group.rows)) < missing
            group.side = "validation" if fits else "training"
            given += len(group.rows) if fits else 0


def _order(name: str, seed: int) -> bytes:
    return lasting(f"{seed}:{name}".encode())


def _strata(groups: Iterable[_Group]) -> tuple[Stratum, ...]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for group in groups:
        counts[group.stratum][group.side or "training"] += len(group.rows)
    ordered = sorted(counts.items(), key=lambda item: -item[1].total())
    return tuple(Stratum(name, n["training"], n["validation"]) for name, n in ordered)
