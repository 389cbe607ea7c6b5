"""Prefilter of tool use: tools and calls that are surely valid need no rule.

Most are, and asking all the rules on them costs ten times as much as one look that is satisfied.
A look that is not says nothing: then the rules are asked, and they alone find problems.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import orjson

from tui.core.checks.fast import shortcut
from tui.core.checks.fast.flat_schemas import fits
from tui.core.checks.registry import ROW_RULES, closed_to_tidy
from tui.core.checks.row import Row
from tui.core.checks.tool_use.tool_schema import decoded, schemas

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tui.core.checks.fast.flat_schemas import Fits
    from tui.core.checks.row import Turn

# Most files have few lists of tools, on very many lines. Longer ones are not remembered.
_LONGEST = 20_000  # bytes


def _may_have_tools(row: Row) -> bool:
    return not row.roles and row.may_hold(b"tool", b"function")


@shortcut
@closed_to_tidy
def doubtful_tools(row: Row) -> bool:
    """Let through what may have tools that are wrong: the gate of the rules on definitions."""
    if not _may_have_tools(row):
        return False
    _, owner = row.tools_owner
    if "functions" in owner or "parallel_tool_calls" in owner:
        return True
    return "tools" in owner and _fits_by_tool(row, owner["tools"]) is None


@shortcut
@closed_to_tidy
def doubtful_calls(row: Row) -> bool:
    """Let through what may have calls or replies that are wrong: the gate of the rules on them."""
    if not _may_have_tools(row):
        return False
    if row.kind != "chat":
        return True
    fits = _fits_by_tool(row, row.raw["tools"]) if "tools" in row.raw else {}
    return fits is None or not _in_order(row.turns, fits)


def _fits_by_tool(row: Row, tools: object) -> Mapping[str, Fits] | None:
    """Return by the name of each tool what fits it; None unless the list is flawless."""
    if row.written is not None and row.written.tools:
        written = row.written.tools
    else:
        try:
            written = orjson.dumps(tools, option=orjson.OPT_SORT_KEYS)
        except orjson.JSONEncodeError:  # nested deeper than can be written
            return None
    return _fits_of(written) if len(written) <= _LONGEST else None


@lru_cache(maxsize=256)
def _fits_of(tools: bytes) -> Mapping[str, Fits] | None:
    row = Row(b"", {"messages": [], "tools": orjson.loads(tools)})
    if any(True for _, check in ROW_RULES[doubtful_tools] for _ in check(row)):
        return None
    return {name: fits(schema) for name, schema in schemas(row).items()}


def _in_order(turns: Sequence[Turn], schemas: Mapping[str, Fits]) -> bool:
    """Return whether all calls are well made, and answered by the messages right after."""
    seen: set[str] = set()
    made: set[str] = set()  # by the last message that is not a reply
    unanswered: set[str] = set()
    for turn in turns:
        calls, reply = turn.raw.get("tool_calls"), turn.raw.get("tool_call_id")
        if turn.role == "tool":
            fine = calls is None and isinstance(reply, str) and reply in made
            unanswered.discard(str(reply))
        else:
            fine = not unanswered and (calls is None or _well_made(calls, schemas))
            made = {call["id"] for call in calls} if fine and calls else set()
            fine = fine and made.isdisjoint(seen)
            seen |= made
            unanswered = {*made}
        if not fine or turn.raw.get("function_call") is not None:
            return False
    # A conversation may end with calls, but not between their replies.
    return not unanswered or turns[-1].role != "tool"


def _well_made(calls: object, schemas: Mapping[str, Fits]) -> bool:
    if not isinstance(calls, list) or not calls:
        return False
    ids = {call["id"] for call in calls if _is_well_made(call, schemas)}
    return len(ids) == len(calls)


def _is_well_made(call: object, schemas: Mapping[str, Fits]) -> bool:
    if not isinstance(call, dict) or not isinstance(call.get("id"), str):
        return False
    function = call.get("function")
    if call.get("type") != "function" or not isinstance(function, dict):
        return False
    name, arguments = function.get("name"), function.get("arguments")
    if not isinstance(name, str) or not isinstance(arguments, str) or name not in schemas:
        return False
    given = decoded(arguments)
    return isinstance(given, dict) and schemas[name](given)
