"""Rows of every format the program knows, alone and in random mixtures, with texts to look for.

What rewrites data (`fix`, `convert`, `redact`) has to account for all of it: no text of the
input may be absent from the output and the report together. This module makes the input, and
tells which texts are absent:

    @given(files())
    def test_nothing_is_lost(file: AnyFile) -> None:
        output, report = run(file.data)
        assert absent(file.data, output, report) == []

Each text of `TEXTS` holds a mark such as `(no. 7)`, which no other text of the same file holds:
so a text is found in whatever it was put into, be it JSON in a string, or joined with another.
`FORMATS` has a strategy for each shape of a row, given the strategy of the texts in it; give
`row(TEXTS)` or `files(texts=…)` texts of your own, such as ones with a key in them. The shapes
themselves stand in `any_rows/`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from tests.any_rows import exports, logs, openai, others

if TYPE_CHECKING:
    from tests.any_rows.parts import Row, Texts

_UNNUMBERED = "(no. #)"
_MARK = re.compile(r"\(no\. (?:\d+|#)\)")
_WORDS = (
    "Is tap water fine", "Ja, überall", "Blau", "苔は静かです", "def f(x):\n    return x",
    '{"city": "Bern"}', "<b>bold</b> & \"quoted\"", "  with spaces", "42", "C:\\new\\table",
)  # fmt: skip
TEXTS: Texts = st.sampled_from(_WORDS).map(lambda text: f"{text} {_UNNUMBERED}")


def marks(data: object) -> set[str]:
    """Return the marks that stand anywhere in bytes, a text, or a JSON value."""
    if isinstance(data, bytes):
        data = data.decode("utf-8", "replace")
    return set(_MARK.findall(data if isinstance(data, str) else json.dumps(data)))


def absent(before: object, *after: object) -> list[str]:
    """Return the marks of texts in the input that are in none of the outputs and reports."""
    return sorted(marks(before).difference(*map(marks, after)))


def numbered(value: Any) -> Any:
    """Return a value (a row, a list of rows) in which no two texts hold the same mark."""
    pieces = json.dumps(value).split(_UNNUMBERED)
    numbers = [f"(no. {n})" for n in range(1, len(pieces))]
    return json.loads("".join(map("".join, zip(pieces, [*numbers, ""], strict=True))))


_SHAPES = (
    logs.completion_log,
    logs.one_message,
    logs.asked_with_keys,
    others.verl,
    others.written_calls,
    exports.chatgpt,
    exports.claude,
    exports.slack,
    exports.people,
    others.multiple_choice,
    openai.openai,
    openai.openai_tools,
    openai.openai_functions,
    openai.openai_images,
    openai.openai_pair,
    openai.openai_more_keys,
    openai.openai_nulls,
    openai.hugging_face,
    others.sharegpt,
    others.sharegpt_calls,
    others.alpaca,
    others.dolly,
    others.question_answer,
    others.completion,
    others.preference,
    others.kto,
    others.anthropic,
    others.gemini,
    exports.open_assistant,
    others.bare_text,
    others.bare_list,
    others.of_no_format,
)
FORMATS: Mapping[str, Callable[[Texts], st.SearchStrategy[Row]]] = {
    shape.__name__: shape for shape in _SHAPES
}
# The shapes that are taken as they are, or by taking something out of them.
OWN = ("openai", "openai_tools", "openai_functions", "openai_images", "openai_pair")


def row(texts: Texts = TEXTS) -> st.SearchStrategy[Row]:
    """Return one row of any shape."""
    return st.one_of([make(texts) for make in FORMATS.values()])


def rows(texts: Texts = TEXTS) -> st.SearchStrategy[list[Row]]:
    """Return rows of one shape, or of several in a random mixture, their texts told apart."""
    shapes = [make(texts) for make in FORMATS.values()]  # made once, not for each example
    alike = st.one_of([st.lists(shape, min_size=1, max_size=4) for shape in shapes])
    mixed = st.lists(st.one_of(shapes), min_size=1, max_size=5)
    return st.one_of(alike, mixed).map(numbered)


@dataclass(frozen=True, slots=True)
class AnyFile:
    """A file: its rows, how they lie in it (a key of `CONTAINERS`), and its bytes."""

    rows: list[Row]
    container: str
    data: bytes


def _dumped(value: Row, **how: Any) -> str:
    return json.dumps(value, ensure_ascii=False, **how)


# How rows may lie in a file.
CONTAINERS: Mapping[str, Callable[[list[Row]], str]] = {
    "lines": lambda rows: "".join(f"{_dumped(row)}\n" for row in rows),
    "lines of CR LF": lambda rows: "".join(f"{_dumped(row)}\r\n" for row in rows),
    "array": _dumped,
    "indented array": lambda rows: _dumped(rows, indent=2),
    "indented objects": lambda rows: "\n".join(_dumped(row, indent=2) for row in rows) + "\n",
    "wrapped array": lambda rows: _dumped({"data": rows}),
    "columns": lambda rows: _dumped(logs.table_of_columns(rows)),
    "lists": lambda rows: _dumped(logs.table_of_lists(rows), indent=1),
    "rows by index": lambda rows: _dumped(logs.table_of_rows(rows)),
    "split": lambda rows: _dumped(logs.table_split(rows)),
    "transcript": logs.transcript,
}
IN_ONE_VALUE = (
    "array", "indented array", "wrapped array", "columns", "lists", "rows by index", "split",
)  # fmt: skip
# Those whose lines, or whose values one after another, are the rows.
IN_ROWS = ("lines", "lines of CR LF", "array", "indented array", "indented objects")


def files(
    texts: Texts = TEXTS, containers: tuple[str, ...] = tuple(CONTAINERS)
) -> st.SearchStrategy[AnyFile]:
    """Return whole files of such rows, as lines, arrays, and objects over several lines."""
    return st.tuples(rows(texts), st.sampled_from(containers)).map(
        lambda made: AnyFile(made[0], made[1], CONTAINERS[made[1]](made[0]).encode())
    )
