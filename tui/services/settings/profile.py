"""One profile: which provider to talk to, where it is, with which key, and how."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tui.core.catalog.providers import ACCOUNT, BUILT_IN, ProviderCatalog, ProviderEntry
from tui.core.catalog.shutdown import facts_at
from tui.core.catalog.training import Terms, terms_of
from tui.core.money.counted import counted_by
from tui.core.money.terms import Money
from tui.core.provider.addresses import host_of, is_unencrypted
from tui.services.errors import InputError
from tui.services.settings.keys import KeySource, shown_key, typed_source

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tui.core.catalog.methods import Method
    from tui.core.catalog.models import ModelFacts
    from tui.core.catalog.shutdown import AccountKind
    from tui.core.money.rates import KeepRate

# The id of a provider's entry; "compatible" is told by its host.
Kind = str
TIMEOUT_S = 30.0
CONNECT_S = 5.0


@dataclass(frozen=True, slots=True)
class Management:
    """Where deployments are managed: the resource's address there, and where its token is."""

    url: str
    source: KeySource


@dataclass(frozen=True, slots=True)
class Profile:
    """One provider account. `base_url` is None for the lab of this machine until it runs.

    `timeout` is how many seconds an answer may take to begin, `connect_timeout` a connection.
    `api_key` is the key if it is at hand, `source` where it comes from. `file_bytes` and
    `part_bytes` stand in for the provider's known limits of a file sent at once, and of a part of
    one, and `methods` for the training methods it is known to offer. `money` is how it counts
    costs. `account` is its id at providers whose paths name it, and `account_kind` whether it is an
    existing customer's or a newcomer's, where dates differ by that. `headers` go with every request
    to its own address. `proxy` is an address, "none" for going without, None for what the
    environment says. `ssh` names another machine whose lab is meant, and `ssh_command` how finetui
    is called there. `ambient` is whether the variables of OpenAI's own tools (OPENAI_ORG_ID and
    the like) are meant for this address. `management` is where its deployments are managed, at
    another address and with a token of its own. `problem` is the cause and the next step of why no
    request may be made, such as a key that is missing (`wants_key`); `remarks` are what is not
    safe and yet asked for, `advice` what could be better.
    """

    name: str
    kind: Kind
    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    source: KeySource | None = None
    read_only: bool = False
    bills: bool = False
    timeout: float = TIMEOUT_S
    connect_timeout: float = CONNECT_S
    file_bytes: int | None = None
    part_bytes: int | None = None
    methods: tuple[Method, ...] = ()
    money: Money = field(default_factory=Money)
    account: str | None = None
    account_kind: AccountKind = ""
    management: Management | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    proxy: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    ssh: str | None = None
    ssh_command: str = "finetui"
    insecure: bool = False
    ambient: bool = False
    problem: tuple[str, str] | None = None
    wants_key: bool = False
    remarks: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    providers: ProviderCatalog = field(default=BUILT_IN, repr=False, compare=False)

    @property
    def provider_entry(self) -> ProviderEntry:
        """What is known of the provider, its paths those of this account."""
        return self.providers.find(self.kind, self.base_url).of_account(self.account)

    @property
    def embedded(self) -> bool:
        """Whether it is the lab of this machine, which the program starts itself."""
        return self.starts and self.ssh is None

    @property
    def starts(self) -> bool:
        """Whether it is a lab that the program starts, here or by ssh on another machine."""
        return self.kind == "lab" and self.base_url is None

    @property
    def key_state(self) -> str:
        """What is known of the key, without saying it."""
        if self.starts:
            return "its own"
        if self.api_key is not None:
            return shown_key(self.api_key)
        if self.source is not None and self.source.late and self.problem is None:
            return "by command" if self.source.kind == "command" else "in the keyring"
        return "missing" if self.problem else "none"

    @property
    def without_account(self) -> tuple[str, str] | None:
        """The cause and the next step of why nothing but chats can be asked for, if that is so."""
        if self.account is not None or ACCOUNT not in self.provider_entry.paths.jobs:
            return None
        return (
            f"it names no account, which {self.provider_entry.name} has in the path of everything"
            " but chats",
            f'Write account = "…" into profile {self.name}: the id in the address of the'
            " provider's dashboard.",
        )

    def check_account(self) -> None:
        """Raise InputError where the account that a path needs is not named."""
        if (without := self.without_account) is not None:
            raise InputError(f"Profile {self.name} is incomplete", *without)

    def check_usable(self) -> None:
        """Raise InputError when no request may be made with this profile."""
        if self.problem is not None:
            raise InputError(f"Profile {self.name} cannot be used", *self.problem)

    @property
    def terms(self) -> Terms:
        """What the provider takes for training."""
        return terms_of(self.provider_entry, self.methods)

    def priced(self, facts: ModelFacts) -> ModelFacts:
        """Return what is known of a model at this profile's prices and its provider's dates."""
        return self.money.priced(facts_at(facts, self.provider_entry, self.account_kind))

    def keep_rate(self, what: str) -> KeepRate | None:
        """Return what keeping "files", "checkpoints" or "models" costs, as the profile counts."""
        rate = self.provider_entry.keep_rate(what)
        return None if rate is None else replace(rate, counted=counted_by(self.money))

    def with_typed_key(self, raw: str) -> Profile:
        """Return the profile with a key that somebody has typed, for this run."""
        bare = replace(self, api_key=None, source=None, problem=None, wants_key=False)
        return with_key(bare, typed_source(raw))


def with_key(profile: Profile, source: KeySource | None) -> Profile:
    """Return the profile with its key, or with the reason why it cannot be sent."""
    if source is None:
        return profile  # a server that wants none gets none
    profile = replace(profile, source=source)
    problem, remark = _on_the_way(profile)
    if source.key is None or problem is not None:  # fetched when it is needed, or never
        return replace(profile, problem=problem, remarks=(*profile.remarks, *remark))
    key = source.key
    if not key.text:
        return replace(profile, problem=_missing(profile, source), wants_key=True)
    if key.problem:
        why = (f"its key cannot be sent: {key.problem}", f"Correct {source.name}.")
        return replace(profile, problem=why)
    remarks = list(remark)
    if key.quoted:
        remarks.insert(0, f"{source.name} holds the key in quotes; it is sent without them")
    advice = profile.advice
    if source.kind == "file":
        text = "its key stands in the configuration in plain text: key_command or key_keyring"
        advice = (*advice, f"profile {profile.name}: {text} keeps it elsewhere")
    found = (*profile.remarks, *remarks)
    return replace(profile, api_key=key.text, remarks=found, advice=advice)


def _missing(profile: Profile, source: KeySource) -> tuple[str, str]:
    if source.kind == "ask":
        step = "Type it in the app, or give it to a command: --key-stdin."
        return "its key is missing: it is typed for each run", step
    next_step = f"Set it before starting finetui, or correct profile {profile.name}."
    return f"its key is missing: {source.name} is empty", next_step


def _on_the_way(profile: Profile) -> tuple[tuple[str, str] | None, list[str]]:
    """Return why a key may not be sent to the address, or the remark that it may be read."""
    if not is_unencrypted(profile.base_url):
        return None, []
    host = host_of(profile.base_url)
    if profile.insecure:
        return None, [f"profile {profile.name} sends its key to {host} unencrypted"]
    return (
        f"its key would go to {host} over http://, where it can be read on the way",
        "Use https://, or write insecure = true into the profile if the way is safe.",
    ), []
