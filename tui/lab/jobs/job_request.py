"""Validate the body of a request for a fine-tuning job."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Any, Final

from tui.lab.http.errors import ApiError, invalid
from tui.lab.http.params import (
    choice,
    integer,
    mapping,
    missing,
    number,
    required_string,
    string,
    wrong_type,
)
from tui.lab.store.jobs import JobRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.lab.models import Models
    from tui.lab.store import Store

_METHODS: Final = ("supervised", "dpo")
_SUFFIX: Final = re.compile(r"[A-Za-z0-9._-]+")
MOST_SEED: Final = 2**31 - 1


def read_job_request(body: Mapping[str, Any], store: Store, models: Models) -> JobRequest:
    """Return the request as the store keeps it. Raises a 400 naming the parameter at fault."""
    model = required_string(body, "model")
    training_file = _file(store, required_string(body, "training_file"), "training_file")
    validation = string(body, "validation_file")
    method, requested = _method(body)
    seed = integer(body, "seed", 0, MOST_SEED)
    return JobRequest(
        model=model,
        root_model=_root_model(models, model),
        training_file=training_file,
        validation_file=_file(store, validation, "validation_file") if validation else None,
        method=method,
        requested=requested,
        seed=secrets.randbelow(MOST_SEED + 1) if seed is None else seed,
        suffix=_suffix(body),
        metadata=_metadata(body),
        integrations=_integrations(body),
    )


def _root_model(models: Models, model: str) -> str:
    try:
        return models.root_of(model)
    except ApiError:
        raise invalid(
            f"Model {model} is not available for fine-tuning or does not exist.",
            "model",
            "model_not_found",
        ) from None


def _file(store: Store, file_id: str, param: str) -> str:
    try:
        row = store.files.row(file_id)
    except ApiError:
        raise invalid(f"invalid {param}: {file_id}", param, f"invalid_{param}") from None
    if row["purpose"] != "fine-tune":
        raise invalid(
            f"File '{file_id}' has purpose '{row['purpose']}', but must have purpose 'fine-tune'.",
            param,
            "invalid_file_purpose",
        )
    return file_id


def _method(body: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    given = mapping(body, "method")
    if given is None:
        return "supervised", _hyperparameters(body, "supervised", "hyperparameters")
    kind = given.get("type")
    if kind is None:
        raise missing("method.type")
    if not isinstance(kind, str):
        raise wrong_type("method.type", "a string", kind)
    choice("method.type", kind, _METHODS)
    inner = mapping(given, kind, label=f"method.{kind}") or {}
    if inner.get("hyperparameters") is None:
        return kind, _hyperparameters(body, kind, "hyperparameters")
    return kind, _hyperparameters(inner, kind, f"method.{kind}.hyperparameters")


def _hyperparameters(holder: Mapping[str, Any], method: str, label: str) -> dict[str, Any]:
    given = mapping(holder, "hyperparameters", label=label) or {}
    values = {name: value for name, value in given.items() if value not in (None, "auto")}
    read: dict[str, Any] = {
        "n_epochs": integer(values, "n_epochs", 1, 50, label=f"{label}.n_epochs"),
        "batch_size": integer(values, "batch_size", 1, 256, label=f"{label}.batch_size"),
        "learning_rate_multiplier": _positive(values, "learning_rate_multiplier", label),
    }
    if method == "dpo":
        read["beta"] = _positive(values, "beta", label, most=2)
    return {name: value for name, value in read.items() if value is not None}


def _positive(
    values: Mapping[str, Any], name: str, label: str, most: float | None = None
) -> float | None:
    value = number(values, name, 0, most, label=f"{label}.{name}")
    if value == 0:
        raise invalid(
            f"Invalid '{label}.{name}': number below minimum value. Expected a value > 0, "
            "but got 0 instead.",
            f"{label}.{name}",
            "number_below_min_value",
        )
    return value


def _suffix(body: Mapping[str, Any]) -> str | None:
    suffix = string(body, "suffix", longest=64)
    if not suffix:
        return None
    if not _SUFFIX.fullmatch(suffix):
        raise invalid(
            "Invalid 'suffix': only letters, digits, '-', '_' and '.' are allowed.",
            "suffix",
            "invalid_value",
        )
    return suffix


def _metadata(body: Mapping[str, Any]) -> dict[str, str] | None:
    given = mapping(body, "metadata")
    if given is None:
        return None
    if len(given) > 16:
        raise invalid(
            f"Invalid 'metadata': too many properties. Expected at most 16, got {len(given)}.",
            "metadata",
            "object_above_max_properties",
        )
    for key in given:
        if len(key) > 64:
            raise invalid(
                "Invalid 'metadata': a key may be at most 64 characters long.",
                "metadata",
                "string_above_max_length",
            )
        if string(given, key, longest=512, label=f"metadata.{key}") is None:
            raise wrong_type(f"metadata.{key}", "a string", None)
    return dict(given)


def _integrations(body: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    given = body.get("integrations")
    if given is None or given == []:
        return ()
    if not isinstance(given, list):
        raise wrong_type("integrations", "an array", given)
    raise invalid(
        "Integrations are not offered by this provider.", "integrations", "unsupported_value"
    )
