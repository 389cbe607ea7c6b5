"""Bulk operations on which rows there are, in which order: delete, dedupe, shuffle, sort."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from tui.core.bulk.examples import slots
from tui.core.bulk.operations import Arrange, BadParameter, Parameter, Work, operation, whole
from tui.core.dataset.digest import as_bytes
from tui.core.dataset.example import Example, parse
from tui.core.dataset.fingerprints import Fingerprints, fingerprints_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tui.core.bulk.operations import Count

SEED = Parameter("seed", "Seed", "1", "the same seed, the same rows")


@operation("delete", "Delete", "the examples chosen")
def delete(values: Mapping[str, str], count: Count) -> Work:
    """Make the work that takes rows out."""
    del values, count
    return Arrange("delete examples", lambda _rows: [])


@operation(
    "dedupe",
    "Deduplicate",
    "exactly equal examples, or equal prompts",
    Parameter("same", "The same is", "the example", "", ("the example", "the prompt", "the line")),
    Parameter("keep", "Keep", "the first", "", ("the first", "the last")),
)
def dedupe(values: Mapping[str, str], count: Count) -> Work:
    """Make the work that keeps one of equal rows; those that have no such key all stay."""
    del count
    key = KEYS[values["same"]]
    last = values["keep"] == "the last"

    def order(rows: Sequence[bytes]) -> list[int]:
        return unique(rows, key, last=last)

    return Arrange("deduplicate", order)


def unique(
    rows: Sequence[bytes], key: Callable[[bytes], bytes] | None = None, *, last: bool = False
) -> list[int]:
    """Return the indices of rows without those whose key stands before (or, `last`, after)."""
    key = key or KEYS["the example"]
    kept: dict[bytes, int] = {}
    loose: list[int] = []
    for number, row in enumerate(rows):
        found = key(row)
        if not found:
            loose.append(number)
        elif last or found not in kept:
            kept[found] = number
    return sorted([*kept.values(), *loose])


def _of_object(line: bytes) -> Fingerprints:
    """Return the fingerprints of a JSON object; no other line is the same as another."""
    example = parse(line)
    return fingerprints_of(example.raw, line) if isinstance(example, Example) else Fingerprints()


KEYS: dict[str, Callable[[bytes], bytes]] = {
    "the example": lambda line: as_bytes(_of_object(line).content),
    "the prompt": lambda line: as_bytes(_of_object(line).prompt),
    "the line": bytes.strip,
}


@operation("shuffle", "Shuffle", "all into a random order that the seed gives again", SEED)
def shuffle(values: Mapping[str, str], count: Count) -> Work:
    """Make the work that shuffles."""
    del count
    seed = whole(values, "seed")

    def order(rows: Sequence[bytes]) -> list[int]:
        places = [*range(len(rows))]
        random.Random(seed).shuffle(places)  # noqa: S311 - an order, no secret
        return places

    return Arrange(f"shuffle (seed {seed})", order)


@operation(
    "sample",
    "Sample",
    "keep some at random, in their order",
    Parameter("keep", "Keep", "10 %", "a number, or a share such as 10 %"),
    SEED,
)
def sample(values: Mapping[str, str], count: Count) -> Work:
    """Make the work that keeps some rows at random."""
    del count
    seed, keep = whole(values, "seed"), values["keep"].strip()
    share = keep.endswith("%")
    try:
        amount = float(keep.removesuffix("%")) / (100 if share else 1)
    except ValueError:
        amount = -1
    if amount < 0 or (share and amount > 1) or (not share and not amount.is_integer()):
        raise BadParameter("keep", "a whole number, or a share up to 100 %")

    def order(rows: Sequence[bytes]) -> list[int]:
        wanted = min(round(amount * len(rows)) if share else int(amount), len(rows))
        return sorted(random.Random(seed).sample(range(len(rows)), wanted))  # noqa: S311

    return Arrange(f"sample {keep} (seed {seed})", order)


@operation(
    "sort",
    "Sort",
    "by length, tokens, turns or first words",
    Parameter("by", "By", "length", "", ("length", "tokens", "turns", "first words")),
    Parameter("order", "Order", "rising", "", ("rising", "falling")),
)
def sort(values: Mapping[str, str], count: Count) -> Work:
    """Make the work that sorts; equal rows keep their order, lines that are not JSON go last."""
    by, falling = values["by"], values["order"] == "falling"

    def key(line: bytes) -> float | str:
        example = parse(line)
        if not isinstance(example, Example):
            return _LAST[by == "first words"][falling]
        if by == "turns":
            return len(example.messages)
        if by == "first words":
            return next((m.text for m in example.messages if m.role == "user"), "")[:200].casefold()
        texts = [slot.text for slot in slots(dict(example.raw))]
        return sum(map(len if by == "length" else count, texts))

    def order(rows: Sequence[bytes]) -> list[int]:
        keys = [key(row) for row in rows]
        return sorted(range(len(rows)), key=keys.__getitem__, reverse=falling)

    return Arrange(f"sort by {by}", order)


# What sorts behind all numbers, or all texts, in a rising and in a falling order.
_LAST: tuple[tuple[float | str, float | str], tuple[float | str, float | str]] = (
    (float("inf"), -1.0),
    ("\U0010ffff", ""),
)
