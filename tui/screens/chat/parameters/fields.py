"""Parse sampling parameters from text fields, and format them for these."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.core.chat.parameters import EFFORTS, MOST_ALTERNATIVES, MOST_STOPS

if TYPE_CHECKING:
    from collections.abc import Callable

_SEED = 2**63
_ESCAPES = {"\\n": "\n", "\\t": "\t", "\\,": ",", "\\\\": "\\"}
_STOP = re.compile(r"(?:\\.|[^,\\]|\\$)+", re.DOTALL)


def read_temperature(text: str) -> float | None:
    """Return a temperature, None for nothing. Raises ValueError in the user's words."""
    value = _number(text, "a number from 0 to 2, or empty for the default")
    if value is not None and not 0 <= value <= 2:
        raise ValueError("from 0 (the most likely answer) to 2 (the wildest)")
    return value


def read_top_p(text: str) -> float | None:
    """Return a share of probability, None for nothing. Raises ValueError in the user's words."""
    value = _number(text, "a number from 0 to 1, or empty for the default")
    if value is not None and not 0 <= value <= 1:
        raise ValueError("from 0 to 1 (all tokens)")
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


def read_logprobs(text: str) -> int | None:
    """Return how many alternatives to a token, None for no log probabilities.

    Raises ValueError in the user's words.
    """
    value = _whole(text, "a whole number, or empty for none")
    if value is not None and not 0 <= value <= MOST_ALTERNATIVES:
        raise ValueError(f"from 0 to {MOST_ALTERNATIVES}")
    return value


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
    stops = tuple(part.strip(" ") or part for part in found if part)
    if len(stops) > MOST_STOPS:
        raise ValueError(f"at most {MOST_STOPS}")
    return stops


def write_stop(stops: tuple[str, ...]) -> str:
    """Return stop texts as `read_stop` reads them."""
    back = {value: escape for escape, value in _ESCAPES.items()}
    return ",".join("".join(back.get(char, char) for char in stop) for stop in stops)


def _number(text: str, wanted: str) -> float | None:
    if not text.strip():
        return None
    try:
        return float(text)
    except ValueError:
        raise ValueError(wanted) from None


def _whole(text: str, wanted: str) -> int | None:
    if not text.strip():
        return None
    try:
        return int(text)
    except ValueError:
        raise ValueError(wanted) from None


def _plain(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


@dataclass(frozen=True, slots=True)
class ParameterField:
    """A parameter in the form: its name, title and hint, and how it is read and written."""

    name: str
    title: str
    hint: str
    read: Callable[[str], Any]
    write: Callable[[Any], str] = _plain


FIELDS = (
    ParameterField("temperature", "Temperature", "0 to 2", read_temperature),
    ParameterField("top_p", "Top-p", "0 to 1: the share of likely tokens", read_top_p),
    ParameterField("max_tokens", "Max tokens", "length of an answer", read_max_tokens),
    ParameterField("seed", "Seed", "a whole number; the same gives the same", read_seed),
    ParameterField("stop", "Stop", r"texts that end it, with commas; \n", read_stop, write_stop),
    ParameterField("reasoning_effort", "Effort", "none, low, medium, high, …", read_effort),
    ParameterField("logprobs", "Logprobs", "alternatives to a token, 0 to 20", read_logprobs),
)
