"""What to ask a model with: temperature, length, seed; read as they are typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.containers import Horizontal
from textual.widgets import Input, Label, Static

from tui.dispatch import handles
from tui.screens.dialogs.base import Dialog
from tui.widgets.text_fields import Entry

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult

_SEED = 2**63


@dataclass(frozen=True, slots=True)
class Options:
    """How to answer; None leaves a choice to the provider."""

    temperature: float | None = None
    max_tokens: int | None = None
    seed: int | None = None

    @property
    def words(self) -> str:
        """Return them for the header, short."""
        temperature = "default" if self.temperature is None else f"{self.temperature:g}"
        longest = "default" if self.max_tokens is None else f"{self.max_tokens}"
        seed = "none" if self.seed is None else f"{self.seed}"
        return f"temperature {temperature} · max tokens {longest} · seed {seed}"


def defaults_for(profile_kind: str) -> Options:
    """Return what to begin with at a provider of this kind.

    The lab's small models are asked for their most likely answer, which shows what they have
    learned, and kept short. Elsewhere the provider's own defaults hold: some models refuse
    any other temperature.
    """
    return Options(0.0, 200, None) if profile_kind == "lab" else Options()


def read_temperature(text: str) -> float | None:
    """Return a temperature, None for nothing. Raises ValueError in the user's words."""
    if not text.strip():
        return None
    try:
        value = float(text)
    except ValueError:
        raise ValueError("a number from 0 to 2, or empty for the default") from None
    if not 0 <= value <= 2:
        raise ValueError("from 0 (the most likely answer) to 2 (the wildest)")
    return value


def read_max_tokens(text: str) -> int | None:
    """Return a number of tokens, None for nothing. Raises ValueError in the user's words."""
    value = _whole(text, "a whole number, or empty for the default")
    if value is not None and value < 1:
        raise ValueError("at least 1")
    return value


def read_seed(text: str) -> int | None:
    """Return a seed, None for nothing. Raises ValueError in the user's words."""
    value = _whole(text, "a whole number, or empty for none")
    if value is not None and not -_SEED <= value < _SEED:
        raise ValueError("within 64 bits")
    return value


def _whole(text: str, wanted: str) -> int | None:
    if not text.strip():
        return None
    try:
        return int(text)
    except ValueError:
        raise ValueError(wanted) from None


_FIELDS: tuple[tuple[str, str, Callable[[str], float | int | None]], ...] = (
    ("temperature", "Temperature", read_temperature),
    ("max_tokens", "Max tokens", read_max_tokens),
    ("seed", "Seed", read_seed),
)


class OptionsDialog(Dialog[Options]):
    """Answers with the options; what cannot be is said while it is typed."""

    WHERE = "options"
    SHARED = ("focus",)
    DEFAULT_CSS = """
    OptionsDialog {
        & Horizontal { height: 1; margin: 1 0 0 0; }
        & Label { width: 13; }
        & Input { width: 1fr; margin: 0; }
        & .problem { padding: 0 0 0 14; }
    }
    """

    def __init__(self, options: Options) -> None:
        super().__init__("Settings")
        self._options = options

    def compose_content(self) -> ComposeResult:
        """Lay out the three fields."""
        hints = {
            "temperature": "0 to 2; empty: the provider's default",
            "max_tokens": "length of an answer; empty: the provider's default",
            "seed": "empty: none",
        }
        for name, title, _ in _FIELDS:
            value = getattr(self._options, name)
            typed = "" if value is None else f"{value:g}" if name == "temperature" else str(value)
            with Horizontal():
                yield Label(title)
                yield Entry(typed, placeholder=hints[name], id=name)
            yield Static("", classes="problem", id=f"{name}-problem", markup=False)
        yield self.key_hints(next="next")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say what is wrong with the field, if anything."""
        event.stop()
        self._read()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take what was typed."""
        event.stop()
        self.take()

    @handles("options.take")
    def take(self) -> None:
        """Answer, unless something is wrong."""
        if (options := self._read()) is not None:
            self.dismiss(options)

    def _read(self) -> Options | None:
        values = {}
        for name, _, read in _FIELDS:
            problem = ""
            try:
                values[name] = read(self.query_one(f"#{name}", Input).value)
            except ValueError as error:
                problem = f"✗ {error}"
            place = self.query_one(f"#{name}-problem", Static)
            place.update(problem)
            place.display = bool(problem)
        if len(values) < len(_FIELDS):
            return None
        temperature, longest, seed = values["temperature"], values["max_tokens"], values["seed"]
        return Options(
            temperature,
            None if longest is None else int(longest),
            None if seed is None else int(seed),
        )
