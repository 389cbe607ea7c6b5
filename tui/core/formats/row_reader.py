"""Read one row of any format: what all formats have in common, then the format's own reader."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from tui.core.formats.media import refuse_media
from tui.core.formats.multiple_choice import NoSuchChoiceError, written_out
from tui.core.formats.registry import format_of
from tui.core.formats.results import Notes, RefusedRow, Unfit
from tui.core.formats.spoken import spoken_rows
from tui.core.formats.turns import LISTS, ends_in_answer, is_conversation, turn_list
from tui.core.formats.verdicts import BadWhere, bad_reason, judged

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.core.formats.columns import Columns
    from tui.core.formats.results import Reader

_DEEPEST = 3
# What these hold are requests and answers of a log, or halves of a pair.
_REQUESTS = frozenset(
    {
        *("input", "inputs", "request", "request_body", "requestBody", "body", "params", "kwargs"),
        *("modelInput", "response", "output", "outputs"),
    }
)
# Keys of the formats, as they are written there; people also write them with capitals.
FORMAT_KEYS = frozenset(LISTS) | {
    "instruction", "input", "context", "output", "response", "system", "history", "prompt",
    "completion", "question", "query", "chosen", "rejected", "text", "contents", "tools",
    "functions", "label", "kto_tag", "preferred_output", "non_preferred_output",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the user says of rows: keys to leave out, a question for empty prompts, pairs.

    With `pairs`, answers judged good and bad become preference pairs where they answer the same
    prompt; else the bad ones are dropped. `bad` says which values of a key mean a bad answer.
    `answers_by` are the speakers, in small letters, whose messages are answers where a row is one.
    """

    without: frozenset[str] = frozenset()
    empty_prompt: str = ""
    pairs: bool = False
    bad: tuple[BadWhere, ...] = ()
    answers_by: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RowReader:
    """Reads rows of one format. `columns` is for the format "table"."""

    name: str
    columns: Columns | None = None
    options: ReadOptions = ReadOptions()

    def check(self) -> None:
        """Raise KeyError for a format that is not read, ValueError where columns are missing."""
        self._reader()

    @property
    def groups(self) -> Columns | None:
        """The columns by which rows have to be joined before they are read, if they do."""
        spoken = self.name == "table" and self.columns is not None and self.columns.is_spoken
        return self.columns if spoken else None

    def read(self, value: object, notes: Notes) -> tuple[Mapping[str, Any], bool | None]:
        """Return a row as an example, and whether it was judged good (None: not judged).

        The row itself is returned where nothing had to change. Raises Unfit.
        """
        row = self._row(value)
        if self.name == "table":
            row = self._answered_in_words(row, notes)
        for key in [key for key in row if key in self.options.without]:
            notes.lose(key, row[key])
            row = {k: v for k, v in row.items() if k != key}
        used = self.columns.used if self.name == "table" and self.columns else frozenset()
        refuse_media(row, used)
        kept, good = row, None
        if not self._is_pair(row) and _is_answered(row):
            kept, good = judged(
                row, notes, used=used, strict=self.name != "text", bad=self.options.bad
            )
        if good is None and self.name == "kto":
            raise Unfit("no verdict: there is neither kto_tag nor label")
        if good is False and not self.options.pairs:
            raise RefusedRow(bad_reason(row, kept), "bad")
        return self._reader()(kept, notes), good

    def _row(self, value: object) -> Mapping[str, Any]:
        if is_conversation(value, spoken=True):
            return {"messages": value}
        if not isinstance(value, dict):
            raise Unfit("the row is not an object")
        return value if self.name == "table" else with_usual_keys(value)

    def _answered_in_words(self, row: Mapping[str, Any], notes: Notes) -> Mapping[str, Any]:
        """Write the answer of a multiple choice out, unless a column of choices was asked for."""
        try:
            made = written_out(row)
        except NoSuchChoiceError as reason:
            raise Unfit(str(reason)) from None
        used = self.columns.used if self.columns else frozenset()
        if made is row or any(name.split(".")[0] not in made for name in used):
            return row
        notes.say("the choices were put behind the question, and the answer written out")
        return made

    def _is_pair(self, row: Mapping[str, Any]) -> bool:
        if self.name == "table":
            return bool(self.columns and self.columns.chosen and self.columns.rejected)
        return ("chosen" in row and "rejected" in row) or isinstance(row.get("input"), dict)

    def _reader(self) -> Reader:
        if self.name == "table":
            if self.columns is None or self.columns.problem:
                raise ValueError(self.columns.problem if self.columns else "no columns were named")
            spoken = self.columns.is_spoken
            return partial(spoken_rows, self.columns) if spoken else self.columns.read
        reader = format_of(self.name).read
        if reader is None:
            raise KeyError(self.name)
        return reader


def _is_answered(row: Mapping[str, Any]) -> bool:
    """Whether a verdict can be one on an answer: data for a grader has a label and no answer."""
    found = turn_list(row)
    return found is None or ends_in_answer(found[1])


def with_usual_keys(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a row with its keys as the formats write them: `Input ` as `input`.

    A conversation that lies in an object within it is taken out of that.
    """
    row = _lifted(row)
    if all(key in FORMAT_KEYS or not isinstance(key, str) or _usual(key) == key for key in row):
        return row
    made: dict[str, Any] = {}
    for key, value in row.items():
        usual = _usual(key)
        made[usual if usual in FORMAT_KEYS and usual not in row and usual not in made else key] = (
            value
        )
    return made


def _lifted(row: Mapping[str, Any], depth: int = 0) -> Mapping[str, Any]:
    """Return a row with the keys of the one object in it that holds a conversation, if one does."""
    if depth == _DEEPEST or any(k in FORMAT_KEYS and not isinstance(row[k], dict) for k in row):
        return row
    inner = [key for key, value in row.items() if isinstance(value, dict) and value]
    if len(inner) != 1 or inner[0] in _REQUESTS:
        return row
    lifted = _lifted(row[inner[0]], depth + 1)
    if not any(isinstance(lifted.get(key), list) and lifted[key] for key in LISTS):
        return row
    beside = {key: value for key, value in row.items() if key != inner[0]}
    return {**{k if k not in lifted else f"{k} (outside)": v for k, v in beside.items()}, **lifted}


def _usual(key: str) -> str:
    return key.strip().casefold()
