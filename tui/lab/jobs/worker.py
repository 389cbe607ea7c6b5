"""A child process that reports JSON objects: the validator or the trainer of one job."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Literal

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui.lab.jobs.job_folder import JobFolder

_PACKAGE_ROOT: Final = Path(__file__).resolve().parents[3]
_END_SECONDS: Final = 10.0

log = logging.getLogger(__name__)


class Worker:
    """One run of ``tui.lab.<module>`` on a job's folder. Ends when this process ends."""

    def __init__(self, module: Literal["validator", "trainer"], folder: JobFolder) -> None:
        with folder.log.open("ab") as errors:
            self._process = start_worker(module, folder.root, errors, _environment())

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield what the process reports, until it ends."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            try:
                record = orjson.loads(line)
            except orjson.JSONDecodeError:
                log.warning("a worker wrote a line that is not JSON")
                continue
            yield record

    def finish(self) -> int:
        """Wait for the end and give the exit code."""
        code = self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()
        return code

    def stop(self) -> None:
        """Ask the process to save and leave; one that does not is killed."""
        with suppress(ProcessLookupError):
            self._process.terminate()
        timer = threading.Timer(_END_SECONDS, self.kill)
        timer.daemon = True
        timer.start()

    def kill(self) -> None:
        """End the process now."""
        with suppress(ProcessLookupError):
            self._process.kill()


def start_worker(
    module: str, folder: Path, errors: IO[bytes], environ: dict[str, str]
) -> subprocess.Popen[bytes]:
    """Start ``tui.lab.jobs.<module>`` on a folder. Raises OSError."""
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-P", "-m", f"tui.lab.jobs.{module}", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        cwd=folder,
        env=environ,
        # Ctrl+C in the terminal of the server is the server's to handle.
        start_new_session=True,
    )


def _environment() -> dict[str, str]:
    # Matrices this small are no faster in two threads, and the second core is the user's.
    threads = "1"
    inherited = os.environ.get("PYTHONPATH")
    path = [str(_PACKAGE_ROOT), *([inherited] if inherited else [])]
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(path),
        "OPENBLAS_NUM_THREADS": threads,
        "OMP_NUM_THREADS": threads,
        "MKL_NUM_THREADS": threads,
        "VECLIB_MAXIMUM_THREADS": threads,
    }
