"""Rules on tool definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.checks.fast.tool_prefilter import doubtful_tools
from tui.core.checks.registry import Finding, row_rule
from tui.core.checks.row import json_type, quoted
from tui.core.checks.tool_use.tool_schema import (
    NEVER_EMPTY,
    definitions,
    described_keys,
    name_problem,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui.core.checks.row import Row


@row_rule(
    "tools-type",
    "error",
    "Tools are not a list",
    "“tools” has to be a list of definitions.",
    gate=doubtful_tools,
)
def tools_type(row: Row) -> Iterable[Finding]:
    """Find `tools` and `functions` of another type."""
    prefix, owner = row.tools_owner
    return [
        Finding(f"“{key}” is {json_type(owner[key])}. Make it a list, or remove it.", prefix + key)
        for key in ("tools", "functions")
        if owner.get(key) is not None and not isinstance(owner[key], list)
    ]


@row_rule(
    "tools-empty",
    "error",
    "Empty list of tools",
    "The server wants at least one tool in the list, or no list.",
    fixable=True,
    gate=doubtful_tools,
)
def tools_empty(row: Row) -> Iterable[Finding]:
    """Find `tools` and `functions` without anything in them."""
    prefix, owner = row.tools_owner
    return [
        Finding(f"“{key}” is an empty list. Remove it.", prefix + key)
        for key in ("tools", "functions")
        if owner.get(key) == []
    ]


@row_rule(
    "tool-definition",
    "error",
    "Incomplete tool definition",
    'A tool is {"type": "function", "function": {"name": …, "parameters": {…}}}.',
    gate=doubtful_tools,
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
    "tool-name",
    "error",
    "Function name with unusual characters",
    "Names of functions are 1 to 64 letters without accents, digits, _ and -.",
    gate=doubtful_tools,
)
def tool_name(row: Row) -> Iterable[Finding]:
    """Find names of functions, in `tools` and in `functions`, that no server takes."""
    prefix, owner = row.tools_owner
    older = owner.get("functions")
    defined = [
        *definitions(row),
        *(
            (f"{prefix}functions[{number}]", function)
            for number, function in enumerate(older if isinstance(older, list) else ())
            if isinstance(function, dict)
        ),
    ]
    return [
        Finding(problem, f"{path}.name")
        for path, function in defined
        if (problem := name_problem(function.get("name")))
    ]


@row_rule(
    "tool-null",
    "error",
    "Null in a tool definition",
    "A key of a definition that has no value is left out; a table writes null for it.",
    fixable=True,
    gate=doubtful_tools,
)
def tool_null(row: Row) -> Iterable[Finding]:
    """Find keys and parameters of definitions that are null."""
    return [
        Finding(f"{quoted(one.key)} is null here. Remove it.", f"{path}.{one.path}")
        for path, function in definitions(row)
        for one in described_keys(function)
        if one.value is None
    ]


@row_rule(
    "schema-empty",
    "error",
    "Empty keyword in JSON Schema",
    "A list of values, types or alternatives with nothing in it admits nothing.",
    gate=doubtful_tools,
)
def schema_empty(row: Row) -> Iterable[Finding]:
    """Find keywords of JSON Schema that need something in them and have nothing."""
    return [
        Finding(f"{quoted(one.key)} is empty here. Fill or remove it.", f"{path}.{one.path}")
        for path, function in definitions(row)
        for one in described_keys(function)
        if one.key in NEVER_EMPTY and one.value in ([], "")
    ]


@row_rule(
    "tool-schema",
    "error",
    "Parameters are not JSON Schema",
    'Parameters are described by a JSON Schema of type "object".',
    gate=doubtful_tools,
)
def tool_schema(row: Row) -> Iterable[Finding]:
    """Find parameters that describe no object."""
    return [
        Finding(problem, f"{path}.parameters")
        for path, function in definitions(row)
        if function.get("parameters") is not None
        and (problem := _schema_problem(function["parameters"]))
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
    gate=doubtful_tools,
)
def tool_no_parameters(row: Row) -> Iterable[Finding]:
    """Find tools without a description of their parameters."""
    return [
        Finding("This tool describes no parameters. Add them if it takes any.", path)
        for path, function in definitions(row)
        if "parameters" not in function
    ]


@row_rule(
    "tool-duplicate",
    "warning",
    "Two tools of one name",
    "A call cannot say which of the two it means.",
    gate=doubtful_tools,
)
def tool_duplicate(row: Row) -> Iterable[Finding]:
    """Find the second tool of a name."""
    seen: set[object] = set()
    found = []
    for path, function in definitions(row):
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
    gate=doubtful_tools,
)
def parallel_type(row: Row) -> Iterable[Finding]:
    """Find `parallel_tool_calls` of another type."""
    prefix, owner = row.tools_owner
    value = owner.get("parallel_tool_calls")
    if value is None or isinstance(value, bool):
        return ()
    text = f"“parallel_tool_calls” is {json_type(value)}. Use true or false."
    return (Finding(text, f"{prefix}parallel_tool_calls"),)


@row_rule(
    "parallel-without-tools",
    "warning",
    "parallel_tool_calls without tools",
    "The switch means nothing where no tools are defined.",
    fixable=True,
    gate=doubtful_tools,
)
def parallel_without_tools(row: Row) -> Iterable[Finding]:
    """Find `parallel_tool_calls` in an example that has no tools."""
    prefix, owner = row.tools_owner
    # Functions are tools in the form before: fixed with the calls of them.
    tools = owner.get("tools") or owner.get("functions")
    if "parallel_tool_calls" not in owner or tools:
        return ()
    text = "There are no tools here. Add them, or remove parallel_tool_calls."
    return (Finding(text, f"{prefix}parallel_tool_calls"),)
