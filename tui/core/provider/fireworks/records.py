"""Datasets, models and deployed models, as objects of OpenAI's shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.core.provider.fireworks.names import account_of, name_of, short
from tui.core.provider.parsing import as_int, as_map, as_moment, as_object, as_text, required_id

if TYPE_CHECKING:
    from collections.abc import Mapping

READY = "READY"
UPLOADING = "uploading"
_FILE_STATUSES = {READY: "processed", "UPLOADING": UPLOADING}
_ADDONS = frozenset({"HF_PEFT_ADDON", "HF_TEFT_ADDON"})


def without_addresses(native: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object without its signed addresses: whoever has one of them can read the file."""
    return {key: value for key, value in native.items() if "signedurl" not in key.lower()}


def file_object(value: object, account: str) -> dict[str, Any]:
    """Return a dataset as a file. Raises MalformedError for one without a name."""
    native = as_object(value, "the dataset")
    identifier = required_id({"id": short(name_of(native), account)}, "the dataset")
    state = as_text(native.get("state")) or ""
    problem = status_words(native)
    told = {"status_details": problem} if problem else {}
    return told | {
        "id": identifier,
        "object": "file",
        "filename": as_text(native.get("displayName")) or identifier,
        "bytes": None,
        "purpose": "fine-tune",
        "created_at": as_moment(native.get("createTime")),
        "status": _FILE_STATUSES.get(state, state),
        "examples": as_int(native.get("exampleCount")),
        "tokens": as_int(native.get("estimatedTokenCount")),
        "native": without_addresses(native),
    }


def status_words(native: Mapping[str, Any]) -> str:
    """Return what is wrong with an object in Fireworks' words, empty where nothing is."""
    status = as_map(native.get("status"))
    code, said = as_text(status.get("code")) or "OK", as_text(status.get("message")) or ""
    return "" if code == "OK" else said or code


def is_addon(native: Mapping[str, Any]) -> bool:
    """Whether a model is a LoRA add-on, which a job can go on from."""
    return as_text(native.get("kind")) in _ADDONS


def model_object(value: object) -> dict[str, Any]:
    """Return a model. Its id is its whole name, which is what chats are asked with.

    Raises MalformedError for one without a name.
    """
    native = as_object(value, "the model")
    name = required_id({"id": name_of(native)}, "the model")
    base = as_text(as_map(native.get("peftDetails")).get("baseModel"))
    tuned = is_addon(native) or bool(native.get("fineTuningJob"))
    return {
        "id": name,
        "object": "model",
        "created": as_moment(native.get("createTime")),
        "owned_by": account_of(name),
        "shutdown_date": _day(native.get("deprecationDate")),
        "tuned": tuned,
        "base_model": base or ("" if tuned else name),
        "native": without_addresses(native),
    }


def chat_name(deployed: Mapping[str, Any]) -> str:
    """Return what to call a deployed model in a chat."""
    return f"{as_text(deployed.get('model')) or ''}#{as_text(deployed.get('deployment')) or ''}"


def _day(value: object) -> str | None:
    raw = as_map(value)
    year, month, day = (as_int(raw.get(part)) for part in ("year", "month", "day"))
    if not (year and month and day):
        return None
    return f"{year:04}-{month:02}-{day:02}"
