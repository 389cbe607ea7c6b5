"""The configuration file, read so that every complaint names its line.

What is not known is an error: a setting that is misspelt would silently not protect anybody.
"""

from __future__ import annotations

import os
import re
import tomllib
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tui.core.provider.addresses import address_problem, without_credentials
from tui.core.provider.api_keys import EnteredKey, entered_key
from tui.core.text.masking import learn
from tui.services.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

NOTIFY = ("auto", "off", "osc9", "osc777")
TOP_LEVEL = ("default_profile", "profiles", "notify")
KNOWN = {
    "kind",
    "base_url",
    "account",
    "api_key",
    "api_key_env",
    "insecure",
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
# The lab is on this machine, has its own key, and bills nothing.
NOT_FOR_LAB = {"kind", "base_url", "account", "api_key", "api_key_env", "insecure", "bills"}
_HEADER = re.compile(r"^\s*\[+([^]]*)\]")
# Also in a file that is no TOML, so that what it names is kept from others all the same.
_NAMED = re.compile(r"""api_key_env["']?\s*=\s*["']\s*([A-Za-z_]\w*)""")
_WRITTEN = re.compile(r"""api_key["']?\s*=\s*["']\s*([^"'\n]+)""")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_LIKE_A_KEY = 20  # a name of so many characters that is not in capitals may be a key


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
            text = path.read_bytes().decode("utf-8-sig")
        except FileNotFoundError:
            _check_misplaced(path)
            return cls(path, [], {})
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(
                "The configuration cannot be read", f"{path}: {error}", "Correct or move the file."
            ) from error
        try:
            return cls(path, text.splitlines(), tomllib.loads(text))
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise InputError(
                "The configuration is not valid TOML", f"{path}: {error}", _toml_step(text, error)
            ) from error

    def bad(self, key: str, cause: str, table: str = "", next_step: str = "") -> InputError:
        """Return the error for a wrong setting, naming the line and column it stands on."""
        line, column = self._place_of(key, table)
        return InputError(
            "The configuration cannot be used",
            f"{self.path}: {cause} (at line {line}, column {column})",
            next_step or "Correct that line.",
        )

    def check(self) -> None:
        """Raise InputError for what is not known outside of the profiles, or of a wrong type."""
        if unknown := [key for key in self.values if key not in TOP_LEVEL]:
            raise self._unknown_at_top(min(unknown, key=self._place_of))
        if self.values.get("notify", "auto") not in NOTIFY:
            raise self.bad_notify()

    def bad_notify(self) -> InputError:
        """Return the error for a wrong way to notify."""
        chosen = self.values.get("notify")
        return self.bad("notify", f"notify is {chosen!r}, not one of {', '.join(NOTIFY)}")

    def remarks(self) -> tuple[str, ...]:
        """Return what is not safe about the file itself: keys in it that others can read."""
        tables = self.values.get("profiles", {}).values()
        if os.name != "posix" or not any(table.get("api_key") for table in tables):
            return ()
        try:
            mode = self.path.stat().st_mode
        except OSError:
            return ()
        if not mode & 0o077:
            return ()
        return (f"{self.path} holds a key and is open to other users: chmod 600 makes it yours",)

    def _unknown_at_top(self, key: str) -> InputError:
        if key in KNOWN and not isinstance(self.values[key], dict):
            cause = f"{key} stands outside of a profile, where it does nothing"
            next_step = "Write it below a line such as [profiles.openai]."
            return self.bad(key, cause, next_step=next_step)
        if isinstance(self.values[key], dict):
            meant = "profiles" if key.lower().startswith("profil") else nearest(key, TOP_LEVEL)
            cause = f"unknown table [{key}]"
        else:
            meant = nearest(key, TOP_LEVEL)
            cause = f"unknown setting {key}"
        cause, next_step = _with_meant(cause, meant, TOP_LEVEL)
        return self.bad(key, cause, next_step=next_step)

    def profile_tables(self) -> Mapping[str, Table]:
        """Return the tables of all profiles by name. Raises InputError for a wrong setting."""
        value = self.values.get("profiles", {})
        if not isinstance(value, dict):
            raise self.bad("profiles", "profiles is no table")
        for name, inner in value.items():
            if not isinstance(inner, dict):
                raise self.bad(name, f"profile {name} is no table")
            self._check_profile(name, inner)
        return {name: Table(self, name, inner) for name, inner in value.items()}

    def _check_profile(self, name: str, inner: Mapping[str, Any]) -> None:
        known = KNOWN - NOT_FOR_LAB if name == "lab" else KNOWN
        if not (unknown := [key for key in inner if key not in known]):
            return
        key = min(unknown, key=lambda one: self._place_of(one, name))
        if key in KNOWN:
            cause = f"profile lab takes no {key}: it is the provider built in"
            raise self.bad(key, cause, name, "Give the profile another name, or remove that line.")
        if isinstance(inner[key], dict) and any(one in KNOWN for one in inner[key]):
            cause = f"[profiles.{name}.{key}] has no quotes, and TOML takes its dots for tables"
            whole = f"{name}.{key}"
            raise self.bad(key, cause, name, f'Write [profiles."{whole}"].')
        cause = f"profile {name}: unknown setting {key}"
        cause, next_step = _with_meant(cause, nearest(key, known), known)
        raise self.bad(key, cause, name, next_step)

    def default_profile(self) -> str | None:
        """Return the name set as default, if any. Raises InputError for an empty one."""
        name = Table(self, "", self.values).text("default_profile")
        if name is None and "default_profile" in self.values:
            raise self.bad(
                "default_profile",
                "default_profile is empty",
                next_step="Name a profile, or remove that line.",
            )
        return name

    def _place_of(self, key: str, table: str = "") -> tuple[int, int]:
        """Return the line and column of a setting, or the nearest that is known, from 1."""
        number, inside, begun = 1, not table, 1
        for number, line in enumerate(self.lines, 1):
            header = _HEADER.match(line)
            if header:
                inside = not table or _names(header[1], table)
                begun = number if inside and table else begun
            setting = line.split("=")[0].strip().strip("\"'")
            named = setting == key or setting.split(".")[0].strip() == key
            if inside and (named or (header and _names(header[1], key))):
                return number, line.index(key) + 1
        for number, line in enumerate(self.lines, 1):  # in a table within a line
            if found := re.search(rf"(?<![\w-]){re.escape(key)}(?![\w-])", line):
                return number, found.start() + 1
        return begun, 1


@dataclass(frozen=True, slots=True)
class KeySource:
    """Where a profile says its key is, and what is there."""

    name: str
    key: EnteredKey


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
        if isinstance(value, dict) and (rest := _dotted(value)):
            raise self.source.bad(
                key,
                f"{key}.{rest} has no quotes around it, and TOML takes its dots for tables",
                self.name,
                f'Write the name of the model in quotes: "{key}.{rest}" = …',
            )
        amount = Decimal("nan")
        if isinstance(value, int | float | str) and not isinstance(value, bool):
            with suppress(ArithmeticError):  # what is not a number stays none
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
        value = (self.text("base_url") or "").strip()
        if value and (problem := address_problem(value)):
            raise self._bad("base_url", f"{without_credentials(value)!r} {problem}")
        return value or None

    def account(self) -> str | None:
        """Return the account, which stands in the provider's paths; None when it is missing."""
        value = (self.text("account") or "").strip().removeprefix("accounts/")
        if value and not _ACCOUNT.fullmatch(value):
            raise self._bad("account", "is not an account's id: letters, digits and dashes")
        return value or None

    def key_source(self, environ: Mapping[str, str]) -> KeySource | None:
        """Return the key this profile names, which may be empty; None when it names none."""
        name, value = self.variable(), self.values.get("api_key")
        if value is not None and not isinstance(value, str):
            raise self._bad("api_key", "must be a text")
        if value and name is not None:  # whichever were taken, the other was meant
            learn(value)
            raise self._bad("api_key", "stands beside api_key_env: a profile has one key")
        if value or (value is not None and name is None):
            return KeySource(f"api_key in {self.source.path}", read_key(value))
        if name is None:
            return None
        shown = name if name.isupper() or len(name) < _LIKE_A_KEY else "that api_key_env names"
        return KeySource(f"the variable {shown}", read_key(environ.get(name, "")))

    def variable(self) -> str | None:
        """Return the name of the variable that holds the key."""
        name = self.values.get("api_key_env")
        if name is None:
            return None
        if isinstance(name, str) and _VARIABLE.fullmatch(name.strip()):
            return name.strip()
        learn(name if isinstance(name, str) else None)  # it may be the key itself
        raise self._bad("api_key_env", "must be the name of an environment variable")

    def unknown_kind(self, kind: str, known: Iterable[str]) -> InputError:
        """Return the error for a kind of provider that there is not."""
        cause, next_step = _with_meant(f"unknown kind {kind!r}", nearest(kind, known), known)
        return self.source.bad("kind", cause, self.name, next_step)

    def bad_profile(self, cause: str) -> InputError:
        """Return the error for a profile that cannot be used as a whole."""
        return self.source.bad(self.name, f"profile {self.name} {cause}")

    def _bad(self, key: str, cause: str) -> InputError:
        return self.source.bad(key, f"{key} {cause}", self.name)


_AT_LINE = re.compile(r"at line (\d+)")
_BARE_NAME = re.compile(r"\s*([\w.-]+[:/@][\w.:/@-]*?)\s*=")


def _toml_step(text: str, error: BaseException) -> str:
    """Return what to do about what is not TOML: a name such as ft:base:x needs quotes."""
    at = _AT_LINE.search(str(error))
    line = text.splitlines()[int(at[1]) - 1 : int(at[1])] if at else []
    if line and (bare := _BARE_NAME.match(line[0])):
        return f'Write the name in quotes: "{bare[1]}" = …'
    return "Correct that line."


def _check_misplaced(path: Path) -> None:
    """Raise InputError when the file stands in $FINETUI_HOME itself, where nothing reads it."""
    home = path.parent.parent
    if path.parent.name == "config" and (found := home / path.name).is_file():
        raise InputError(
            "The configuration is not where it is read",
            f"{found} is there, {path} is not",
            f"Move it: mkdir -p {path.parent} && mv {found} {path}",
        )


def _dotted(value: Mapping[str, Any]) -> str:
    """Return the key that dots without quotes have made tables within tables of."""
    parts: list[str] = []
    inner: object = value
    while isinstance(inner, dict) and inner:
        key = next(iter(inner))
        parts.append(key)
        inner = inner[key]
    return ".".join(parts)


def _names(header: str, key: str) -> bool:
    """Whether a table's header ends in `key`: profiles.a, or profiles."a"."""
    return f".{header}".replace('"', "").endswith(f".{key}")


def key_variables(path: Path, environ: Mapping[str, str]) -> frozenset[str]:
    """Return the variables a configuration names as keys, whether or not it can be used.

    The keys it holds or names are masked from now on in every text that leaves.
    """
    try:
        text = path.read_bytes().decode("utf-8", "replace")
    except OSError:
        return frozenset()
    names = frozenset(_NAMED.findall(text))
    for raw in (*_WRITTEN.findall(text), *(environ.get(name, "") for name in names)):
        read_key(raw)
    return names


def read_key(raw: str) -> EnteredKey:
    """Return a key as it is sent; from now on it is masked in every text that leaves."""
    found = entered_key(raw)
    learn(raw, found.text)
    return found


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word that is most like `word`, empty when none is."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(word.lower().replace("-", "_"), sorted(known), 1)), "")


def _with_meant(cause: str, meant: str, known: Iterable[str]) -> tuple[str, str]:
    """Return the cause and the next step of an unknown setting."""
    if meant:
        return f"{cause}, did you mean {meant}?", f"Write {meant}, or remove it."
    return cause, f"Known here: {', '.join(sorted(known))}."
