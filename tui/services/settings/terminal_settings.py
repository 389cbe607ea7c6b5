"""How the terminal is used: what the configuration and the environment say of it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DEFAULT_THEME = "auto"  # what the terminal shows best
# The themes that may be named, in the order in which they are offered: our own, then Textual's.
# A test compares them with those that there are.
THEMES = (
    *(DEFAULT_THEME, "finetui", "finetui-light", "high-contrast", "blue-orange", "finetui-16"),
    *("monochrome", "ansi-dark", "ansi-light", "atom-one-dark", "atom-one-light"),
    *("catppuccin-frappe", "catppuccin-latte", "catppuccin-macchiato", "catppuccin-mocha"),
    *("dracula", "flexoki", "gruvbox", "monokai", "nord", "rose-pine", "rose-pine-dawn"),
    *("rose-pine-moon", "solarized-dark", "solarized-light", "textual-dark", "textual-light"),
    "tokyo-night",
)
# Of each setting its values, the usual one first. FINETUI_CELLS and the like go before the file.
CHOICES = {
    "cells": ("changed", "all"),
    "cursor": ("hidden", "shown"),
    "mouse": ("on", "off"),
    "start": ("back", "fresh"),
    "theme": THEMES,
}
# How else a variable may say it: on and 1 are the usual value of these, off and 0 the other.
_SWITCHES = ("cells", "mouse")
_ON, _OFF = {"on", "1"}, {"off", "0"}


@dataclass(frozen=True, slots=True)
class TerminalSettings:
    """What is written, and in which colours; whether cursor and mouse are asked for."""

    cells: str = "changed"
    cursor: str = "hidden"
    mouse: str = "on"
    start: str = "back"  # where the program was left
    theme: str = DEFAULT_THEME
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


def theme_at_start(config_file: Path, environ: Mapping[str, str]) -> str:
    """Return the theme to begin with, before anything has been read; what is wrong is told later.

    Nothing is imported for it that is not needed, and no file parsed that does not name one.
    """
    values: Mapping[str, Any] = {}
    with contextlib.suppress(OSError, ValueError, RecursionError):
        text = config_file.read_text(encoding="utf-8-sig")
        if "theme" in text:
            import tomllib

            values = tomllib.loads(text)
    theme = TerminalSettings.read(values, environ).theme
    return theme if theme in THEMES else DEFAULT_THEME


def _spelt(name: str, said: str) -> str:
    if name in _SWITCHES and said in _ON | _OFF:
        return CHOICES[name][said in _OFF]
    return said
