"""Settings as people type them, on the command line or in a form."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, Any

from tui.core.text.masking import learn, mask
from tui.services.errors import InputError
from tui.services.settings.keys import read_key, shown_key
from tui.services.settings.setting_names import SETTINGS
from tui.services.settings.suggestions import nearest, with_meant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tui.services.settings.setting_names import Shape

_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_VARIABLE_MARK = "$"  # a header's value that begins so names a variable


def settings_of(pairs: Sequence[str]) -> dict[str, Any]:
    """Return the settings of NAME=VALUE words, None for an empty value.

    Raises InputError for what is not known, and for a key: it would stand in the list of
    processes for everybody to read.
    """
    found: dict[str, Any] = {}
    for pair in pairs:
        name, mark, text = pair.partition("=")
        name = name.strip().replace("-", "_")
        if not mark:
            learn(pair)
            raise InputError("Usage", "a setting is NAME=VALUE", "Such as kind=openai.")
        if name == "api_key":
            read_key(text)
            step = "Use api_key_env, key_command, or --key-stdin, which puts it into the keyring."
            raise InputError("Usage", "a key does not belong into a command line", step)
        if name not in SETTINGS:
            cause, step = with_meant(f"unknown setting {name}", nearest(name, SETTINGS), SETTINGS)
            raise InputError("Usage", cause, step)
        found[name] = value_of(name, text)
    return found


def value_of(name: str, text: str) -> Any:
    """Return what a text says for a setting, None for nothing; its check comes with the file."""
    text = text.strip()
    if not text:
        return None
    return _READ[SETTINGS[name].shape](name, text)


def _number(_name: str, text: str) -> Any:
    with suppress(ValueError):
        return int(text.replace("_", ""))
    with suppress(ValueError):
        return float(text)
    return text


def _table(name: str, text: str) -> dict[str, Any]:
    """Return the table that `X-Team: a; X-Key: $VARIABLE` stands for."""
    made: dict[str, Any] = {}
    for part in text.split(";"):
        key, mark, value = (word.strip() for word in part.partition(":"))
        if not mark:
            cause = f"{name} is written as NAME: VALUE; NAME: VALUE"
            raise InputError("Usage", cause, "In the file it is a table.")
        if name == "headers" and value.startswith(_VARIABLE_MARK):
            made[key] = {"env": value.removeprefix(_VARIABLE_MARK)}
        else:
            made[key] = value if name == "headers" else _number(name, value)
    return made


def _day(_name: str, text: str) -> Any:
    with suppress(ValueError):
        return date.fromisoformat(text)
    return text


_READ: Mapping[Shape, Callable[[str, str], Any]] = {
    "text": lambda _, text: text,
    "flag": lambda _, text: _FLAGS.get(text.lower(), text),
    "seconds": _number,
    "bytes": _number,
    "amount": _number,
    "day": _day,
    "words": lambda _, text: [word.strip() for word in text.split(",") if word.strip()],
    "table": _table,
}


def text_of(value: object) -> str:
    """Return the text that stands for a setting in a form."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_inner(inner)}" for key, inner in value.items())
    return str(value)


def _inner(value: object) -> str:
    if isinstance(value, dict):
        return f"{_VARIABLE_MARK}{value.get('env', '')}"
    return str(value)


def shown_setting(name: str, value: object) -> str:
    """Return a setting as it may be shown: no key, no password."""
    if name == "api_key":
        return shown_key(read_key(str(value)).text) or "empty"
    if name in {"key_command", "management_command"}:  # its words may hold what nobody is to see
        words = value.split() if isinstance(value, str) else list(map(str, as_list(value)))
        return f"{mask(words[0])} …" if len(words) > 1 else mask("".join(words))
    return mask(text_of(value))


def as_list(value: object) -> list[object]:
    """Return a list as it is, anything else as none."""
    return value if isinstance(value, list) else []


def settings_shown(settings: Mapping[str, object]) -> dict[str, str]:
    """Return settings as they may be shown, by name."""
    return {name: shown_setting(name, value) for name, value in settings.items()}
