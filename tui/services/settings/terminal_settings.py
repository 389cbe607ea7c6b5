"""How the terminal is used: what the configuration and the environment say of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

# Of each setting its values, the usual one first. FINETUI_CELLS and the like go before the file.
CHOICES = {
    "cells": ("changed", "all"),
    "cursor": ("hidden", "shown"),
    "mouse": ("on", "off"),
    "start": ("back", "fresh"),
}
# How else a variable may say it: on and 1 are the usual value of these, off and 0 the other.
_SWITCHES = ("cells", "mouse")
_ON, _OFF = {"on", "1"}, {"off", "0"}


@dataclass(frozen=True, slots=True)
class TerminalSettings:
    """Whether only changed cells are written, the cursor is shown, and the mouse is asked for."""

    cells: str = "changed"
    cursor: str = "hidden"
    mouse: str = "on"
    start: str = "back"  # where the program was left
    said_by: tuple[tuple[str, str], ...] = ()  # by setting: "the file", or a variable

    @classmethod
    def read(cls, values: Mapping[str, Any], environ: Mapping[str, str]) -> TerminalSettings:
        """Take what is said; of a variable only what is known."""
        chosen, said = {}, {}
        for name, known in CHOICES.items():
            variable = f"FINETUI_{name.upper()}"
            if (value := _spelt(name, environ.get(variable, "").lower())) in known:
                chosen[name], said[name] = value, variable
            elif name in values:
                chosen[name], said[name] = values[name], "the file"
        return cls(**chosen, said_by=tuple(said.items()))


def _spelt(name: str, said: str) -> str:
    if name in _SWITCHES and said in _ON | _OFF:
        return CHOICES[name][said in _OFF]
    return said
