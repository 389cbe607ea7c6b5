"""The fast way of counting lines equals the rules in core, and both tokenizers each other."""

from __future__ import annotations

import json
from importlib import resources
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.probe import probe
from tests.exploring import tried
from tui.core.dataset.example import Example, parse
from tui.core.tokens.encoding import LEFT_OUT, answer_texts, count_example
from tui.services.tokens.counting import encoders
from tui.services.tokens.counting.columns import AT, count_lines
from tui.services.tokens.counting.encoders import PlainCounter, choose
from tui.services.tokens.counting.gathering import KINDS
from tui.services.tokens.vocabularies import encoder

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.xdist_group("vocab")


class Letters:
    """Counts letters, as one text and as many."""

    name = "letters"

    def count(self, text: str) -> int:
        return len(text)

    def counts(self, texts: Sequence[str]) -> list[int]:
        return [*map(len, texts)]


words = st.sampled_from(["", "a", "two words", "<|endoftext|>", "é界", "ends."])
odd = st.none() | st.booleans() | st.integers(-2, 3) | words
parts = st.fixed_dictionaries(
    {"type": st.sampled_from(["text", "image_url", "input_audio", "refusal"])},
    optional={"text": odd, "image_url": st.just({"detail": "low"}) | odd, "refusal": odd},
)
calls = st.fixed_dictionaries(
    {"id": words, "function": st.fixed_dictionaries({"name": odd, "arguments": odd}) | odd}
)
messages = odd | st.fixed_dictionaries(
    {},
    optional={
        "role": st.sampled_from(["system", "developer", "user", "assistant", "tool", "x", 3]),
        "content": odd | st.lists(parts | odd, max_size=3),
        "name": odd,
        "weight": st.sampled_from([0, 0.0, 1, None, "0", False]),
        "tool_calls": st.lists(calls | odd, max_size=2) | odd,
        "function_call": st.fixed_dictionaries({"name": odd, "arguments": odd}) | odd,
        "refusal": odd,
        "tool_call_id": odd,
    },
)
several = st.lists(messages, max_size=5) | odd
properties = st.dictionaries(
    words,
    odd
    | st.fixed_dictionaries(
        {}, optional={"type": odd, "description": odd, "enum": st.lists(odd, max_size=3) | odd}
    ),
    max_size=3,
)
tool = odd | st.fixed_dictionaries(
    {},
    optional={
        "function": odd
        | st.fixed_dictionaries(
            {},
            optional={
                "name": odd,
                "description": odd,
                "parameters": odd | st.fixed_dictionaries({"properties": odd | properties}),
            },
        )
    },
)
examples = odd | st.fixed_dictionaries(
    {},
    optional={
        "messages": several,
        "input": st.fixed_dictionaries({"messages": several}) | odd,
        "preferred_output": several,
        "non_preferred_output": several,
        "prompt": odd,
        "completion": odd,
        "tools": st.lists(tool, max_size=2) | odd,
        "functions": st.lists(tool, max_size=1),
    },
)


@tried(160)
@given(st.lists(examples, min_size=1, max_size=6))
def test_many_lines_at_once_count_as_one_by_one(values: list[Any]) -> None:
    rows = [json.dumps(value).encode() for value in values]
    table = count_lines(rows, Letters(), "cl100k_base")
    for row, numbers in zip(rows, table.tolist(), strict=True):
        example = parse(row)
        if not isinstance(example, Example) or example.kind == "unknown":
            assert numbers[AT["kind"]] == 0
            continue
        count = count_example(example, Letters(), 10)
        told = dict(zip(AT, numbers, strict=True))
        assert KINDS[told["kind"]] == example.kind
        for name in ("context", "trained", "uncounted", "low_images", "tools"):
            assert told[name] == getattr(count, name), name
        assert told["messages"] == len(count.messages)
        assert told["assistant"] + told["user"] + told["system"] + told["tool"] <= told["context"]
        assert told["rejected"] == sum(
            len(text)
            for message in example.messages
            if message.place.section == LEFT_OUT and isinstance(message.raw, dict)
            for text in answer_texts(message.raw)
        )


def test_roles_turns_and_characters() -> None:
    roles = ["system", "user", "user", "assistant", "user", "assistant", "tool"]
    row = {"messages": [{"role": r, "content": "x" * n} for n, r in enumerate(roles, 1)]}
    (numbers,) = count_lines([json.dumps(row).encode()], Letters(), "o200k_base").tolist()
    told = dict(zip(AT, numbers, strict=True))
    assert (told["turns"], told["messages"], told["characters"]) == (2, 7, 28)
    assert [told[name] for name in ("system", "user", "assistant", "tool")] == [1, 10, 10, 7]


def cookbook_tools(functions: list[dict[str, Any]], count: Any) -> int:
    """num_tokens_for_tools of the notebook, for the GPT-4o family."""
    total = 0
    for tool in functions:
        total += 7
        f = tool["function"]
        total += count(f["name"] + ":" + f["description"].removesuffix("."))
        if f["parameters"]["properties"]:
            total += 3
            for key, value in f["parameters"]["properties"].items():
                total += 3
                for at, item in enumerate(value.get("enum", [])):
                    total += count(item) + 3 - (3 if at == 0 else 0)
                description = value["description"].removesuffix(".")
                total += count(f"{key}:{value['type']}:{description}")
    return total + 12


def test_tool_definitions_are_counted_as_in_the_cookbook() -> None:
    weather = {
        "type": "function",
        "function": {
            "name": "get_current_weather",
            "description": "Get the current weather in a given location.",
            "parameters": {
                "type": "object",
                "properties": {
                    "location": {"type": "string", "description": "The city, e.g. Oslo."},
                    "unit": {
                        "type": "string",
                        "description": "The unit of temperature to return",
                        "enum": ["celsius", "fahrenheit"],
                    },
                },
            },
        },
    }
    row = json.dumps({"messages": [], "tools": [weather, weather]}).encode()
    (numbers,) = count_lines([row], PlainCounter("o200k_base"), "o200k_base").tolist()
    expected = cookbook_tools([weather, weather], encoder("o200k_base").count)
    assert numbers[AT["tools"]] == expected


def test_the_probe_is_what_tiktoken_gives() -> None:
    kept = resources.files("tui").joinpath("data", "vocab", encoders.PROBE).read_text()
    assert json.loads(kept) == probe()


def test_a_tokenizer_that_differs_is_left_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    class Same:
        def __init__(self, ids: list[int]) -> None:
            self.ids = ids

        def tolist(self) -> list[int]:
            return self.ids

    class Wrong:
        def encode(self, text: str) -> Same:
            ids = encoder("o200k_base").encode(text)
            return Same(ids[:-1] if "界" in text else ids)

    monkeypatch.setattr(encoders, "fast_is_here", lambda: True)
    monkeypatch.setattr(encoders, "_load_fast", lambda encoding: Wrong())
    chosen = choose("o200k_base")
    assert chosen.counter.name.startswith("tiktoken")
    assert "differs from tiktoken" in chosen.note


def test_what_panics_is_reported_not_fatal(monkeypatch: pytest.MonkeyPatch) -> None:
    class PanicError(BaseException):
        pass

    def count(text: str) -> int:
        if text == "bad":
            raise PanicError
        return 1

    counter = PlainCounter("o200k_base")
    monkeypatch.setattr(counter, "_encoder", type("E", (), {"count": staticmethod(count)}))
    rows = [{"messages": [{"role": "user", "content": text}]} for text in ("good", "bad")]
    table = count_lines([json.dumps(row).encode() for row in rows], counter, "o200k_base")
    assert table[:, AT["uncounted"]].tolist() == [0, 1]
    assert table[:, AT["context"]].tolist() == [8, 7]
