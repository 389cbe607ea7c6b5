"""From a decoded answer to a value of ours, or to an error that says what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from tui.core.parsing import MalformedError
from tui.services.errors import Malformed

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def parsed(parse: Callable[[object], T], value: object, doing: str) -> T:
    """Return `parse(value)`. Raises Malformed, titled after `doing`, when it makes no sense."""
    try:
        return parse(value)
    except MalformedError as error:
        raise Malformed(
            f"Cannot {doing}", str(error), "Check that the profile's base_url speaks this protocol."
        ) from error
