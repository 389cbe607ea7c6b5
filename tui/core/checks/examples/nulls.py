"""Rules on keys without a value: null where a server wants the key left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.checks.gates import unusual
from tui.core.checks.registry import Finding, row_rule
from tui.core.checks.row import Row, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# A table writes a key into every row, null where there is nothing. `content` may be null, and
# for `weight` and `tool_call_id` there are rules of their own.
EXAMPLE_KEYS = ("tools", "functions", "parallel_tool_calls")
_REFUSED = ("tool_calls", "name")
_TAKEN = ("function_call", "refusal")


@row_rule(
    "null-value",
    "error",
    "Null where a value belongs",
    "The server wants a key that has no value left out.",
    fixable=True,
    gate=unusual,
)
def null_value(row: Row) -> Iterable[Finding]:
    """Find keys of the example and of messages that are null and must not be."""
    prefix, owner = row.tools_owner
    return [
        *(
            Finding(f"{quoted(key)} is null. Remove it.", prefix + key)
            for key in EXAMPLE_KEYS
            if key in owner and owner[key] is None
        ),
        *_nulls(row, _REFUSED, "Remove it."),
    ]


@row_rule(
    "null-optional",
    "info",
    "Null that may be left out",
    "The server takes these keys as null, other programs do not.",
    fixable=True,
    gate=unusual,
)
def null_optional(row: Row) -> Iterable[Finding]:
    """Find keys of messages that are null and may be."""
    return [*_nulls(row, _TAKEN, "It can be removed.")]


def _nulls(row: Row, keys: tuple[str, ...], advice: str) -> Iterator[Finding]:
    for turn in row.turns:
        for key in keys:
            # On other roles all but `name` is an unknown key, which is told as that.
            if key in turn.raw and turn.raw[key] is None and _belongs(key, turn.role):
                yield turn.find(f"{quoted(key)} is null. {advice}", f".{key}")


def _belongs(key: str, role: str | None) -> bool:
    return key == "name" or role == "assistant"
