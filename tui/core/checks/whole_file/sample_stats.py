"""Statistics of the answers in a sample of rows, for rules on what most of them do."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tui.core.dataset.example import Broken, Example, parse, texts
from tui.core.filtering import languages

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui.core.dataset.lines import Lines

# This many rows, spread evenly, show a habit as well as all of them do.
SAMPLED = 400
_LONGEST_LINE = 100_000  # bytes
OTHER_LANGUAGES = 0.05  # the share of them from which on it is told
# Shorter texts have too few words to guess a language by.
_ENOUGH_TEXT = 60
ENOUGH_ANSWERS = 20  # rules on shares need this many: of fewer a share says little
_REFUSES = re.compile(
    r"(?:i['’]m |i am )?(?:very |really |so )?(?:sorry|afraid)[,.]?\s(?:but )?(?:that )?i "
    r"?(?:can(?:no|['’])t|am unable|am not able)|"
    r"i can(?:no|['’])t (?:help|assist|comply|do that|provide|fulfil)|"
    r"i['’]m (?:unable|not able) to|i am (?:unable|not able) to|as an ai\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class SampleStats:
    """How the last answers of sampled examples begin, and in what language they seem to be.

    `answers` counts the answers looked at; `openings` counts first three words, `languages`
    two-letter codes of those that are long enough for a guess (only of the plain ones, where the
    others could not make the languages mixed). `developers` counts the
    examples in which a developer speaks.
    """

    answers: int = 0
    refusals: int = 0
    openings: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    developers: int = 0


def guess_each(texts: Sequence[str]) -> list[str]:
    """Return the language of each text, or "unknown"."""
    return [*map(languages.guess, texts)]


def sample_stats_of(
    rows: Lines, guess: Callable[[Sequence[str]], Sequence[str]] = guess_each
) -> SampleStats:
    """Look at up to SAMPLED rows, spread evenly over all; `guess` as `guess_each`."""
    count = len(rows)
    wanted = range(count) if count <= SAMPLED else (n * count // SAMPLED for n in range(SAMPLED))
    looked = [found for at in wanted if (found := _example(rows[at])) is not None]
    answers = [text for example in looked if (text := _answer(example))]
    refusals = sum(_REFUSES.match(text) is not None for text in answers)
    openings = Counter(" ".join(text.split()[:3]) for text in answers)
    long = [text for text in answers if len(text) >= _ENOUGH_TEXT]
    known = _languages_of(long, guess)
    developers = sum(any(m.role == "developer" for m in example.messages) for example in looked)
    return SampleStats(len(answers), refusals, openings, known, developers)


def is_mixed(known: Counter[str], unsure: int = 0) -> bool:
    """Return whether the languages of answers are mixed, or may be with those not guessed yet."""
    total = known.total() + unsure
    if total < ENOUGH_ANSWERS:
        return False
    others = total - max(known.values(), default=0)
    return others >= OTHER_LANGUAGES * total


def _languages_of(
    answers: list[str], guess: Callable[[Sequence[str]], Sequence[str]]
) -> Counter[str]:
    """Count the languages of answers; what no rule would tell is not worth a detector."""
    told = {text: languages.plain_guess(text) for text in answers}
    plain = Counter(code for text in answers if (code := told[text]) is not None)
    del plain[languages.UNKNOWN]
    unsure = [text for text in answers if told[text] is None]
    if unsure and is_mixed(plain, len(unsure)):
        plain.update(guess(unsure))
        del plain[languages.UNKNOWN]
    return plain


def _example(line: bytes) -> Example | None:
    if len(line) > _LONGEST_LINE:
        return None
    example = parse(line)
    return None if isinstance(example, Broken) else example


def _answer(example: Example) -> str:
    """Return how the last answer of an example begins; "" where there is none."""
    shown = [one for one in example.messages if one.place.section != "non_preferred_output"]
    said = texts(shown, "assistant")
    return said[-1][: languages.LOOKED_AT].strip() if said else ""
