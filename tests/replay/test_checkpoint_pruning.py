"""Keep the best checkpoints of jobs and delete the rest, headless."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.faults.server import ACT_AND_DROP, problem, reply
from tests.replay.checkpoints import CheckpointReplay
from tests.replay.circle import profile
from tests.replay.together import TogetherReplay
from tests.served import served

if TYPE_CHECKING:
    from pathlib import Path


far = served(CheckpointReplay)


def test_a_dry_run_says_what_goes_what_stays_and_why(far: CheckpointReplay, tmp_path: Path) -> None:
    home = profile(far, tmp_path)
    job = far.train("pirate")
    told = home.json("jobs", "prune", job, "--dry-run")
    assert told["by"] == "valid_loss"
    assert [one["step"] for one in told["checkpoints"]] == [3, 1]
    assert {one["step"]: one["stays"] for one in told["kept"]} == {
        2: "the best", 4: "it is the job's model",
    }  # fmt: skip
    text = home.run("jobs", "prune", job, "--keep", "2", "--dry-run").stdout
    assert "keep, number 2 of the best 2: step 3  valid loss 0.900" in text
    assert "would delete: step 1  valid loss 1.40" in text
    assert "keeping them costs: unknown; their sizes are not told" in text
    assert "1 checkpoint: nothing has been deleted" in text
    assert far.deleted() == []
    (tmp_path / "config" / "providers.toml").write_text(
        '[[providers]]\nid = "compatible"\n[[providers.keeping]]\nwhat = "checkpoints"\nusd = "0"\n'
    )
    assert "keeping them costs: nothing" in home.run("jobs", "prune", job, "--dry-run").stdout


def test_nothing_goes_without_yes_and_the_rest_goes_with_it(
    far: CheckpointReplay, tmp_path: Path
) -> None:
    home = profile(far, tmp_path)
    job = far.train("pirate")
    done = home.run("jobs", "prune", job)
    assert (done.returncode, far.deleted()) == (4, [])
    assert "this deletes 2 checkpoints for good with profile far" in done.stderr
    told = home.json("jobs", "prune", job, "--yes")
    assert [one["deleted"] for one in told["deleted"]] == [True, True]
    assert [one.rpartition("-")[2] for one in far.deleted()] == ["3", "1"]
    assert [one["step"] for one in told["kept"]] == [2, 4]
    # The job lists them for ever: what is gone is not asked for again, nor counted as kept.
    told = home.json("jobs", "prune", job, "--dry-run")
    assert ([one["step"] for one in told["kept"]], told["checkpoints"]) == ([2, 4], [])
    assert len(far.deleted()) == 2


def test_refusals_and_a_lost_answer_have_a_result_each(
    far: CheckpointReplay, tmp_path: Path
) -> None:
    home = profile(far, tmp_path)
    jobs = [far.train(name, (1.0, 0.5, 0.9, 0.8, None)) for name in ("a", "b")]
    gone = f"DELETE /models/ft:{far.base}:org:a:abc:ckpt-step-"
    far.fault(f"{gone}4", reply(403, problem("Missing scopes: the Owner role is needed")))
    far.fault(f"{gone}3", ACT_AND_DROP)
    done = home.run("jobs", "prune", *jobs, "--yes", "--json")
    assert done.returncode == 3
    told = json.loads(done.stdout)
    found = {one["id"].partition(":org:")[2]: one for one in told["deleted"]}
    assert len(found) == 6
    assert "Owner role" in found["a:abc:ckpt-step-4"]["cause"]
    assert found["a:abc:ckpt-step-3"]["deleted"] is True
    assert sum(one["deleted"] for one in told["deleted"]) == 5
    assert len(far.deleted()) == len(set(far.deleted())) == 6


def test_a_job_whose_checkpoints_do_not_come_hides_no_other(
    far: CheckpointReplay, tmp_path: Path
) -> None:
    home = profile(far, tmp_path)
    jobs = [far.train("a"), far.train("b")]
    path = f"GET /fine_tuning/jobs/{jobs[0]}/checkpoints"
    far.always[path] = reply(403, problem("not yours"))
    done = home.run("jobs", "prune", "--all", "--dry-run", "--json")
    assert done.returncode == 3
    assert "its checkpoints are not known: not yours" in done.stderr
    told = json.loads(done.stdout)
    assert {one["job"] for one in told["checkpoints"]} == {jobs[1]}


def test_what_is_in_use_stays(far: CheckpointReplay, tmp_path: Path) -> None:
    home = profile(far, tmp_path)
    job = far.train("pirate")
    far.new_job({
        "id": "ftjob-next", "model": f"ft:{far.base}:org:pirate:abc:ckpt-step-1",
        "status": "running", "_lives": [], "_events": [], "_losses": (0.1,),
        "fine_tuned_model": None, "created_at": 1_790_000_100,
    })  # fmt: skip
    told = home.json("jobs", "prune", job, "--dry-run")
    assert {one["step"]: one["stays"] for one in told["kept"]}[1] == "job ftjob-next trains on it"
    told = home.json("jobs", "prune", "ftjob-next", "--by", "step", "--dry-run")
    assert [one["stays"] for one in told["kept"]] == ["it is not a model of its own: there is"
                                                      " nothing to delete"]  # fmt: skip
    told = home.json("jobs", "prune", "--all", "--keep", "0", "--dry-run")  # ended ones alone
    assert {one["job"] for one in [*told["checkpoints"], *told["kept"]]} == {job}


def test_without_held_out_data_somebody_has_to_say_what_is_best(
    far: CheckpointReplay, tmp_path: Path
) -> None:
    home = profile(far, tmp_path)
    job = far.train("pirate", (None, None, None))
    done = home.run("jobs", "prune", job, "--dry-run")
    assert done.returncode == 2
    assert "none has a validation loss or accuracy" in done.stderr
    told = home.json("jobs", "prune", job, "--by", "train_loss", "--dry-run")
    assert [one["step"] for one in told["checkpoints"]] == [1]
    told = home.json("jobs", "prune", job, "--by", "step", "--keep", "0", "--dry-run")
    assert [one["step"] for one in told["checkpoints"]] == [2, 1]
    far.train("other")
    done = home.run("jobs", "prune", job, far.jobs[0]["id"], "--dry-run")
    assert done.returncode == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "name the jobs, or --all"),
        (("ftjob-1", "--all"), "name the jobs, or --all"),
        (("ftjob-1", "--keep", "-1"), "--keep"),
        (("ftjob-1", "--keep", "two"), "is not a number of checkpoints"),
        (("ftjob-1", "--by", "luck"), "invalid choice"),
    ],
)
def test_usage(far: CheckpointReplay, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    done = profile(far, tmp_path).run("jobs", "prune", *words)
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr


def test_read_only_and_not_offered(far: CheckpointReplay, tmp_path: Path) -> None:
    job = far.train("pirate")
    done = profile(far, tmp_path / "a", more="read_only = true").run("jobs", "prune", job, "--yes")
    assert (done.returncode, "read-only" in done.stderr, far.deleted()) == (3, True, [])
    together = TogetherReplay()
    try:
        done = profile(together, tmp_path / "b").run("jobs", "prune", "ft-1", "--dry-run")
        assert "Together does not offer deleting checkpoints" in done.stderr
    finally:
        together.close()
