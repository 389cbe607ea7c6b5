"""Turn a job of one provider into one of another: fields, method, data, and what is in the way."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tui.core.jobs.move.outcome import CarriedPart, Left, MovedJob
from tui.core.jobs.move.settings import Conversion, Steps
from tui.core.text.text import plural, size_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tui.core.catalog.methods import Method
    from tui.core.catalog.providers import ProviderEntry
    from tui.core.catalog.training import Terms

_NOT_IN_SUFFIX = re.compile(r"[^A-Za-z0-9._-]+")
_WANDB = ("wandb_project", "wandb_name", "wandb_entity", "wandb_tags")
_LABELS = {
    "suffix": "Suffix", "seed": "Seed", "metadata": "Metadata", "grader": "Grader",
    "validation": "Validation file", "wandb_project": "W&B project", "wandb_name": "W&B run name",
    "wandb_entity": "W&B entity", "wandb_tags": "W&B tags",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class OldJob:
    """A job as it was: its method, its fields and hyperparameters as they are typed.

    `unread` are hyperparameters of it that nothing is known of. `base` is what it was trained
    on, and `root` the base that that comes from.
    """

    terms: Terms
    method: Method
    base: str
    root: str
    texts: Mapping[str, str]
    settings: Mapping[str, str]
    unread: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MovedData:
    """What the training file holds; None where it was not looked at."""

    examples: int
    size: int
    tools: int = 0
    images: int = 0


@dataclass(frozen=True, slots=True)
class NewHome:
    """Where the job goes: the provider, and what it takes for training."""

    provider_entry: ProviderEntry
    terms: Terms

    @property
    def name(self) -> str:
        """What the provider is called."""
        return self.provider_entry.name


def move(
    old: OldJob, home: NewHome, data: MovedData | None = None, *, chosen_only: bool = False
) -> MovedJob:
    """Return the job as it is to be at its new home; all that it had is carried or named.

    With `chosen_only` pairs of preference are made chats of their preferred answers, where the
    new home offers no DPO.
    """
    method, blocked = _method(old, home, chosen_only=chosen_only)
    converted = Conversion(old.terms, home.terms, method, old.settings, Steps(_steps(old, data)))
    converted.run()
    carried, left = [*converted.carried], [*converted.left]
    left += [
        Left(name, name, value, f"nothing is known of it at {home.name}")
        for name, value in old.unread.items()
    ]
    if method != old.method:
        how = "trained on the preferred answers alone"
        carried.append(CarriedPart("method", "Method", old.method, method, "", how))
    texts: dict[str, str] = {}
    for part in _fields(old, home, method):
        if isinstance(part, Left):
            left.append(part)
        else:
            carried.append(part)
            texts[part.name] = part.now
    if not blocked:
        blocked = _limits(home, data)
    return MovedJob(
        method, texts, converted.settings, tuple(carried), tuple(left),
        tuple(_notes(old, home, data)), method != old.method, blocked,
        may_be_chosen_only=method == "dpo" and "dpo" not in home.terms.methods
        and "supervised" in home.terms.methods,
    )  # fmt: skip


def _method(old: OldJob, home: NewHome, *, chosen_only: bool) -> tuple[Method, str]:
    offered = home.terms.methods
    if old.method in offered:
        return old.method, ""
    if old.method == "dpo" and "supervised" in offered:
        if chosen_only:
            return "supervised", ""
        return "dpo", f"{home.name} offers no DPO; the preferred answers alone can be trained on"
    return old.method, f"{home.name} offers no {old.method}, only {', '.join(offered)}"


def _fields(old: OldJob, home: NewHome, method: Method) -> Iterator[CarriedPart | Left]:
    """Yield what becomes of the fields that are no hyperparameters."""
    there = home.terms
    given = {name: text for name, text in old.texts.items() if text.strip()}
    for name, was in given.items():
        label = _LABELS.get(name, name)
        why = _why_left(name, home, method)
        if why:
            yield Left(name, label, was, why)
        elif name == "suffix":
            now = _NOT_IN_SUFFIX.sub("-", was)[: there.suffix_most].strip("-._")
            how = "" if now == was else f"{home.name} takes {there.suffix_most} characters at most"
            if now:
                yield CarriedPart(name, label, was, now, "", how)
            else:
                yield Left(name, label, was, "nothing of it may stand in a suffix there")
        else:
            yield CarriedPart(name, label, was, was)


def _why_left(name: str, home: NewHome, method: Method) -> str:
    there = home.terms
    reasons = {
        "suffix": "" if there.suffix_most else f"{home.name} has no suffixes",
        "seed": "" if there.seed else f"{home.name} takes no seed",
        "metadata": "" if there.metadata else f"{home.name} keeps no metadata with a job",
        "grader": "" if method == "reinforcement" else f"it does not go with {method}",
        "validation": ""
        if method not in there.no_validation
        else f"{home.name} takes none with {method}",
    }
    if name in _WANDB and "wandb" not in there.integrations:
        return f"{home.name} does not report there"
    return reasons.get(name, "")


def _limits(home: NewHome, data: MovedData | None) -> str:
    """Return why this data cannot go there, empty where it can."""
    if data is None:
        return ""
    limits, there = home.provider_entry.limits, home.terms
    if problem := limits.problem(data.size):
        return f"{problem}. {limits.larger}"
    if there.least_examples and data.examples < there.least_examples:
        least = plural(there.least_examples, "example")
        return f"{home.name} wants {least} at least, and there are {data.examples:,}"
    if there.most_examples and data.examples > there.most_examples:
        most = plural(there.most_examples, "example")
        return f"{home.name} takes {most} at most, and there are {data.examples:,}"
    return ""


def _notes(old: OldJob, home: NewHome, data: MovedData | None) -> Iterator[str]:
    """Yield what is worth knowing of the new home."""
    if old.root != old.base:
        yield (
            f"it went on from {old.base}, which is not there: what that had learned is not"
            f" carried, only this job's data; its base was {old.root}"
        )
    if data is not None:
        yield from _data_notes(home, data)
    if home.provider_entry.deploy:
        yield f"to ask it afterwards: {home.provider_entry.deploy}"
    if home.provider_entry.idle_cost:
        yield home.provider_entry.idle_cost


def _data_notes(home: NewHome, data: MovedData) -> Iterator[str]:
    limits = home.provider_entry.limits
    known = "" if limits.known else ", as is assumed"
    yield (
        f"{plural(data.examples, 'example')}, {size_words(data.size)}:"
        f" {home.name} takes {size_words(limits.most)}{known}"
    )
    if data.tools and "tools" in home.provider_entry.not_in_chat:
        yield f"{plural(data.tools, 'example')} with tools, which {home.name} takes no notice of"
    if data.images:
        images = plural(data.images, "example")
        yield f"{images} with images: choose a base that takes them"


def _steps(old: OldJob, data: MovedData | None) -> int | None:
    """Return how many steps the job had, where that can be told."""
    texts = old.settings
    batch = next((texts[n] for n in ("batch_size", "batch_samples") if texts.get(n)), "")
    epochs = texts.get("n_epochs", "")
    if data is None or not batch.isdigit() or not epochs.isdigit() or not int(batch):
        return None
    return -(-data.examples // int(batch)) * int(epochs)
