"""Reading a line to change it: the quick way and the careful one come to the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.json_values import any_json
from tui.core.dataset.example import writer
from tui.core.fixes import registry as model
from tui.core.fixes.registry import CannotFix

if TYPE_CHECKING:
    from collections.abc import Callable

ODD = (
    b'{"a": 1, "a": 2}',
    b'{"a": {"b": 1, "b": 1}}',
    b'{"a": 1.10}',
    b'{"a": [1.0, 1, true, -0.0, 1e5, 1E400, 0.1]}',
    b'{"a": 123456789012345678901234567890}',
    b'{"a": 18446744073709551615}',
    b'{"a": NaN}',
    b'{"a": "\\ud800"}',
    b'{"a": "\\ud83d\\ude00 \\u00e9"}',
    b'{"a":"\xc3\xa9\x7f","b":[{"c":null}]}',
    b'{"a": "\xff"}',
    b'{"a": "\\/"}',
    b' {"a": 1}',
    b'{"a": 1}\r',
    b"[1]",
    b"1",
    b"",
    b'{"a": ' + b"[" * 900 + b"]" * 900 + b"}",
    b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
)
VALUES = any_json(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    st.text(max_size=3),
)


def carefully(line: bytes) -> tuple[str, bytes]:
    value = model.exact_object(line)
    return repr(value), writer(line)(value)


def quickly(line: bytes) -> tuple[str, bytes]:
    value, written = model.opened(line, writer(line))
    return repr(value), written


def outcome(way: Callable[[bytes], tuple[str, bytes]], line: bytes) -> object:
    try:
        return way(line)
    except (CannotFix, RecursionError) as error:
        return type(error), str(error)


def agrees(line: bytes) -> None:
    assert outcome(quickly, line) == outcome(carefully, line)


@pytest.mark.parametrize("line", ODD)
def test_odd_lines(line: bytes) -> None:
    agrees(line)


@given(
    value=st.dictionaries(st.text(max_size=3), VALUES, max_size=4),
    compact=st.booleans(),
    ascii_only=st.booleans(),
)
def test_any_line(value: dict[str, object], compact: bool, ascii_only: bool) -> None:
    separators = (",", ":") if compact else (", ", ": ")
    text = json.dumps(value, separators=separators, ensure_ascii=ascii_only)
    agrees(text.encode("utf-8", "replace"))
