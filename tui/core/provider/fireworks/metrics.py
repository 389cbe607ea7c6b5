"""The events of a job, made of its states and its metrics file: Fireworks has no list of them."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from tui.core.jobs.metrics import Metrics, parse_metrics
from tui.core.provider.fireworks.jobs import cost_of, state_words
from tui.core.provider.fireworks.records import status_words
from tui.core.provider.parsing import as_float, as_int, as_map, as_moment, as_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# By the name in the file, "/" and "_" alike. The names have changed before: those of other
# trainers are read too.
_NAMES = {
    "train_loss": "train_loss",
    "training_loss": "train_loss",
    "loss": "train_loss",
    "train_mean_token_accuracy": "train_mean_token_accuracy",
    "train_accuracy": "train_mean_token_accuracy",
    "mean_token_accuracy": "train_mean_token_accuracy",
    "total_steps": "total_steps",
    "train_total_steps": "total_steps",
} | {
    f"{part}_{name}": f"valid_{told}"
    for part in ("eval", "valid", "val", "validation")
    for name, told in (
        ("loss", "loss"),
        ("accuracy", "mean_token_accuracy"),
        ("mean_token_accuracy", "mean_token_accuracy"),
    )
}
_WORDS = {"train_loss": "training loss", "valid_loss": "validation loss"}
_COLUMNS = (
    "train_loss", "train_accuracy", "valid_loss", "valid_accuracy",
)  # fmt: skip


def state_events(native: Mapping[str, Any], job_id: str, said_by: str) -> list[dict[str, Any]]:
    """Return what a job tells of itself at this moment, as events; its state is the last."""
    made = []
    created, updated = as_moment(native.get("createTime")), as_moment(native.get("updateTime"))
    if (cost := cost_of(native, said_by)) is not None:
        text = f"{said_by} estimates {cost['amount']} {cost['currency']} for this job"
        made.append(_event(f"{job_id}-cost-{cost['amount']}", created, text))
    state, problem = as_text(native.get("state")) or "unknown", status_words(native)
    level = "error" if problem or state == "JOB_STATE_FAILED" else "info"
    text = f"The job is {state_words(state)}" + (f": {problem}" if problem else "")
    at = as_moment(native.get("completedTime")) or updated or created
    return [*made, _event(f"{job_id}-{state}", at, text, level=level)]


def metric_events(text: str, job_id: str) -> list[dict[str, Any]]:
    """Return the steps of a metrics file as events, in the file's order."""
    made = []
    for step, at, data in _steps(text):
        # A step may stand on two lines, one for training and one for validation.
        told = "-".join(sorted(data))
        losses = [f"{words}={data[name]:.4f}" for name, words in _WORDS.items() if name in data]
        event = _event(f"{job_id}-step-{step}-{told}", at, f"Step {step}: {', '.join(losses)}")
        made.append(event | {"type": "metrics", "data": {"step": step, **data}})
    return made


def unread_event(job_id: str, cause: str) -> dict[str, Any]:
    """Return the event that says why there are no metrics; it is told once."""
    return _event(f"{job_id}-unread", None, f"The metrics cannot be read: {cause}", level="warn")


def metrics_csv(text: str) -> bytes:
    """Return a metrics file as the CSV that result files are, a step a row."""
    found: dict[int, dict[str, Any]] = {}
    for step, _, data in _steps(text):
        found.setdefault(step, {}).update(data)
    rows = [parse_metrics({"step": step, **data}) for step, data in sorted(found.items())]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("step", *_COLUMNS))
    writer.writerows((row.step, *(_cell(row, name) for name in _COLUMNS)) for row in rows)
    return out.getvalue().encode()


def _cell(row: Metrics, name: str) -> str:
    value = getattr(row, name)
    return "" if value is None else repr(value)


def _steps(text: str) -> Iterator[tuple[int, int | None, dict[str, float]]]:
    """Yield a step, its time and what was measured for each line that tells anything."""
    for line in text.splitlines():
        try:
            record = as_map(json.loads(line))
        except (ValueError, RecursionError):  # the last line may be half written
            continue
        step = as_int(record.get("step"))
        if step is None or step < 0:
            continue
        if data := _measured(record.get("data", record)):
            seconds = as_float(record.get("timestamp"))
            yield step, as_moment(seconds if seconds is None else int(seconds)), data


def _measured(values: object) -> dict[str, float]:
    found = {}
    for name, value in as_map(values).items():
        told, number = _NAMES.get(name.lower().replace("/", "_")), as_float(value)
        if told is not None and number is not None:
            found[told] = number
    return found


def _event(
    identifier: str, at: int | None, message: str, *, level: str = "info"
) -> dict[str, Any]:  # fmt: skip
    return {
        "id": identifier,
        "created_at": at,
        "level": level,
        "message": message,
        "type": "message",
        "data": None,
    }
