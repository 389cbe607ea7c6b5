"""Write to the ledger, and read objects kept in it, without failing the real work."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, TypeVar

from tui.core.provider.parsing import MalformedError
from tui.services.errors import LedgerError, ServiceError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

log = logging.getLogger(__name__)
T = TypeVar("T")
_failing = set[str]()  # what has been said since a note was written: a disk is full for long


async def record_best_effort(note: Awaitable[None]) -> bool:
    """Write a note to the ledger and return whether that worked; a failure is only logged, once.

    For notes made after the fact: a full disk must not make a finished upload look failed.
    """
    try:
        await note
    except LedgerError as error:
        log_failure(error)
        return False
    _failing.clear()
    return True


def log_failure(error: ServiceError) -> None:
    """Log what the ledger, or another file, refused; once until a note can be written."""
    if str(error) not in _failing:
        log.warning("%s", error)
    _failing.add(str(error))


def parsed_best_effort(parse: Callable[[object], T], raws: Iterable[object]) -> list[T]:
    """Return objects of the provider as they were kept, without those that cannot be read."""
    found = []
    for raw in raws:
        try:
            found.append(parse(raw))
        except MalformedError:  # written by another version
            log.warning("the ledger holds what is no longer understood")
    return found
