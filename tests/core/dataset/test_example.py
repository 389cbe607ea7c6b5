"""An example is read from any line and written back as it was."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.exploring import tried
from tests.json_values import any_json
from tui.core.dataset.example import Broken, Example, parse, write


@pytest.mark.parametrize("line", [b"[1]", b"nope", b'"text"', b"12", b"null", b"", b"\xff"])
def test_what_is_no_object_says_so(line: bytes) -> None:
    broken = parse(line)
    assert isinstance(broken, Broken)
    assert broken.reason


@given(st.binary())
def test_parse_never_raises(line: bytes) -> None:
    parse(line)


JSON = any_json(st.none() | st.booleans() | st.integers() | st.text(), st.text(max_size=5))
KEYS = st.sampled_from(
    [
        "messages",
        "input",
        "preferred_output",
        "non_preferred_output",
        "prompt",
        "completion",
        "tools",
    ]
)


@tried(60)
@given(
    st.dictionaries(
        KEYS,
        JSON
        | st.lists(
            st.fixed_dictionaries(
                {}, optional={"role": JSON, "content": JSON, "tool_calls": JSON, "weight": JSON}
            )
        ),
        max_size=4,
    )
)
def test_any_object_is_shown_and_written_back(raw: dict[str, object]) -> None:
    line = json.dumps(raw, ensure_ascii=True).encode()
    example = parse(line)
    if isinstance(example, Example):
        assert json.loads(write(example, line)) == example.raw
