"""What is killed goes on from where it was, and tells nothing twice."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
from typing import TYPE_CHECKING

import openai
import pytest

from tests.lab_process import LabProcess, chat_lines, finished, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from openai import OpenAI
    from openai.types.fine_tuning import FineTuningJob, FineTuningJobEvent

EPOCHS, STEPS = 15, 180


@pytest.fixture
def own_lab(tmp_path: Path) -> Iterator[LabProcess]:
    """A lab that a test may kill."""
    with LabProcess(tmp_path / "lab") as process:
        yield process


def start_job(client: OpenAI, **options: object) -> FineTuningJob:
    file = client.files.create(file=("train.jsonl", chat_lines(12)), purpose="fine-tune")
    valid = client.files.create(file=("valid.jsonl", chat_lines(2)), purpose="fine-tune")
    return client.fine_tuning.jobs.create(
        model="lab-micro",
        training_file=file.id,
        validation_file=valid.id,
        seed=3,
        hyperparameters={"n_epochs": EPOCHS, "batch_size": 1},
        **options,  # type: ignore[arg-type]
    )


def events_of(client: OpenAI, job_id: str) -> list[FineTuningJobEvent]:
    return client.fine_tuning.jobs.list_events(job_id, limit=1000).data[::-1]


def steps_of(client: OpenAI, job_id: str) -> list[int]:
    return [event.data["step"] for event in events_of(client, job_id) if event.type == "metrics"]  # type: ignore[index]


def wait_for_step(client: OpenAI, job_id: str, step: int) -> None:
    wait_for(lambda: len(steps_of(client, job_id)) >= step)


def kill_trainer(lab: LabProcess, job_id: str) -> int:
    pid = int((lab.data_dir / "jobs" / job_id / "lock").read_text())
    os.kill(pid, signal.SIGKILL)
    return pid


def assert_whole(client: OpenAI, job: FineTuningJob) -> None:
    """Every step and message once, in order; the last three checkpoints."""
    events = events_of(client, job.id)
    assert steps_of(client, job.id) == list(range(1, STEPS + 1))
    assert len({event.id for event in events}) == len(events)
    created = [event.message for event in events if event.message.startswith("Checkpoint created")]
    assert created == [f"Checkpoint created at step {12 * n}" for n in range(1, EPOCHS + 1)]
    kept = [one.step_number for one in client.fine_tuning.jobs.checkpoints.list(job.id).data]
    assert kept == [180, 168, 156]


def test_killed_trainer_and_killed_server_change_nothing_in_the_result(
    own_lab: LabProcess,
) -> None:
    with own_lab.client() as client:
        undisturbed = start_job(client)
        job = start_job(client)
        wait_for_step(client, job.id, 20)
        kill_trainer(own_lab, job.id)
        wait_for_step(client, job.id, 40)
    own_lab.kill()
    lock = own_lab.data_dir / "jobs" / job.id / "lock"
    wait_for(lambda: _is_free(lock))
    own_lab.start()
    with own_lab.client() as client:
        before = {event.id: event.created_at for event in events_of(client, job.id)}
        finished(client, undisturbed.id)
        job = finished(client, job.id)
        assert_whole(client, job)
        assert_whole(client, undisturbed)
        after = {event.id: event.created_at for event in events_of(client, job.id)}
        assert before.items() <= after.items()
        assert [event.level for event in events_of(client, job.id)].count("warn") == 1
        results = [
            client.files.content(one.result_files[0]).read()
            for one in (job, client.fine_tuning.jobs.retrieve(undisturbed.id))
        ]
        assert results[0] == results[1]
        assert job.fine_tuned_model is not None
        client.chat.completions.create(
            model=job.fine_tuned_model, messages=[{"role": "user", "content": "Say one"}]
        )


def test_clean_end_lets_the_job_go_on_at_the_next_start(own_lab: LabProcess) -> None:
    with own_lab.client() as client:
        job = start_job(client)
        wait_for_step(client, job.id, 15)
    assert own_lab.stop() == 0
    assert not (own_lab.data_dir / "server.json").exists()
    assert _is_free(own_lab.data_dir / "jobs" / job.id / "lock")
    own_lab.start()
    with own_lab.client() as client:
        assert_whole(client, finished(client, job.id))


def test_training_that_keeps_dying_fails(own_lab: LabProcess) -> None:
    with own_lab.client() as client:
        job = start_job(client)
        wait_for_step(client, job.id, 1)
        client.fine_tuning.jobs.pause(job.id)
        spec = own_lab.data_dir / "jobs" / job.id / "spec.json"
        # A trainer that dies before it can say a word, every time.
        spec.unlink()
        spec.mkdir()
        client.fine_tuning.jobs.resume(job.id)
        failed = finished(client, job.id, "failed")
        assert failed.error is not None
        assert failed.error.code == "server_error"
        assert "3 times" in failed.error.message
        assert [event.level for event in events_of(client, job.id)].count("warn") == 2


def test_failing_disk_fails_the_job_and_not_the_lab(own_lab: LabProcess) -> None:
    files = own_lab.data_dir / "files"
    with own_lab.client() as client:
        job = start_job(client)
        client.fine_tuning.jobs.pause(job.id)
        shutil.rmtree(files)
        with pytest.raises(openai.InternalServerError, match="data folder") as refused:
            client.files.create(file=("train.jsonl", chat_lines(12)), purpose="fine-tune")
        assert refused.value.code == "storage_error"
        assert str(files) in str(refused.value)  # what is missing, and what to do
        assert "end the lab and ask again" in str(refused.value)
        client.fine_tuning.jobs.resume(job.id)
        failed = finished(client, job.id, "failed")
        assert failed.error is not None
        assert failed.error.code == "server_error"
        files.mkdir()
        file = client.files.create(file=("train.jsonl", chat_lines(12)), purpose="fine-tune")
        again = client.fine_tuning.jobs.create(
            model="lab-micro", training_file=file.id, hyperparameters={"n_epochs": 1}
        )
        finished(client, again.id)


def test_pause_keeps_the_place_and_cancel_ends_within_a_step(own_lab: LabProcess) -> None:
    with own_lab.client() as client:
        job = start_job(client)
        wait_for_step(client, job.id, 20)
        paused = client.fine_tuning.jobs.pause(job.id)
        assert (str(paused.status), paused.estimated_finish) == ("paused", None)
        at = steps_of(client, job.id)
        assert _is_free(own_lab.data_dir / "jobs" / job.id / "lock")
        assert client.fine_tuning.jobs.pause(job.id).status == paused.status
        client.fine_tuning.jobs.resume(job.id)
        wait_for_step(client, job.id, len(at) + 5)
        running = client.fine_tuning.jobs.retrieve(job.id)
        assert running.estimated_finish is not None
        cancelled = client.fine_tuning.jobs.cancel(job.id)
        assert cancelled.status == "cancelled"
        assert cancelled.finished_at is not None
        end = steps_of(client, job.id)
        assert end == list(range(1, len(end) + 1))
        assert len(end) < STEPS
        assert events_of(client, job.id)[-1].message == "The job has been cancelled"
        assert client.fine_tuning.jobs.cancel(job.id).status == "cancelled"
        left = {path.name for path in (own_lab.data_dir / "jobs" / job.id).iterdir()}
        assert not left & {"state", "training.jsonl", "journal.jsonl"}


def _is_free(lock: Path) -> bool:
    with lock.open() as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
