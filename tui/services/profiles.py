"""Profiles: which provider to talk to, where it is, and with which key."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, cast
from urllib.parse import urlsplit

from tui.core.money import Money
from tui.core.training import METHODS, Method, Terms, terms
from tui.services.config import ConfigFile, Table, is_http
from tui.services.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.services.locations import Locations

Kind = Literal["lab", "openai", "custom"]
OPENAI_URL = "https://api.openai.com/v1"
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True)
class Profile:
    """One provider account. `base_url` is None for lab until its process runs.

    `timeout` is how many seconds an answer may take to begin. `file_bytes` and `part_bytes`
    stand in for the provider's known limits of a file sent at once, and of a part of one, and
    `methods` for the training methods it is known to offer. `money` is how it counts costs.
    """

    name: str
    kind: Kind
    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    read_only: bool = False
    bills: bool = False
    timeout: float = 30.0
    file_bytes: int | None = None
    part_bytes: int | None = None
    methods: tuple[Method, ...] = ()
    money: Money = field(default_factory=Money)

    @property
    def terms(self) -> Terms:
        """What the provider takes for training."""
        return terms(self.kind, self.base_url, self.methods)


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
        source = ConfigFile.read(locations.config_file)
        tables = source.profile_tables()
        profiles = {"lab": _lab(tables.get("lab", Table(source, "lab", {})))}
        openai = _openai(tables.get("openai", Table(source, "openai", {})), environ)
        if openai is not None:
            profiles["openai"] = openai
        for name, table in tables.items():
            if name not in {"lab", "openai"}:
                profiles[name] = _custom(table, environ)
        default = (
            environ.get("FINETUI_PROFILE")
            or source.default_profile()
            or ("openai" if "openai" in profiles else "lab")
        )
        return cls(profiles, default)


def _lab(table: Table) -> Profile:
    profile = Profile("lab", "lab", read_only=table.flag("read_only", False))
    return _with_training(table, _with_sizes(table, profile))


def _openai(table: Table, environ: Mapping[str, str]) -> Profile | None:
    key = table.api_key(environ) or environ.get("OPENAI_API_KEY")
    if not key:
        return None
    url = table.url() or environ.get("OPENAI_BASE_URL") or OPENAI_URL
    if not is_http(url):
        raise InputError(
            "OPENAI_BASE_URL cannot be used",
            f"{url!r} is no http:// or https:// address",
            "Correct the variable or unset it.",
        )
    return _with_settings(table, Profile("openai", "openai", url, key, bills=True))


def _custom(table: Table, environ: Mapping[str, str]) -> Profile:
    url = table.url()
    if url is None:
        raise table.bad_profile("has no base_url")
    # A server on this very machine sends no bill unless the configuration says so.
    bills = urlsplit(url).hostname not in _LOOPBACK
    profile = Profile(table.name, "custom", url, table.api_key(environ), bills=bills)
    return _with_settings(table, profile)


def _with_settings(table: Table, profile: Profile) -> Profile:
    return replace(
        _with_training(table, _with_sizes(table, profile)),
        read_only=table.flag("read_only", profile.read_only),
        bills=table.flag("bills", profile.bills),
        timeout=table.seconds("timeout", profile.timeout),
    )


def _with_sizes(table: Table, profile: Profile) -> Profile:
    return replace(
        profile, file_bytes=table.size("file_bytes"), part_bytes=table.size("part_bytes")
    )


def _with_training(table: Table, profile: Profile) -> Profile:
    money = Money(
        currency=(table.text("currency") or "").upper(),
        rate=table.amount("rate", above=True),
        prices=table.amounts("prices"),
        budget=table.amount("budget"),
        since=table.day("budget_since"),
    )
    methods = cast("tuple[Method, ...]", table.words("methods", METHODS))
    return replace(profile, methods=methods, money=money)
