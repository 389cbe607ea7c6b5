"""Read typed values from a request's JSON. Each reader raises a 400 naming the parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.lab.http.errors import ApiError, invalid

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_KINDS = {
    "NoneType": "null",
    "bool": "a boolean",
    "int": "an integer",
    "float": "a decimal",
    "str": "a string",
    "list": "an array",
    "dict": "an object",
}


def wrong_type(name: str, expected: str, value: object) -> ApiError:
    """Return the 400 for a value of another type than ``expected`` (e.g. "a string")."""
    got = _KINDS.get(type(value).__name__, "something else")
    return invalid(
        f"Invalid type for '{name}': expected {expected}, but got {got} instead.",
        name,
        "invalid_type",
    )


def missing(name: str) -> ApiError:
    """Return the 400 for a parameter that has to be there."""
    return invalid(f"Missing required parameter: '{name}'.", name, "missing_required_parameter")


def string(
    body: Mapping[str, Any], name: str, *, longest: int | None = None, label: str = ""
) -> str | None:
    """Return a string or None when absent or null."""
    value = body.get(name)
    name = label or name
    if value is None:
        return None
    if not isinstance(value, str):
        raise wrong_type(name, "a string", value)
    if longest is not None and len(value) > longest:
        raise invalid(
            f"Invalid '{name}': string too long. Expected a string with maximum length "
            f"{longest}, but got a string with length {len(value)} instead.",
            name,
            "string_above_max_length",
        )
    return value


def required_string(body: Mapping[str, Any], name: str) -> str:
    """Return a string that has to be there and not be empty."""
    value = string(body, name)
    if not value:
        raise missing(name)
    return value


def integer(
    body: Mapping[str, Any],
    name: str,
    low: int | None = None,
    high: int | None = None,
    *,
    label: str = "",
) -> int | None:
    """Return a whole number within [low, high], or None when absent or null."""
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise wrong_type(label or name, "an integer", value)
    _check_range(label or name, value, low, high)
    return value


def number(
    body: Mapping[str, Any],
    name: str,
    low: float | None = None,
    high: float | None = None,
    *,
    label: str = "",
) -> float | None:
    """Return a number within [low, high], or None when absent or null."""
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong_type(label or name, "a decimal", value)
    _check_range(label or name, value, low, high)
    return float(value)


def boolean(body: Mapping[str, Any], name: str, *, label: str = "") -> bool:
    """Return a boolean; False when absent or null."""
    value = body.get(name)
    if value is None:
        return False
    if not isinstance(value, bool):
        raise wrong_type(label or name, "a boolean", value)
    return value


def mapping(body: Mapping[str, Any], name: str, *, label: str = "") -> Mapping[str, Any] | None:
    """Return an object, or None when absent or null."""
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, dict):
        raise wrong_type(label or name, "an object", value)
    return value


def choice(name: str, value: str, allowed: Sequence[str]) -> str:
    """``value`` if it is one of ``allowed``."""
    if value not in allowed:
        words = ", ".join(f"'{one}'" for one in allowed)
        raise invalid(
            f"Invalid value: '{value}'. Supported values are: {words}.", name, "invalid_value"
        )
    return value


def _check_range(name: str, value: float, low: float | None, high: float | None) -> None:
    if low is not None and value < low:
        raise invalid(
            f"Invalid '{name}': number below minimum value. Expected a value >= {low}, "
            f"but got {value} instead.",
            name,
            "number_below_min_value",
        )
    if high is not None and value > high:
        raise invalid(
            f"Invalid '{name}': number above maximum value. Expected a value <= {high}, "
            f"but got {value} instead.",
            name,
            "number_above_max_value",
        )
