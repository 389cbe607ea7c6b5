"""What came of deleting, or stopping, things at a provider, one by one, and the words for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from tui.core.provider.deployments import Act
from tui.core.text.moments import date_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

STALE_S = 86_400  # a list that still names what was deleted within this time is taken to be behind


def confirmation_word(act: str, count: int, names: Iterable[str], longest: int) -> str:
    """Return what has to be typed before `count` things are deleted, or another `act` is done.

    For one it is the first of these names that can be typed and has at most `longest` letters.
    """
    if count > 1:
        return f"{act} {count}"
    for name in names:
        if 0 < len(name) <= longest and name.isprintable() and name == name.strip():
            return name
    return act  # nobody can type control characters


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
    """What came of deleting one thing. `cause` is the provider's reason, or how it was settled.

    `act` is what it was that was asked for, if not deleting: then the fates are those of that.
    `name` is what people call the thing, where that is not its id.
    """

    id: str
    fate: Fate
    cause: str = ""
    act: Act = Act.DELETE
    name: str = ""

    @property
    def gone(self) -> bool:
        """Whether it is deleted."""
        return self.fate.gone

    @property
    def line(self) -> str:
        """Return it as a line of the results."""
        why = f": {self.cause}" if self.cause else ""
        return f"{self._mark} {self.title}{why}"

    @property
    def title(self) -> str:
        """What the thing is called."""
        return self.name or self.id

    @property
    def still(self) -> str:
        """How the provider goes on showing what it has said to be done; empty for another fate."""
        if self.fate is not Fate.STILL_LISTED:
            return ""
        return "still listed" if self.act is Act.DELETE else "still running when looked at"

    @property
    def _mark(self) -> str:
        if self.fate is Fate.STILL_LISTED:
            return f"✓ {self.act.done}, {self.still}"
        return {
            Fate.ASKED: f"… asked to {self.act.words}",
            Fate.DELETED: f"✓ {self.act.done}",
            Fate.REFUSED: f"✗ not {self.act.done}",
            Fate.UNKNOWN: "? not known",
            Fate.NOT_ASKED: "– not asked",
        }[self.fate]


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What the ledger keeps of something deleted, or asked to be; times in Unix seconds.

    `facts` is what was known of it then, as JSON values; `asker` the process that asked.
    """

    id: str
    fate: Fate
    asked_at: int
    cause: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    asker: str = ""

    @property
    def before_words(self) -> str:
        """Say when it was asked for."""
        return f"asked for on {date_words(self.asked_at)}"

    @property
    def open(self) -> bool:
        """Whether no answer has settled it, so that it may be gone or going."""
        return self.fate in {Fate.ASKED, Fate.UNKNOWN}

    @property
    def words(self) -> str:
        """Say what came of it, for something that is there all the same; empty where nothing."""
        if self.fate is Fate.REFUSED:
            why = f": {self.cause}" if self.cause else ""
            return f"deleting it was refused on {date_words(self.asked_at)}{why}"
        if not self.open:
            return ""
        return f"deleting it was {self.before_words}: {self.cause or 'no answer has come'}"
