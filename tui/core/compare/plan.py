"""The plan of a run: models, their parameters, repeats and prompts."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tui.core.chat.parameters import ChatParameters
from tui.core.compare.prompts import Prompt
from tui.core.compare.result_row import Slot
from tui.core.dataset.digest import lasting
from tui.core.provider.parsing import as_int, as_map, as_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class Candidate:
    """One column of a comparison: a model and how it is asked. `name` is unique in its plan.

    One with a `recording`, the id of that run, is not asked: what it answered then stands for it.
    """

    name: str
    model: str
    parameters: ChatParameters = field(default_factory=ChatParameters)
    recording: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept in the ledger."""
        return {
            "name": self.name,
            "model": self.model,
            "parameters": self.parameters.as_json(),
            **({"recording": self.recording} if self.recording else {}),
        }

    @classmethod
    def from_json(cls, value: object) -> Candidate:
        """Read what `as_json` wrote."""
        raw = as_map(value)
        model = as_text(raw.get("model")) or "?"
        parameters = ChatParameters.from_json(raw.get("parameters"))
        recording = as_text(raw.get("recording")) or ""
        return cls(as_text(raw.get("name")) or model, model, parameters, recording)


@dataclass(frozen=True, slots=True)
class Plan:
    """All that decides which answers come back. `source` says where the prompts are from.

    `skipped` counts lines of the source that ask nothing. `records` is whether it is made to stand
    for its model once that is gone: such a run is kept for good.
    """

    candidates: tuple[Candidate, ...]
    prompts: tuple[Prompt, ...]
    repeats: int = 1
    source: str = ""
    skipped: int = 0
    records: bool = False

    @property
    def asked(self) -> tuple[Candidate, ...]:
        """The candidates that are asked: not those whose answers were recorded."""
        return tuple(one for one in self.candidates if not one.recording)

    def slots(self) -> Iterator[Slot]:
        """Yield what is asked, so that a run that is broken off has asked every model alike."""
        for prompt in self.prompts:
            for repeat in range(1, self.repeats + 1):
                for candidate in self.candidates:
                    yield Slot(prompt.line, candidate.name, repeat)

    @property
    def size(self) -> int:
        """How many answers there will be."""
        return len(self.candidates) * len(self.prompts) * self.repeats

    def settings(self) -> dict[str, Any]:
        """Return everything but the prompts as JSON."""
        return {
            "candidates": [one.as_json() for one in self.candidates],
            "repeats": self.repeats,
            "source": self.source,
            "skipped": self.skipped,
            **({"records": True} if self.records else {}),
        }

    @property
    def prompts_digest(self) -> str:
        """16 hex digits that stand for the prompts, their lines and references."""
        asked = [prompt_json(prompt) for prompt in self.prompts]
        return lasting(json.dumps(asked, sort_keys=True).encode()).hex()

    @classmethod
    def from_json(cls, settings: object, prompts: tuple[Prompt, ...]) -> Plan:
        """Read what `settings` wrote."""
        raw = as_map(settings)
        found = raw.get("candidates")
        return cls(
            tuple(map(Candidate.from_json, found)) if isinstance(found, list) else (),
            prompts,
            as_int(raw.get("repeats")) or 1,
            as_text(raw.get("source")) or "",
            as_int(raw.get("skipped")) or 0,
            raw.get("records") is True,
        )


def prompt_json(prompt: Prompt) -> dict[str, Any]:
    """Return a prompt as it is kept in the ledger."""
    found: dict[str, Any] = {"line": prompt.line, "messages": [dict(m) for m in prompt.messages]}
    if prompt.tools:
        found["tools"] = [dict(tool) for tool in prompt.tools]
    if prompt.reference is not None:
        found["reference"] = dict(prompt.reference)
    return found


def prompt_from_json(value: object) -> Prompt:
    """Read what `prompt_json` wrote."""
    raw = as_map(value)
    reference = raw.get("reference")
    return Prompt(
        as_int(raw.get("line")) or 1,
        tuple(_objects(raw.get("messages"))),
        tuple(_objects(raw.get("tools"))),
        reference if isinstance(reference, dict) else None,
    )


def differences(one: Plan, other: Plan) -> list[str]:
    """Return in which settings two plans differ, in words; nothing where they are the same."""
    pairs: list[tuple[str, object, object]] = [
        ("models", [c.name for c in one.candidates], [c.name for c in other.candidates]),
        (
            "parameters",
            [c.parameters.as_json() for c in one.candidates],
            [c.parameters.as_json() for c in other.candidates],
        ),
        ("repeats", one.repeats, other.repeats),
        ("prompts", one.prompts_digest, other.prompts_digest),
    ]
    return [name for name, a, b in pairs if a != b]


def _objects(value: object) -> Iterator[Mapping[str, Any]]:
    return (one for one in (value if isinstance(value, list) else ()) if isinstance(one, dict))
