"""Profiles: which provider to talk to, where it is, and with which key."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from tui.services.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tui.services.locations import Locations

Kind = Literal["lab", "openai", "custom"]
OPENAI_URL = "https://api.openai.com/v1"
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_KNOWN = {"base_url", "api_key", "api_key_env", "read_only", "bills", "timeout"}


@dataclass(frozen=True, slots=True)
class Profile:
    """One provider account. `base_url` is None for lab until its process runs.

    `timeout` is how many seconds an answer may take to begin.
    """

    name: str
    kind: Kind
    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    read_only: bool = False
    bills: bool = False
    timeout: float = 30.0


@dataclass(frozen=True, slots=True)
class ProfileBook:
    """All profiles by name, and which one is used when none is named."""

    profiles: Mapping[str, Profile]
    default: str

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names in the order they are offered."""
        return tuple(self.profiles)

    def get(self, name: str | None = None) -> Profile:
        """Return the profile called `name`, or the default. Raises InputError if unknown."""
        wanted = self.default if name is None else name
        if (found := self.profiles.get(wanted)) is not None:
            return found
        next_step = f"Known profiles: {', '.join(self.profiles)}."
        if wanted == "openai":
            next_step = "Set OPENAI_API_KEY, or add [profiles.openai] to the configuration."
        raise InputError("Unknown profile", f"there is no profile {wanted!r}", next_step)

    @classmethod
    def load(cls, locations: Locations, environ: Mapping[str, str]) -> ProfileBook:
        """Read the configuration file (it may be missing) and the environment.

        Raises InputError naming the line when the file cannot be used.
        """
        source = _Source.read(locations.config_file)
        tables = source.table("profiles")
        profiles = {"lab": _lab(source, tables)}
        openai = _openai(source, tables, environ)
        if openai is not None:
            profiles["openai"] = openai
        for name in tables:
            if name not in {"lab", "openai"}:
                profiles[name] = _custom(source, name, environ)
        default = (
            environ.get("FINETUI_PROFILE")
            or source.text(source.values, "default_profile")
            or ("openai" if "openai" in profiles else "lab")
        )
        return cls(profiles, default)


@dataclass(frozen=True, slots=True)
class _Source:
    """The configuration file with what is needed to point at a line of it."""

    path: Path
    lines: list[str]
    values: Mapping[str, Any]

    @classmethod
    def read(cls, path: Path) -> _Source:
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

    def bad(self, key: str, cause: str) -> InputError:
        pattern = re.compile(rf"^\s*(\[.*\b{re.escape(key)}\b.*\]|\"?{re.escape(key)}\"?\s*=)")
        number = next((i for i, line in enumerate(self.lines, 1) if pattern.match(line)), 1)
        return InputError(
            "The configuration cannot be used", f"{self.path}: {cause} (at line {number})",
            "Correct that line.",
        )  # fmt: skip

    def table(self, key: str) -> Mapping[str, Any]:
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self.bad(key, f"{key} is no table")
        for name, inner in value.items():
            if not isinstance(inner, dict):
                raise self.bad(name, f"profile {name} is no table")
            if unknown := set(inner) - _KNOWN:
                raise self.bad(min(unknown), f"profile {name}: unknown setting {min(unknown)}")
        return value

    def text(self, table: Mapping[str, Any], key: str) -> str | None:
        value = table.get(key)
        if value is None or isinstance(value, str):
            return value or None
        raise self.bad(key, f"{key} must be a text")

    def flag(self, table: Mapping[str, Any], key: str, default: bool) -> bool:
        value = table.get(key, default)
        if isinstance(value, bool):
            return value
        raise self.bad(key, f"{key} must be true or false")

    def seconds(self, table: Mapping[str, Any], key: str, default: float) -> float:
        value = table.get(key, default)
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
            return float(value)
        raise self.bad(key, f"{key} must be a number of seconds above 0")

    def url(self, table: Mapping[str, Any]) -> str | None:
        value = self.text(table, "base_url")
        if value is not None and not _is_http(value):
            raise self.bad("base_url", f"base_url {value!r} is no http:// or https:// address")
        return value

    def key(self, table: Mapping[str, Any], environ: Mapping[str, str]) -> str | None:
        variable = self.text(table, "api_key_env")
        return self.text(table, "api_key") or (environ.get(variable) if variable else None)


def _lab(source: _Source, tables: Mapping[str, Any]) -> Profile:
    table = tables.get("lab", {})
    return Profile("lab", "lab", read_only=source.flag(table, "read_only", False))


def _openai(
    source: _Source, tables: Mapping[str, Any], environ: Mapping[str, str]
) -> Profile | None:
    table = tables.get("openai", {})
    key = source.key(table, environ) or environ.get("OPENAI_API_KEY")
    if not key:
        return None
    url = source.url(table) or environ.get("OPENAI_BASE_URL") or OPENAI_URL
    if not _is_http(url):
        raise InputError(
            "OPENAI_BASE_URL cannot be used", f"{url!r} is no http:// or https:// address",
            "Correct the variable or unset it.",
        )  # fmt: skip
    profile = Profile("openai", "openai", url, key, bills=True)
    return _with_settings(source, table, profile)


def _custom(source: _Source, name: str, environ: Mapping[str, str]) -> Profile:
    table: Mapping[str, Any] = source.values["profiles"][name]
    url = source.url(table)
    if url is None:
        raise source.bad(name, f"profile {name} has no base_url")
    # A server on this very machine sends no bill unless the configuration says so.
    bills = urlsplit(url).hostname not in _LOOPBACK
    profile = Profile(name, "custom", url, source.key(table, environ), bills=bills)
    return _with_settings(source, table, profile)


def _with_settings(source: _Source, table: Mapping[str, Any], profile: Profile) -> Profile:
    return replace(
        profile,
        read_only=source.flag(table, "read_only", profile.read_only),
        bills=source.flag(table, "bills", profile.bills),
        timeout=source.seconds(table, "timeout", profile.timeout),
    )


def _is_http(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return False
