"""What providers offer and how they differ. Read from data/providers.toml, and the user's own."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tui.core.catalog.abilities import Abilities, Ability
from tui.core.catalog.provider_entries import AMOUNTS, merged, read_entries
from tui.core.money.rates import HourRate, KeepRate
from tui.core.text.text import size_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

# Smaller than any provider asks for: less is sent again after a line is lost.
PART_BYTES = 16 * 1024**2
ACCOUNT = "{account}"  # the placeholder of the account in a path
UNKNOWN = "compatible"  # what a server nobody knows is taken for


@dataclass(frozen=True, slots=True)
class FileLimits:
    """One provider's limits, in bytes and seconds; `known` is false where they are assumed.

    `upload_bytes` is None where files cannot be sent in parts. `larger` says what to do with
    a file that is too large. `takes` are ids of rules whose problems this provider does not
    mind. `wants_bom` tells that it asks for UTF-8 with a byte order mark.
    """

    provider: str
    file_bytes: int
    upload_bytes: int | None = None
    part_bytes: int = PART_BYTES
    upload_seconds: int = 3600
    larger: str = "Split the file or make it smaller."
    takes: frozenset[str] = frozenset()
    wants_bom: bool = False
    known: bool = True

    @property
    def most(self) -> int:
        """Return the size of the largest file that can be sent at all."""
        return max(self.file_bytes, self.upload_bytes or 0)

    def in_parts(self, size: int) -> bool:
        """Whether a file of this size goes in parts."""
        return size > self.file_bytes and self.upload_bytes is not None

    def problem(self, size: int) -> str:
        """Return why a file of this size cannot be sent, or an empty text."""
        if size <= self.most:
            return ""
        said = "takes" if self.known else "is taken to allow"
        return f"it has {size_words(size)}; {self.provider} {said} {size_words(self.most)} at most"

    def with_own(self, file_bytes: int | None, part_bytes: int | None) -> FileLimits:
        """Return these with a profile's own sizes; no part is larger than a provider allows."""
        found = self if file_bytes is None else replace(self, file_bytes=file_bytes)
        own = part_bytes if part_bytes is not None else PART_BYTES
        return replace(found, part_bytes=min(own, found.part_bytes) if found.known else own)


@dataclass(frozen=True, slots=True)
class Paths:
    """Where things are, from the base_url; {account} stands for the profile's account.

    `dpo_jobs` is where jobs with preference pairs are, and `reinforcement_jobs` where those by
    reinforcement are, where that is a place of their own,
    `estimate` where the price of a job is asked for, and `deployments` where what serves models is
    managed; ../ there stands for the base_url without its last part.
    """

    files: str = "/files"
    uploads: str = "/uploads"
    jobs: str = "/fine_tuning/jobs"
    models: str = "/models"
    chat: str = "/chat/completions"
    dpo_jobs: str = ""
    reinforcement_jobs: str = ""
    estimate: str = ""
    deployments: str = ""

    @property
    def read_only_posts(self) -> frozenset[str]:
        """Paths where a POST changes nothing: a chat, the price of a job."""
        return frozenset({self.chat, self.estimate} - {""})

    @property
    def collections(self) -> frozenset[str]:
        """Collection paths: a 404 there means the provider does not offer them."""
        found = {
            self.files,
            self.uploads,
            self.jobs,
            self.models,
            self.chat,
            self.dpo_jobs,
            self.reinforcement_jobs,
        }
        return frozenset(found - {""})

    def of_account(self, account: str) -> Paths:
        """Return the paths of one account."""
        paths = asdict(self).items()
        return Paths(**{name: path.replace(ACCOUNT, account) for name, path in paths})


@dataclass(frozen=True, slots=True)
class Auth:
    """The header that carries the key. With `jwt_bearer` a token (a JWT) goes as Bearer instead."""

    header: str = "Authorization"
    scheme: str = "Bearer"
    jwt_bearer: bool = False

    def headers(self, key: str) -> dict[str, str]:
        """Return the header for a key."""
        if self.jwt_bearer and key.startswith("eyJ") and key.count(".") == 2:
            return {"Authorization": f"Bearer {key}"}
        return {self.header: f"{self.scheme} {key}".strip()}


@dataclass(frozen=True, slots=True)
class ModelDates:
    """Until when a provider trains a base, and until when what came of it can be used.

    `account` is the kind of account that holds for, empty for all: see `shutdown.AccountKind`.
    """

    model: str
    train_until: date | None = None
    use_until: date | None = None
    note: str = ""
    account: str = ""
    source: str = ""
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class ProviderEntry:
    """What is known of a provider. `training` is what its training endpoint takes, None without.

    `statuses` gives its own words of a job's status in OpenAI's. `catalog_prices` is whether the
    prices of models.toml are its own, and `tuned_by_name` whether a model's id alone tells that it
    is a tuned one. `deploy` says how to make a tuned model answer, `deployments_need` what a
    profile lacks whose deployments are not listed, and `deployments_apart` is whether they are
    managed at an address of their own. `idle_cost` is what is billed while nobody looks, `deletes`
    what deleting a model does where it is not plainly that, and `delete_role` the role that is
    wanted for it. `tried` is whether anybody has used the entry with the provider itself. `ends`
    are ends of a base_url that people use and that the paths here have themselves; `form_bytes` is
    the largest file that goes as a form, where larger ones go to a signed address.
    """

    id: str
    name: str
    protocol: str
    hosts: tuple[str, ...]
    base_url: str | None
    limits: FileLimits
    paths: Paths
    auth: Auth
    abilities: Abilities
    not_in_chat: frozenset[str] = frozenset()
    catalog_prices: bool = False
    tuned_by_name: bool = False
    training: Mapping[str, Any] | None = None
    statuses: Mapping[str, str] = field(default_factory=dict)
    dates: tuple[ModelDates, ...] = ()
    hourly: tuple[HourRate, ...] = ()
    keeping: tuple[KeepRate, ...] = ()
    deploy: str = ""
    deployments_need: str = ""
    deployments_apart: bool = False
    idle_cost: str = ""
    deletes: str = ""
    delete_role: str = ""
    tried: bool = False
    source: str = ""
    as_of: date | None = None
    ends: tuple[str, ...] = ()
    form_bytes: int | None = None

    def keep_rate(self, what: str) -> KeepRate | None:
        """Return what keeping "files", "checkpoints" or "models" costs, None where unknown."""
        return next((rate for rate in self.keeping if rate.what == what), None)

    def of_account(self, account: str | None) -> ProviderEntry:
        """Return this with the paths of an account; None leaves its place in them open."""
        if account is None or ACCOUNT not in self.paths.jobs:
            return self
        return replace(self, paths=self.paths.of_account(account))

    def trimmed(self, base_url: str) -> str:
        """Return a base_url without an end that the paths have themselves."""
        url = base_url.rstrip("/")
        end = next((end for end in self.ends if url.endswith(end)), None)
        return base_url if end is None else url.removesuffix(end)

    def dates_of(self, base: str) -> tuple[ModelDates, ...]:
        """Return the dates of a base, or of the family its name begins with, by kind of account."""
        found = [one for one in self.dates if base == one.model or base.startswith(f"{one.model}-")]
        longest = max((len(one.model) for one in found), default=0)
        return tuple(one for one in found if len(one.model) == longest)


class ProviderCatalog:
    """The entries of the providers built in, and those of the user's own file over them.

    `own` are entries of a file as `read_entries` gives them.
    """

    def __init__(self, own: Sequence[Mapping[str, Any]] = ()) -> None:
        self._own = own
        self._all: Mapping[str, ProviderEntry] | None = None
        self._by_host: dict[
            str, ProviderEntry | None
        ] = {}  # a profile asks for it at every request

    def all(self) -> Mapping[str, ProviderEntry]:
        """Return them by id. The first call reads the file."""
        if self._all is None:
            entries = merged(_built_in(), self._own)
            self._all = MappingProxyType({one["id"]: _entry_of(one) for one in entries})
        return self._all

    def find(self, kind: str, base_url: str | None) -> ProviderEntry:
        """Return the entry of the provider for a profile of this kind at this address.

        The kind decides where it names one; the host does for "custom" and "compatible".
        """
        known = self.all()
        if kind in known and kind != UNKNOWN:
            # A profile of OpenAI's may have a gateway's address: then that counts.
            return known[kind] if kind != "openai" else self.at(base_url) or known[UNKNOWN]
        return self.at(base_url) or known[UNKNOWN]

    def at(self, base_url: str | None) -> ProviderEntry | None:
        """Return the entry of the provider whose host this is, None for any other."""
        host = urlsplit(base_url or "").hostname or ""
        if host not in self._by_host:
            self._by_host[host] = self._served_at(host)
        return self._by_host[host]

    def _served_at(self, host: str) -> ProviderEntry | None:
        for entry in self.all().values():
            if any(fnmatchcase(host, pattern) for pattern in entry.hosts):
                return entry
        return None


BUILT_IN = ProviderCatalog()


@cache
def _built_in() -> list[dict[str, Any]]:
    return read_entries(
        resources.files("tui").joinpath("data", "providers.toml").read_text("utf-8")
    )


def _entry_of(entry: Mapping[str, Any]) -> ProviderEntry:
    name = entry.get("name", entry["id"])
    sizes = {
        key: entry[key]
        for key in ("upload_bytes", "part_bytes", "upload_seconds", "larger", "wants_bom")
        if key in entry
    }
    limits = FileLimits(
        "this provider" if entry["id"] == UNKNOWN else name,
        entry["file_bytes"],
        takes=frozenset(entry.get("takes", ())),
        known=not entry.get("sizes_assumed", False),
        **sizes,
    )
    offers = {Ability(key): offer for key, offer in entry.get("offers", {}).items()}
    kept = {
        key: entry[key]
        for key in (
            "deploy",
            "deployments_need",
            "deployments_apart",
            "catalog_prices",
            "tuned_by_name",
            "idle_cost",
            "deletes",
            "delete_role",
            "tried",
            "source",
            "as_of",
            "training",
            "statuses",
            "form_bytes",
        )
        if key in entry
    }
    return ProviderEntry(
        entry["id"],
        name,
        entry.get("protocol", "openai"),
        tuple(entry.get("hosts", ())),
        entry.get("base_url"),
        limits,
        Paths(**entry.get("paths", {})),
        Auth(**entry.get("auth", {})),
        Abilities(limits.provider, MappingProxyType(offers)),
        frozenset(entry.get("not_in_chat", ())),
        dates=tuple(_dates(one, entry) for one in entry.get("dates", ())),
        hourly=tuple(HourRate(**_amounts(one)) for one in entry.get("hourly", ())),
        keeping=tuple(KeepRate(**_amounts(one)) for one in entry.get("keeping", ())),
        ends=tuple(entry.get("ends", ())),
        **kept,
    )


def _dates(one: Mapping[str, Any], entry: Mapping[str, Any]) -> ModelDates:
    """Return dates of a base; where they do not say it, they come from where the entry does."""
    said = {"source": entry.get("source", ""), "as_of": entry.get("as_of")}
    return ModelDates(**{**said, **one})


def _amounts(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with its amounts, which are written as texts, as decimals."""
    return {key: Decimal(row[key]) if key in AMOUNTS else row[key] for key in row}
