"""The tests compiled once, by two processes, before each worker would do it for itself.

In a new checkout that is ten seconds of processor time a worker: pytest rewrites every `assert`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from _pytest.assertion import rewrite

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

_PROCESSES = 2


def compile_all(config: pytest.Config, folder: Path) -> None:
    """Compile the tests below a folder that have changed, as pytest will look for them."""
    if sys.dont_write_bytecode:
        return
    files = [*sorted(folder.rglob("test_*.py")), *sorted(folder.rglob("conftest.py"))]
    stale = [path for path in files if not _is_fresh(path)]
    parts = [part for at in range(_PROCESSES) if (part := stale[at::_PROCESSES])]
    for pid in [_start(config, part) for part in parts]:
        os.waitpid(pid, 0)  # what has failed is compiled, and told of, by a worker


def _compiled(path: Path) -> Path:
    return rewrite.get_cache_dir(path) / (path.stem + rewrite.PYC_TAIL)


def _is_fresh(path: Path) -> bool:
    try:
        return _compiled(path).stat().st_mtime >= path.stat().st_mtime
    except FileNotFoundError:
        return False


def _start(config: pytest.Config, paths: Sequence[Path]) -> int:
    if pid := os.fork():
        return pid
    try:
        for path in paths:
            place = _compiled(path)
            if rewrite.try_makedirs(place.parent):
                stat, code = rewrite._rewrite_test(path, config)
                rewrite._write_pyc(config.stash[rewrite.assertstate_key], code, stat, place)
    finally:
        os._exit(0)
