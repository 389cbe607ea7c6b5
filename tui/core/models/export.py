"""The inventory as CSV, JSON or Markdown."""

from __future__ import annotations

import json
import re
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Literal

from tui.core.models.days import ends_words
from tui.core.text.moments import date_words
from tui.core.text.spreadsheet import csv_text
from tui.core.text.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from tui.core.models.entry import FileOfJob, ModelEntry

Format = Literal["csv", "json", "md"]
FORMATS: tuple[Format, ...] = ("csv", "json", "md")
ENDINGS: Mapping[str, Format] = {
    ".csv": "csv", ".json": "json", ".md": "md", ".markdown": "md",
}  # fmt: skip
_CELL = 300  # characters of a cell in Markdown
# What Markdown, or the HTML in it, would act on.
_ACTS = re.compile(r"([\\`*_{}\[\]<>|#!~&])")


def format_of(name: str) -> Format | None:
    """Return the format that the ending of a file's name asks for, None for any other."""
    return ENDINGS.get(PurePath(name).suffix.lower())


def exported(entries: Sequence[ModelEntry], format_: Format, today: date) -> str:
    """Return the models in a format, with everything known of each."""
    if format_ == "csv":
        return as_csv(entries)
    return as_json(entries) if format_ == "json" else as_markdown(entries, today)


def as_json(entries: Iterable[ModelEntry]) -> str:
    """Return one document; characters that hide or reorder others are escapes."""
    return json.dumps({"models": [one.to_json() for one in entries]}, indent=2) + "\n"


def as_csv(entries: Iterable[ModelEntry]) -> str:
    """Return a line a model, with a heading; no cell of text acts as a formula."""
    rows = ([value(one) for value in _COLUMNS.values()] for one in entries)
    return csv_text([_COLUMNS, *rows])


def as_markdown(entries: Iterable[ModelEntry], today: date) -> str:
    """Return a table with what matters most of each model."""
    head = ("model", "kind", "state", "base", "job", "created", "ends", "deployments", "dataset")
    lines = [_line(head), _line("---" for _ in head)]
    for one in entries:
        ends = (
            f"{one.ends} ({ends_words(one.shutdown, today)})"
            if one.ends and not one.deleted
            else "–"
        )
        texts = (
            one.id, one.kind, one.state_words, one.base, one.job or "–", date_words(one.created),
            ends, _deployments(one) or "–", _datasets(one.training_file) or "–",
        )  # fmt: skip
        lines.append(_line(_ACTS.sub(r"\\\1", one_line(text, _CELL)) for text in texts))
    return "\n".join(lines) + "\n"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _deployments(entry: ModelEntry) -> str:
    return ", ".join(one.chat_name or one.id for one in entry.deployments or ())


def _datasets(file: FileOfJob | None) -> str:
    return ", ".join(file.paths) if file is not None else ""


def _time(seconds: int | None) -> str | None:
    return None if seconds is None else date_words(seconds)


def _file(file: FileOfJob | None) -> str | None:
    return None if file is None else file.id


_COLUMNS: Mapping[str, Callable[[ModelEntry], Any]] = {
    "id": lambda one: one.id,
    "profile": lambda one: one.profile,
    "kind": lambda one: one.kind,
    "state": lambda one: one.state.value,
    "why": lambda one: one.why,
    "base": lambda one: one.base,
    "suffix": lambda one: one.suffix,
    "job": lambda one: one.job,
    "created": lambda one: _time(one.created),
    "ends": lambda one: one.ends,
    "deployments": _deployments,
    "checkpoints": lambda one: None if one.checkpoints is None else len(one.checkpoints),
    "training_file": lambda one: _file(one.training_file),
    "validation_file": lambda one: _file(one.validation_file),
    "datasets": lambda one: _datasets(one.training_file),
    "trained_tokens": lambda one: one.trained_tokens,
    "cost": lambda one: None if one.cost is None else one.cost.amount,
    "currency": lambda one: one.cost.currency if one.cost and one.cost.amount else None,
    "last_chatted": lambda one: _time(one.usage.last_chatted),
    "chats": lambda one: one.usage.chats,
    "comparisons": lambda one: one.usage.compared,
    "comparisons_won": lambda one: one.usage.won,
    "listed": lambda one: {True: "yes", False: "no", None: None}[one.listed],
}
