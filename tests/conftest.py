"""How many tests run at once."""

from __future__ import annotations

import os


def pytest_xdist_auto_num_workers() -> int:
    """Run half as many again as there are cores: a third of the time is spent waiting."""
    return max(1, (os.cpu_count() or 1) * 3 // 2)
