"""JSON as text: mistakes are placed, and laying out touches nothing but white space."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core.dataset.test_exact_json import JSON
from tui.core.text import json_text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": 1,\n "b" 2}', "line 2, column 6: expecting ':' delimiter before '2}'"),
        ('{"a": ', "line 1, column 7: expecting value, but the text ends here"),
        ("[1, NaN]", "NaN is not a JSON number"),
        ('{"a": 1}', ""),
    ],
)
def test_a_mistake_is_placed(text: str, said: str) -> None:
    assert json_text.problem(text) == said


def test_what_is_written_stays_as_written() -> None:
    text = '{"n": 1.00000000000000000001, "n": 1E5, "s": "\\u00fc \\/ , :", "e": {}, "l": []}'
    laid = json_text.pretty(text)
    assert laid.split("\n")[1] == '  "n": 1.00000000000000000001,'
    assert json_text.flat(laid, b'{"a": 1}') == text
    assert json_text.flat(laid, b'{"a":1}').startswith('{"n":1.00000000000000000001,"n":1E5,')
    assert json_text.same(text, laid)


def test_a_file_in_ascii_stays_in_ascii() -> None:
    assert json_text.flat('{"a": "ü😀"}', b'{"a": "\\u00e4"}') == '{"a": "\\u00fc\\ud83d\\ude00"}'


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(JSON, st.booleans())
def test_layout_there_and_back(value: object, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    laid = json_text.pretty(text)
    assert json.loads(laid) == value
    assert json_text.flat(laid, b'{"a": 1}') == text
    assert json_text.problem(laid) == ""


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text())
def test_any_text_is_checked(text: str) -> None:
    assert isinstance(json_text.problem(text), str)
