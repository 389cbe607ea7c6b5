"""What is typed into the form of a new job, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from tui.core.example import Example
from tui.screens.dialogs.path import short_path
from tui.services.job_requests import JobRequest

if TYPE_CHECKING:
    from pathlib import Path

    from tui.services.datasets import Document

Method = Literal["supervised", "dpo"]
AUTO = "auto"
# The names of fields that take a number or auto, and what kind of number.
NUMBERS: dict[str, type[int] | type[float]] = {
    "n_epochs": int,
    "batch_size": int,
    "lr_multiplier": float,
    "beta": float,
    "seed": int,
}
_TRIED = (("train", "valid"), ("training", "validation"), ("train", "validation"), ("train", "val"))


@dataclass(frozen=True, slots=True)
class Draft:
    """A form as it is typed; everything is text. Files are paths, or ids of uploaded files."""

    training: str = ""
    validation: str = ""
    model: str = ""
    method: Method = "supervised"
    suffix: str = ""
    seed: str = ""
    n_epochs: str = AUTO
    batch_size: str = AUTO
    lr_multiplier: str = AUTO
    beta: str = AUTO

    def problem(self, field: str) -> str:
        """Return what is wrong with one field, in one sentence, or an empty string."""
        value = getattr(self, field).strip()
        if field == "training":
            return "" if value else "A training file is needed; enter chooses one."
        if field == "model":
            return "" if value else "A base model is needed; enter chooses one."
        if field == "suffix":
            return _first_problem(suffix=value or None)
        if field in NUMBERS and not (field == "beta" and self.method != "dpo"):
            return _number_problem(field, value)
        return ""

    def problems(self) -> dict[str, str]:
        """Return what is wrong, by field."""
        found = {name: self.problem(name) for name in self.__slots__}
        return {name: problem for name, problem in found.items() if problem}

    @property
    def epochs(self) -> int | None:
        """The epochs asked for, None for auto or what is no number."""
        value = _number("n_epochs", self.n_epochs.strip())
        return value if isinstance(value, int) else None

    def request(self, training_id: str, validation_id: str | None) -> JobRequest:
        """Return the request for uploaded files. Only for a draft without problems."""
        numbers: dict[str, Any] = {
            name: _number(name, getattr(self, name).strip()) for name in NUMBERS
        }
        if self.method != "dpo":
            numbers["beta"] = None
        return JobRequest(
            training_file=training_id,
            validation_file=validation_id,
            model=self.model.strip(),
            suffix=self.suffix.strip() or None,
            method=self.method,
            **numbers,
        )


def _number(field: str, value: str) -> int | float | None:
    """Return a number as typed, None for auto. Raises ValueError for anything else."""
    return None if value.casefold() in {"", AUTO} else NUMBERS[field](value)


def _number_problem(field: str, value: str) -> str:
    try:
        number = _number(field, value)
    except ValueError:
        kind = "whole number" if NUMBERS[field] is int else "number such as 0.5"
        return f"This must be a {kind}, or empty." if field == "seed" else f"A {kind}, or auto."
    return _first_problem(**{field: number})


def _first_problem(**values: Any) -> str:
    request = JobRequest(training_file="file", model="model", method="dpo")
    return next(iter(replace(request, **values).problems()), "")


def draft_for(document: Document | None) -> Draft:
    """Return a form filled in for the open dataset, as far as that tells anything."""
    if document is None:
        return Draft()
    first = document.example(0) if len(document) else None
    preference = isinstance(first, Example) and first.kind == "preference"
    sibling = validation_beside(document.path)
    return Draft(
        training=short_path(document.path),
        validation="" if sibling is None else short_path(sibling),
        method="dpo" if preference else "supervised",
    )


def validation_beside(training: Path) -> Path | None:
    """Return the validation file that stands beside a training file by its name.

    Looks at up to four names on disk: the form must stand before the next key is read.
    """
    names = [
        training.name.replace(one, other) for one, other in _TRIED if one in training.name
    ] or [f"{training.stem}_valid{training.suffix}"]
    found = (training.with_name(name) for name in names)
    return next((path for path in found if path != training and path.is_file()), None)
