"""What the parts of a pre-flight say: each a small function from facts to a part."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tui.core.text.text import one_line, plural
from tui.services.checks.file_verdict import SMALL
from tui.services.jobs.preflight.model import Part

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from tui.core.catalog.models import ModelFacts
    from tui.core.catalog.providers import FileLimits
    from tui.core.checks import Severity
    from tui.core.near import Group
    from tui.core.provider.records import ModelInfo
    from tui.services.jobs.preflight.model import Level
    from tui.services.jobs.preflight.sources import Source
    from tui.services.settings.profiles import Profile

_NAMED = 3


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


def checks_parts(
    sources: Sequence[Source], profile: Profile, takes: frozenset[str] = frozenset()
) -> tuple[Part, ...]:
    """Say what the checks found: errors block, warnings are asked about where it bills.

    Secrets are a part of their own, asked about wherever they leave this machine. `takes` are
    the rules whose problems the provider does not mind.
    """
    checked = [source for source in sources if source.verdict is not None]
    if not checked:
        text = "the files are only at the provider, so they are not checked"
        return (Part("checks", "note", text),)
    errors = [
        source.verdict.error_words(takes if source is sources[0] else takes | SMALL)
        for source in checked
        if source.verdict is not None
    ]
    if any(errors):
        return (Part("checks", "block", "; ".join(text for text in errors if text)),)
    secrets: Counter[str] = Counter()
    warnings: Counter[str] = Counter()
    for source in checked:
        verdict = source.verdict
        if verdict is None:
            continue
        found = verdict.secrets if source.sent else Counter[str]()
        secrets += found
        left = SMALL if source is not sources[0] else frozenset()
        warnings += _of_severity(verdict.by_rule, "warning", {*found, *left, *takes})
    return (_warnings_part(warnings, profile), *_secrets_part(secrets, profile))


def _warnings_part(warnings: Counter[str], profile: Profile) -> Part:
    if not warnings:
        return Part("checks", "ok", "no errors, no warnings")
    count = plural(sum(warnings.values()), "warning")
    text = f"{count}: {_titles(warnings).removeprefix('1 × ')}"
    return Part("checks", asked_where_billed(profile), text)


def _secrets_part(secrets: Counter[str], profile: Profile) -> tuple[Part, ...]:
    if not secrets:
        return ()
    if profile.kind == "lab":  # this machine: nothing leaves it
        return (Part("secrets", "note", f"{_titles(secrets)}; they stay on this machine"),)
    sent = f"{_titles(secrets)}, which would be sent to {profile.name}"
    return (Part("secrets", "ask", sent),)


def asked_where_billed(profile: Profile) -> Level:
    """Return how grave it is that a job may come to nothing: that costs where it bills only."""
    return "ask" if profile.bills else "note"


def _of_severity(by_rule: Counter[str], severity: Severity, without: set[str]) -> Counter[str]:
    from tui.core.checks import RULES

    return Counter(
        {
            rule: count
            for rule, count in by_rule.items()
            if rule not in without and RULES[rule].severity == severity
        }
    )


def _titles(counts: Counter[str]) -> str:
    from tui.core.checks import RULES

    named = [f"{count:,} × {RULES[rule].title}" for rule, count in counts.most_common(_NAMED)]
    more = len(counts) - len(named)
    return ", ".join(named) + (f" and {more} more kinds" if more > 0 else "")


def leakage_part(groups: Sequence[Group], of: int, profile: Profile, *, near: bool) -> Part:
    """Say how many of the `of` validation examples stand in the training file."""
    same = len({row for group in groups if group.reason == "same" for row in group.others})
    alike = len({row for group in groups for row in group.others}) - same
    if not groups:
        also = ", nor nearly" if near else ""
        return Part("leakage", "ok", f"none of the validation examples is trained on{also}")
    parts = []
    if same:
        parts.append(f"{same:,} of {of:,} validation examples stand in the training file too")
    if alike:
        parts.append(f"{alike:,} have the same prompt or nearly the same text there")
    text = ", ".join(parts) + ": the validation loss would flatter"
    return Part("leakage", asked_where_billed(profile), text)


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
    name = one_line(facts.id, 60)
    found = next((model for model in listed or () if model.id == facts.id), None)
    stops = _stops(facts, found, day)
    if not facts.known:
        here = "listed here" if found else _unlisted(listed)
        text = f"{name}: {here}; whether it can be trained is not known{stops}"
        return Part("model", "note", text)
    whose = "" if profile.kind in {"openai", "lab"} else "; these are OpenAI's dates"
    whose = whose if facts.no_new_jobs_after else ""
    if not facts.takes_jobs(day):
        since = f" since {facts.no_new_jobs_after}" if facts.no_new_jobs_after else ""
        text = f"{name} is known to take no new jobs{since}{stops}{whose}"
        return Part("model", asked_where_billed(profile), text)
    if method not in facts.methods:
        known = " and ".join(facts.methods)
        text = f"{name} is known to train with {known}, not {method}{stops}"
        return Part("model", asked_where_billed(profile), text)
    missing = listed is not None and found is None
    known = f"is {_unlisted(listed)};" if missing else "takes"
    text = f"{name} {known} new jobs"
    if facts.no_new_jobs_after:
        text += f" until {facts.no_new_jobs_after} ({_in_days(facts.no_new_jobs_after, day)})"
    elif missing:
        text = f"{name} is {_unlisted(listed)}"
    unsure = "; the models cannot be listed now" if listed is None else ""
    return Part("model", "note" if missing or unsure else "ok", f"{text}{stops}{whose}{unsure}")


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
    return f"in {plural(days, 'day')}" if days >= 0 else "past"
