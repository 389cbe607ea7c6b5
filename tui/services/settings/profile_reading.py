"""Profiles made of their tables in the configuration file, and of the environment."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from tui.core.catalog.methods import METHODS, Method
from tui.core.catalog.providers import UNKNOWN, ProviderCatalog
from tui.core.money.terms import Money
from tui.core.provider.addresses import (
    address_problem,
    host_of,
    is_loopback,
    without_credentials,
)
from tui.services.errors import InputError
from tui.services.settings.headers import headers_of, proxy_of
from tui.services.settings.keys import KeySource, command_source, key_source, read_key
from tui.services.settings.profile import (
    CONNECT_S,
    TIMEOUT_S,
    Management,
    Profile,
    with_key,
)
from tui.services.settings.setting_names import KEY_SETTINGS, variable_for
from tui.services.settings.suggestions import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.services.settings.profile_table import Table

_TARGET = re.compile(r"[^\s-]\S*")
OPENAI_URL = "https://api.openai.com/v1"
_MANAGED = ("management_url", "management_command")  # together or not at all
_OPENAI_HOST = "api.openai.com"  # regional ones end in it


@dataclass(frozen=True, slots=True)
class ProfileReader:
    """Reads tables of profiles. `withheld` are variables that hold keys of any of them."""

    environ: Mapping[str, str]
    providers: ProviderCatalog
    withheld: frozenset[str]

    def read(self, table: Table) -> Profile | None:
        """Return the profile of a table; None for OpenAI's without a key, an address or a table.

        Raises InputError for a setting that cannot be used.
        """
        if table.name == "lab":
            found: Profile | None = _lab(table)
        elif table.name == "openai":
            found = self._openai(table)
        else:
            found = self._custom(table)
        if found is None:
            return None
        found = replace(found, providers=self.providers)
        advice = []
        if (without := found.without_account) is not None:
            advice.append(f"profile {found.name}: {without[0]}. {without[1].rstrip('.')}")
        if _wants_a_key(found):
            entry = found.provider_entry
            where = f'Say where it is, such as api_key_env = "{variable_for(entry)}"'
            advice.append(
                f"profile {found.name}: it names no key, and {entry.name} wants one. {where}"
            )
        return replace(found, advice=(*found.advice, *advice)) if advice else found

    def _source(self, table: Table) -> KeySource | None:
        return key_source(table, self.environ, self.withheld)

    def _openai(self, table: Table) -> Profile | None:
        own_url = table.url()
        environ_url = (self.environ.get("OPENAI_BASE_URL") or "").strip()
        url = own_url or environ_url or OPENAI_URL
        source = self._source(table)
        given = read_key(self.environ.get("OPENAI_API_KEY") or "")
        if source is None and given.text and _meant_for(url, environ_url):
            source = KeySource("env", "the variable OPENAI_API_KEY", given)
        ambient = _meant_for(url, environ_url)
        profile = Profile("openai", self._kind(table, "openai"), url, bills=True, ambient=ambient)
        # The whole table is read even when the profile is not offered: its mistakes are told.
        profile = with_key(self._with_settings(table, profile), source)
        if own_url is None and (source is not None or table.values):
            _check_environ_url(url)
        if source is not None:
            return profile
        if given.text and not is_loopback(url):
            problem = (
                f"OPENAI_API_KEY is not sent to {host_of(url)}, and the profile names no other key",
                'Add api_key_env with the name of its own variable; api_key_env = "OPENAI_API_KEY"'
                " sends that one there.",
            )
            return replace(profile, problem=problem)
        if own_url is not None:
            return profile
        if not table.values:
            return None
        step = "Set it before starting finetui, or name another source of the key."
        problem = ("its key is missing: the variable OPENAI_API_KEY is empty", step)
        return replace(profile, problem=problem, wants_key=True)

    def _custom(self, table: Table) -> Profile:
        if (target := table.text("ssh")) is not None:
            return self._remote_lab(table, target.strip())
        if "ssh_command" in table.values:
            raise table.bad("ssh_command", "says nothing without ssh")
        kind = self._kind(table, UNKNOWN)
        known = self.providers.all()[kind]
        url = table.url() or known.base_url
        if kind == UNKNOWN and (told := self.providers.at(url)) is not None:
            kind = told.id
        if url is None:
            meant = nearest(table.name, ("openai", "lab"))
            hint = f", did you mean [profiles.{meant}]?" if meant else ""
            raise table.bad_profile(f"has no base_url{hint}")
        url = self.providers.find(kind, url).trimmed(url)
        # A server on this very machine sends no bill unless the configuration says so.
        bills = kind != "lab" and not is_loopback(url)
        profile = Profile(table.name, kind, url, bills=bills)
        return with_key(self._with_settings(table, profile), self._source(table))

    def _remote_lab(self, table: Table, target: str) -> Profile:
        """Return the profile of the lab of another machine, which has its own key."""
        if not _TARGET.fullmatch(target) or not target.isprintable():  # no option of ssh either
            raise table.bad("ssh", 'must be a name that ssh knows, such as "me@gpu-box"')
        if self._kind(table, "lab") != "lab":
            raise table.bad("ssh", "is for the lab of another machine: kind is lab")
        for name in (
            *KEY_SETTINGS,
            "base_url",
            "proxy",
            "headers",
            "organization",
            "project",
            *_MANAGED,
        ):
            if name in table.values:
                raise table.bad(name, "cannot stand beside ssh: the lab there has its own")
        command = (table.text("ssh_command") or "finetui").strip()
        made = self._with_settings(table, Profile(table.name, "lab"))
        return replace(made, ssh=target, ssh_command=command)

    def _management(self, table: Table) -> Management | None:
        """Return where deployments are managed; the address and the command belong together."""
        url = table.text("management_url")
        given = [name for name in _MANAGED if table.values.get(name)]
        if not given:
            return None
        if url is None or len(given) < len(_MANAGED):
            [missing] = [name for name in _MANAGED if name not in given]
            raise table.bad(given[0], f"needs {missing} beside it")
        if problem := address_problem(url):
            raise table.bad("management_url", f"{without_credentials(url)!r} {problem}")
        source = command_source(table, "management_command", self.environ, self.withheld)
        return Management(url, source)

    def _kind(self, table: Table, otherwise: str) -> str:
        kind = table.text("kind") or otherwise
        if kind not in self.providers.all():
            raise table.unknown_kind(kind, self.providers.all())
        return kind

    def _with_settings(self, table: Table, profile: Profile) -> Profile:
        headers, missing = headers_of(table, self.environ)
        made = replace(
            _with_training(table, _with_sizes(table, profile)),
            read_only=table.flag("read_only", profile.read_only),
            bills=table.flag("bills", profile.bills),
            insecure=table.flag("insecure", False),
            timeout=table.seconds("timeout", profile.timeout),
            connect_timeout=table.seconds("connect_timeout", CONNECT_S),
            account=table.account(),
            account_kind=table.account_kind(),
            management=self._management(table),
            headers=headers,
            proxy=proxy_of(table),
            ca_file=_ca_file(table),
        )
        if not missing:
            return made
        why = f"a header of it is missing: the variable {missing} is empty"
        return replace(made, problem=(why, "Set it before starting finetui."))


def _wants_a_key(profile: Profile) -> bool:
    """Whether a profile sends nothing by which its provider, which is a known one, may know it."""
    entry = profile.provider_entry
    if profile.source is not None or profile.problem is not None or profile.headers:
        return False
    if profile.starts or is_loopback(profile.base_url):
        return False
    public = entry.base_url is not None and not is_loopback(entry.base_url)
    return public or (entry.training is not None and entry.id != UNKNOWN)


def _ca_file(table: Table) -> Path | None:
    """Return the file of certificates; what is not absolute is beside the configuration."""
    name = table.text("ca_file")
    if name is None:
        return None
    return table.source.path.parent / Path(name).expanduser()


def _check_environ_url(url: str) -> None:
    if wrong := address_problem(url):
        raise InputError(
            "OPENAI_BASE_URL cannot be used",
            f"{without_credentials(url)!r} {wrong}",
            "Correct the variable or unset it.",
        )


def _meant_for(url: str, environ_url: str) -> bool:
    """Return whether OPENAI_API_KEY and the variables beside it are meant for this address."""
    host = host_of(url)
    if environ_url and host == host_of(environ_url):
        return True
    return host == _OPENAI_HOST or host.endswith(f".{_OPENAI_HOST}")


def _lab(table: Table) -> Profile:
    profile = Profile(
        "lab",
        "lab",
        read_only=table.flag("read_only", False),
        timeout=table.seconds("timeout", TIMEOUT_S),
    )
    return _with_training(table, _with_sizes(table, profile))


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
