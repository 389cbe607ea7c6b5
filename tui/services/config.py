"""The configuration file, read so that every complaint names its line."""

from __future__ import annotations

import re
import tomllib
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tui.services.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

KNOWN = {
    "base_url",
    "api_key",
    "api_key_env",
    "read_only",
    "bills",
    "timeout",
    "file_bytes",
    "part_bytes",
    "methods",
    "currency",
    "rate",
    "budget",
    "budget_since",
    "prices",
}
_HEADER = re.compile(r"^\s*\[([^]]*)\]")


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """The file's values, and its lines to point at."""

    path: Path
    lines: list[str]
    values: Mapping[str, Any]

    @classmethod
    def read(cls, path: Path) -> ConfigFile:
        """Read `path`; a missing one is empty. Raises InputError for what is no TOML."""
        try:
            text = path.read_bytes().decode("utf-8")
        except FileNotFoundError:
            return cls(path, [], {})
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(
                "The configuration cannot be read", f"{path}: {error}", "Correct or move the file."
            ) from error
        try:
            return cls(path, text.splitlines(), tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise InputError(
                "The configuration is not valid TOML", f"{path}: {error}", "Correct that line."
            ) from error

    def bad(self, key: str, cause: str, table: str = "") -> InputError:
        """Return the error for a wrong setting, naming the line it stands on."""
        return InputError(
            "The configuration cannot be used",
            f"{self.path}: {cause} (at line {self._line_of(key, table)})",
            "Correct that line.",
        )

    def profile_tables(self) -> Mapping[str, Table]:
        """Return the tables of all profiles by name. Raises InputError for a wrong setting."""
        value = self.values.get("profiles", {})
        if not isinstance(value, dict):
            raise self.bad("profiles", "profiles is no table")
        for name, inner in value.items():
            if not isinstance(inner, dict):
                raise self.bad(name, f"profile {name} is no table")
            if unknown := set(inner) - KNOWN:
                key = min(unknown)
                raise self.bad(key, f"profile {name}: unknown setting {key}", name)
        return {name: Table(self, name, inner) for name, inner in value.items()}

    def default_profile(self) -> str | None:
        """Return the name set as default, if any."""
        return Table(self, "", self.values).text("default_profile")

    def _line_of(self, key: str, table: str) -> int:
        number, inside = 1, not table
        for number, line in enumerate(self.lines, 1):
            header = _HEADER.match(line)
            if header:
                inside = not table or _names(header[1], table)
            setting = line.split("=")[0].strip().strip("\"'")
            if inside and (setting == key or (header and _names(header[1], key))):
                return number
        return number


@dataclass(frozen=True, slots=True)
class Table:
    """The settings of one profile. Every getter raises InputError for a value of no use."""

    source: ConfigFile
    name: str
    values: Mapping[str, Any]

    def text(self, key: str) -> str | None:
        """Return a text, None when it is missing or empty."""
        value = self.values.get(key)
        if value is None or isinstance(value, str):
            return value or None
        raise self._bad(key, "must be a text")

    def flag(self, key: str, default: bool) -> bool:
        """Return true or false."""
        value = self.values.get(key, default)
        if isinstance(value, bool):
            return value
        raise self._bad(key, "must be true or false")

    def seconds(self, key: str, default: float) -> float:
        """Return a number of seconds above 0."""
        value = self.values.get(key, default)
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
            return float(value)
        raise self._bad(key, "must be a number of seconds above 0")

    def size(self, key: str) -> int | None:
        """Return a number of bytes above 0, None when it is missing."""
        value = self.values.get(key)
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and value > 0):
            return value
        raise self._bad(key, "must be a whole number of bytes above 0")

    def amount(self, key: str, *, above: bool = False) -> Decimal | None:
        """Return an amount of 0 or more, above 0 if so asked; None when it is missing."""
        value = self.values.get(key)
        return None if value is None else self._decimal(key, value, above=above)

    def amounts(self, key: str) -> dict[str, Decimal]:
        """Return a table of amounts, empty when it is missing."""
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self._bad(key, "must be a table")
        return {name: self._decimal(name, amount) for name, amount in value.items()}

    def _decimal(self, key: str, value: object, *, above: bool = False) -> Decimal:
        amount = Decimal("nan")
        if isinstance(value, int | float | str) and not isinstance(value, bool):
            with suppress(ArithmeticError):  # what is no number stays none
                amount = Decimal(str(value))
        if amount.is_finite() and (amount > 0 or (amount == 0 and not above)):
            return amount
        raise self._bad(key, f"must be an amount {'above 0' if above else 'of 0 or more'}")

    def day(self, key: str) -> date | None:
        """Return a date, None when it is missing."""
        value = self.values.get(key)
        if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
            return value
        raise self._bad(key, "must be a date such as 2026-11-01, without quotes")

    def words(self, key: str, known: Collection[str]) -> tuple[str, ...]:
        """Return a list of known words, empty when it is missing."""
        value = self.values.get(key, [])
        if isinstance(value, list) and all(word in known for word in value):
            return tuple(value)
        raise self._bad(key, f"must be a list of: {', '.join(known)}")

    def url(self) -> str | None:
        """Return the base_url."""
        value = self.text("base_url")
        if value is not None and not is_http(value):
            raise self._bad("base_url", f"{value!r} is no http:// or https:// address")
        return value

    def api_key(self, environ: Mapping[str, str]) -> str | None:
        """Return the key, as it stands or from the variable that is named."""
        variable = self.text("api_key_env")
        return self.text("api_key") or (environ.get(variable) if variable else None)

    def bad_profile(self, cause: str) -> InputError:
        """Return the error for a profile that cannot be used as a whole."""
        return self.source.bad(self.name, f"profile {self.name} {cause}")

    def _bad(self, key: str, cause: str) -> InputError:
        return self.source.bad(key, f"{key} {cause}", self.name)


def _names(header: str, key: str) -> bool:
    """Whether a table's header ends in `key`: profiles.a, or profiles."a"."""
    return f".{header}".replace('"', "").endswith(f".{key}")


def is_http(url: str) -> bool:
    """Return whether `url` is an address a request can be sent to."""
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return False
