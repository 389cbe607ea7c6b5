"""Arguments that surely fit a tool whose parameters are flat: texts, numbers, one of a few texts.

Most are, and validating them with a library takes ten times as long. What does not surely fit is
left to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tui.core.checks.tool_use.tool_schema import mismatches

Fits = Callable[[Mapping[str, Any]], bool]
# The types a value may have in Python for a type of JSON Schema. An integer may be written 1.0
# as well, which is left to the library.
_TYPES: Mapping[str, frozenset[type]] = {
    "string": frozenset({str}),
    "integer": frozenset({int}),
    "number": frozenset({int, float}),
    "boolean": frozenset({bool}),
}
_SAY_NOTHING = frozenset({"description", "title"})
_OF_TOOL = frozenset({"type", "properties", "required", "additionalProperties", *_SAY_NOTHING})
_OF_VALUE = frozenset({"type", "enum", *_SAY_NOTHING})
_Value = tuple[frozenset[type], frozenset[str] | None]  # types, and the texts it may be


def fits(schema: object) -> Fits:
    """Return what says whether arguments fit a tool's parameters: `mismatches` finds none."""
    if not isinstance(schema, dict):
        return lambda _given: True
    plain, required = _values(schema), schema.get("required", [])

    def fit(given: Mapping[str, Any]) -> bool:
        return _surely(given, plain, required) or next(mismatches(given, schema), None) is None

    return fit


def _surely(given: Mapping[str, Any], plain: Mapping[str, _Value], required: list[str]) -> bool:
    if not plain:
        return False
    for name in required:
        if name not in given:
            return False
    for name, value in given.items():
        types, texts = plain.get(name, _UNKNOWN)
        if type(value) not in types or (texts is not None and value not in texts):
            return False
    return True


_UNKNOWN: _Value = (frozenset(), None)


def _values(schema: Mapping[str, Any]) -> Mapping[str, _Value]:
    """Return the parameters of which all is known; none if more is said of them together."""
    properties, required = schema.get("properties"), schema.get("required", [])
    if not isinstance(properties, dict) or not schema.keys() <= _OF_TOOL:
        return {}
    if schema.get("type", "object") != "object" or not _are_texts(required):
        return {}
    found = {name: _value(one) for name, one in properties.items()}
    return {name: value for name, value in found.items() if value is not None}


def _value(schema: object) -> _Value | None:
    if not isinstance(schema, dict) or not schema.keys() <= _OF_VALUE:
        return None
    kind = schema.get("type")
    if not isinstance(kind, str) or kind not in _TYPES:
        return None
    if "enum" not in schema:
        return _TYPES[kind], None
    texts = schema["enum"]
    return (_TYPES[kind], frozenset(texts)) if kind == "string" and _are_texts(texts) else None


def _are_texts(values: object) -> bool:
    return isinstance(values, list) and all(isinstance(one, str) for one in values)
