"""Which models would go in a clean-up, and why each of the others stays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.core.models.states import ModelState
from tui.core.provider.files import ago_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tui.core.jobs.jobs import Job
    from tui.core.models.entry import ModelEntry


@dataclass(frozen=True, slots=True)
class JudgedModel:
    """A model and why it would go, or stay."""

    entry: ModelEntry
    why: str


@dataclass(frozen=True, slots=True)
class Cleanup:
    """What a clean-up would delete and what it would leave, in the order of the list."""

    going: tuple[JudgedModel, ...]
    staying: tuple[JudgedModel, ...]


def clean_up(
    entries: Iterable[ModelEntry], now: float, older_than: float, continued: Mapping[str, str]
) -> Cleanup:
    """Return which tuned models nobody has used for `older_than` seconds, and which stay.

    `continued` are ids of jobs that have not ended by the model they train on; see
    `continued_by`. What is not known to be old is not old; what is gone is in neither list.
    """
    going, staying = [], []
    for entry in entries:
        if entry.kind != "tuned" or entry.state.gone:
            continue
        if kept := _why_kept(entry, now, older_than, continued):
            staying.append(JudgedModel(entry, kept))
        else:
            going.append(JudgedModel(entry, _why_going(entry, now)))
    return Cleanup(tuple(going), tuple(staying))


def continued_by(jobs: Iterable[Job]) -> dict[str, str]:
    """Return the jobs that have not ended, by the model they train on."""
    return {job.model: job.id for job in jobs if job.model and not job.terminal}


def last_used(entry: ModelEntry) -> int | None:
    """Return when it was made or last chatted with (Unix seconds), None where neither is known."""
    known = [at for at in (entry.created, entry.usage.last_chatted) if at is not None]
    return max(known, default=None)


def _why_kept(
    entry: ModelEntry, now: float, older_than: float, continued: Mapping[str, str]
) -> str:
    if entry.state is ModelState.DEPLOYED or entry.deployments:
        names = ", ".join(one.chat_name or one.id for one in entry.deployments or ())
        return f"it is deployed as {names}" if names else "it is deployed"
    if not entry.state.there:
        return f"whether it is there is not known: {entry.state_words}"
    if (job := continued.get(entry.id)) is not None:
        return f"job {job} continues from it and has not ended"
    if entry.created is None:
        return "when it was made is not known"
    used = last_used(entry)
    assert used is not None
    if now - used <= older_than:
        what = "made" if used == entry.created else "chatted with"
        return f"{what} {ago_words(max(now - used, 0))}"
    return ""


def _why_going(entry: ModelEntry, now: float) -> str:
    made = f"made {ago_words(now - (entry.created or 0))}"
    if entry.usage.last_chatted is None:
        return f"{made}, never chatted with from here"
    return f"{made}, last chatted with {ago_words(now - entry.usage.last_chatted)}"
