"""What came of deleting things at a provider, one by one, and the words for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from tui.core.text.moments import date_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


class Fate(StrEnum):
    """What became of one thing that was to be deleted; the value is what scripts read."""

    ASKED = "asked"  # no answer yet: what stands in the ledger while the request runs
    DELETED = "deleted"
    STILL_LISTED = "still_listed"  # deleted, says the provider, and goes on listing it
    REFUSED = "refused"
    UNKNOWN = "unknown"  # the answer was lost, and looking did not tell
    NOT_ASKED = "not_asked"  # stopped before its turn

    @property
    def gone(self) -> bool:
        """Whether the provider has said, or its lists have shown, that it is deleted."""
        return self in {Fate.DELETED, Fate.STILL_LISTED}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of deleting one thing. `cause` is the provider's reason, or how it was settled."""

    id: str
    fate: Fate
    cause: str = ""

    @property
    def gone(self) -> bool:
        """Whether it is deleted."""
        return self.fate.gone

    @property
    def line(self) -> str:
        """Return it as a line of the results."""
        why = f": {self.cause}" if self.cause else ""
        return f"{_MARKS[self.fate]} {self.id}{why}"


_MARKS = {
    Fate.ASKED: "… asked to delete",
    Fate.DELETED: "✓ deleted",
    Fate.STILL_LISTED: "✓ deleted, still listed",
    Fate.REFUSED: "✗ not deleted",
    Fate.UNKNOWN: "? not known",
    Fate.NOT_ASKED: "– not asked",
}


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What the ledger keeps of something deleted, or asked to be; times in Unix seconds.

    `facts` is what was known of it then, as JSON values; `asker` the process that asked.
    """

    id: str
    fate: Fate
    asked_at: int
    settled_at: int | None = None
    cause: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    asker: str = ""

    @property
    def before_words(self) -> str:
        """Say when it was asked for."""
        return f"asked for on {date_words(self.asked_at)}"
