"""The sizes of a model, and the bases by name."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

# One window for every base: relative positions work at any length.
CONTEXT_WINDOW: Final = 1024


@dataclass(frozen=True, slots=True)
class Sizes:
    """The shape of a transformer; `width` and `hidden` in numbers a token."""

    vocabulary: int
    width: int
    layers: int
    heads: int
    hidden: int


@dataclass(frozen=True, slots=True)
class BaseSpec:
    """What the model list says of a base; `created` in Unix seconds."""

    id: str
    created: int
    shutdown_date: str | None


BASES: Mapping[str, BaseSpec] = MappingProxyType(
    {
        "lab-small": BaseSpec("lab-small", 1_795_000_000, None),
        "lab-micro": BaseSpec("lab-micro", 1_795_000_000, "2027-12-31"),
    }
)
