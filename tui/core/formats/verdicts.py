"""Verdicts on answers: which key of a row says whether its answer is good, and what it says.

`kto_tag` and `label` are verdicts whatever they hold: where they cannot be read, the row is
refused. Other keys count where they say so clearly, and are left out like any key otherwise.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tui.core.formats.results import Notes, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

_VERDICTS = ("kto_tag", "label")
# True or false, 1 or 0: nothing else, for their names mean other things too.
_SWITCHES = (
    "is_good", "is_correct", "is_accepted", "is_approved", "is_desirable", "is_helpful", "is_safe",
    "is_preferred", "good", "accepted", "approved", "desirable", "safe", "thumbs_up",
)  # fmt: skip
_AGAINST = (
    "is_bad", "is_incorrect", "is_wrong", "is_rejected", "is_unsafe", "is_harmful", "is_toxic",
    "bad", "unsafe", "harmful", "toxic", "flagged", "thumbs_down",
)  # fmt: skip
# Words such as good and thumbs_down; a number is on a scale nobody told.
_WORDED = ("verdict", "feedback", "rating", "vote", "thumb", "thumbs", "judgement", "judgment",
           "quality", "reaction")  # fmt: skip
_GOOD = {
    "true", "1", "1.0", "+1", "yes", "y", "good", "positive", "up", "thumbs_up", "thumbsup", "👍",
    "desirable", "accept", "accepted", "approved", "chosen", "preferred", "correct", "right",
    "safe", "like", "liked", "helpful", "pass", "passed",
}  # fmt: skip
_BAD = {
    "false", "0", "0.0", "-1", "-1.0", "no", "n", "bad", "negative", "down", "thumbs_down",
    "thumbsdown", "👎", "undesirable", "reject", "rejected", "incorrect", "wrong", "unsafe",
    "dislike", "disliked", "unhelpful", "fail", "failed", "harmful",
}  # fmt: skip
_SWITCH = {"true": True, "1": True, "1.0": True, "false": False, "0": False, "0.0": False}
_WITHOUT = "--without {} leaves the key out and keeps the row"


def judged(
    row: Mapping[str, Any], notes: Notes, *, used: Collection[str] = (), strict: bool = True
) -> tuple[Mapping[str, Any], bool | None]:
    """Return a row without its verdict, and the verdict; None where nobody judged it.

    Keys in `used` hold something else. Without `strict` only true and false count in `label`: a
    bare text has a class there. Raises Refused for a verdict that cannot be read.
    """
    by_name = {str(key).strip().casefold(): key for key in row if key not in used}
    found: bool | None = None
    names = []
    for name in _VERDICTS:
        key = by_name.get(name)
        if key is not None and (strict or isinstance(row[key], bool)):
            said = read_verdict(row[key])
            if said is None:
                raise Refused(_unreadable(key, row[key]), "judged")
            found = _both(found, said)
            names.append(key)
    for others, read in _OTHERS:
        for key in [by_name[name] for name in others if name in by_name]:
            if (said := read(row[key])) is not None:
                found = _both(found, said)
                names.append(key)
    if found is None:
        return row, None
    for key in names:
        notes.lose(key, row[key])
    return {key: value for key, value in row.items() if key not in names}, found


def bad_turn(turn: Mapping[str, Any]) -> bool:
    """Whether a turn of a conversation is itself judged bad, by a verdict that is clear."""
    if any(key in turn and read_verdict(turn[key]) is False for key in _VERDICTS):
        return True
    return any(read(turn[key]) is False for keys, read in _OTHERS for key in keys if key in turn)


def _both(one: bool | None, other: bool) -> bool:
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
    except Refused:
        return ""
    return bad_reason(row, kept) if said is False else ""


def _unreadable(key: str, value: object) -> str:
    said = "is empty" if value in (None, "", [], {}) else f"is {value!r:.40}"
    return f"{key} {said}: neither good nor bad; {_WITHOUT.format(key)}"


def _text(value: object) -> str:
    if isinstance(value, (bool, int, float, str)):
        return str(value).strip().casefold().replace(" ", "_").replace("-up", "_up")
    return ""


def _switch(value: object) -> bool | None:
    return _SWITCH.get(_text(value))


def _against(value: object) -> bool | None:
    said = _switch(value)
    return None if said is None else not said


def _worded(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    if not isinstance(value, str) or value.strip().lstrip("+-").replace(".", "").isdigit():
        return None
    text = _text(value)
    return None if text in {"yes", "no", "y", "n"} else read_verdict(text)


_OTHERS: tuple[tuple[tuple[str, ...], Callable[[object], bool | None]], ...] = (
    (_SWITCHES, _switch),
    (_AGAINST, _against),
    (_WORDED, _worded),
)
