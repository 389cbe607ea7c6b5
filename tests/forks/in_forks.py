"""What the program starts as processes of its own, started as forks.

Each takes a processor a third of a second to more than a second when it is started as a user's
program starts it, and the tests start thousands. That this does is for
tests/services/test_workers.py, tests/services/provider/test_lab_process.py and
tests/lab/test_process.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests import forks
from tui.lab.jobs import worker as lab_jobs
from tui.services import workers
from tui.services.provider import lab_process

if TYPE_CHECKING:
    from pathlib import Path
    from typing import IO

worker_as_users_do = workers.start_worker
lab_worker_as_users_do = lab_jobs.start_worker
lab_as_users_do = lab_process.start_lab


def worker(environ: dict[str, str]) -> Any:
    return forks.start(
        "tests.forks.pool_worker",
        env=environ,
        stdin=forks.PIPE,
        stderr=forks.DEVNULL,
        binary=True,
        apart="group",
    )


def lab_worker(module: str, folder: Path, errors: IO[bytes], environ: dict[str, str]) -> Any:
    return forks.start(
        f"tui.lab.jobs.{module}",
        str(folder),
        env=environ,
        cwd=folder,
        stdin=forks.PIPE,
        stderr=errors,
        binary=True,
        apart="session",
    )


def lab(words: list[str], environ: dict[str, str], folder: Path, log: IO[bytes]) -> forks.Forked:
    return forks.start(
        "tui.lab", *words, env=environ, cwd=folder, stdout=log, stderr=log, apart="session"
    )


def start_all(address: str = "") -> None:
    """Start them all as forks from now on, of the process that listens there."""
    if address:
        forks.be_forked_by(address)
    workers.start_worker = worker
    lab_jobs.start_worker = lab_worker
    lab_process.start_lab = lab
