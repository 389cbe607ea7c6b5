"""Rules on style that most examples share, seen in a sample: a model learns it first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.checks.registry import Finding, file_rule
from tui.core.checks.whole_file.reinforcement import looks_graded
from tui.core.checks.whole_file.sample_stats import ENOUGH_ANSWERS, is_mixed
from tui.core.text.text import one_line, plural

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui.core.checks.whole_file.file_view import WholeFile

_MANY_REFUSALS = 0.1
_SAME_OPENING = 0.5


@file_rule(
    "many-refusals",
    "info",
    "Many refusals",
    "A model that is shown many refusals also refuses what it should answer.",
)
def many_refusals(file: WholeFile) -> Iterable[Finding]:
    """Find files in which a tenth of the answers sampled, or more, decline."""
    sample = file.source.sample
    if sample.answers < ENOUGH_ANSWERS or sample.refusals < _MANY_REFUSALS * sample.answers:
        return ()
    text = f"{sample.refusals} of {sample.answers} answers looked at refuse, such as “I'm sorry, …”"
    return (Finding(f"{text}. Keep only those that are meant."),)


@file_rule(
    "same-opening",
    "info",
    "Most answers begin alike",
    "The model will begin nearly every answer with these words.",
)
def same_opening(file: WholeFile) -> Iterable[Finding]:
    """Find files of which half the answers sampled, or more, share their first three words."""
    sample = file.source.sample
    if sample.answers < ENOUGH_ANSWERS:
        return ()
    words, times = sample.openings.most_common(1)[0]
    if times < _SAME_OPENING * sample.answers:
        return ()
    return (
        Finding(
            f"{times} of {sample.answers} answers looked at begin with “{one_line(words, 60)}”. "
            "Vary them if that is not meant."
        ),
    )


@file_rule(
    "developer-role",
    "info",
    "Instructions by the developer",
    "OpenAI's published format of chats to train on has the role system for instructions, not "
    "developer; which models can do without it is not said.",
)
def developer_role(file: WholeFile) -> Iterable[Finding]:
    """Find files with the role developer; data for reinforcement has it by its format."""
    count = file.source.sample.developers
    if not count or looks_graded(file):
        return ()
    has = "has" if count == 1 else "have"
    text = (
        f"{plural(count, 'example')} looked at {has} the role developer. Write system if refused."
    )
    return (Finding(text),)


@file_rule(
    "mixed-languages",
    "info",
    "Answers in several languages",
    "A model tuned on several languages may answer in the wrong one. The language is a guess.",
)
def mixed_languages(file: WholeFile) -> Iterable[Finding]:
    """Find files in which one answer of twenty, or more, is not in the language of the most."""
    found = file.source.sample.languages
    if not is_mixed(found):
        return ()
    usual, times = found.most_common(1)[0]
    others = found.total() - times
    named = [code for code, _ in found.most_common(4)[1:]]
    return (
        Finding(
            f"{others} of {found.total()} answers looked at seem to be in another language "
            f"({', '.join(named)}) than the most ({usual}). Look at them with the filter "
            f"lang:{named[0]}."
        ),
    )
