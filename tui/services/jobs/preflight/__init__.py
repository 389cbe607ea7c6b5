"""The pre-flight of a job: data, tokens, cost, model, and what is sent where."""

from tui.services.jobs.preflight.parts import (
    LEVELS,
    TOPICS,
    Level,
    Part,
    Preflight,
    Price,
    Topic,
    refuse_blocked,
)
from tui.services.jobs.preflight.service import OnChange, PreflightService
from tui.services.jobs.preflight.sources import Source, is_path

__all__ = [
    "LEVELS",
    "TOPICS",
    "Level",
    "OnChange",
    "Part",
    "Preflight",
    "PreflightService",
    "Price",
    "Source",
    "Topic",
    "is_path",
    "refuse_blocked",
]
