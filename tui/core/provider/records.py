"""Files, models and the other small things a provider keeps, as read from its answers."""

from __future__ import annotations

import base64
import binascii
import contextlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.core.provider.parsing import (
    MalformedError,
    as_int,
    as_map,
    as_object,
    as_text,
    as_time,
    required_id,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_RESOURCE = re.compile(r"^accounts/[^/#]+/models/(?=[^/#])")
_CHECKPOINT = re.compile(r":ckpt-step-(\d+)$")


@dataclass(frozen=True, slots=True)
class FileInfo:
    """An uploaded file. `bytes` is its size, None while the provider does not know it."""

    id: str
    filename: str
    bytes: int | None
    purpose: str
    created_at: int | None
    status: str
    expires_at: int | None
    raw: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model the provider lists. `shutdown_date` is YYYY-MM-DD or None.

    Where names say nothing, an adapter puts "tuned" and "base_model" into `raw`.
    """

    id: str
    created: int | None
    owned_by: str
    shutdown_date: str | None
    raw: Mapping[str, Any]

    @property
    def is_tuned(self) -> bool:
        """Whether it came out of a fine-tune (checkpoints included), by its name or its adapter."""
        named = self.id.startswith(("ft:", "ftjob:")) or ".ft-" in self.id
        return named or self.raw.get("tuned") is True

    @property
    def is_checkpoint(self) -> bool:
        """Whether it is a state from the middle of training."""
        return self.step is not None

    @property
    def step(self) -> int | None:
        """The step a checkpoint was taken at."""
        found = _CHECKPOINT.search(self.id)
        return int(found[1]) if found else None

    @property
    def base(self) -> str:
        """The base model's id; a base model is its own."""
        if told := as_text(self.raw.get("base_model")):
            return told
        if self.id.startswith("ft:"):
            return self.id.split(":")[1]
        return self.id.split(".ft-", maxsplit=1)[0]

    @property
    def suffix(self) -> str:
        """The suffix its job was given, or an empty string."""
        parts = self.id.split(":")
        return parts[3] if len(parts) > 4 and parts[0] == "ft" else ""


def short_name(model: str) -> str:
    """Return a model's name for a column: accounts/A/models/M is M, any other stays as it is."""
    return _RESOURCE.sub("", model)


@dataclass(frozen=True, slots=True)
class Deleted:
    """The provider's word on a deletion."""

    id: str
    deleted: bool


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one chat answer, as the provider counted them."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


def parse_file(value: object) -> FileInfo:
    """Read a file object. Raises MalformedError when it has no id."""
    raw = as_object(value, "the file")
    return FileInfo(
        id=required_id(raw, "the file"),
        filename=as_text(raw.get("filename")) or "",
        bytes=as_int(raw.get("bytes")),
        purpose=as_text(raw.get("purpose")) or "",
        created_at=as_time(raw.get("created_at")),
        status=as_text(raw.get("status")) or "",
        expires_at=as_time(raw.get("expires_at")),
        raw=raw,
    )


def parse_model(value: object) -> ModelInfo:
    """Read a model: an object, or its bare name. Raises MalformedError when it has no id.

    Servers of another protocol call the id `model` or `name`.
    """
    if isinstance(value, str):
        value = {"id": value}
    raw = as_object(value, "the model")
    named = next((name for key in ("id", "model", "name") if (name := as_text(raw.get(key)))), None)
    return ModelInfo(
        id=required_id({"id": named}, "the model"),
        created=as_time(raw.get("created")),
        owned_by=as_text(raw.get("owned_by")) or "",
        shutdown_date=as_text(raw.get("shutdown_date")),
        raw=raw,
    )


def parse_deleted(value: object, asked: str) -> Deleted:
    """Read the answer to a deletion of `asked`; silence about it counts as not deleted.

    Raises MalformedError for an error, and for what is not an object.
    """
    raw = as_object(value, "the answer")
    if raw.get("error") and raw.get("deleted") is not True:
        raise MalformedError("the answer is an error")
    return Deleted(as_text(raw.get("id")) or asked, raw.get("deleted") is True)


def parse_usage(value: object) -> Usage | None:
    """Read token counts, or None where the provider sent none."""
    raw = as_map(value)
    prompt, answer = as_int(raw.get("prompt_tokens")), as_int(raw.get("completion_tokens"))
    if prompt is None and answer is None:
        return None
    total = as_int(raw.get("total_tokens"))
    both = (prompt or 0) + (answer or 0)
    return Usage(prompt or 0, answer or 0, both if total is None else total)


def decode_result(content: bytes) -> str:
    """Return a result file as CSV text; OpenAI wraps it in base64, others do not."""
    if not content.lstrip().lower().startswith(b"step"):
        with contextlib.suppress(binascii.Error, ValueError):  # neither form: shown as it is
            content = base64.b64decode(b"".join(content.split()), validate=True)
    return content.decode("utf-8-sig", "replace")
