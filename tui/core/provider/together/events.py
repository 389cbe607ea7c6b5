"""Events, metrics and checkpoints of Together in OpenAI's shape, and the losses of a job as CSV."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from tui.core.provider.parsing import as_float, as_int, as_map, as_moment, as_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


def event_objects(values: Sequence[object], job_id: str) -> list[dict[str, Any]]:
    """Return events in OpenAI's shape, each with an id of its own that stays the same."""
    seen: Counter[str] = Counter()
    found = []
    for value in values:
        native = as_map(value)
        at, kind = as_text(native.get("created_at")) or "", as_text(native.get("type")) or "message"
        key = f"{job_id}:{at}:{kind}:{as_text(native.get('message')) or ''}"
        seen[key] += 1
        found.append({
            "id": key if seen[key] == 1 else f"{key}#{seen[key]}",
            "created_at": as_moment(at),
            "level": level(native),
            "message": as_text(native.get("message")) or kind,
            "type": kind,
            "native": dict(native),
        })  # fmt: skip
    return found


def level(native: Mapping[str, Any]) -> str:
    """Return how grave an event is, in OpenAI's words."""
    told = (as_text(native.get("level")) or "info").lower()
    return told.removeprefix("legacy_").replace("iwarning", "warning").replace("ierror", "error")


def metric_events(values: Sequence[object], job_id: str) -> list[dict[str, Any]]:
    """Return the rows of metrics as events, training and evaluation of a step as one each."""
    rows = ((as_map(value), kind) for value in values for kind in ("train", "eval"))
    found = (_metric_event(row, kind, job_id) for row, kind in rows)
    return [event for event in found if event is not None]


def _metric_event(row: Mapping[str, Any], kind: str, job_id: str) -> dict[str, Any] | None:
    loss = as_float(row.get(f"{kind}/loss"))
    steps = (row.get(name) for name in (f"{kind}/global_step", "train/global_step", "global_step"))
    step = next((at for one in steps if (at := as_int(one)) is not None), None)
    if loss is None or step is None:
        return None
    name = "train_loss" if kind == "train" else "valid_loss"
    said = "training" if kind == "train" else "validation"
    accuracy = as_float(row.get(f"{kind}/accuracy"))
    return {
        "id": f"{job_id}:{kind}:{step}",
        "created_at": as_moment(row.get("timestamp")),
        "level": "info",
        "message": f"Step {step}: {said} loss={loss:.4f}",
        "type": "metrics",
        "data": {
            "step": step,
            name: loss,
            **({} if accuracy is None else {name.replace("loss", "accuracy"): accuracy}),
        },
        "native": dict(row),
    }


def merged_events(*groups: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return events of several lists in the order of their times.

    One without a time belongs behind the one before it in its list.
    """
    ordered: list[tuple[int, dict[str, Any]]] = []
    for group in groups:
        latest = 0
        for event in group:
            latest = event["created_at"] or latest
            ordered.append((latest, event))
    return [event for _, event in sorted(ordered, key=lambda one: one[0])]


def checkpoint_objects(values: Sequence[object], job_id: str) -> list[dict[str, Any]]:
    """Return checkpoints in OpenAI's shape. None answers in a chat: `id` is to train on from."""
    found: dict[str, dict[str, Any]] = {}
    for value in values:
        native = as_map(value)
        step = as_int(native.get("step"))
        name = job_id if step is None else f"{job_id}:{step}"
        if name in found:  # the adapter of a step beside the merged model of it
            name = f"{name} ({as_text(native.get('checkpoint_type')) or 'another'})"
        found[name] = {
            "id": name,
            "created_at": as_moment(native.get("created_at")),
            "fine_tuning_job_id": job_id,
            "step_number": step,
            "metrics": {"step": step},
            "native": dict(native),
        }
    return list(found.values())


def result_csv(events: Iterable[Mapping[str, Any]]) -> str:
    """Return the losses of a job by step as CSV; of a step without one the cell is empty."""
    rows: dict[int, dict[str, Any]] = {}
    for event in events:
        data = as_map(event.get("data"))
        if (step := as_int(data.get("step"))) is not None:
            rows.setdefault(step, {}).update(data)
    lines = [
        f"{step},{row.get('train_loss', '')},{row.get('valid_loss', '')}"
        for step, row in sorted(rows.items())
    ]
    return "".join(f"{line}\n" for line in ["step,train_loss,valid_loss", *lines])
