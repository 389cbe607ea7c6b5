"""One model in the inventory, with everything known of it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from tui.core.catalog.shutdown import Shutdown, Until
from tui.core.models.days import ends_words
from tui.core.models.states import ModelState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from tui.core.jobs.cost_so_far import JobCost
    from tui.core.provider.deployments import Deployment

Kind = Literal["tuned", "base", "checkpoint"]


@dataclass(frozen=True, slots=True)
class CheckpointKept:
    """A state from the middle of training that the provider keeps; `model` is what to ask.

    `bytes` is its size where the provider tells.
    """

    id: str
    model: str
    step: int | None = None
    created: int | None = None
    bytes: int | None = None


@dataclass(frozen=True, slots=True)
class FileOfJob:
    """A file that a job was given, and the local datasets that had its content, newest first."""

    id: str
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Usage:
    """What was done with a model from here. `last_chatted` is in Unix seconds.

    `compared` are the runs of Compare it took part in, `decided` those of them in which answers
    were picked or judged, and `won` those where it came first.
    """

    last_chatted: int | None = None
    chats: int = 0
    compared: int = 0
    decided: int = 0
    won: int = 0


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One model of one profile. Times are Unix seconds; None is always "not known".

    `base` is what it was trained from, another tuned model perhaps. `why` says why the state is
    what it is. `listed` is whether the provider lists it now. `serving` says how it is made to
    answer where its name is not enough, `chat_name` what to call it then, and `needs` that nothing
    serves it. `checkpoints` and `deployments` are None where nobody told. `raw` is the provider's
    own object, empty for a model that only a job or the ledger names. `takes_jobs` is until when a
    base takes jobs, where that is known. `unanswered` is whether it was asked to be deleted from
    here, may be there, and no answer has settled it.
    """

    id: str
    kind: Kind
    state: ModelState
    base: str = ""
    suffix: str = ""
    profile: str = ""
    why: str = ""
    job: str | None = None
    created: int | None = None
    listed: bool | None = None
    deleted_at: int | None = None
    shutdown: Shutdown = field(default_factory=Shutdown)
    deployments: tuple[Deployment, ...] | None = None
    checkpoints: tuple[CheckpointKept, ...] | None = None
    training_file: FileOfJob | None = None
    validation_file: FileOfJob | None = None
    trained_tokens: int | None = None
    cost: JobCost | None = None
    bytes: int | None = None
    usage: Usage = field(default_factory=Usage)
    serving: str = ""
    needs: bool = False
    chat_name: str = ""
    owner: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)
    takes_jobs: Until | None = None
    unanswered: bool = False

    @property
    def asked_as(self) -> str:
        """The name to chat with: that of what serves it, or its own."""
        return self.chat_name or self.id

    @property
    def own(self) -> bool:
        """Whether it came out of a job of this account: it can be deleted."""
        return self.kind != "base"

    @property
    def ends(self) -> str | None:
        """The day it stops (YYYY-MM-DD), None where none is known."""
        return self.shutdown.day

    @property
    def state_words(self) -> str:
        """The state, and why it is that one."""
        return f"{self.state}: {self.why}" if self.why else self.state.value

    @property
    def still_listed(self) -> bool:
        """Whether it was deleted from here and the provider lists it all the same."""
        return self.state is ModelState.DELETED_HERE and bool(self.listed)

    @property
    def deleted(self) -> bool:
        """Whether it was deleted, as far as is known: when it would have ended means nothing."""
        deleted = {ModelState.DELETED_HERE, ModelState.DELETED_ELSEWHERE}
        return self.state in deleted and not self.still_listed

    def left_words(self, today: date) -> str:
        """Return when it ends, such as "27 days"; – where no day is known, or it was deleted."""
        return "–" if self.deleted else ends_words(self.shutdown, today)

    def deleted_now(self) -> ModelEntry:
        """Return it as one that has just been deleted from here."""
        state, now = ModelState.DELETED_HERE, int(time.time())
        return replace(self, state=state, why="", listed=False, deleted_at=now, unanswered=False)

    def to_json(self) -> dict[str, Any]:
        """Return it as `--json` prints it."""
        return {
            "id": self.id,
            "kind": self.kind,
            "base": self.base,
            "suffix": self.suffix or None,
            "state": self.state.value,
            "why": self.why or None,
            "job": self.job,
            "created": self.created,
            "ends": self.ends,
            "ends_source": None if self.ends is None else self.shutdown.source,
            "deployments": _deployments(self.deployments),
            "checkpoints": _checkpoints(self.checkpoints),
            "listed": self.listed,
            "deleted_at": self.deleted_at,
            "training_file": _file(self.training_file),
            "validation_file": _file(self.validation_file),
            "trained_tokens": self.trained_tokens,
            "cost": _cost(self.cost),
            "bytes": self.bytes,
            "last_chatted": self.usage.last_chatted,
            "chats": self.usage.chats,
            "comparisons": self.usage.compared,
            "comparisons_decided": self.usage.decided,
            "comparisons_won": self.usage.won,
            **({"serving": self.serving} if self.serving else {}),
            **_takes_jobs(self.takes_jobs),
            **({"profile": self.profile} if self.profile else {}),
        }


def _takes_jobs(until: Until | None) -> dict[str, str]:
    known = until is not None and until.day is not None
    return {"takes_jobs_until": f"{until.day}"} if known and until is not None else {}


def _deployments(found: tuple[Deployment, ...] | None) -> list[dict[str, Any]] | None:
    if found is None:
        return None
    return [
        {"id": one.id, "name": one.chat_name, "state": one.state, "ready": one.ready}
        for one in found
    ]


def _checkpoints(found: tuple[CheckpointKept, ...] | None) -> list[dict[str, Any]] | None:
    if found is None:
        return None
    return [
        {"id": one.id, "model": one.model, "step": one.step, "created": one.created}
        | ({"bytes": one.bytes} if one.bytes is not None else {})
        for one in found
    ]


def _file(file: FileOfJob | None) -> dict[str, Any] | None:
    return None if file is None else {"id": file.id, "datasets": list(file.paths)}


def _cost(cost: JobCost | None) -> dict[str, Any] | None:
    if cost is None or cost.amount is None:
        return None
    return {"amount": float(cost.amount), "currency": cost.currency, "exact": cost.exact}
