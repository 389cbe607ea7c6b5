"""Controllers of Jobs without a screen: a context that keeps what it is asked for is enough."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from tui.core.jobs.jobs import Job, parse_job
from tui.screens.dialogs.confirm import Confirm
from tui.screens.jobs.control import JobControl
from tui.screens.jobs.endings import JobEndings
from tui.services.errors import NotOffered, Refused
from tui.services.jobs.polling.poller import PollerState

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.screens.jobs.jobs_context import JobsContext


def job(status: str, job_id: str = "ftjob-1") -> Job:
    return parse_job({"id": job_id, "status": status, "model": "base"})


class Context:
    """Stands for a context: one job, and lists of what was asked of it."""

    def __init__(self, selected: Job) -> None:
        self.job = selected
        self.started: set[str] = set()
        self.shown: list[BaseException] = []
        self.opened: list[tuple[object, Callable[[bool | None], None]]] = []
        self.told: list[str] = []
        self.works: list[Callable[[], Any]] = []
        self.waiting: list[Callable[[], None]] = []
        self.asked: list[str] = []
        self.looked_at = True
        self.service = SimpleNamespace(cancel=self._ask, pause=self._refuse, resume=self._ask)
        self.poller = SimpleNamespace(refresh=lambda: self.asked.append("refresh"))
        self.workspace = SimpleNamespace(profile=SimpleNamespace(name="near"))
        self.show_error = self.shown.append

    async def _ask(self, job_id: str) -> None:
        self.asked.append(job_id)

    async def _refuse(self, job_id: str) -> None:
        raise Refused("Cannot pause", f"no such path for {job_id}", "", status=404)

    def open(self, dialog: object, answered: Callable[[bool | None], None]) -> None:
        self.opened.append((dialog, answered))

    def run(self, work: Callable[[], Any], **_: object) -> None:
        self.works.append(work)

    def later(self, _seconds: float, call: Callable[[], None]) -> None:
        self.waiting.append(call)

    def warn(self, text: str, **_: object) -> None:
        self.told.append(text)

    def ring(self) -> None:
        self.told.append("bell")


def seen_by(context: Context) -> JobsContext:
    return cast("JobsContext", context)


async def test_a_job_is_cancelled_only_after_a_yes() -> None:
    context = Context(job("running"))
    control = JobControl(seen_by(context))
    control.ask_to_cancel()
    ((dialog, answered),) = context.opened
    assert isinstance(dialog, Confirm)
    answered(None)
    assert context.works == []
    answered(True)
    await context.works[0]()
    assert context.asked == ["ftjob-1", "refresh"]


async def test_a_provider_without_pause_is_named_and_a_paused_job_goes_on() -> None:
    with pytest.raises(NotOffered, match="no such path") as caught:
        await JobControl(seen_by(Context(job("running")))).pause_or_resume()
    assert "near has no such feature" in caught.value.next_step
    paused = Context(job("paused"))
    await JobControl(seen_by(paused)).pause_or_resume()
    assert paused.asked == ["ftjob-1", "refresh"]


def test_only_jobs_seen_at_work_are_told_of_when_they_end() -> None:
    context = Context(job("running"))
    endings = JobEndings(seen_by(context))
    old = job("failed", "ftjob-0")  # had ended before anyone looked
    endings.take(PollerState(jobs=(job("running"), job("running", "ftjob-2"), old)))
    assert context.waiting == []
    endings.take(PollerState(jobs=(job("failed"), job("cancelled", "ftjob-2"), old)))
    (tell,) = context.waiting  # those that end together are told of together
    tell()
    assert context.told == ["2 jobs have ended: 1 failed, 1 cancelled", "bell"]
    assert endings.at_work == set()
