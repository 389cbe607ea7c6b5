"""Rules on the calls an assistant makes, and their arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.core.checks.fast.tool_prefilter import doubtful_calls
from tui.core.checks.registry import Finding, row_rule
from tui.core.checks.row import json_type, quoted
from tui.core.checks.tool_use.tool_schema import decoded, mismatches, name_problem, schemas

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tui.core.checks.row import Row, Turn


@row_rule(
    "call-malformed",
    "error",
    "Incomplete tool call",
    'A call is {"id": …, "type": "function", "function": {"name": …, "arguments": "…"}}.',
    fixable=True,
    gate=doubtful_calls,
)
def call_malformed(row: Row) -> Iterable[Finding]:
    """Find tool calls that are not a list, or lack id, type, function or name."""
    found = []
    for turn in row.turns:
        calls = turn.raw.get("tool_calls")
        if calls is None or calls == []:
            continue
        if not isinstance(calls, list):
            text = "“tool_calls” has to be a list of calls. Correct or remove it."
            found.append(turn.find(text, ".tool_calls", by_hand=True))
            continue
        for number, call in enumerate(calls):
            if problem := _call_problem(call):
                by_hand = not _lacks_only_type(call)
                found.append(turn.find(problem, f".tool_calls[{number}]", by_hand=by_hand))
    return found


def _lacks_only_type(call: object) -> bool:
    if not isinstance(call, dict) or "type" in call or not isinstance(call.get("id"), str):
        return False
    function = call.get("function")
    return isinstance(function, dict) and isinstance(function.get("name"), str)


def _call_problem(call: object) -> str:
    if not isinstance(call, dict):
        return f"This call is {json_type(call)}. Make it an object with id, type and function."
    if not isinstance(call.get("id"), str):
        return "This call has no id. Add one; the tool's reply names it."
    if call.get("type") != "function":
        return 'This call has no type. Add "type": "function".'
    function = call.get("function")
    if not isinstance(function, dict):
        return "This call has no function. Add it with a name and arguments."
    if not isinstance(function.get("name"), str) or not function["name"]:
        return "This call names no function. Add its name."
    return ""


@row_rule(
    "calls-empty",
    "error",
    "Empty list of calls",
    "The server wants at least one call in the list, or no list.",
    fixable=True,
    gate=doubtful_calls,
)
def calls_empty(row: Row) -> Iterable[Finding]:
    """Find `tool_calls` without a call."""
    return [
        turn.find("“tool_calls” is an empty list. Remove it.", ".tool_calls")
        for turn in row.turns
        if turn.role == "assistant" and turn.raw.get("tool_calls") == []
    ]


@row_rule(
    "call-name",
    "error",
    "Called name with unusual characters",
    "Names of functions are 1 to 64 letters without accents, digits, _ and -; in calls as well.",
    gate=doubtful_calls,
)
def call_name(row: Row) -> Iterable[Finding]:
    """Find calls, also in the outdated form, of a name that no function can have."""
    return [
        turn.find(problem, where)
        for turn in row.turns
        for where, name in _called(turn)
        if (problem := name_problem(name))
    ]


def _called(turn: Turn) -> Iterator[tuple[str, object]]:
    calls = turn.raw.get("tool_calls")
    for number, call in enumerate(calls if isinstance(calls, list) else ()):
        function = call.get("function") if isinstance(call, dict) else None
        if isinstance(function, dict):
            yield f".tool_calls[{number}].function.name", function.get("name")
    older = turn.raw.get("function_call")
    if isinstance(older, dict):
        yield ".function_call.name", older.get("name")


@row_rule(
    "call-id-duplicate",
    "warning",
    "Call id used twice",
    "A reply could belong to either of the two calls.",
    fixable=True,
    gate=doubtful_calls,
)
def call_id_duplicate(row: Row) -> Iterable[Finding]:
    """Find the second use of a call id."""
    seen: set[str] = set()
    found = []
    for turn in row.dialogue:
        for path, call in turn.calls():
            name = call.get("id")
            if not isinstance(name, str):
                continue
            if name in seen:
                text = f"The call id {quoted(name)} is used before. Give it another."
                found.append(Finding(text, f"{path}.id", turn.place))
            seen.add(name)
    return found


@row_rule(
    "arguments-type",
    "error",
    "Arguments are not text",
    "Arguments are a text that holds JSON, not JSON itself.",
    fixable=True,
    gate=doubtful_calls,
)
def arguments_type(row: Row) -> Iterable[Finding]:
    """Find arguments that are objects, or missing."""
    return [
        Finding(
            f"The arguments are {json_type(function.get('arguments'))}. "
            'Write them as a text, such as "{\\"city\\": \\"Bern\\"}".',
            f"{path}.function.arguments",
            turn.place,
        )
        for turn in row.turns
        for path, call in turn.calls()
        if isinstance(function := call.get("function"), dict)
        and not isinstance(function.get("arguments"), str)
    ]


@row_rule(
    "arguments-not-json",
    "warning",
    "Arguments are not a JSON object",
    "The model learns to write arguments nobody can read.",
    gate=doubtful_calls,
)
def arguments_not_json(row: Row) -> Iterable[Finding]:
    """Find arguments that do not hold a JSON object."""
    found = []
    for turn in row.turns:
        for path, call in turn.calls():
            text = _arguments(call)
            if text is not None and not isinstance(decoded(text), dict):
                message = f"The arguments {quoted(text)} are not a JSON object. Correct them."
                found.append(Finding(message, f"{path}.function.arguments", turn.place))
    return found


def _arguments(call: Mapping[str, Any]) -> str | None:
    function = call.get("function")
    value = function.get("arguments") if isinstance(function, dict) else None
    return value if isinstance(value, str) else None


@row_rule(
    "arguments-schema",
    "warning",
    "Arguments do not match the tool",
    "The arguments should be the ones the tool's parameters describe.",
    gate=doubtful_calls,
)
def arguments_schema(row: Row) -> Iterable[Finding]:
    """Find missing, undescribed and wrongly typed arguments."""
    if "tools" not in row.tools_owner[1]:
        return ()
    by_name = schemas(row)
    found = []
    for turn in row.turns:
        for path, call in turn.calls():
            text = _arguments(call)
            name = call["function"].get("name") if text is not None else None
            schema = by_name.get(name) if isinstance(name, str) else None
            given = decoded(text or "")
            if isinstance(schema, dict) and isinstance(given, dict):
                found += [
                    Finding(problem, f"{path}.function.arguments", turn.place)
                    for problem in mismatches(given, schema)
                ]
    return found


@row_rule(
    "call-unknown-tool",
    "warning",
    "Call to an undefined tool",
    "Each line has to repeat the definitions of the tools it uses.",
    gate=doubtful_calls,
)
def call_unknown_tool(row: Row) -> Iterable[Finding]:
    """Find calls to functions that `tools` does not define."""
    known: dict[str, Any] | None = None
    found = []
    for turn in row.turns:
        for path, call in turn.calls():
            known = schemas(row) if known is None else known
            function = call.get("function")
            name = function.get("name") if isinstance(function, dict) else None
            if isinstance(name, str) and name not in known:
                text = f"“tools” does not define {quoted(name)}. Add its definition."
                found.append(Finding(text, f"{path}.function.name", turn.place))
    return found
