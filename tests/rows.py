"""Rows of JSONL files, written and read plainly."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


def rows_of(path: Path) -> list[Any]:
    """Return the JSON values of a file, one a line."""
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def qa(prompt: str, answer: str) -> dict[str, Any]:
    """Return an example: a question and its answer."""
    messages = [{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}]
    return {"messages": messages}
