"""Whatever the rows are, a converter never raises and accounts for each of them."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.core.formats.test_readers import GOOD
from tests.exploring import tried
from tests.json_values import any_json
from tui.core.formats import READERS, WRITERS, Columns, Record, convert, export, sniff
from tui.core.formats.detection.containers import UnreadableError, container_of, records_of

KEYS = sorted(
    {
        "messages", "conversations", "from", "value", "role", "content", "instruction", "input",
        "output", "history", "system", "prompt", "completion", "chosen", "rejected", "label",
        "kto_tag", "contents", "parts", "text", "tools", "tool_calls", "function", "name",
        "arguments", "id", "type", "weight", "functionCall", "functionResponse", "args",
        "inlineData", "fileData", "systemInstruction", "preferred_output", "image_url", "url",
        "non_preferred_output", "replies", "rank", "message_tree_id", "tool_call_id", "source",
    }
)  # fmt: skip
WORDS = [
    "user",
    "assistant",
    "tool",
    "human",
    "gpt",
    "model",
    "function_call",
    "observation",
    "text",
    "image",
    "tool_use",
    "tool_result",
    "image_url",
    "",
    "[]",
    "{",
    "\ud800",
]
LEAVES = st.none() | st.booleans() | st.integers(-2, 2) | st.floats() | st.sampled_from(WORDS)
JSON = any_json(LEAVES, st.sampled_from(KEYS), most=4)
ROWS = st.lists(st.dictionaries(st.sampled_from(KEYS), JSON, max_size=5) | JSON, max_size=3)
COLUMNS = Columns(user=("prompt",), assistant=("completion",))


GOOD_LINES = st.sampled_from([json.dumps(row) for _, row, _ in GOOD])


@st.composite
def bent(draw: st.DrawFn) -> Any:
    """A good row with one value somewhere replaced by anything."""
    row = json.loads(draw(GOOD_LINES))
    at: Any = row
    while True:
        places = list(at) if isinstance(at, dict) else list(range(len(at)))
        place = draw(st.sampled_from(places))
        if isinstance(at[place], (dict, list)) and at[place] and draw(st.booleans()):
            at = at[place]
            continue
        at[place] = draw(JSON)
        return row


@tried(60)
@given(rows=ROWS | st.lists(bent(), max_size=3))
def test_readers_and_writers_account_for_every_row(rows: list[Any]) -> None:
    for reader in READERS:
        made = convert(
            [Record(n, row) for n, row in enumerate(rows, 1)], reader.id, columns=COLUMNS
        )
        assert made.read == len(rows), reader.id
        assert len(made.origins) == len(made.lines), reader.id
        told = {*made.origins, *(d.position for d in made.dropped)}
        assert told == set(range(1, len(rows) + 1)), reader.id
        assert all(d.reason for d in made.dropped), reader.id
        for line in made.lines:
            assert b"\n" not in line, reader.id
            assert isinstance(json.loads(line), dict), reader.id
    sniff(rows)
    sniff(rows, table=True)
    lines = [json.dumps(row).encode() for row in rows]
    for writer in WRITERS:
        made = export(lines, writer.id)
        assert made.read == len(rows), writer.id
        assert all(json.loads(line) is not None for line in made.lines), writer.id


@tried(60)
@given(data=st.binary(max_size=60) | st.text('{}[]",:ab\n\t', max_size=40).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for name in ("a.jsonl", "a.csv", "a.tsv"):
        container = container_of(name, data)
        if container in {"parquet", "arrow"}:
            continue
        try:
            records = list(records_of(data, container))
        except UnreadableError:
            continue
        made = convert(records, "openai")
        assert made.read == len(records)
