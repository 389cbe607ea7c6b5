"""Fine-tuning jobs, their events and checkpoints, as read from any provider's answer."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from tui.core.jobs.metrics import Metrics, event_metrics, parse_metrics
from tui.core.provider.parsing import (
    as_float,
    as_int,
    as_map,
    as_object,
    as_text,
    as_texts,
    as_time,
    required_id,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "ACTIVE",
    "TERMINAL",
    "Checkpoint",
    "Event",
    "Job",
    "JobError",
    "Metrics",
    "parse_checkpoint",
    "parse_event",
    "parse_job",
]

ACTIVE = frozenset({"validating_files", "queued", "running", "pending", "created", "cancelling"})
TERMINAL = frozenset({"succeeded", "failed", "cancelled"})
# The words of other dialects for the same ends.
_SAME_AS = {"completed": "succeeded", "success": "succeeded", "error": "failed"} | {
    "canceled": "cancelled"
}


@dataclass(frozen=True, slots=True)
class JobError:
    """Why a job failed, in the provider's words."""

    code: str | None
    message: str
    param: str | None


@dataclass(frozen=True, slots=True)
class Job:
    """One fine-tuning job. Times are Unix seconds; `raw` is the provider's own object.

    `percent` is how much of it is done (0 to 100), where the provider says so.
    """

    id: str
    status: str
    model: str
    fine_tuned_model: str | None
    created_at: int | None
    finished_at: int | None
    estimated_finish: int | None
    training_file: str | None
    validation_file: str | None
    trained_tokens: int | None
    seed: int | None
    suffix: str | None
    method: str
    hyperparameters: Mapping[str, object]
    result_files: tuple[str, ...]
    error: JobError | None
    metadata: Mapping[str, str]
    raw: Mapping[str, Any]
    percent: float | None = None

    @property
    def active(self) -> bool:
        """Whether the provider is known to be working on it."""
        return self.status in ACTIVE

    @property
    def terminal(self) -> bool:
        """Whether nothing about it can change any more."""
        return self.status in TERMINAL

    @property
    def succeeded(self) -> bool:
        """Whether it ended with a model."""
        return self.status == "succeeded"


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a job's log; `metrics` when it reports a step."""

    id: str
    created_at: int | None
    level: str
    message: str
    type: str
    metrics: Metrics | None
    raw: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A model kept from the middle of training; `model` is what to chat with."""

    id: str
    created_at: int | None
    model: str | None
    job_id: str | None
    step: int | None
    metrics: Metrics
    raw: Mapping[str, Any]


def parse_job(value: object) -> Job:
    """Read a job. Unknown statuses and missing fields survive; no id raises MalformedError."""
    raw = as_object(value, "the job")
    status = as_text(raw.get("status")) or "unknown"
    method = as_text(as_map(raw.get("method")).get("type")) or "supervised"
    return Job(
        id=required_id(raw, "the job"),
        status=_SAME_AS.get(status.lower(), status),
        model=as_text(raw.get("model")) or "",
        fine_tuned_model=as_text(raw.get("fine_tuned_model")) or None,
        created_at=as_time(raw.get("created_at")),
        finished_at=as_time(raw.get("finished_at")),
        estimated_finish=as_time(raw.get("estimated_finish")),
        training_file=as_text(raw.get("training_file")),
        validation_file=as_text(raw.get("validation_file")),
        trained_tokens=as_int(raw.get("trained_tokens")),
        seed=as_int(raw.get("seed")),
        suffix=_suffix(raw),
        method=method,
        hyperparameters=_hyperparameters(raw, method),
        result_files=as_texts(raw.get("result_files")),
        error=_job_error(raw.get("error")),
        metadata=MappingProxyType(
            {k: v for k, v in as_map(raw.get("metadata")).items() if isinstance(v, str)}
        ),
        raw=raw,
        percent=_percent(raw.get("progress")),
    )


def parse_event(value: object) -> Event:
    """Read an event. One without an id is told apart by its time and text."""
    raw = as_object(value, "the event")
    message = as_text(raw.get("message")) or ""
    created = as_time(raw.get("created_at"))
    return Event(
        id=as_text(raw.get("id")) or f"{created}:{message}",
        created_at=created,
        level=as_text(raw.get("level")) or "info",
        message=message,
        type=as_text(raw.get("type")) or "message",
        metrics=event_metrics(raw, message),
        raw=raw,
    )


def parse_checkpoint(value: object) -> Checkpoint:
    """Read a checkpoint. Raises MalformedError when it has no id."""
    raw = as_object(value, "the checkpoint")
    metrics = parse_metrics(as_map(raw.get("metrics")))
    step = as_int(raw.get("step_number"))
    return Checkpoint(
        id=required_id(raw, "the checkpoint"),
        created_at=as_time(raw.get("created_at")),
        model=as_text(raw.get("fine_tuned_model_checkpoint")),
        job_id=as_text(raw.get("fine_tuning_job_id")),
        step=metrics.step if step is None else step,
        metrics=metrics,
        raw=raw,
    )


def _percent(value: object) -> float | None:
    percent = as_float(value)
    return percent if percent is not None and 0 <= percent <= 100 else None


def _suffix(raw: Mapping[str, Any]) -> str | None:
    given = as_text(raw.get("suffix")) or as_text(raw.get("user_provided_suffix"))
    parts = (as_text(raw.get("fine_tuned_model")) or "").split(":")
    return given or (parts[3] if len(parts) > 4 and parts[0] == "ft" and parts[3] else None)


def _hyperparameters(raw: Mapping[str, Any], method: str) -> Mapping[str, object]:
    inner = as_map(as_map(as_map(raw.get("method")).get(method)).get("hyperparameters"))
    outer = as_map(raw.get("hyperparameters"))
    merged = dict(outer) | {k: v for k, v in inner.items() if v is not None}
    # What the provider resolved stands in the outer object; "auto" never replaces it.
    merged |= {k: v for k, v in outer.items() if merged.get(k) == "auto" and v is not None}
    return MappingProxyType(merged)


def _job_error(value: object) -> JobError | None:
    raw = as_map(value)
    code, message = as_text(raw.get("code")), as_text(raw.get("message"))
    if isinstance(value, str) and value:
        return JobError(None, value, None)
    if not code and not message:  # {} or an object of nulls stands on healthy jobs
        return None
    return JobError(code, message or code or "", as_text(raw.get("param")))
