"""Writing an edited example: what was not edited stays as it was written."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.json_values import any_json
from tui.core import edits
from tui.core.dataset.exact_json import rewrite
from tui.core.dataset.example import Example, Place, parse_exactly

ODD = (
    b'{"messages" :  [{"role":"user","content":"Hi \\u00fc"},'
    b' {"role": "assistant",  "content": "a", "x": 1, "x": 2}],'
    b' "n": 0.10000000000000000000000001, "big": 123456789012345678901234567890, "e": 1E5}'
)


def read(line: bytes) -> Example:
    example = parse_exactly(line)
    assert isinstance(example, Example)
    return example


def test_nothing_changed_is_the_same_line() -> None:
    assert rewrite(read(ODD), ODD) == ODD


def test_only_what_was_edited_looks_different() -> None:
    changed = edits.set_text(read(ODD), Place("messages", 1), "b")
    made = rewrite(changed, ODD)
    for kept in (
        b'{"role":"user","content":"Hi \\u00fc"}',
        b'"x": 1, "x": 2',
        b'"n": 0.10000000000000000000000001',
        b'"big": 123456789012345678901234567890',
        b'"e": 1E5',
    ):
        assert kept in made
    assert b'"content": "b"' in made
    assert json.loads(made) == json.loads(ODD.replace(b'"a"', b'"b"'))


def test_messages_put_in_and_taken_out_leave_the_others_as_written() -> None:
    first = b'{"role":"user","content":"Hi \\u00fc"}'
    more = rewrite(edits.insert_message(read(ODD), Place("messages", 0), "system", "S"), ODD)
    assert first in more
    moved = rewrite(edits.move_message(read(ODD), Place("messages", 0), 1), ODD)
    assert first in moved
    assert b'"x": 1, "x": 2' in moved
    assert first in rewrite(edits.delete_message(read(ODD), Place("messages", 1)), ODD)


@pytest.mark.parametrize("pair", [(b"1", b"true"), (b"1", b"1.0"), (b"0", b"-0.0")])
def test_numbers_and_truth_are_not_confused(pair: tuple[bytes, bytes]) -> None:
    old, new = (b'{"messages": [], "a": %s}' % value for value in pair)
    assert rewrite(read(new), old) == new


def test_half_a_surrogate_pair_is_escaped() -> None:
    changed = edits.set_text(read(ODD), Place("messages", 1), "\ud83d")
    assert b'"content": "\\ud83d"' in rewrite(changed, ODD)


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
JSON = any_json(SCALARS, st.text(max_size=3), most=4)
OBJECTS = st.dictionaries(st.sampled_from(["messages", "a", "b", "c"]), JSON)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(OBJECTS, OBJECTS, st.booleans(), st.sampled_from([(",", ":"), (", ", ": "), (" ,", " : ")]))
def test_any_object_becomes_any_other(
    old: dict[str, object], new: dict[str, object], ascii_only: bool, separators: tuple[str, str]
) -> None:
    line = json.dumps(old, ensure_ascii=ascii_only, separators=separators).encode()
    target = json.dumps(new).encode()
    assert rewrite(read(line), line) == line
    made = rewrite(read(target), line)
    assert b"\n" not in made
    assert json.dumps(json.loads(made)) == json.dumps(new)
