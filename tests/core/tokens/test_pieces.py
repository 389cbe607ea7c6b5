import json
from typing import Any

import pytest

from tui.core.dataset.example import Example, parse
from tui.core.tokens.encoding import count_example
from tui.core.tokens.pieces import read_pieces
from tui.core.tokens.truncation import trained_lost
from tui.services.tokens.counting.pieces import lost, of_line
from tui.services.tokens.vocabularies import encoder

pytestmark = pytest.mark.xdist_group("vocab")
CHAT = {
    "messages": [
        {"role": "system", "content": "You are Fern.", "name": "fern"},
        {"role": "user", "content": "日本語 👩\u200d💻 naïve"},
        {"role": "assistant", "content": "word " * 40, "weight": 1},
        {"role": "assistant", "content": "left out", "weight": 0},
        {
            "role": "assistant",
            "tool_calls": [{"id": "a", "function": {"name": "f", "arguments": '{"x": 1}'}}],
        },
    ]
}
PAIR = {
    "input": {"messages": [{"role": "user", "content": "one"}]},
    "preferred_output": [{"role": "assistant", "content": "yes, of course"}],
    "non_preferred_output": [{"role": "assistant", "content": "no"}],
}


@pytest.mark.parametrize("value", [CHAT, PAIR, {"prompt": "a b", "completion": "c"}, {}])
@pytest.mark.parametrize("limit", [None, 0, 7, 30, 45, 1000])
def test_pieces_add_up_to_the_counts(value: dict[str, Any], limit: int | None) -> None:
    line = json.dumps(value).encode()
    example = parse(line)
    assert isinstance(example, Example)
    count = count_example(example, encoder("o200k_base"))
    shown = read_pieces(of_line(line, "o200k_base"), limit)
    assert (shown.context, shown.trained) == (count.context, count.trained)
    counted = [m for m in shown.messages if m.counted]
    assert [m.context for m in counted] == [m.context for m in count.messages]
    for message in counted:
        assert sum(len(p.ids) for p in message.pieces) == message.total
    if limit is not None:
        assert (
            shown.trained_lost
            == trained_lost(count, limit)
            == lost(line, encoder("o200k_base"), limit)
        )
        assert shown.lost == max(0, count.context - limit)


def test_texts_are_whole_and_the_cut_is_exact() -> None:
    shown = read_pieces(of_line(json.dumps(CHAT).encode(), "o200k_base"), 40)
    texts = ["".join(p.text for p in m.pieces) for m in shown.messages]
    assert texts[:3] == ["You are Fern.", "日本語 👩\u200d💻 naïve", "word " * 40]
    answer = shown.messages[2]
    kept = answer.kept - answer.overhead
    assert 0 < kept < answer.total
    whole = encoder("o200k_base").encode("word " * 40)
    assert answer.cut_text == "".join(
        encoder("o200k_base").bytes_of(token).decode() for token in whole[kept:]
    )
    assert shown.messages[4].kept == 0
    assert shown.messages[4].cut_text == 'f{"x": 1}'
