"""Profiles: which provider to talk to, where it is, and with which key."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, cast

from tui.core.catalog.providers import BUILT_IN, UNKNOWN, Preset, Presets
from tui.core.catalog.training import METHODS, Method, Terms, terms_of
from tui.core.money.terms import Money
from tui.core.provider.addresses import (
    address_problem,
    host_of,
    is_loopback,
    is_unencrypted,
    without_credentials,
)
from tui.core.text.masking import learn
from tui.services.errors import InputError
from tui.services.settings.config_file import (
    ConfigFile,
    KeySource,
    Table,
    key_variables,
    nearest,
    read_key,
)
from tui.services.settings.environment import header_secrets
from tui.services.settings.own_providers import load_presets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.services.settings.locations import Locations

# The id of a preset; "compatible" is told by its host.
Kind = str
TIMEOUT_S = 30.0
OPENAI_URL = "https://api.openai.com/v1"
_OPENAI_HOST = "api.openai.com"  # regional ones end in it


@dataclass(frozen=True, slots=True)
class Profile:
    """One provider account. `base_url` is None for lab until its process runs.

    `account` is its id at providers whose paths name it.
    `timeout` is how many seconds an answer may take to begin. `file_bytes` and `part_bytes`
    stand in for the provider's known limits of a file sent at once, and of a part of one, and
    `methods` for the training methods it is known to offer. `money` is how it counts costs.
    `ambient` is whether the variables of OpenAI's own tools (OPENAI_ORG_ID and the like) are
    meant for this address. `problem` is the cause and the next step of why no request may be
    made, such as a key that is missing; `remarks` are what is not safe and yet asked for.
    """

    name: str
    kind: Kind
    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    read_only: bool = False
    bills: bool = False
    timeout: float = TIMEOUT_S
    file_bytes: int | None = None
    part_bytes: int | None = None
    methods: tuple[Method, ...] = ()
    account: str | None = None
    money: Money = field(default_factory=Money)
    insecure: bool = False
    ambient: bool = False
    problem: tuple[str, str] | None = None
    remarks: tuple[str, ...] = ()
    presets: Presets = field(default=BUILT_IN, repr=False, compare=False)

    @property
    def preset(self) -> Preset:
        """What is known of the provider, its paths those of this account."""
        return self.presets.find(self.kind, self.base_url).of_account(self.account)

    def check_usable(self) -> None:
        """Raise InputError when no request may be made with this profile."""
        if self.problem is not None:
            raise InputError(f"Profile {self.name} cannot be used", *self.problem)

    @property
    def terms(self) -> Terms:
        """What the provider takes for training."""
        return terms_of(self.preset, self.methods)


@dataclass(frozen=True, slots=True)
class ProfileBook:
    """All profiles by name, and which one is used when none is named.

    `key_variables` are the environment variables that hold the keys of profiles, `remarks` what
    is not safe about the configuration file itself.
    """

    profiles: Mapping[str, Profile]
    default: str
    key_variables: frozenset[str] = frozenset()
    remarks: tuple[str, ...] = ()

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
        if meant := nearest(wanted, self.profiles):
            next_step = f"Did you mean {meant}? {next_step}"
        if wanted == "openai":
            next_step = "Set OPENAI_API_KEY, or add [profiles.openai] to the configuration."
        raise InputError("Unknown profile", f"there is no profile {wanted!r}", next_step)

    @classmethod
    def load(cls, locations: Locations, environ: Mapping[str, str]) -> ProfileBook:
        """Read the configuration file (it may be missing) and the environment.

        Raises InputError naming the line when the file cannot be used.
        """
        learn(*header_secrets(environ))
        variables = key_variables(locations.config_file, environ)
        source = ConfigFile.read(locations.config_file)
        source.check()
        tables = source.profile_tables()
        presets = load_presets(locations.config)
        profiles = {"lab": _lab(tables.get("lab", Table(source, "lab", {})))}
        openai = _openai(tables.get("openai", Table(source, "openai", {})), environ)
        if openai is not None:
            profiles["openai"] = openai
        for name, table in tables.items():
            if name not in {"lab", "openai"}:
                profiles[name] = _custom(table, environ, presets)
        profiles = {name: replace(one, presets=presets) for name, one in profiles.items()}
        default = (
            environ.get("FINETUI_PROFILE")
            or source.default_profile()
            or ("openai" if openai is not None and (openai.api_key or openai.problem) else "lab")
        )
        return cls(profiles, default, variables, source.remarks())

    @classmethod
    def lab_only(cls, locations: Locations, environ: Mapping[str, str]) -> ProfileBook:
        """Return the book for a configuration that cannot be used: nothing in it costs money."""
        variables = key_variables(locations.config_file, environ)
        return cls({"lab": Profile("lab", "lab")}, "lab", variables)


def _lab(table: Table) -> Profile:
    profile = Profile(
        "lab",
        "lab",
        read_only=table.flag("read_only", False),
        timeout=table.seconds("timeout", TIMEOUT_S),
    )
    return _with_training(table, _with_sizes(table, profile))


def _openai(table: Table, environ: Mapping[str, str]) -> Profile | None:
    """Return the profile of OpenAI; None when there is neither a key nor an address for it."""
    own_url = table.url()
    environ_url = (environ.get("OPENAI_BASE_URL") or "").strip()
    url = own_url or environ_url or OPENAI_URL
    source = table.key_source(environ)
    given = read_key(environ.get("OPENAI_API_KEY") or "")
    if source is None and given.text and _meant_for(url, environ_url):
        source = KeySource("the variable OPENAI_API_KEY", given)
    profile = Profile("openai", "openai", url, bills=True, ambient=_meant_for(url, environ_url))
    # The whole table is read even when the profile is not offered: its mistakes are told.
    profile = _with_key(_with_settings(table, profile), source)
    if source is None and own_url is None:
        return None
    if own_url is None and (wrong := address_problem(url)):
        raise InputError(
            "OPENAI_BASE_URL cannot be used",
            f"{without_credentials(url)!r} {wrong}",
            "Correct the variable or unset it.",
        )
    if source is None and given.text and not is_loopback(url):
        problem = (
            f"OPENAI_API_KEY is not sent to {host_of(url)}, and the profile names no other key",
            'Add api_key_env with the name of its own variable; api_key_env = "OPENAI_API_KEY"'
            " sends that one there.",
        )
        return replace(profile, problem=problem)
    return profile


def _meant_for(url: str, environ_url: str) -> bool:
    """Return whether OPENAI_API_KEY and the variables beside it are meant for this address."""
    host = host_of(url)
    if environ_url and host == host_of(environ_url):
        return True
    return host == _OPENAI_HOST or host.endswith(f".{_OPENAI_HOST}")


def _custom(table: Table, environ: Mapping[str, str], presets: Presets) -> Profile:
    kind = table.text("kind") or UNKNOWN
    kinds = [name for name in presets.all() if name != "lab"]
    if kind not in kinds:
        raise table.unknown_kind(kind, kinds)
    url = table.url() or presets.all()[kind].base_url
    if kind == UNKNOWN and (told := presets.at(url)) is not None:
        kind = told.id
    if url is None:
        meant = nearest(table.name, ("openai", "lab"))
        hint = f", did you mean [profiles.{meant}]?" if meant else ""
        raise table.bad_profile(f"has no base_url{hint}")
    url = presets.find(kind, url).trimmed(url)
    # A server on this very machine sends no bill unless the configuration says so.
    profile = Profile(table.name, kind, url, bills=not is_loopback(url))
    return _with_key(_with_settings(table, profile), table.key_source(environ))


def _with_key(profile: Profile, source: KeySource | None) -> Profile:
    """Return the profile with its key, or with the reason why it cannot be sent."""
    if source is None:
        return profile  # a server that wants none gets none
    key = source.key
    if not key.text:
        next_step = f"Set it before starting finetui, or correct profile {profile.name}."
        return replace(profile, problem=(f"its key is missing: {source.name} is empty", next_step))
    if key.problem:
        problem = (f"its key cannot be sent: {key.problem}", f"Correct {source.name}.")
        return replace(profile, problem=problem)
    remarks = []
    if key.quoted:
        remarks.append(f"{source.name} holds the key in quotes; it is sent without them")
    host = host_of(profile.base_url)
    if is_unencrypted(profile.base_url):
        if not profile.insecure:
            problem = (
                f"its key would go to {host} over http://, where it can be read on the way",
                "Use https://, or write insecure = true into the profile if the way is safe.",
            )
            return replace(profile, problem=problem)
        remarks.append(f"profile {profile.name} sends its key to {host} unencrypted")
    return replace(profile, api_key=key.text, remarks=tuple(remarks))


def _with_settings(table: Table, profile: Profile) -> Profile:
    return replace(
        _with_training(table, _with_sizes(table, profile)),
        read_only=table.flag("read_only", profile.read_only),
        bills=table.flag("bills", profile.bills),
        insecure=table.flag("insecure", False),
        account=table.account(),
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
