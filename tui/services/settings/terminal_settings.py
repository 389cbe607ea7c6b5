"""How the terminal is used: what the configuration and the environment say of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

# Of each setting its values, the usual one first. FINETUI_CELLS and FINETUI_CURSOR go before.
CHOICES = {"cells": ("changed", "all"), "cursor": ("hidden", "shown")}
_SPELT = {"on": "changed", "1": "changed", "off": "all", "0": "all"}


@dataclass(frozen=True, slots=True)
class TerminalSettings:
    """Whether only changed cells are written, and whether the terminal's cursor is shown."""

    cells: str = "changed"
    cursor: str = "hidden"
    said_by: tuple[tuple[str, str], ...] = ()  # by setting: "the file", or a variable

    @classmethod
    def read(cls, values: Mapping[str, Any], environ: Mapping[str, str]) -> TerminalSettings:
        """Take what is said; of a variable only what is known."""
        chosen, said = {}, {}
        for name, known in CHOICES.items():
            variable = f"FINETUI_{name.upper()}"
            spelt = environ.get(variable, "").lower()
            if (value := _SPELT.get(spelt, spelt)) in known:
                chosen[name], said[name] = value, variable
            elif name in values:
                chosen[name], said[name] = values[name], "the file"
        return cls(**chosen, said_by=tuple(said.items()))
