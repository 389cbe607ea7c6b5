"""No test of a replayed provider waits for the next look at a job."""

from __future__ import annotations

import pytest

from tui.services.jobs.polling import tail
from tui.services.jobs.polling.poll_interval import PollInterval


@pytest.fixture
def polls_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the next look at a job come at once."""
    monkeypatch.setattr(
        tail, "PollInterval", lambda: PollInterval(fast=0.001, slow=0.001, rest=0, idle=0.001)
    )
