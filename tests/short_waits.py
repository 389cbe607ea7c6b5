"""Waits before something is asked again, a thirtieth of what they are: how often it is asked stays.

Tests of the waits themselves set them as they want them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.services.files import part_uploads
from tui.services.jobs.polling.poller import JobPoller
from tui.services.jobs.service import JobService
from tui.services.models import deployment_acts, readiness
from tui.services.provider import provider, together
from tui.services.provider.fireworks import datasets

if TYPE_CHECKING:
    import pytest

_PART = 30
_WAITS: tuple[tuple[Any, str], ...] = (
    (provider, "READ_AGAIN_S"),
    (together, "LOOK_AGAIN_S"),
    (datasets, "LOOKS_S"),
    (datasets, "WAITS_S"),
    (part_uploads, "AGAIN_S"),
    (deployment_acts, "LOOK_AGAIN_S"),
    (readiness, "WAITS_S"),
)


def shorten_waits() -> None:
    """Have this process wait that short, and what is forked from it."""
    for module, name in _WAITS:
        setattr(module, name, _shorter(getattr(module, name)))
    given: dict[str, Any] = JobService.__init__.__kwdefaults__
    given["look_after"] = _shorter(given["look_after"])


def look_often(patch: pytest.MonkeyPatch) -> None:
    """Have apps look at running jobs several times a second."""
    defaults: dict[str, Any] = JobPoller.__init__.__kwdefaults__
    for name, value in {"fast": 0.2, "slow": 0.2, "rest": 0}.items():
        patch.setitem(defaults, name, value)


def _shorter(waits: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(wait / _PART for wait in waits)
