"""What deleting models would take, what depends on them, and what stays."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tui.core.jobs.jobs import Job, parse_job
from tui.core.models.deletion_plan import plan_deletion, why_held
from tui.core.models.entry import CheckpointKept, FileOfJob, ModelEntry, Usage
from tui.core.models.states import ModelState
from tui.core.provider.deployments import Deployment

ONE = ModelEntry(
    "ft:base-a:org:moss:1", "tuned", ModelState.LIVE, "base-a", "moss",
    job="ftjob-1", training_file=FileOfJob("file-1"), validation_file=FileOfJob("file-2"),
)  # fmt: skip
TWO = replace(ONE, id="ft:base-a:org:fern:2", suffix="fern", job="ftjob-2", validation_file=None)
BASE = ModelEntry("base-a", "base", ModelState.LIVE)

NOW = 1_795_000_000
HERE = replace(ONE, state=ModelState.DELETED_HERE, deleted_at=NOW - 60)


def job(number: int, **more: object) -> Job:
    given = {"training_file": "file-1", "status": "succeeded", "model": "base-a", **more}
    return parse_job({"id": f"ftjob-{number}", "object": "fine_tuning.job", **given})


JOBS = [
    job(1, fine_tuned_model=ONE.id, validation_file="file-2"),
    job(2, fine_tuned_model=TWO.id),
]


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (ONE, ""),
        (BASE, "base model"),
        (HERE, "already"),
        (replace(HERE, listed=True), "still lists it"),
        (replace(HERE, listed=True, deleted_at=NOW - 90_000), ""),
        (replace(ONE, state=ModelState.DELETED_ELSEWHERE), "gone"),
        (replace(ONE, state=ModelState.RETIRED), ""),
        (replace(ONE, state=ModelState.HIDDEN), ""),
        (
            replace(ONE, deployments=(Deployment("d", ONE.id, "chat-eu", name="chat-eu"),)),
            "chat-eu",
        ),
        (replace(ONE, deployments=(Deployment("d", ONE.id, "x", leaving=True),)), ""),
    ],
)
def test_what_is_not_asked_for_and_why(entry: ModelEntry, words: str) -> None:
    plan = plan_deletion([entry], [entry], JOBS, NOW)
    assert words in why_held(entry, NOW)
    assert bool(plan.held) == bool(words)
    assert bool(plan.going) != bool(words)


def test_files_that_others_use_stay() -> None:
    alone = plan_deletion([ONE], [ONE, TWO, BASE], JOBS, NOW)
    assert ([file.id for file in alone.files], alone.shared) == (["file-2"], 1)
    both = plan_deletion([ONE, TWO], [ONE, TWO, BASE], JOBS, NOW)
    assert ([file.id for file in both.files], both.shared) == (["file-1", "file-2"], 0)
    again = [*JOBS, job(3, status="running")]
    assert plan_deletion([ONE, TWO], [ONE, TWO], again, NOW).shared == 1
    failed = [*JOBS, job(3, status="failed")]  # it may be tried again with the same file
    assert plan_deletion([ONE, TWO], [ONE, TWO], failed, NOW).shared == 1


def test_what_depends_on_a_model_is_named() -> None:
    further = replace(TWO, base=ONE.id)
    used = replace(ONE, usage=Usage(chats=3, compared=1))
    jobs = [*JOBS, job(3, model=ONE.id, status="running")]
    notes = " ".join(plan_deletion([used], [used, further], jobs, NOW).notes)
    assert "ftjob-3" in notes
    assert "fern" in notes
    assert "1 job still trains on it: ftjob-3." in notes
    assert "Trained further from it, and staying: fern." in notes
    assert "3 requests and 1 comparison made with it can be read" in notes
    more = " ".join(plan_deletion([used, TWO], [used, TWO], jobs, NOW).notes)
    assert "made with them can be read" in more
    assert "fern" not in " ".join(plan_deletion([used, further], [used, further], JOBS, NOW).notes)
    gone = replace(further, state=ModelState.DELETED_HERE)
    assert "fern" not in " ".join(plan_deletion([used], [used, gone], JOBS, NOW).notes)
    hidden = replace(ONE, state=ModelState.HIDDEN)
    assert "not known" in " ".join(plan_deletion([hidden], [hidden], JOBS, NOW).notes)


def test_checkpoints_go_only_where_they_are_models() -> None:
    points = tuple(CheckpointKept(f"c{n}", f"{ONE.id}:ckpt-step-{n}", n) for n in (10, 20))
    kept = replace(ONE, checkpoints=points)
    listed = ModelEntry(points[0].model, "checkpoint", ModelState.LIVE)
    plan = plan_deletion([kept], [kept, listed], JOBS, NOW)
    assert plan.checkpoints == (points[0].model,)
    assert plan.to_json()["checkpoints"] == [points[0].model]
    assert plan_deletion([kept, listed], [kept, listed], JOBS, NOW).checkpoints == ()
