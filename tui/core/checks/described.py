"""What the tools of an example describe, and whether arguments fit that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from tui.core.checks.row import json_type, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tui.core.checks.row import Row

_JSON_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": type(None),
}


def definitions(row: Row) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the path and the `function` object of each well-formed tool."""
    prefix, owner = row.tools_owner
    tools = owner.get("tools")
    for number, tool in enumerate(tools if isinstance(tools, list) else ()):
        if isinstance(tool, dict) and isinstance(tool.get("function"), dict):
            yield f"{prefix}tools[{number}].function", tool["function"]


def schemas(row: Row) -> dict[str, Any]:
    """Return the parameters of each defined tool by its name."""
    return {
        function["name"]: function.get("parameters")
        for _, function in definitions(row)
        if isinstance(function.get("name"), str)
    }


def decoded(text: str) -> object:
    """Return what arguments hold; None if that is no JSON."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def mismatches(given: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[str]:
    """Yield in which ways arguments are not what a tool's parameters (`schema`) want."""
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
