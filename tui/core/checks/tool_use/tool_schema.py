"""The JSON Schemas of an example's tools, and whether arguments fit them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from tui.core.checks.row import json_type, quoted
from tui.core.checks.tool_use.json_schema import mismatches_of
from tui.core.dataset.names import VALID_NAME, has_other_characters, valid_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tui.core.checks.row import Row
    from tui.core.checks.tool_use.json_schema import Mismatch

# Keys of a function, and keywords of JSON Schema: null is a value for these.
_MAY_BE_NULL = frozenset({"strict"})
_VALUES = frozenset({"default", "const", "examples", "example"})
NEVER_EMPTY = frozenset({"enum", "type", "anyOf", "oneOf", "allOf", "$ref"})
# Keywords that hold schemas: by name, or one or several.
_BY_NAME = frozenset({"properties", "patternProperties", "$defs", "definitions"})
_SCHEMAS = frozenset(
    {
        *("anyOf", "oneOf", "allOf", "prefixItems", "items", "additionalProperties"),
        *("not", "contains", "if", "then", "else"),
    }
)
_DEEPEST = 60
_NAMED = 4  # values of an enum


def definitions(row: Row) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the path and the `function` object of each well-formed tool."""
    prefix, owner = row.tools_owner
    tools = owner.get("tools")
    for number, tool in enumerate(tools if isinstance(tools, list) else ()):
        if isinstance(tool, dict) and isinstance(tool.get("function"), dict):
            yield f"{prefix}tools[{number}].function", tool["function"]


def name_problem(name: object) -> str:
    """Return what is wrong with the characters of a function's name, and a better one; or ""."""
    if not isinstance(name, str) or not name or VALID_NAME.fullmatch(name):
        return ""
    if not has_other_characters(name):
        return (
            f"The name {quoted(name)} has {len(name)} characters; 64 are allowed. "
            "Shorten it, alike in the definition and the calls."
        )
    valid = valid_name(name)
    advice = f"Write “{valid}”" if valid else "Rename it"  # whole: it is to be copied
    return (
        f"The name {quoted(name)} is not 1 to 64 letters, digits, _ or -. "
        f"{advice}, alike in the definition and the calls."
    )


class SchemaKey(NamedTuple):
    """A key in a tool definition: where it stands, what it holds, and the object it is in."""

    path: str
    key: str
    value: Any
    holder: Mapping[str, Any]


def described_keys(function: Mapping[str, Any]) -> Iterator[SchemaKey]:
    """Yield all in a definition that can have a value or none.

    That is the function's own keys, and keywords and parameters in its JSON Schema. What a
    schema gives as a value of the user's, such as a default, is not looked into.
    """
    for key, value in function.items():
        if key not in _MAY_BE_NULL:
            yield SchemaKey(key, key, value, function)
    if isinstance(schema := function.get("parameters"), dict):
        yield from _keywords("parameters", schema, 0)


def _keywords(path: str, schema: Mapping[str, Any], depth: int) -> Iterator[SchemaKey]:
    if depth > _DEEPEST:
        return
    for key, value in schema.items():
        if key in _VALUES:
            continue
        yield SchemaKey(f"{path}.{key}", key, value, schema)
        if key in _BY_NAME and isinstance(value, dict):
            for name, inner in value.items():
                if inner is None:
                    yield SchemaKey(f"{path}.{key}.{name}", name, None, value)
                elif isinstance(inner, dict):
                    yield from _keywords(f"{path}.{key}.{name}", inner, depth + 1)
        elif key in _SCHEMAS:
            yield from _several(f"{path}.{key}", value, depth + 1)


def _several(path: str, value: object, depth: int) -> Iterator[SchemaKey]:
    """Yield what a schema, or each of a list of them, says."""
    if isinstance(value, dict):
        yield from _keywords(path, value, depth)
    for number, inner in enumerate(value if isinstance(value, list) else ()):
        if isinstance(inner, dict):
            yield from _keywords(f"{path}[{number}]", inner, depth)


def schemas(row: Row) -> dict[str, Any]:
    """Return the parameters of each defined tool by its name."""
    return {
        function["name"]: function.get("parameters")
        for _, function in definitions(row)
        if isinstance(function.get("name"), str)
    }


def decoded(text: str) -> object:
    """Return what arguments hold; None if that is not JSON."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def mismatches(given: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[str]:
    """Yield in which ways arguments are not what a tool's parameters (`schema`) want.

    Arguments the schema does not describe are told whether or not it forbids them.
    """
    properties = schema.get("properties")
    required = schema.get("required")
    for name in required if isinstance(required, list) else ():
        if isinstance(name, str) and name not in given:
            yield f"The argument {quoted(name)} is required. Add it."
    if not isinstance(properties, dict):
        return
    for name in given:
        if properties.get(name) is None:
            yield f"The tool has no parameter {quoted(name)}. Remove or describe it."
    for one in mismatches_of(given, schema):
        if one.path or one.keyword not in {"required", "additionalProperties"}:
            yield _mismatch_words(one)


def _mismatch_words(one: Mismatch) -> str:
    name = _path_words(one.path)
    match one.keyword:
        case "type":
            wanted = quoted(one.wanted) if isinstance(one.wanted, str) else _listed(one.wanted)
            return (
                f"The argument {name} is {json_type(one.value)}, the tool wants {wanted}. "
                "Correct it."
            )
        case "enum":
            return (
                f"The argument {name} is {quoted(one.value)}, the tool wants "
                f"{_listed(one.wanted)}. Correct it."
            )
        case "required":
            lacking = [n for n in one.wanted if n not in one.value]
            return f"The argument {name} has no {_listed(lacking)}. Add it."
        case "additionalProperties":
            return f"The argument {name} has keys the tool does not describe. Remove them."
        case "anyOf" | "oneOf" | "not":
            return f"The argument {name} is not of any form the tool describes. Correct it."
    wanted = quoted(one.wanted)
    return f"The argument {name} does not fit “{one.keyword}”: {wanted}. Correct it."


def _path_words(path: tuple[str | int, ...]) -> str:
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return quoted("".join(steps).removeprefix("."))


def _listed(values: list[Any]) -> str:
    named = [quoted(value) for value in values[:_NAMED]]
    return " or ".join([*named, "…"] if len(values) > _NAMED else named)
