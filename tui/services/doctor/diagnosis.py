"""One thing the doctor looked at, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

State = Literal["ok", "note", "problem"]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was looked at, what was found, and the next step where something is missing.

    A "note" is missing without harm. `details` are the same for scripts.
    """

    area: str
    name: str
    state: State
    text: str
    next_step: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return it as `finetui doctor --json` prints it."""
        return {
            "area": self.area,
            "name": self.name,
            "state": self.state,
            "text": self.text,
            "next_step": self.next_step or None,
            **self.details,
        }
