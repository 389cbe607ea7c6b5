"""The pre-flight of a job: data, tokens, cost, model, and what is sent where."""

from tui.services.jobs.preflight.parts import (
    LEVELS,
    Level,
    Part,
    Preflight,
    Price,
    Topic,
    refuse_blocked,
)
from tui.services.jobs.preflight.service import OnChange, PreflightService
from tui.services.jobs.preflight.sources import Source

__all__ = [
    "LEVELS",
    "Level",
    "OnChange",
    "Part",
    "Preflight",
    "PreflightService",
    "Price",
    "Source",
    "Topic",
    "refuse_blocked",
]
