"""Verdicts on answers: which key of a row says whether its answer is good, and what it says.

`kto_tag` and `label` are verdicts whatever they hold: where they cannot be read, the row is
refused. So is a score, on a scale that only the user can tell, where nothing else judges the
answer. Other keys count where they say so clearly, and are left out like any key otherwise.
"""

from __future__ import annotations

import json
import operator
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.core.formats.results import Notes, RefusedRow

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

_VERDICTS = ("kto_tag", "label")
# True or false, 1 or 0: nothing else, for their names mean other things too.
_SWITCHES = (
    "is_good", "is_correct", "is_accepted", "is_approved", "is_desirable", "is_helpful", "is_safe",
    "is_preferred", "good", "accepted", "approved", "desirable", "safe", "thumbs_up", "thumbsup",
    "correct", "helpful", "preferred", "liked", "passed", "upvoted", "👍",
)  # fmt: skip
_AGAINST = (
    "is_bad", "is_incorrect", "is_wrong", "is_rejected", "is_unsafe", "is_harmful", "is_toxic",
    "bad", "unsafe", "harmful", "toxic", "flagged", "thumbs_down", "thumbsdown", "incorrect",
    "wrong", "rejected", "disliked", "failed", "downvoted", "unhelpful", "👎",
)  # fmt: skip
# Words such as good and thumbs_down; a number is on a scale nobody told.
_WORDED = ("verdict", "feedback", "rating", "vote", "thumb", "thumbs", "judgement", "judgment",
           "quality", "reaction", "emoji", "evaluation", "outcome", "grade", "bewertung", "urteil",
           "évaluation", "evaluación", "valoración", "avaliação", "valutazione", "оценка",
           "评分", "评价")  # fmt: skip
# Votes for or against: there 1 and -1 say which.
_VOTES = ("vote", "thumb", "thumbs", "reaction", "feedback")
# Numbers that say how good an answer is, on a scale that only the user knows.
_SCORES = ("score", "rating", "stars", "quality", "grade", "reward", "quality_score", "vote",
           "thumbs", "feedback", "bewertung", "sterne", "calificación", "valoración",
           "avaliação", "valutazione", "оценка", "评分")  # fmt: skip
# Here a word is on such a scale too, such as medium.
_GRADED = ("quality", "rating", "grade", "verdict")
_LONGEST_GRADE = 20
_GOOD = {
    "true", "1", "1.0", "+1", "yes", "y", "good", "positive", "up", "thumbs_up", "thumbsup", "👍",
    "desirable", "accept", "accepted", "approved", "chosen", "preferred", "correct", "right",
    "safe", "like", "liked", "helpful", "pass", "passed", "high", "excellent", "great", "upvote",
    "upvoted", "❤", "✅", "✔", "gut", "richtig", "bon", "bonne", "bueno", "buena", "bom", "boa",
    "хорошо", "好",
}  # fmt: skip
_BAD = {
    "false", "0", "0.0", "-1", "-1.0", "no", "n", "bad", "negative", "down", "thumbs_down",
    "thumbsdown", "👎", "undesirable", "reject", "rejected", "incorrect", "wrong", "unsafe",
    "dislike", "disliked", "unhelpful", "fail", "failed", "harmful", "low", "poor", "terrible",
    "very_low", "awful", "downvote", "downvoted", "❌", "✖",
    "schlecht", "falsch", "mauvais", "mauvaise", "malo", "mala", "ruim", "плохо", "差",
}  # fmt: skip
_SWITCH = {"true": True, "1": True, "1.0": True, "false": False, "0": False, "0.0": False}
# Tones of skin, and the mark that asks for a picture: they change nothing of what is said.
_PLAIN_EMOJI = {0xFE0F: None, **dict.fromkeys(range(0x1F3FB, 0x1F400))}
_WITHOUT = "--without {} leaves the key out and keeps the row"


@dataclass(frozen=True, slots=True)
class BadWhere:
    """Which values of a key mean a bad answer, as the user says it: `score<0`, `quality=low`."""

    key: str
    sign: str
    value: str

    @classmethod
    def parse(cls, text: str) -> BadWhere:
        """Read one as it is typed. Raises ValueError."""
        if (found := _CONDITION.fullmatch(text)) is None:
            raise ValueError(f"{text!r} is not a key, one of {' '.join(_SIGNS)}, and a value")
        key, sign, value = found[1].strip(), found[2], found[3].strip()
        if sign not in {"=", "!="} and _number(value) is None:
            raise ValueError(f"{value!r} is not a number, and {sign} compares numbers")
        return cls(key, sign, value)

    def __str__(self) -> str:
        """Return it as it was typed."""
        return f"{self.key}{self.sign}{self.value}"

    def meets(self, value: object) -> bool | None:
        """Return whether a value means a bad answer; None where it cannot be compared."""
        number, limit = _number(value), _number(self.value)
        if number is not None and limit is not None:
            return bool(_SIGNS[self.sign](number, limit))
        if self.sign in {"=", "!="} and isinstance(value, (str, bool)):
            return bool(_SIGNS[self.sign](str(value).strip().casefold(), self.value.casefold()))
        return None


_SIGNS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<=": operator.le, ">=": operator.ge, "!=": operator.ne,
    "<": operator.lt, ">": operator.gt, "=": operator.eq,
}  # fmt: skip
_COMMA = re.compile(r"^(\s*[+-]?\d+),(\d+\s*)$")  # 4,5 as much of the world writes it
_CONDITION = re.compile(rf"([^<>=!]+)({'|'.join(_SIGNS)})([^<>=!]+)")


def _number(value: object) -> float | None:
    if isinstance(value, str):
        value = _COMMA.sub(r"\1.\2", value)
    try:
        return float(value) if isinstance(value, (int, float, str)) else None
    except ValueError:
        return None


def judged(
    row: Mapping[str, Any],
    notes: Notes,
    *,
    used: Collection[str] = (),
    strict: bool = True,
    bad: Sequence[BadWhere] = (),
) -> tuple[Mapping[str, Any], bool | None]:
    """Return a row without its verdict, and the verdict; None where nobody judged it.

    Keys in `used` hold something else. Without `strict` only true and false count in `label`: a
    bare text has a class there. `bad` is what the user says of further keys: those count before
    all others. Raises Refused for a verdict that cannot be read.
    """
    by_name = {str(key).strip().casefold(): key for key in row if key not in used}
    found, names = _as_told(row, by_name, bad)
    for name in _VERDICTS:
        key = by_name.get(name)
        if key is not None and key not in names and (strict or isinstance(row[key], bool)):
            said = read_verdict(row[key])
            if said is None:
                raise RefusedRow(_unreadable(key, row[key]), "judged")
            found = _both_good(found, said)
            names.append(key)
    for others, read in _OTHERS:
        for key in [by_name[name] for name in others if name in by_name]:
            if key not in names and (said := read(row[key])) is not None:
                found = _both_good(found, said)
                names.append(key)
    if found is None:
        if strict:
            _refuse_scores(row, by_name)
        return row, None
    for key in names:
        notes.lose(key, row[key])
    return {key: value for key, value in row.items() if key not in names}, found


def _as_told(
    row: Mapping[str, Any], by_name: Mapping[str, str], bad: Sequence[BadWhere]
) -> tuple[bool | None, list[str]]:
    """Return the verdict by what the user says of keys, and those keys. Raises Refused."""
    found: bool | None = None
    names: list[str] = []
    for one in bad:
        key = by_name.get(one.key.casefold())
        if key is None:
            continue
        if (is_bad := one.meets(row[key])) is None:
            cause = f"{key} is {_json(row[key])}, which {one} cannot be asked of"
            raise RefusedRow(cause, "judged")
        found = _both_good(found, not is_bad)
        names.append(key)
    return found, names


def _refuse_scores(row: Mapping[str, Any], by_name: Mapping[str, str]) -> None:
    for name, key in by_name.items():
        if is_score(name, row[key]):
            raise RefusedRow(
                f"{key} is {_json(row[key])}, and nothing says from which {key} on an answer is "
                f"bad: --without {key} keeps all rows, --bad '{key}<N' drops those below N",
                "judged",
            )


_SCORED = re.compile(r"nothing says from which (?P<key>.+?) on an answer is bad: --without")


def scored_key(reason: str) -> str:
    """Return the key whose score had a row dropped for this reason; empty for other reasons."""
    found = _SCORED.search(reason)
    return found["key"] if found else ""


def is_score(key: str, value: object) -> bool:
    """Whether a key may say how good an answer is, but its value does not tell good from bad."""
    name = key.strip().casefold()
    if isinstance(value, bool) or value is None:
        return False
    if name in _SCORES and _number(value) is not None:
        return _word_verdict(value) is None and not (name in _VOTES and _vote(value) is not None)
    graded = name in _GRADED and isinstance(value, str) and len(value.strip()) > 0
    return graded and len(str(value)) <= _LONGEST_GRADE and _word_verdict(value) is None


def bad_turn(turn: Mapping[str, Any]) -> bool:
    """Whether a turn of a conversation is itself judged bad, by a verdict that is clear."""
    if any(key in turn and read_verdict(turn[key]) is False for key in _VERDICTS):
        return True
    return any(read(turn[key]) is False for keys, read in _OTHERS for key in keys if key in turn)


def _both_good(one: bool | None, other: bool) -> bool:
    return other if one is None else one and other


def read_verdict(value: object) -> bool | None:
    """Return whether a value says good or bad; None where it says neither."""
    text = _text(value)
    if text in _GOOD:
        return True
    return False if text in _BAD else None


def bad_reason(row: Mapping[str, Any], kept: Mapping[str, Any]) -> str:
    """Return why a row judged bad is not an example; `kept` is the row without its verdict."""
    keys = [key for key in row if key not in kept]
    said = ", ".join(f"{key} is {_json(row[key])}" for key in keys)
    return f"an answer judged bad ({said}), which must not be learned"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)[:20]


def bad_words(row: Mapping[str, Any]) -> str:
    """Return why a row is not an example by a verdict that is clear; "" where none says so."""
    try:
        kept, said = judged(row, Notes(), strict=False)
    except RefusedRow:
        return ""
    return bad_reason(row, kept) if said is False else ""


def _unreadable(key: str, value: object) -> str:
    said = "is empty" if value in (None, "", [], {}) else f"is {value!r:.40}"
    return f"{key} {said}: neither good nor bad; {_WITHOUT.format(key)}"


def _text(value: object) -> str:
    if isinstance(value, (bool, int, float, str)):
        text = str(value).strip().casefold().translate(_PLAIN_EMOJI)
        return text.replace(" ", "_").replace("-up", "_up").replace("-down", "_down")
    return ""


def _switch(value: object) -> bool | None:
    return _SWITCH.get(_text(value))


def _vote(value: object) -> bool | None:
    number = _number(value)
    return None if isinstance(value, bool) or number not in (1, -1) else number == 1


def _against(value: object) -> bool | None:
    said = _switch(value)
    return None if said is None else not said


def _word_verdict(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    if not isinstance(value, str) or value.strip().lstrip("+-").replace(".", "").isdigit():
        return None
    text = _text(value)
    return None if text in {"yes", "no", "y", "n"} else read_verdict(text)


_OTHERS: tuple[tuple[tuple[str, ...], Callable[[object], bool | None]], ...] = (
    (_SWITCHES, _switch),
    (_AGAINST, _against),
    (_WORDED, _word_verdict),
    (_VOTES, _vote),
)
