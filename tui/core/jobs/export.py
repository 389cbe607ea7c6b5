"""The events and the measured steps of a job as CSV or JSON lines."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import TYPE_CHECKING

from tui.core.jobs.metrics import Metrics
from tui.core.text.spreadsheet import csv_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui.core.jobs.jobs import Event

_STEP_COLUMNS = tuple(field.name for field in fields(Metrics))


def steps_csv(metrics: Iterable[Metrics]) -> str:
    """Return one line a step, with a heading; what was not measured is empty."""
    return csv_text([_STEP_COLUMNS, *(asdict(one).values() for one in metrics)])


def steps_jsonl(metrics: Iterable[Metrics]) -> str:
    """Return one object a step, without what was not measured."""
    return _jsonl({k: v for k, v in asdict(one).items() if v is not None} for one in metrics)


def events_csv(events: Iterable[Event]) -> str:
    """Return one line an event, oldest first, with a heading; times are Unix seconds."""
    rows = ((e.id, e.created_at, e.level, e.type, e.message) for e in events)
    return csv_text([("id", "created_at", "level", "type", "message"), *rows])


def events_jsonl(events: Iterable[Event]) -> str:
    """Return the provider's own objects, oldest first."""
    return _jsonl(dict(event.raw) for event in events)


def _jsonl(objects: Iterable[object]) -> str:
    return "".join(f"{json.dumps(one, ensure_ascii=False)}\n" for one in objects)
