"""Files, models, deployments and prices of Together, in OpenAI's shape or ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.core.money.rates import HourRate
from tui.core.provider.deployments import Act, Deployment
from tui.core.provider.estimates import PriceEstimate, as_amount
from tui.core.provider.parsing import as_int, as_map, as_moment, as_object, as_text, required_id
from tui.core.provider.together.names import CURRENCY, NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_REASONS = {
    "multimodal_dataset": "not for data with images",
    "train_file_not_validated": "it has not looked at the training file yet",
    "eval_file_not_validated": "it has not looked at the validation file yet",
    "train_file_invalid": "it finds the training file invalid",
    "eval_file_invalid": "it finds the validation file invalid",
}


def file_object(value: object) -> dict[str, Any]:
    """Return a file of Together's in OpenAI's shape; how its check stands is its status."""
    native = as_object(value, "the file")
    status = (as_text(native.get("processing_status")) or "").upper()
    return {
        "id": native.get("id"),
        "object": "file",
        "filename": native.get("filename"),
        "bytes": native.get("bytes"),
        "purpose": native.get("purpose"),
        "created_at": as_moment(native.get("created_at")),
        "status": _FILE_STATUS.get(status, status.lower()),
        **({"status_details": said} if (said := file_problem(native)) else {}),
        "native": dict(native),
    }


_FILE_STATUS = {"COMPLETED": "processed", "FAILED": "error", "INVALID_FORMAT": "error"}
_UNFIT = frozenset({"FAILED", "INVALID_FORMAT"})


def file_problem(native: Mapping[str, Any]) -> str:
    """Return why Together cannot train on a file, in its words; empty where it may be able to."""
    report = as_map(native.get("validation_report"))
    status = (as_text(native.get("processing_status")) or "").upper()
    if status not in _UNFIT and report.get("valid") is not False:
        return ""
    return as_text(report.get("error")) or f"its check ended as {status or 'invalid'}"


def file_checked(native: Mapping[str, Any]) -> bool:
    """Whether nothing more is to come of the check of a file: done, failed, or never begun."""
    status = (as_text(native.get("processing_status")) or "").upper()
    return status in {"", "COMPLETED", *_UNFIT} or bool(file_problem(native))


def model_objects(jobs: Iterable[Mapping[str, Any]], listed: set[str]) -> list[dict[str, Any]]:
    """Return the models that jobs in OpenAI's shape have made and that are not listed."""
    made = {
        as_text(job.get("fine_tuned_model")) or "": job
        for job in jobs
        if job.get("fine_tuned_model") not in {None, *listed}
    }
    return [
        {"id": name, "object": "model", "created": job.get("finished_at"), "job": job.get("id")}
        for name, job in made.items()
        if name
    ]


def estimate_of(value: object) -> PriceEstimate | None:
    """Return the price that Together estimates, None for an answer without a meaning."""
    told = as_map(value)
    amount = as_amount(told.get("estimated_total_price"))
    if told.get("estimation_available") is False or amount is None:
        reason = as_text(told.get("unavailable_reason"))
        note = _REASONS.get(reason or "", reason or "")
        return PriceEstimate(None, CURRENCY, NAME, note) if told else None
    note = ""
    if told.get("allowed_to_proceed") is False:
        limit = as_amount(told.get("user_limit"))
        beyond = "" if limit is None else f" of {limit:,.2f} {CURRENCY}"
        note = f"more than the account's limit{beyond}: it may cancel the job"
    return PriceEstimate(amount, CURRENCY, NAME, note)


def deployments_of(endpoint: object, names: Mapping[str, str], cost: str) -> list[Deployment]:
    """Return what an endpoint serves. Raises MalformedError for one without an id.

    `names` are the names of models by their ids; `cost` is how a running one is billed, in words.
    """
    raw = as_map(endpoint)
    listed = raw.get("deployments")
    found = []
    for one in listed if isinstance(listed, list) else []:
        native = as_map(one)
        model = _model_of(native)
        state = (as_text(native.get("state")) or "").removeprefix("DEPLOYMENT_STATE_").lower()
        running = _RUNNING.get(state)
        name = as_text(native.get("name")) or ""
        found.append(
            Deployment(
                required_id(native, "the deployment"),
                names.get(model, model),
                as_text(raw.get("name")) or name,
                state,
                ready=state == "ready",
                created_at=as_moment(native.get("createdAt")),
                cost="" if state == "stopped" else cost,
                name=name,
                running=running,
                hardware=as_text(native.get("hardware")) or "",
                units=_replicas(native),
                acts=frozenset({Act.DELETE} if running is False else {Act.STOP, Act.DELETE}),
                place=as_text(raw.get("id")) or "",
            )
        )
    return found


# One that fails may still hold its replicas.
_RUNNING = {"ready": True, "scaling": True, "degraded": True, "provisioning": True,
            "stopped": False, "stopping": False}  # fmt: skip


def _replicas(native: Mapping[str, Any]) -> int | None:
    """Return how many replicas there are, else how many are wanted, else the fewest allowed."""
    least = as_map(native.get("autoscaling")).get("minReplicas")
    told = (native.get("readyReplicas"), native.get("desiredReplicas"), least)
    return next((number for one in told if (number := as_int(one))), None)


def hour_rates(value: object) -> list[HourRate]:
    """Return what a replica costs an hour by hardware; of what has no price nothing."""
    raw = as_map(value)
    listed = raw.get("data")
    rows = [as_map(one) for one in listed] if isinstance(listed, list) else []
    return [
        HourRate(name, cents / 100, source=f"told by {NAME}")
        for native in rows
        if (cents := as_amount(native.get("priceCentsPerHour"))) is not None
        for key in ("name", "id")
        if (name := as_text(native.get(key)))
    ]


def _model_of(native: Mapping[str, Any]) -> str:
    parts = (as_text(native.get("model")) or "").split("/")
    named = parts[parts.index("models") + 1] if "models" in parts[:-1] else ""
    return as_text(native.get("modelId")) or named
