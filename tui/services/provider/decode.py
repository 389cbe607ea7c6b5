"""Decode answers into values of ours; an error says what is wrong with one."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from tui.core.provider.parsing import MalformedError, as_map
from tui.services.errors import Malformed
from tui.services.provider.response_errors import words_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")


def parsed(parse: Callable[[object], T], value: object, doing: str) -> T:
    """Return `parse(value)`. Raises Malformed, titled after `doing`, when it makes no sense."""
    try:
        return parse(value)
    except MalformedError as error:
        # Some servers send their errors with 200; what was asked for may have been done or not.
        said = words_in(value) if as_map(value).get("error") else ""
        raise Malformed(
            f"Cannot {doing}",
            said or str(error),
            "Check that the profile's base_url speaks this protocol.",
        ) from error


def parsed_all(parse: Callable[[object], T], values: Iterable[object], doing: str) -> list[T]:
    """Return `parse(value)` of every entry of a list; those nobody could ask for are left out.

    Raises Malformed when that would leave nothing of a list that holds something.
    """
    found: list[T] = []
    first: Malformed | None = None
    for value in values:
        try:
            found.append(parsed(parse, value, doing))
        except Malformed as error:
            first = first or error
    if first is not None and not found:
        raise first
    return found
