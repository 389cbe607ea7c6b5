"""`python -m tui.lab.jobs.validator FOLDER` checks the files of a job, resolves `auto` values.

A process of its own, since a file may hold half a gigabyte of JSON. Prints one JSON object.
"""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

from tui.lab.jobs.job_folder import JobFolder
from tui.lab.validation import FileProblem, check_file


def validate(folder: JobFolder) -> dict[str, Any]:
    """``{"kind": "valid", "hyperparameters"}`` or ``{"kind": "invalid", "error"}``."""
    spec = folder.read_spec()
    try:
        examples = check_file(folder.training, spec["method"], "training_file")
        if folder.validation.exists():
            check_file(folder.validation, spec["method"], "validation_file")
    except FileProblem as problem:
        error = {"code": problem.code, "message": problem.message, "param": problem.param}
        return {"kind": "invalid", "error": error}
    from tui.lab.learner import resolve_hyperparameters

    hyperparameters = resolve_hyperparameters(spec["method"], examples, spec["requested"])
    return {"kind": "valid", "hyperparameters": asdict(hyperparameters)}


def main() -> int:
    """Run for the folder named on the command line."""
    os.nice(5)
    outcome = validate(JobFolder(Path(sys.argv[1])))
    sys.stdout.buffer.write(orjson.dumps(outcome) + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
