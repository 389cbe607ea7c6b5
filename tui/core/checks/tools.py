"""Rules on tool definitions, tool calls and tool replies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from tui.core.checks.model import Finding, row_rule
from tui.core.checks.row import Row, json_type, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_JSON_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": type(None),
}


def _definitions(row: Row) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the path and the `function` object of each well-formed tool."""
    prefix, owner = row.tools_owner
    tools = owner.get("tools")
    for number, tool in enumerate(tools if isinstance(tools, list) else ()):
        if isinstance(tool, dict) and isinstance(tool.get("function"), dict):
            yield f"{prefix}tools[{number}].function", tool["function"]


def _schemas(row: Row) -> dict[str, Any]:
    return {
        function["name"]: function.get("parameters")
        for _, function in _definitions(row)
        if isinstance(function.get("name"), str)
    }


def _has_tools(row: Row) -> bool:
    return row.may_hold(b"tool", b"function")


@row_rule(
    "tools-type",
    "error",
    "Tools are no list",
    "“tools” has to be a list of definitions.",
    gate=_has_tools,
)
def tools_type(row: Row) -> Iterable[Finding]:
    """Find `tools` and `functions` of another type."""
    prefix, owner = row.tools_owner
    return [
        Finding(f"“{key}” is {json_type(owner[key])}. Make it a list, or remove it.", prefix + key)
        for key in ("tools", "functions")
        if key in owner and not isinstance(owner[key], list)
    ]


@row_rule(
    "tool-definition",
    "error",
    "Incomplete tool definition",
    'A tool is {"type": "function", "function": {"name": …, "parameters": {…}}}.',
    gate=_has_tools,
)
def tool_definition(row: Row) -> Iterable[Finding]:
    """Find tools without type, function or name."""
    prefix, owner = row.tools_owner
    tools = owner.get("tools")
    return [
        Finding(problem, f"{prefix}tools[{number}]")
        for number, tool in enumerate(tools if isinstance(tools, list) else ())
        if (problem := _definition_problem(tool))
    ]


def _definition_problem(tool: object) -> str:
    if not isinstance(tool, dict):
        return f"This tool is {json_type(tool)}. Make it an object with type and function."
    if tool.get("type") != "function":
        return 'This tool has no type. Add "type": "function".'
    function = tool.get("function")
    if not isinstance(function, dict):
        return "This tool has no function. Add it with a name and parameters."
    if not isinstance(function.get("name"), str) or not function["name"]:
        return "This function has no name. Add it."
    return ""


@row_rule(
    "tool-schema",
    "error",
    "Parameters are no JSON Schema",
    'Parameters are described by a JSON Schema of type "object".',
    gate=_has_tools,
)
def tool_schema(row: Row) -> Iterable[Finding]:
    """Find parameters that describe no object."""
    return [
        Finding(problem, f"{path}.parameters")
        for path, function in _definitions(row)
        if "parameters" in function and (problem := _schema_problem(function["parameters"]))
    ]


def _schema_problem(schema: object) -> str:
    if not isinstance(schema, dict):
        return f"The parameters are {json_type(schema)}. Describe them by a JSON Schema."
    if schema and schema.get("type") != "object":
        return 'The parameters need "type": "object".'
    properties = schema.get("properties", {})
    if not isinstance(properties, dict):
        return f"“properties” is {json_type(properties)}. Make it an object."
    required = schema.get("required", [])
    if not isinstance(required, list):
        return f"“required” is {json_type(required)}. Make it a list of names."
    missing = [name for name in required if isinstance(name, str) and name not in properties]
    if missing:
        return f"{quoted(missing[0])} is required but not described. Add it to “properties”."
    return ""


@row_rule(
    "tool-no-parameters",
    "info",
    "Tool without parameters",
    "Without parameters a tool takes none; if it takes some, the model cannot know them.",
    gate=_has_tools,
)
def tool_no_parameters(row: Row) -> Iterable[Finding]:
    """Find tools without a description of their parameters."""
    return [
        Finding("This tool describes no parameters. Add them if it takes any.", path)
        for path, function in _definitions(row)
        if "parameters" not in function
    ]


@row_rule(
    "tool-duplicate",
    "warning",
    "Two tools of one name",
    "A call cannot say which of the two it means.",
    gate=_has_tools,
)
def tool_duplicate(row: Row) -> Iterable[Finding]:
    """Find the second tool of a name."""
    seen: set[object] = set()
    found = []
    for path, function in _definitions(row):
        name = function.get("name")
        if isinstance(name, str) and name in seen:
            text = f"There is already a tool {quoted(name)}. Rename or remove one."
            found.append(Finding(text, f"{path}.name"))
        seen.add(name if isinstance(name, str) else None)
    return found


@row_rule(
    "parallel-type",
    "error",
    "parallel_tool_calls is not true or false",
    "“parallel_tool_calls” is true or false.",
    gate=_has_tools,
)
def parallel_type(row: Row) -> Iterable[Finding]:
    """Find `parallel_tool_calls` of another type."""
    prefix, owner = row.tools_owner
    value = owner.get("parallel_tool_calls", True)
    if isinstance(value, bool):
        return ()
    text = f"“parallel_tool_calls” is {json_type(value)}. Use true or false."
    return (Finding(text, f"{prefix}parallel_tool_calls"),)


@row_rule(
    "parallel-without-tools",
    "warning",
    "parallel_tool_calls without tools",
    "The switch means nothing where no tools are defined.",
    fixable=True,
    gate=_has_tools,
)
def parallel_without_tools(row: Row) -> Iterable[Finding]:
    """Find `parallel_tool_calls` in an example that has no tools."""
    prefix, owner = row.tools_owner
    if "parallel_tool_calls" not in owner or owner.get("tools"):
        return ()
    text = "There are no tools here. Add them, or remove parallel_tool_calls."
    return (Finding(text, f"{prefix}parallel_tool_calls"),)


@row_rule(
    "call-malformed",
    "error",
    "Incomplete tool call",
    'A call is {"id": …, "type": "function", "function": {"name": …, "arguments": "…"}}.',
    gate=_has_tools,
)
def call_malformed(row: Row) -> Iterable[Finding]:
    """Find tool calls that are no list, or lack id, type, function or name."""
    found = []
    for turn in row.turns:
        calls = turn.raw.get("tool_calls")
        if calls is None:
            continue
        if not isinstance(calls, list) or not calls:
            text = "“tool_calls” has to be a list of calls. Correct or remove it."
            found.append(turn.find(text, ".tool_calls"))
            continue
        for number, call in enumerate(calls):
            if problem := _call_problem(call):
                found.append(turn.find(problem, f".tool_calls[{number}]"))
    return found


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
    "call-id-duplicate",
    "warning",
    "Call id used twice",
    "A reply could belong to either of the two calls.",
    fixable=True,
    gate=_has_tools,
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
    "Arguments are no text",
    "Arguments are a text that holds JSON, not JSON itself.",
    fixable=True,
    gate=_has_tools,
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
    "Arguments are no JSON object",
    "The model learns to write arguments nobody can read.",
    gate=_has_tools,
)
def arguments_not_json(row: Row) -> Iterable[Finding]:
    """Find arguments that do not hold a JSON object."""
    found = []
    for turn in row.turns:
        for path, call in turn.calls():
            text = _arguments(call)
            if text is not None and not isinstance(_decoded(text), dict):
                message = f"The arguments {quoted(text)} are no JSON object. Correct them."
                found.append(Finding(message, f"{path}.function.arguments", turn.place))
    return found


def _arguments(call: Mapping[str, Any]) -> str | None:
    function = call.get("function")
    value = function.get("arguments") if isinstance(function, dict) else None
    return value if isinstance(value, str) else None


def _decoded(text: str) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


@row_rule(
    "arguments-schema",
    "warning",
    "Arguments do not match the tool",
    "The arguments should be the ones the tool's parameters describe.",
    gate=_has_tools,
)
def arguments_schema(row: Row) -> Iterable[Finding]:
    """Find missing, undescribed and wrongly typed arguments."""
    if "tools" not in row.tools_owner[1]:
        return ()
    schemas = _schemas(row)
    found = []
    for turn in row.turns:
        for path, call in turn.calls():
            text = _arguments(call)
            name = call["function"].get("name") if text is not None else None
            schema = schemas.get(name) if isinstance(name, str) else None
            given = _decoded(text or "")
            if isinstance(schema, dict) and isinstance(given, dict):
                found += [
                    Finding(problem, f"{path}.function.arguments", turn.place)
                    for problem in _mismatches(given, schema)
                ]
    return found


def _mismatches(given: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[str]:
    properties = schema.get("properties")
    required = schema.get("required")
    for name in required if isinstance(required, list) else ():
        if isinstance(name, str) and name not in given:
            yield f"The argument {quoted(name)} is required. Add it."
    if not isinstance(properties, dict):
        return
    for name, value in given.items():
        described = properties.get(name)
        if described is None:
            yield f"The tool has no parameter {quoted(name)}. Remove or describe it."
        elif isinstance(described, dict) and not _fits(value, described.get("type")):
            yield (
                f"The argument {quoted(name)} is {json_type(value)}, "
                f"the tool wants {quoted(described.get('type'))}. Correct it."
            )


def _fits(value: object, wanted: object) -> bool:
    if isinstance(wanted, list):
        return any(_fits(value, one) for one in wanted)
    kind = _JSON_TYPES.get(wanted) if isinstance(wanted, str) else None
    if kind is None:
        return True
    if isinstance(value, bool):
        return wanted == "boolean"
    if wanted == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, kind)


@row_rule(
    "call-unknown-tool",
    "warning",
    "Call to an undefined tool",
    "Each line has to repeat the definitions of the tools it uses.",
    gate=_has_tools,
)
def call_unknown_tool(row: Row) -> Iterable[Finding]:
    """Find calls to functions that `tools` does not define."""
    known: dict[str, Any] | None = None
    found = []
    for turn in row.turns:
        for path, call in turn.calls():
            known = _schemas(row) if known is None else known
            function = call.get("function")
            name = function.get("name") if isinstance(function, dict) else None
            if isinstance(name, str) and name not in known:
                text = f"“tools” does not define {quoted(name)}. Add its definition."
                found.append(Finding(text, f"{path}.function.name", turn.place))
    return found


@row_rule(
    "reply-without-id",
    "error",
    "Tool message without tool_call_id",
    "A tool message says with tool_call_id which call it answers.",
    gate=_has_tools,
)
def reply_without_id(row: Row) -> Iterable[Finding]:
    """Find tool messages that name no call."""
    return [
        turn.find("This tool message names no call. Add its tool_call_id.", ".tool_call_id")
        for turn in row.turns
        if turn.role == "tool" and not isinstance(turn.raw.get("tool_call_id"), str)
    ]


@row_rule(
    "reply-unknown-call",
    "error",
    "Tool message answers no call",
    "The tool_call_id has to be the id of a call that was made before.",
    gate=_has_tools,
)
def reply_unknown_call(row: Row) -> Iterable[Finding]:
    """Find tool messages whose call was not made in an earlier message."""
    made: set[str] = set()
    found = []
    for turn in row.turns:
        made.update(c["id"] for _, c in turn.calls() if isinstance(c.get("id"), str))
        name = turn.raw.get("tool_call_id")
        if turn.role == "tool" and isinstance(name, str) and name not in made:
            text = f"No call before has the id {quoted(name)}. Correct the id, or move the message."
            found.append(turn.find(text, ".tool_call_id"))
    return found


@row_rule(
    "reply-late",
    "warning",
    "Tool message apart from its call",
    "Replies stand directly after the message that made the calls.",
    gate=_has_tools,
)
def reply_late(row: Row) -> Iterable[Finding]:
    """Find replies that another message separates from their call."""
    pending: set[object] = set()
    earlier: set[object] = set()
    found = []
    for turn in row.dialogue:
        if turn.role == "tool":
            name = turn.raw.get("tool_call_id")
            if isinstance(name, str) and name in earlier and name not in pending:
                text = "This reply does not follow its call. Move it behind the call."
                found.append(turn.find(text, ".tool_call_id"))
            continue
        earlier |= pending
        pending = {c["id"] for _, c in turn.calls() if isinstance(c.get("id"), str)}
    return found


@row_rule(
    "call-unanswered",
    "warning",
    "Call without a reply",
    "When the conversation goes on, every call needs the tool's reply.",
    gate=_has_tools,
)
def call_unanswered(row: Row) -> Iterable[Finding]:
    """Find calls without a reply in a conversation that goes on after them."""
    replies = (t.raw.get("tool_call_id") for t in row.turns if t.role == "tool")
    answered = {name for name in replies if isinstance(name, str)}
    found = []
    for turn in row.dialogue[:-1]:
        for path, call in turn.calls():
            name = call.get("id")
            if isinstance(name, str) and name not in answered:
                text = f"Nothing answers the call {quoted(name)}. Add a tool message."
                found.append(Finding(text, path, turn.place))
    return found


@row_rule(
    "function-call",
    "warning",
    "Outdated function_call",
    "function_call is replaced by tool_calls; the two must not be mixed.",
    fixable=True,
    gate=_has_tools,
)
def function_call(row: Row) -> Iterable[Finding]:
    """Find the form of a call that tool_calls has replaced."""
    return [
        turn.find("function_call is outdated. Write it as tool_calls.", ".function_call")
        for turn in row.turns
        if turn.raw.get("function_call") is not None
    ]
