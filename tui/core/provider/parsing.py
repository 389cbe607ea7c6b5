"""Parse what a server sent without trusting it: each helper returns a value or None."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

FIRST_SECOND = 1_420_070_400  # 2015 begins: no provider is older
LAST_SECOND = 253_402_128_000  # a day before the year 10000, for the sake of time zones


class MalformedError(ValueError):
    """An answer that lacks what nothing can be done without, such as an id."""


def as_object(value: object, what: str) -> Mapping[str, Any]:
    """Return `value` when it is a JSON object. Raises MalformedError naming `what` otherwise."""
    if isinstance(value, Mapping):
        return value
    raise MalformedError(f"{what} is not a JSON object: {str(value)[:80]!r}")


def required_id(raw: Mapping[str, Any], what: str) -> str:
    """Return the object's id. Raises MalformedError when there is none."""
    found = as_text(raw.get("id"))
    if not found:
        raise MalformedError(f"{what} has no id")
    return found


def as_text(value: object) -> str | None:
    """Return a string as it is, anything else as None."""
    return value if isinstance(value, str) else None


def as_int(value: object) -> int | None:
    """Return a whole number (also one written as 3.0 or "3"), anything else as None."""
    number = as_float(value)
    return int(number) if number is not None and number == int(number) else None


def as_time(value: object) -> int | None:
    """Return Unix seconds from 2015 to the year 9999; anything else as None.

    Zero and other small numbers are what servers send that do not know when it was.
    """
    seconds = as_int(value)
    return seconds if seconds is not None and FIRST_SECOND <= seconds < LAST_SECOND else None


def as_moment(value: object) -> int | None:
    """Return Unix seconds of a time such as 2026-11-28T10:00:00.123Z, or of `as_time`'s forms."""
    text = as_text(value)
    if text is None:
        return as_time(value)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return as_time(value)
    return as_time(int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()))


def as_float(value: object) -> float | None:
    """Return a finite number (also one written as text), anything else as None."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def as_map(value: object) -> Mapping[str, Any]:
    """Return a JSON object as it is, anything else as an empty one."""
    return value if isinstance(value, Mapping) else {}


def as_texts(value: object) -> tuple[str, ...]:
    """Return the strings of a JSON list; ids are also taken from objects that carry one."""
    if not isinstance(value, list):
        return ()
    found = (as_text(item) or as_text(as_map(item).get("id")) for item in value)
    return tuple(item for item in found if item)
