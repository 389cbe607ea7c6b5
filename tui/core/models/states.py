"""The state of a model, decided from what is known of it: never more than that."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from tui.core.models.days import days_left

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from tui.core.catalog.shutdown import Shutdown
    from tui.core.provider.deletion import Tombstone
    from tui.core.provider.deployments import Deployment

# How long after its job has ended a model may not be listed yet: lists of providers lag.
LISTED_AFTER_S = 1800

# What the provider says of one model asked for by its id; "" where it was not asked, or did not
# answer, or has no such request.
Lookup = Literal["", "found", "gone", "forbidden"]


class ModelState(StrEnum):
    """What became of a model; the value is its name in `--json` and in exports."""

    LIVE = "live"
    NOT_READY = "not ready"
    DEPLOYED = "deployed"
    DELETED_HERE = "deleted here"
    DELETED_ELSEWHERE = "deleted elsewhere"
    RETIRED = "retired"
    HIDDEN = "not visible to this key"
    UNKNOWN = "unknown"

    @property
    def there(self) -> bool:
        """Whether the provider has it, as far as is known."""
        return self in _THERE

    @property
    def gone(self) -> bool:
        """Whether it is known to be gone for good."""
        return self in _GONE

    @property
    def short(self) -> str:
        """The state in at most 11 characters, for a column."""
        return _SHORT.get(self, self.value)

    @property
    def mark(self) -> str:
        """A character that tells the state without a colour."""
        return _MARKS[self]


_THERE = frozenset({ModelState.LIVE, ModelState.NOT_READY, ModelState.DEPLOYED})
_GONE = frozenset({ModelState.DELETED_HERE, ModelState.DELETED_ELSEWHERE, ModelState.RETIRED})
_SHORT: Mapping[ModelState, str] = MappingProxyType(
    {
        ModelState.DELETED_HERE: "deleted",
        ModelState.DELETED_ELSEWHERE: "gone",
        ModelState.HIDDEN: "not visible",
    }
)
_MARKS: Mapping[ModelState, str] = MappingProxyType(
    {
        ModelState.LIVE: "●",
        ModelState.NOT_READY: "◐",
        ModelState.DEPLOYED: "▲",
        ModelState.DELETED_HERE: "✗",
        ModelState.DELETED_ELSEWHERE: "╳",
        ModelState.RETIRED: "■",
        ModelState.HIDDEN: "○",
        ModelState.UNKNOWN: "?",
    }
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one model. Times are Unix seconds.

    `listed` is whether the provider lists it now, None where its list did not come, and
    `ever_listed` whether a list seen from here had it at any time. `deleted_at` is when it was
    deleted from here. `made_at` is when its job ended with it, `created` when the provider says
    it was made. `deployments_known` is whether the provider told what is deployed.
    `needs_deployment` is whether it does not answer by its name alone. `asked` is what came of
    asking to delete it from here.
    """

    listed: bool | None = None
    ever_listed: bool = False
    deleted_at: int | None = None
    lookup: Lookup = ""
    made_at: int | None = None
    created: int | None = None
    shutdown: Shutdown | None = None
    deployments: tuple[Deployment, ...] = ()
    needs_deployment: bool = False
    deployments_known: bool = True
    asked: Tombstone | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A state and why it is that one, as part of a line; empty where there is nothing to add."""

    state: ModelState
    why: str = ""


def state_of(known: Evidence, now: float, today: date) -> Verdict:
    """Return what became of a model, from the strongest evidence to the weakest."""
    if _deleted_here(known):
        listed = "the provider still lists it" if known.listed else ""
        return Verdict(ModelState.DELETED_HERE, listed)
    if _retired(known, today):
        listed = ", though the provider still lists it" if known.listed else ""
        assert known.shutdown is not None
        return Verdict(ModelState.RETIRED, f"it stopped on {known.shutdown.words}{listed}")
    if known.listed or known.lookup == "found":
        return _with_request(_of_one_there(known), known)
    return _with_request(_of_one_missing(known, now), known)


def _with_request(found: Verdict, known: Evidence) -> Verdict:
    """Return a state with what came of asking to delete it, unless gone or made again since."""
    if known.asked is None or found.state.gone or known.asked.asked_at < _made_at(known):
        return found
    return replace(found, why="; ".join(filter(None, (found.why, known.asked.words))))


def _made_at(known: Evidence) -> int:
    return max(known.made_at or 0, known.created or 0)


def _deleted_here(known: Evidence) -> bool:
    """Whether it was deleted from here, and not made again under the same name since."""
    if known.deleted_at is None:
        return False
    return _made_at(known) <= known.deleted_at


def _retired(known: Evidence, today: date) -> bool:
    """Whether its day has passed; the provider's list counts for more than a date known here."""
    shutdown = known.shutdown
    if shutdown is None:
        return False
    there = bool(known.listed) or known.lookup == "found"
    if there and shutdown.source == "catalogue":
        return False
    left = days_left(shutdown, today)
    return left is not None and (left < 0 or (left == 0 and not there))


def _of_one_there(known: Evidence) -> Verdict:
    unlisted = "" if known.listed is not False else "it answers by its id, but is not listed"
    if known.deployments:
        if any(one.ready is not False for one in known.deployments):
            return Verdict(ModelState.DEPLOYED, unlisted)
        states = ", ".join(one.state or "not running" for one in known.deployments)
        return Verdict(ModelState.NOT_READY, f"its deployment does not answer: {states}")
    if known.needs_deployment and not known.deployments_known:
        return Verdict(ModelState.LIVE, "it answers by a deployment; what is deployed is not told")
    if known.needs_deployment:
        return Verdict(ModelState.NOT_READY, "it needs a deployment before it answers")
    return Verdict(ModelState.LIVE, unlisted)


def _of_one_missing(known: Evidence, now: float) -> Verdict:
    if known.lookup == "forbidden":
        return Verdict(ModelState.HIDDEN, "the provider refuses to show it")
    if known.ever_listed:
        return _of_one_seen_before(known)
    if known.made_at is not None and now - known.made_at < LISTED_AFTER_S:
        return Verdict(ModelState.NOT_READY, "made just now, and not listed yet")
    if known.listed is None and known.lookup == "":
        return Verdict(ModelState.UNKNOWN, "the list of models did not come")
    other = ": hidden, or deleted before it was seen" if known.lookup == "gone" else ""
    return Verdict(ModelState.HIDDEN, f"its job made it, but it was never listed here{other}")


def _of_one_seen_before(known: Evidence) -> Verdict:
    if known.lookup == "gone":
        return Verdict(ModelState.DELETED_ELSEWHERE, "it was listed once, and is not there now")
    if known.listed is None:
        return Verdict(ModelState.UNKNOWN, "the list of models did not come")
    return Verdict(ModelState.UNKNOWN, "it is not listed any more, and nobody says why")
