"""The review of a file before it is sent: one answer for Files, Jobs and the command line.

A review returns concerns, each with what it takes to go on: errors have to be repaired;
secrets are accepted by name wherever they leave this machine; warnings and leakage only where
something is billed, as elsewhere they cost nothing but time.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from tui.core.formats.detection.samples import HEAD
from tui.core.text.paths import path_line
from tui.core.text.text import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from tui.core.catalog.providers import FileLimits
    from tui.core.near import Group
    from tui.services.checks.file_report import FileReport
    from tui.services.settings.profile import Profile
    from tui.services.workers import Pool

Topic = Literal["errors", "secrets", "warnings", "leakage"]
# repair: it cannot be sent. accept: only after a yes of its own. nothing: worth knowing.
Takes = Literal["repair", "accept", "nothing"]
Role = Literal["training", "validation", "either"]

TRAINING = "fine-tune"  # the purpose of files to train on, or to validate with
# A validation file may be small.
_SMALL = frozenset({"few-examples", "too-few-examples"})
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Concern:
    """One thing that stands against sending files, and what it takes to go on.

    `text` says it without the file's name, but for errors. `counts` are problems by rule id.
    """

    topic: Topic
    takes: Takes
    text: str
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def says_how(self) -> bool:
        """Whether its text names the command that makes another file of the whole one."""
        return "`finetui " in self.text

    @property
    def predicate(self) -> str:
        """What it says after the name of one file, such as "has 2 warnings: 2 × Empty message"."""
        if self.topic == "warnings":
            return f"has {self.text}"
        return f"holds secrets: {self.text}" if self.counts else self.text


@dataclass(frozen=True, slots=True)
class ReviewedFile:
    """A checked file to be used: what for, and whether it is still to be sent there."""

    report: FileReport
    role: Role = "either"
    sent: bool = True


def review(
    files: Sequence[ReviewedFile], profile: Profile, method: str | None = None
) -> tuple[Concern, ...]:
    """Return what stands against using files with a profile, by a method or any it offers.

    Errors come alone: what repairs them may change all else.
    """
    errors = [text for one in files if (text := _errors(one, profile, method))]
    if errors:
        return (Concern("errors", "repair", "; ".join(errors)),)
    secrets: Counter[str] = Counter()
    warnings: Counter[str] = Counter()
    for one in files:
        secrets += one.report.secrets if one.sent else Counter()
        warnings += _warnings(one, _meant(one, profile, method))
    return (*_secrets(secrets, profile), *_warned(warnings, profile))


async def review_file(
    path: Path,
    workers: Pool,
    profile: Profile,
    limits: FileLimits,
    purpose: str = TRAINING,
    on_progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> tuple[Concern, ...]:
    """Check a file that is to be sent for a purpose, and return what stands against it.

    What providers take for other purposes than training is not known here: such a file is only
    looked through for secrets. Raises InputError when it cannot be read.
    """
    from tui.services.checks.file_report import check_file

    if purpose == TRAINING:
        report = await check_file(path, workers, limits, on_progress)
        return review([ReviewedFile(report)], profile)
    if kind := await asyncio.to_thread(_binary_kind, path):
        text = f"is {kind}: it cannot be looked through for secrets"
        return (Concern("secrets", _where_it_leaves(profile), text),)
    report = await check_file(path, workers, limits, on_progress)
    return _secrets(report.secrets, profile)


def review_leakage(groups: Sequence[Group], examples: int, profile: Profile) -> tuple[Concern, ...]:
    """Return what stands against validating with `examples` of which these are trained on."""
    same = len({row for group in groups if group.reason == "same" for row in group.others})
    alike = len({row for group in groups for row in group.others}) - same
    parts = []
    if same:
        parts.append(f"{same:,} of {examples:,} validation examples stand in the training file too")
    if alike:
        parts.append(f"{alike:,} have the same prompt or nearly the same text there")
    if not parts:
        return ()
    text = ", ".join(parts) + ": the validation loss would flatter"
    return (Concern("leakage", _where_billed(profile), text),)


def rule_words(counts: Mapping[str, int]) -> str:
    """Return counts by rule in words, such as "2 × API key, 1 × Empty message"."""
    from tui.core.checks import RULES

    common = Counter(counts).most_common()
    named = [f"{count:,} × {RULES[rule].title}" for rule, count in common[:_NAMED]]
    more = len(common) - len(named)
    return ", ".join(named) + (f" and {plural(more, 'more kind')}" if more else "")


def _meant(one: ReviewedFile, profile: Profile, method: str | None) -> frozenset[str]:
    """Return the rules that find what is as it should be for the method."""
    from tui.core.checks.whole_file.reinforcement import GRADED

    if method is not None:
        return GRADED if method == "reinforcement" else frozenset()
    graded = one.report.by_rule["reinforcement-data"]
    return GRADED if graded and "reinforcement" in profile.terms.methods else frozenset()


def _errors(one: ReviewedFile, profile: Profile, method: str | None) -> str:
    from tui.core.checks.whole_file.reinforcement import REINFORCEMENT

    meant, report = _meant(one, profile, method), one.report
    if report.by_rule[REINFORCEMENT] and not meant:
        why = f"{method} training learns answers" if method else f"{profile.name} has no grader"
        return (
            f"{path_line(report.path.name, 40)} is data for reinforcement, which ends with the "
            f"question and has keys for a grader; {why}"
        )
    return one.report.error_words(meant if one.role == "training" else meant | _SMALL)


def _warnings(one: ReviewedFile, meant: frozenset[str]) -> Counter[str]:
    """Return the warnings by rule; secrets that are sent are a concern of their own.

    Too few examples to train on are a warning as long as nobody says what the file is for.
    """
    report = one.report
    told = {rule for rule in report.by_rule if report.severity(rule) == "warning"}
    if one.role == "either":
        told |= _SMALL & report.by_rule.keys()
    elif one.role == "validation":
        told -= _SMALL
    told -= meant | (report.secrets.keys() if one.sent else set())
    return Counter({rule: report.by_rule[rule] for rule in told})


def _warned(counts: Counter[str], profile: Profile) -> tuple[Concern, ...]:
    if not counts:
        return ()
    words = rule_words(counts).removeprefix("1 × ")
    text = f"{plural(counts.total(), 'warning')}: {words}"
    return (Concern("warnings", _where_billed(profile), text, counts),)


def _secrets(counts: Counter[str], profile: Profile) -> tuple[Concern, ...]:
    if not counts:
        return ()
    return (Concern("secrets", _where_it_leaves(profile), rule_words(counts), counts),)


def _where_it_leaves(profile: Profile) -> Takes:
    """Ask about secrets unless the provider is this machine."""
    return "nothing" if profile.embedded else "accept"


def _where_billed(profile: Profile) -> Takes:
    """Ask where it is billed: elsewhere a job that comes to nothing costs nothing."""
    return "accept" if profile.bills else "nothing"


def _binary_kind(path: Path) -> str | None:
    from tui.core.fixes.redaction.redacted_file import binary_kind
    from tui.services.given_files import open_file, unreadable

    try:
        with open_file(path) as file:
            return binary_kind(file.read(HEAD))
    except OSError as error:
        raise unreadable(path, error) from error
