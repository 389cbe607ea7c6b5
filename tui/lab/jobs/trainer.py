"""``python -m tui.lab.jobs.trainer FOLDER``: trains the job described in a folder.

Reports go to stdout, one JSON object a line. SIGTERM, or the end of stdin (the server is
gone), make it save its state after the current step and leave.
"""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import threading
import time
import traceback
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson

from tui.lab.jobs.job_folder import JobFolder
from tui.lab.jobs.journal import Journal
from tui.lab.validation.report import read_examples

if TYPE_CHECKING:
    from tui.lab.learner import StepMetrics, TrainingRun

_SAVE_SECONDS: Final = 3.0
_LOCK_SECONDS: Final = 30.0


class Trainer:
    """One training, from its folder to its final weights."""

    def __init__(self, folder: JobFolder) -> None:
        self._folder = folder
        self._spec = folder.read_spec()
        self._stop = threading.Event()
        self._saved_at = time.monotonic()

    def stop(self) -> None:
        """Leave after the current step."""
        self._stop.set()

    def train(self) -> None:
        """Train to the end or until stopped."""
        run = self._open_run()
        journal, told = Journal.resumed_at(self._folder.journal, run.step)
        _tell({"kind": "started", "step": run.step, "total_steps": run.total_steps})
        for record in told:
            _tell(record)
        while run.step < run.total_steps and not self._stop.is_set():
            self._advance(run, journal)
        if run.step < run.total_steps:
            self._save(run, journal)
            _tell({"kind": "stopped", "step": run.step})
            return
        run.model.save(self._folder.final)
        self._save(run, journal)
        _tell({"kind": "done", "step": run.step, "trained_tokens": run.trained_tokens})

    def _advance(self, run: TrainingRun, journal: Journal) -> None:
        metrics = run.run_step()
        records = [_step_record(metrics)]
        if metrics.epoch_end:
            run.model.save(self._folder.checkpoint(metrics.step))
            records.append({**records[0], "kind": "checkpoint"})
        for record in records:
            journal.append(record)
        if metrics.epoch_end or time.monotonic() - self._saved_at > _SAVE_SECONDS:
            self._save(run, journal)
        for record in records:
            _tell(record)

    def _save(self, run: TrainingRun, journal: Journal) -> None:
        journal.sync()
        run.save_state(self._folder.state)
        self._saved_at = time.monotonic()

    def _open_run(self) -> TrainingRun:
        from tui.lab.learner import Hyperparameters, TrainingRun, load_base, load_model

        folder, spec = self._folder, self._spec
        parent = folder.parent
        base = load_model(parent) if parent.exists() else load_base(spec["root_model"])
        train = read_examples(folder.training)
        valid = read_examples(folder.validation) if folder.validation.exists() else None
        hyper = Hyperparameters(**spec["hyperparameters"])
        if folder.state.exists():
            return TrainingRun.resume(
                folder.state, base, spec["method"], train, valid, hyper, spec["seed"]
            )
        return TrainingRun(base, spec["method"], train, valid, hyper, spec["seed"])


def _step_record(metrics: StepMetrics) -> dict[str, Any]:
    record = asdict(metrics)
    return {"kind": "step", "step": record.pop("step"), "metrics": record}


def _tell(record: dict[str, Any]) -> None:
    # A server that is gone cannot be told; it reads the journal's records at its next start.
    with suppress(BrokenPipeError):
        os.write(sys.stdout.fileno(), orjson.dumps(record) + b"\n")


def _hold(path: Path) -> int | None:
    """Hold the folder; None when a trainer before us does not let go of it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + _LOCK_SECONDS
    while time.monotonic() < deadline:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.05)
        else:
            os.ftruncate(descriptor, 0)
            os.write(descriptor, f"{os.getpid()}\n".encode())
            return descriptor
    return None


def _watch_parent(trainer: Trainer) -> None:
    sys.stdin.buffer.read()
    trainer.stop()


def main() -> int:
    """Run for the folder named on the command line; 75 when it is held by another."""
    os.nice(5)
    os.umask(0o077)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    folder = JobFolder(Path(sys.argv[1]))
    trainer = Trainer(folder)
    signal.signal(signal.SIGTERM, lambda *_: trainer.stop())
    threading.Thread(target=_watch_parent, args=(trainer,), daemon=True).start()
    if _hold(folder.lock) is None:
        return 75
    try:
        trainer.train()
    except Exception as error:  # noqa: BLE001 - whatever went wrong, the job has to say it
        traceback.print_exc()
        _tell({"kind": "error", "message": f"{type(error).__name__}: {error}"})
    sys.stderr.flush()
    os._exit(0)  # the thread that reads stdin would hold the interpreter's end up


if __name__ == "__main__":
    sys.exit(main())
