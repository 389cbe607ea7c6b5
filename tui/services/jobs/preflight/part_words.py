"""The wording of the parts of a pre-flight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.catalog.shutdown import days_words, facts_at, train_until
from tui.core.text.text import one_line, plural
from tui.services.checks.review import ReviewedFile, review, review_leakage
from tui.services.jobs.preflight.parts import Part

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from tui.core.catalog.models import ModelFacts
    from tui.core.catalog.providers import FileLimits
    from tui.core.catalog.shutdown import Until
    from tui.core.near import Group
    from tui.core.provider.records import ModelInfo
    from tui.services.checks.review import Takes
    from tui.services.jobs.preflight.parts import Level
    from tui.services.jobs.preflight.sources import Source
    from tui.services.settings.profile import Profile

_LEVELS: dict[Takes, Level] = {"repair": "block", "accept": "ask", "nothing": "note"}


def data_part(sources: Sequence[Source], limits: FileLimits) -> Part:
    """Say what the files are, and whether they may be sent at all."""
    for source in sources:
        problem = limits.problem(source.size or 0) if source.sent else ""
        if problem:
            return Part("data", "block", f"{source.name}: {problem}. {limits.larger}")
    text = sources[0].words
    if len(sources) > 1:
        text += f"; validation {sources[1].words}"
    return Part("data", "ok", text)


def checks_parts(sources: Sequence[Source], profile: Profile, method: str) -> tuple[Part, ...]:
    """Say what stands against sending the files: see `review`."""
    files = [
        ReviewedFile(
            source.report, "training" if source is sources[0] else "validation", source.sent
        )
        for source in sources
        if source.report is not None
    ]
    if not files:
        text = "the files are only at the provider, so they are not checked"
        return (Part("checks", "note", text),)
    found = {one.topic: one for one in review(files, profile, method)}
    if (errors := found.get("errors")) is not None:
        return (Part("checks", "block", errors.text),)
    checks = Part("checks", "ok", "no errors, no warnings")
    if (warnings := found.get("warnings")) is not None:
        checks = Part("checks", _LEVELS[warnings.takes], warnings.text)
    if (secrets := found.get("secrets")) is None:
        return (checks,)
    stay = secrets.takes == "nothing"  # it is sent nowhere but to this machine
    more = "; they stay on this machine" if stay else f", which would be sent to {profile.name}"
    return (checks, Part("secrets", _LEVELS[secrets.takes], secrets.text + more))


def asked_where_billed(profile: Profile) -> Level:
    """Return how grave it is that a job may come to nothing: that costs where it bills only."""
    return "ask" if profile.bills else "note"


def leakage_part(groups: Sequence[Group], of: int, profile: Profile, *, near: bool) -> Part:
    """Say how many of the `of` validation examples stand in the training file."""
    for concern in review_leakage(groups, of, profile):
        return Part("leakage", _LEVELS[concern.takes], concern.text)
    also = ", nor nearly" if near else ""
    return Part("leakage", "ok", f"none of the validation examples is trained on{also}")


def model_part(
    facts: ModelFacts,
    method: str,
    day: date,
    listed: Sequence[ModelInfo] | None,
    profile: Profile,
) -> Part:
    """Say whether a model is known to be trainable, and until when.

    `listed` are the provider's models, None when they could not be listed.
    """
    takes = train_until(profile.provider_entry, facts.id, profile.account_kind)
    # The provider's own dates count before the catalogue's.
    facts = facts_at(facts, profile.provider_entry, profile.account_kind)
    name = one_line(facts.id, 60)
    found = next((model for model in listed or () if model.id == facts.id), None)
    stops = _stops(facts, found, day)
    if not facts.known:
        here = "listed here" if found else _unlisted(listed)
        text = f"{name}: {here}; whether it can be trained is not known{stops}"
        return Part("model", "note", text)
    whose = _whose(facts, takes, profile)
    if not facts.takes_jobs(day):
        since = f" since {facts.no_new_jobs_after}" if facts.no_new_jobs_after else ""
        text = f"{name} is known to take no new jobs{since}{stops}{whose}"
        return Part("model", asked_where_billed(profile), text)
    if method not in facts.methods:
        known = " and ".join(facts.methods)
        text = f"{name} is known to train with {known}, not {method}{stops}"
        return Part("model", asked_where_billed(profile), text)
    return _takes_jobs(facts, takes, day, listed, f"{stops}{whose}")


def _takes_jobs(
    facts: ModelFacts,
    takes: Until | None,
    day: date,
    listed: Sequence[ModelInfo] | None,
    more: str,
) -> Part:
    """Say until when a model takes jobs; `more` goes behind it."""
    missing = listed is not None and all(model.id != facts.id for model in listed)
    name, until = one_line(facts.id, 60), facts.no_new_jobs_after
    known = f"is {_unlisted(listed)}; new jobs" if missing else "takes new jobs"
    if until is not None:
        text = f"{name} {known} until {until} ({_in_days(until, day)})"
    elif takes is not None:  # the provider's dates have none for this account
        text = f"{name}: until when it takes new jobs is not known"
    else:
        text = f"{name} is {_unlisted(listed)}" if missing else f"{name} takes new jobs"
    unsure = "; the models cannot be listed now" if listed is None else ""
    open_ended = takes is not None and until is None
    level: Level = "note" if missing or unsure or open_ended else "ok"
    return Part("model", level, f"{text}{more}{unsure}")


def _whose(facts: ModelFacts, takes: Until | None, profile: Profile) -> str:
    """Say whose dates these are, and for which kind of account they hold."""
    if takes is not None:
        said = one_line(takes.words, 200)
        return f"; {profile.provider_entry.name}'s dates" + (f": {said}" if said else "")
    if profile.kind in {"openai", "lab"} or not facts.no_new_jobs_after:
        return ""
    return "; these are OpenAI's dates"


def _unlisted(listed: Sequence[ModelInfo] | None) -> str:
    if listed is None:
        return "the models cannot be listed"
    return f"not among the {plural(len(listed), 'model')} listed here"


def _stops(facts: ModelFacts, found: ModelInfo | None, day: date) -> str:
    from datetime import date as Date  # noqa: N812

    said = found.shutdown_date if found else None
    try:
        last = Date.fromisoformat(said) if said else facts.shutdown
    except ValueError:
        last = facts.shutdown
    if last is None:
        return ""
    return f"; stops with its fine-tunes on {last} ({_in_days(last, day)})"


def _in_days(last: date, day: date) -> str:
    days = (last - day).days
    return days_words(days) if days >= 0 else "past"
