"""Tables with one message in a row: rows of a conversation are joined, in their order."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tui.core.formats.columns import EVERY_ROW, Columns, cell, lose_others, paths_of, value_at
from tui.core.formats.media import refuse_media
from tui.core.formats.records import Record
from tui.core.formats.results import Notes, Object, RefusedRow, Unfit
from tui.core.formats.supported.chat_exports import joined
from tui.core.formats.turns import ROLE_NAMES
from tui.core.formats.verdicts import bad_turn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
ROWS = "rows of one conversation"
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d.*)?")
SPOKEN_ROLES = ROLE_NAMES | {"developer": "system", "q": "user", "a": "assistant", "kunde": "user",
                  "cliente": "user", "requester": "user", "end user": "user"}  # fmt: skip


def grouped(records: Iterable[Record], columns: Columns) -> Iterator[Record]:
    """Yield a record for each conversation, with its rows, where the first of them stood.

    What is not a row of a conversation is yielded as it is.
    """
    groups: dict[str, list[Record]] = {}
    for record in records:
        name = _conversation(record, columns)
        if name is None:
            yield record
        else:
            groups.setdefault(name, []).append(record)
    for group in groups.values():
        yield replace(
            group[0], value={ROWS: [one.value for one in group]}, raw=None, text="",
            rows=len(group),
        )  # fmt: skip


def _conversation(record: Record, columns: Columns) -> str | None:
    """Return which conversation a row is of; None for one that is of none."""
    row = record.value
    if record.problem or record.beside or not isinstance(row, dict):
        return None
    if columns.conversation == (EVERY_ROW,):
        return ""
    try:
        parts = [str(value_at(row, name)).strip() for name in columns.conversation]
    except KeyError:
        return None
    return "\n".join(parts) if any(part not in {"", "None"} for part in parts) else None


def who_replies(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return who takes part in most conversations that another began; "" where nobody speaks."""
    columns = Columns.guess(paths_of(rows))
    columns = replace(columns, conversation=columns.conversation or (EVERY_ROW,))
    replies: Counter[str] = Counter()
    for group in grouped((Record(at, row) for at, row in enumerate(rows)), columns):
        if isinstance(group.value, dict):
            spoken = _in_order(group.value.get(ROWS, ()), columns, Notes())
            names = dict.fromkeys(filter(None, (_speaker(row, columns) for row in spoken)))
            replies.update({name: 1 if at else -1 for at, name in enumerate(names)})
    return max(replies, key=lambda name: replies[name], default="")


def spoken_rows(columns: Columns, row: Mapping[str, Any], notes: Notes) -> Object:
    """Make an example of the rows of a conversation. Raises Unfit."""
    rows = row.get(ROWS)
    if not isinstance(rows, list):
        raise Unfit(
            f"no {' and '.join(columns.conversation)} that says which conversation it is of"
        )
    turns = [turn for one in _in_order(rows, columns, notes) for turn in _turn(one, columns, notes)]
    return joined(turns, notes, _who_speaks(rows, columns, notes))


def _turn(row: Mapping[str, Any], columns: Columns, notes: Notes) -> Iterator[Object]:
    refuse_media(row, columns.used)
    said = [cell(_value_or_none(row, name), name, None) for name in columns.text]
    speaker = _speaker(row, columns)
    lose_others(row, columns.used, notes)
    text = "\n\n".join(one for one in said if one.strip())
    if not text:
        return
    made: Object = {"role": _role(speaker, notes), "content": text}
    if made["role"] == "assistant" and bad_turn(row):
        raise Unfit("an answer in it was judged bad, which must not be learned")
    yield made


def _speaker(row: Mapping[str, Any], columns: Columns) -> str:
    return " ".join(str(_value_or_none(row, name) or "") for name in columns.speaker).strip()


def _role(speaker: str, notes: Notes) -> str:
    if notes.answers_by:
        if speaker.casefold() in notes.answers_by:
            return "assistant"
        return "system" if speaker.casefold() == "system" else "user"
    role = SPOKEN_ROLES.get(speaker.casefold(), "")
    if role not in {"user", "assistant", "system"}:
        said = f"{speaker:.40} is neither" if speaker else "nobody is named, neither"
        raise RefusedRow(
            f"{said} user nor assistant: --answers-by NAME says whose messages are answers"
        )
    return role


def _who_speaks(rows: Sequence[Mapping[str, Any]], columns: Columns, notes: Notes) -> str:
    names = list(dict.fromkeys(_speaker(row, columns) for row in rows))
    some = ", ".join(f"{name:.40}" for name in names[:4])
    if notes.answers_by:
        return f"{some} speak; are the answers by one of them?"
    return f"only {some} speaks" if len(names) == 1 else f"{some} speak"


def _in_order(
    rows: Sequence[Mapping[str, Any]], columns: Columns, notes: Notes
) -> Sequence[Mapping[str, Any]]:
    """Return rows by the column of their order where that can be compared; else as they stand."""
    if not columns.order:
        return rows
    values = [_value_or_none(row, columns.order[0]) for row in rows]
    for key in (_number, _day):
        keys = [key(value) for value in values]
        if None not in keys:
            places = sorted(range(len(rows)), key=lambda at: keys[at])
            return [rows[at] for at in places]
    notes.say(f"{columns.order[0]} is neither numbers nor dates such as 2026-01-31: "
              "rows stay in the order of the file")  # fmt: skip
    return rows


def _number(value: object) -> Any:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        return float(value)
    except ValueError:
        return None


def _day(value: object) -> Any:
    text = str(value).strip()
    return text if _DATE.fullmatch(text) else None


def _value_or_none(row: Mapping[str, Any], name: str) -> object:
    try:
        return value_at(row, name)
    except KeyError:
        return None
