"""Tables written as one JSON value: pandas' orients, and what Hugging Face gives of data sets.

{"prompt": {"0": "…"}, "completion": {"0": "…"}}        columns of cells by their index
{"0": {"prompt": "…", "completion": "…"}}               rows by their index
{"columns": […], "index": […], "data": [[…], […]]}      rows as lists of cells
{"schema": {…}, "data": [{…}, {…}]}                     rows behind the types of the columns
{"prompt": ["…", "…"], "completion": ["…", "…"]}        columns as lists of cells
{"data": [{"title": "…", "paragraphs": [{"context": "…", "qas": […]}]}]}     SQuAD's articles
{"rows": [{"row_idx": 0, "row": {…}}]}                  rows with what is known of each
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tui.core.formats.columns import Columns
from tui.core.formats.row_reader import FORMAT_KEYS
from tui.core.formats.supported.help_desks import help_desk_export
from tui.core.formats.supported.thread_exports import thread_export
from tui.core.formats.turns import is_conversation

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

_SERVER = "rows"
_SQUAD = "paragraphs"
THREAD = "thread"  # messages by people
_SPLIT = {"columns", "index", "data", "index_names", "column_names"}


@dataclass(frozen=True, slots=True)
class TableDump:
    """A table in one JSON value: its rows, how it is written, and what stands beside the rows."""

    rows: list[Any]
    orient: str
    beside: Mapping[str, Any] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """Who writes it so."""
        if self.orient == THREAD:
            return "messengers and help desks export them"
        if self.orient == _SERVER:
            return "Hugging Face's server of data sets gives them"
        if self.orient == _SQUAD:
            return "SQuAD writes questions on paragraphs"
        return f"pandas writes them (orient {self.orient})"


_Reader = Callable[[dict[str, Any]], TableDump | None]


def table_dump(value: object, *, whole: bool = False) -> TableDump | None:
    """Return the table that a JSON value is; None for all other values.

    With `whole` the value is all that a file holds: then names may be those of rows, and lists
    columns, where among other rows they would be an object's own.
    """
    if not isinstance(value, dict) or not value:
        return None
    readers: tuple[_Reader, ...] = (
        _numbered_rows, _squad, _split, _with_schema, _thread, _by_number,
    )  # fmt: skip
    for read in (*readers, _by_name, _lists) if whole else readers:
        if (found := read(value)) is not None:
            return found
    return None


def _thread(value: dict[str, Any]) -> TableDump | None:
    found = thread_export(value) or help_desk_export(value)
    return None if found is None else TableDump(found[0], THREAD, found[1])


def _squad(value: dict[str, Any]) -> TableDump | None:
    """Read questions on paragraphs of articles as rows, each with its paragraph."""
    articles = value["data"] if isinstance(value.get("data"), list) else [value]
    rows: list[Any] = []
    for article in articles:
        paragraphs = article.get(_SQUAD) if isinstance(article, dict) else None
        for one in paragraphs if isinstance(paragraphs, list) else ():
            asked = one.get("qas") if isinstance(one, dict) else None
            if not isinstance(asked, list) or not isinstance(one.get("context"), str):
                return None
            rows += [{"context": one["context"], **qa} for qa in asked if isinstance(qa, dict)]
    if not rows:
        return None
    titles = [one["title"] for one in articles if isinstance(one, dict) and "title" in one]
    beside = {key: other for key, other in value.items() if key not in {"data", "title", _SQUAD}}
    return TableDump([*map(_with_answer, rows)], _SQUAD, {"title": titles, **beside})


def _with_answer(row: dict[str, Any]) -> dict[str, Any]:
    """Return a question with the text of its first answer; all else of them stays beside it."""
    listed = row.get("answers")
    answers = listed if isinstance(listed, list) else []
    first = answers[0].get("text") if answers and isinstance(answers[0], dict) else None
    if not isinstance(first, str):
        return {"answer": "", **row}
    kept = {key: value for key, value in row.items() if key != "answers"}
    starts = {key: value for key, value in answers[0].items() if key != "text"}
    others = {"other answers": answers[1:]} if answers[1:] else {}
    return {**starts, **kept, "answer": first, **others}


def _split(value: dict[str, Any]) -> TableDump | None:
    names, rows = value.get("columns"), value.get("data")
    if not value.keys() <= _SPLIT or not isinstance(names, list) or not _texts(names):
        return None
    if not isinstance(rows, list) or not rows or len({*names}) < len(names):
        return None
    if not all(isinstance(row, list) and len(row) == len(names) for row in rows):
        return None
    made = [dict(zip(names, row, strict=True)) for row in rows]
    index = value.get("index")
    beside = {"index": index} if index and index != [*range(len(rows))] else {}
    return TableDump(made, "split", beside)


def _with_schema(value: dict[str, Any]) -> TableDump | None:
    """Read rows behind the types of their columns, which say nothing that JSON does not."""
    schema, rows = value.get("schema"), value.get("data")
    if value.keys() != {"schema", "data"} or not isinstance(schema, dict):
        return None
    if "pandas_version" not in schema or not isinstance(rows, list) or not rows:
        return None
    return TableDump(rows, "table") if all(isinstance(row, dict) for row in rows) else None


def _by_number(value: dict[str, Any]) -> TableDump | None:
    """Read columns of cells by the numbers of their rows, or rows by their numbers."""
    if not _are_alike([*value.values()]):
        return None
    outer, inner = [*value], [*next(iter(value.values()))]
    if all(map(_is_number, outer)):
        return None if len(value) < 2 else TableDump(_keyed(outer, value.values()), "index")
    if not all(map(_is_number, inner)):
        return None
    rows = [{name: value[name][key] for name in outer} for key in inner]
    return TableDump(_keyed(inner, rows), "columns")


def _by_name(value: dict[str, Any]) -> TableDump | None:
    """Read rows by their names, which may be conversations: lists of messages."""
    if len(value) > 1 and all(map(_is_talk, value.values())) and not FORMAT_KEYS & value.keys():
        return TableDump(_keyed([*value], [{"messages": one} for one in value.values()]), "index")
    if len(value) < 2 or FORMAT_KEYS & value.keys() or not _are_alike([*value.values()]):
        return None
    return TableDump(_keyed([*value], value.values()), "index")


def _are_alike(parts: Sequence[object]) -> bool:
    """Whether values are objects with the same keys."""
    first = parts[0]
    if not isinstance(first, dict) or not first:
        return False
    return all(isinstance(one, dict) and one.keys() == first.keys() for one in parts)


def _keyed(keys: Sequence[str], rows: Collection[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows with the names under which they stood, where they are more than numbers."""
    if [*keys] == [*map(str, range(len(keys)))]:
        return [dict(row) for row in rows]
    name = "key"
    while any(name in row for row in rows):
        name += "_"
    return [{name: key, **row} for key, row in zip(keys, rows, strict=True)]


def _lists(value: dict[str, Any]) -> TableDump | None:
    """Read columns that are lists of one length; the names or the cells tell that they are."""
    cells = [*value.values()]
    if len(cells) < 2 or not all(isinstance(one, list) and one for one in cells):
        return None
    if len({len(one) for one in cells}) > 1 or any(map(_is_talk, cells)):
        return None
    nested = any(isinstance(cell, list) and all(map(_is_talk, cell)) for cell in cells)
    if not nested and (Columns.guess([*value]).problem or not all(map(_texts, cells))):
        return None
    rows = zip(*cells, strict=True)
    return TableDump([dict(zip(value, row, strict=True)) for row in rows], "list")


def _numbered_rows(value: dict[str, Any]) -> TableDump | None:
    """Read what the server of Hugging Face's data sets answers."""
    rows = value.get("rows")
    if not isinstance(rows, list) or not rows:
        return None
    if not all(isinstance(one, dict) and isinstance(one.get("row"), dict) for one in rows):
        return None
    if not all("row_idx" in one for one in rows):
        return None
    beside = {k: v for k, v in value.items() if k != "rows" and v not in (None, "", [], {})}
    cut = [one["truncated_cells"] for one in rows if one.get("truncated_cells")]
    if cut:
        beside["truncated_cells"] = cut
    return TableDump([one["row"] for one in rows], _SERVER, beside)


def _is_talk(value: object) -> bool:
    return is_conversation(value, spoken=True)


def _is_number(text: str) -> bool:
    return text.isdecimal()


def _texts(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, str) for one in value)
