"""Write to the ledger without failing the real work, which has been done."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from tui.services.errors import LedgerError

if TYPE_CHECKING:
    from collections.abc import Awaitable

log = logging.getLogger(__name__)


async def record_best_effort(note: Awaitable[None]) -> bool:
    """Write a note to the ledger and return whether that worked; a failure is only logged.

    For notes made after the fact: a full disk must not make a finished upload look failed.
    """
    try:
        await note
    except LedgerError as error:
        log.warning("%s", error)
        return False
    return True
