"""Parse sampling parameters from text fields, and format them for these."""

from __future__ import annotations

import re
from typing import Any, TypeVar

from tui.core.chat.parameters import EFFORTS, ChatParameters
from tui.screens.dialogs.form import FormField

T = TypeVar("T", bound=Any)

_ESCAPES = {"\\n": "\n", "\\t": "\t", "\\,": ",", "\\\\": "\\"}
_STOP = re.compile(r"(?:\\.|[^,\\]|\\$)+", re.DOTALL)


def read_temperature(text: str) -> float | None:
    """Return a temperature, None for nothing. Raises ValueError in the user's words."""
    return _checked("temperature", _number(text))


def read_top_p(text: str) -> float | None:
    """Return a share of probability, None for nothing. Raises ValueError in the user's words."""
    return _checked("top_p", _number(text))


def read_max_tokens(text: str) -> int | None:
    """Return a number of tokens, None for nothing. Raises ValueError in the user's words."""
    return _checked("max_tokens", _whole(text, "the default"))


def read_seed(text: str) -> int | None:
    """Return a seed, None for nothing. Raises ValueError in the user's words."""
    return _checked("seed", _whole(text, "none"))


def read_logprobs(text: str) -> int | None:
    """Return how many alternatives to a token, None for no log probabilities.

    Raises ValueError in the user's words.
    """
    return _checked("logprobs", _whole(text, "none"))


def read_effort(text: str) -> str | None:
    """Return how long to think, None for nothing. Raises ValueError in the user's words."""
    word = text.strip().lower()
    if word and word not in EFFORTS:
        raise ValueError(f"one of {', '.join(EFFORTS)}")
    return word or None


def read_stop(text: str) -> tuple[str, ...]:
    r"""Return stop texts between commas; `\n` is a line break and `\,` a comma in one.

    Raises ValueError in the user's words.
    """
    found = [
        re.sub(r"\\.", lambda m: _ESCAPES.get(m[0], m[0]), part, flags=re.DOTALL)
        for part in _STOP.findall(text)
    ]
    return _checked("stop", tuple(part.strip(" ") or part for part in found if part))


def write_stop(stops: tuple[str, ...]) -> str:
    """Return stop texts as `read_stop` reads them."""
    back = {value: escape for escape, value in _ESCAPES.items()}
    return ",".join("".join(back.get(char, char) for char in stop) for stop in stops)


def _number(text: str) -> float | None:
    try:
        return float(text) if text.strip() else None
    except ValueError:
        raise ValueError("a number, or empty for the default") from None


def _whole(text: str, empty: str) -> int | None:
    try:
        return int(text) if text.strip() else None
    except ValueError:
        raise ValueError(f"a whole number, or empty for {empty}") from None


def _checked(name: str, value: T) -> T:
    if (problem := ChatParameters(**{name: value}).problem()) is not None:
        raise ValueError(problem)
    return value


FIELDS = (
    FormField("temperature", "Temperature", read_temperature, placeholder="0 to 2"),
    FormField("top_p", "Top-p", read_top_p, placeholder="0 to 1: the share of likely tokens"),
    FormField("max_tokens", "Max tokens", read_max_tokens, placeholder="length of an answer"),
    FormField("seed", "Seed", read_seed, placeholder="a whole number; the same gives the same"),
    FormField(
        "stop",
        "Stop",
        read_stop,
        placeholder=r"texts that end it, with commas; \n",
        write=write_stop,
    ),
    FormField("reasoning_effort", "Effort", read_effort, placeholder="none, low, medium, high, …"),
    FormField(
        "logprobs", "Logprobs", read_logprobs, placeholder="alternatives to a token, 0 to 20"
    ),
)
