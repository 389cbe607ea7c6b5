"""How many tests run at once, and the provider that misbehaves on request."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.faults.server import FaultServer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server() -> Iterator[FaultServer]:
    """Give a provider on loopback that does as told, and ends with the test."""
    one = FaultServer()
    yield one
    one.close()


def pytest_xdist_auto_num_workers() -> int:
    """Run half as many again as there are cores: a third of the time is spent waiting."""
    return max(1, (os.cpu_count() or 1) * 3 // 2)
