"""Gates: conditions without which a group of rules can find nothing in an example."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.checks.fast import shortcut
from tui.core.checks.registry import closed_to_tidy

if TYPE_CHECKING:
    from tui.core.checks.row import Row


@shortcut
@closed_to_tidy
def unusual(row: Row) -> bool:
    """Let all but plain and sound chats through: the gate of rules on keys and types."""
    return not row.roles and not row.well_formed.parts


@shortcut
@closed_to_tidy
def untidy(row: Row) -> bool:
    """Let all but tidy chats through: the gate of rules on order and white space."""
    return not row.tidy and (bool(row.roles) or not row.well_formed.order)


@shortcut
@closed_to_tidy
def perhaps_untrained(row: Row) -> bool:
    """Let chats through that may have no trained answer."""
    return row.untrained or (not row.tidy and row.may_hold(b'"weight"'))
