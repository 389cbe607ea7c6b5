"""Prompts by number and two models: one that answers well, and one that does not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.faults.server import Fault

if TYPE_CHECKING:
    from pathlib import Path

Answer = str | dict[str, Any] | Fault


def rule(model: str, question: str) -> Answer:
    """Model "good" answers even numbers as expected, "poor" only every tenth."""
    number = int(question.rpartition(" ")[2])
    right = number % 2 == 0 if model == "good" else number % 10 == 0
    return f"It is {number}." if right else f"I think {number + 1}"


def dataset(path: Path, count: int) -> Path:
    """Write this many prompts with their answers."""
    lines = [
        {
            "messages": [
                {"role": "user", "content": f"Number {n}"},
                {"role": "assistant", "content": f"It is {n}.", "weight": 1},
            ]
        }
        for n in range(count)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path
