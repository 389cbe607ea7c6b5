"""Jobs of Together in OpenAI's shape."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tui.core.provider.estimates import as_amount
from tui.core.provider.parsing import as_float, as_int, as_map, as_moment, as_object, as_text
from tui.core.provider.together.events import level
from tui.core.provider.together.names import (
    CURRENCY,
    LORA,
    NAME,
    OF_METHOD,
    RENAMED,
    mark_in,
    without_mark,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_NANO = Decimal(10) ** 9
_TO_SECONDS = 10  # what is left is told in seconds: the end would be another with every look
_METHODS = {"sft": "supervised"}


def job_object(value: object, statuses: Mapping[str, str], now: float) -> dict[str, Any]:
    """Return a job of Together's in OpenAI's shape; unknown statuses stay as they are.

    `now` is the Unix time at which Together told what is left.
    """
    native = as_object(value, "the job")
    status = as_text(native.get("status")) or "unknown"
    status = statuses.get(status.lower(), status)
    ended = status in {"succeeded", "failed", "cancelled"}
    output = as_text(native.get("model_output_name")) or None
    training_type = as_map(native.get("training_type"))
    found = {
        "id": native.get("id"),
        "object": "fine_tuning.job",
        "status": status,
        "model": native.get("from_checkpoint") or native.get("model") or "",
        "fine_tuned_model": output if status == "succeeded" else None,
        "created_at": as_moment(native.get("created_at")),
        "finished_at": as_moment(native.get("updated_at")) if ended else None,
        "estimated_finish": _finish(native, now) if status == "running" else None,
        "training_file": native.get("training_file"),
        "validation_file": native.get("validation_file") or None,
        "trained_tokens": native.get("token_count") if status == "succeeded" else None,
        "seed": native.get("random_seed"),
        "suffix": without_mark(as_text(native.get("suffix")) or "") or None,
        "method": {"type": _method(native)},
        "hyperparameters": _hyperparameters(native, training_type),
        "progress": _percent(native),
        "native": {key: value for key, value in native.items() if key != "events"},
    }
    if status == "failed":
        found["error"] = {"message": _error(native)}
    price = as_amount(native.get("total_price"))
    if price:
        amount = f"{price / _NANO:f}"
        found["price"] = {"amount": amount, "currency": CURRENCY, "said_by": NAME}
    return found


def job_mark(raw: Mapping[str, Any]) -> str | None:
    """Return the mark that a job in OpenAI's shape carries, None for one of somebody else."""
    native = as_map(raw.get("native"))
    for key in ("suffix", "model_output_name"):
        if found := mark_in(as_text(native.get(key)) or ""):
            return found
    return None


def _method(native: Mapping[str, Any]) -> str:
    told = as_text(as_map(native.get("training_method")).get("method")) or "sft"
    return _METHODS.get(told, told)


def _hyperparameters(native: Mapping[str, Any], training_type: Mapping[str, Any]) -> dict[str, Any]:
    method = as_map(native.get("training_method"))
    renamed = {told: key for key, told in RENAMED.items()}
    names = (
        "n_epochs", "batch_size", "learning_rate", "warmup_ratio", "weight_decay", "max_grad_norm",
        "packing", "max_seq_length", "n_checkpoints", "n_evals",
    )  # fmt: skip
    found = {renamed.get(name, name): native.get(name) for name in names}
    found |= {name: training_type.get(name) for name in LORA}
    found |= {name: method.get(told) for name, told in OF_METHOD.items()}
    if kind := as_text(training_type.get("type")):
        found["lora"] = kind.lower() == "lora"
    return {name: value for name, value in found.items() if value not in (None, "auto", "max")}


def _finish(native: Mapping[str, Any], now: float) -> int | None:
    progress = as_map(native.get("progress"))
    left = as_float(progress.get("seconds_remaining"))
    if progress.get("estimate_available") is not True or left is None or left < 0:
        return None
    return round((now + left) / _TO_SECONDS) * _TO_SECONDS


def _percent(native: Mapping[str, Any]) -> float | None:
    done, total = as_int(native.get("steps_completed")), as_int(native.get("total_steps"))
    if done is None or not total or not 0 <= done <= total:
        return None
    return round(100 * done / total, 1)


def _error(native: Mapping[str, Any]) -> str:
    listed = native.get("events")
    events = [as_map(one) for one in listed] if isinstance(listed, list) else []
    said = [as_text(one.get("message")) for one in events if level(one) == "error"]
    return next((text for text in reversed(said) if text), "Together says no more; see its events")
