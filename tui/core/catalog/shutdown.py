"""When models stop: the provider's own word, the base's, or the dates known here.

One door for all that asks: lists of models, the countdown, and the pre-flight of a job. The dates
known here differ by provider and by kind of account, such as existing customers and newcomers.
Where the kind of account is not known, all of them are said and the earliest counts.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Literal, get_args

from tui.core.provider.records import ModelInfo
from tui.core.text.text import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tui.core.catalog.models import Catalog, ModelFacts
    from tui.core.catalog.providers import ModelDates, ProviderEntry

# "" where nobody has said it.
AccountKind = Literal["", "existing", "new"]
ACCOUNT_KINDS: tuple[str, ...] = tuple(kind for kind in get_args(AccountKind) if kind)
_WHOSE = {"existing": "for existing customers", "new": "for newcomers"}


@dataclass(frozen=True, slots=True)
class Until:
    """Until when something goes on: `day` is the earliest date that may hold.

    `day` is None where no date is known for this account. `words` says which date holds for
    whom, empty where there is one for all. `source` and `as_of` say where the day comes from.
    """

    day: date | None = None
    words: str = ""
    source: str = ""
    as_of: date | None = None

    def line(self, today: date) -> str:
        """Return until when a base takes jobs, in words."""
        if self.day is None:
            return f"until when it takes jobs is not known ({self.words})"
        days = (self.day - today).days
        said = f"takes jobs until {self.day} ({days_words(days)})"
        if days < 0:
            said = f"takes no jobs since {self.day}"
        return said + (f": {self.words}" if self.words else "")


@dataclass(frozen=True, slots=True)
class Shutdown:
    """The day a model stops (YYYY-MM-DD, None when none is known), and who says so.

    `source` is the provider's record of the model itself, of its base, or the catalogue.
    `detail` says which date holds for whom; `read_at` names where the catalogue's comes from,
    and `as_of` the day that was read.
    """

    day: str | None = None
    source: Literal["model", "base", "catalogue"] = "model"
    detail: str = field(default="", compare=False)
    read_at: str = field(default="", compare=False)
    as_of: date | None = field(default=None, compare=False)

    @property
    def words(self) -> str:
        """Return it as part of a line."""
        if self.day is None:
            return self.detail or "not announced"
        said = {"base": " with its base", "catalogue": " as known here"}.get(self.source, "")
        return self.day + said + (f": {self.detail}" if self.detail else "")

    @property
    def ends_on(self) -> date | None:
        """Return the day as a date, None for none and for a text that is not a date."""
        return _date(self.day)

    @property
    def source_words(self) -> str:
        """Return where the date comes from, and when that was read; empty for no date."""
        if self.day is None:
            return ""
        if self.source != "catalogue":
            return "the provider's record of " + ("its base" if self.source == "base" else "it")
        read = f", as of {self.as_of}" if self.as_of else ""
        return f"{self.read_at or 'the catalogue'}{read}"


def shutdown_of(
    model: ModelInfo,
    base: str,
    listed: Mapping[str, ModelInfo],
    catalog: Catalog | None,
    entry: ProviderEntry | None = None,
    account: AccountKind = "",
) -> Shutdown:
    """Return when a model stops; a fine-tuned one stops with its base.

    `base` is what it was trained on, possibly another fine-tune. `listed` are the models the
    provider lists, by id. Without a `catalog` only the provider is believed, and the dates of
    its `entry` for this kind of account.
    """
    if model.shutdown_date:
        return Shutdown(model.shutdown_date)
    root = ModelInfo(base or model.base, None, "", None, {}).base
    facts = catalog.find(root) if catalog is not None else None
    for name in (root, facts.base if facts else root):
        known = listed.get(name)
        if known is not None and known.id != model.id and known.shutdown_date:
            return Shutdown(known.shutdown_date, "base")
    if entry is not None and root != model.id and (found := use_until(entry, root, account)):
        day = None if found.day is None else found.day.isoformat()
        return Shutdown(day, "catalogue", found.words, found.source, found.as_of)
    if facts is not None and facts.shutdown is not None:
        day, read = facts.shutdown.isoformat(), facts.dates_as_of
        return Shutdown(day, "catalogue", read_at=facts.dates_source or facts.source, as_of=read)
    return Shutdown()


def use_until(entry: ProviderEntry, base: str, account: AccountKind) -> Until | None:
    """Return until when models tuned from a base are served; None where the entry says nothing."""
    return _until([(one, one.use_until) for one in _for(entry, base, account)])


def train_until(entry: ProviderEntry, base: str, account: AccountKind) -> Until | None:
    """Return until when a base takes jobs; None where the entry says nothing of it."""
    return _until([(one, one.train_until) for one in _for(entry, base, account)])


def facts_at(facts: ModelFacts, entry: ProviderEntry, account: AccountKind) -> ModelFacts:
    """Return what is known of a base with the provider's own dates over those of the catalogue.

    One that the catalogue has as closed and the provider still trains has its methods.
    """
    takes, serves = train_until(entry, facts.id, account), use_until(entry, facts.id, account)
    if takes is None or serves is None:
        return facts
    methods = facts.methods
    if not methods and takes.day is not None:
        methods = tuple((entry.training or {}).get("methods", ()))
    return replace(
        facts,
        no_new_jobs_after=takes.day,
        shutdown=serves.day,
        methods=methods,
        dates_source=takes.source,
        dates_as_of=takes.as_of,
    )


def training_ends(
    bases: Iterable[str], catalog: Catalog | None, entry: ProviderEntry, account: AccountKind
) -> dict[str, Until]:
    """Return until when each base takes jobs, where that is known, by id."""
    found: dict[str, Until] = {}
    for name in bases:
        until = train_until(entry, name, account)
        if until is None and catalog is not None:
            facts = catalog.find(name)
            if facts.no_new_jobs_after is not None:
                source = facts.dates_source or facts.source
                until = Until(facts.no_new_jobs_after, "", source, facts.dates_as_of)
        if until is not None:
            found[name] = until
    return found


def days_words(days: int) -> str:
    """Return how far a day is off, in words."""
    if days == 0:
        return "today"
    return f"in {plural(days, 'day')}" if days > 0 else f"{plural(-days, 'day')} ago"


# -- inside ------------------------------------------------------------------------------


def _for(entry: ProviderEntry, base: str, account: AccountKind) -> list[ModelDates]:
    """Return the dates of a base that hold for this kind of account, or may hold."""
    return [one for one in entry.dates_of(base) if not account or one.account in {"", account}]


def _until(found: Sequence[tuple[ModelDates, date | None]]) -> Until | None:
    if not found:
        return None
    dated = [(one, day) for one, day in found if day is not None]
    one, day = min(dated, key=lambda pair: pair[1]) if dated else (found[0][0], None)
    for_all = len(found) == 1 and not one.account
    words = one.note if for_all else "; ".join(_claim(*pair) for pair in found)
    return Until(day, words, one.source, one.as_of)


def _claim(one: ModelDates, day: date | None) -> str:
    whose = _WHOSE.get(one.account, "for others")
    said = f"{day} {whose}" if day is not None else f"{whose} no date is known"
    return f"{said} ({one.note})" if one.note else said


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None
