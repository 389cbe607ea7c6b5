"""Parameters of a chat come back as they were kept, and what is wrong with them is said."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.core.chat.parameters import ChatParameters
from tui.core.chat.reply import Reply, TokenLogprob
from tui.core.provider.records import Usage
from tui.screens.chat.turns.words import ending_note

TOOL = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}
some = st.builds(
    ChatParameters,
    temperature=st.none() | st.floats(0, 2),
    top_p=st.none() | st.floats(0, 1),
    max_tokens=st.none() | st.integers(1, 10**6),
    stop=st.lists(st.text(min_size=1), max_size=4).map(tuple),
    seed=st.none() | st.integers(-(2**63), 2**63 - 1),
    reasoning_effort=st.none() | st.sampled_from(["low", "high"]),
    response_format=st.none() | st.just({"type": "json_object"}),
    logprobs=st.none() | st.integers(0, 20),
    tools=st.sampled_from([(), (TOOL,)]),
)


@given(some)
def test_parameters_come_back(parameters: ChatParameters) -> None:
    assert parameters.problem() is None
    assert ChatParameters.from_json(json.loads(json.dumps(parameters.as_json()))) == parameters


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        (ChatParameters(temperature=2.1), "temperature"),
        (ChatParameters(top_p=-1), "top-p"),
        (ChatParameters(max_tokens=0), "one token"),
        (ChatParameters(stop=("a", "")), "stop text is empty"),
        (ChatParameters(stop=("a",) * 17), "at most 16"),
        (ChatParameters(seed=2**63), "64 bits"),
        (ChatParameters(logprobs=21), "from 0 to 20"),
        (ChatParameters(tools=({"type": "function"},)), 'needs a "name"'),
        (ChatParameters(tools=({"name": "x"},)), '"type": "function"'),
    ],
)
def test_what_is_wrong_is_said(parameters: ChatParameters, words: str) -> None:
    assert words in (parameters.problem() or "")


def test_nonsense_reads_as_nothing_set() -> None:
    nonsense = {"temperature": "warm", "stop": "x", "tools": {"a": 1}, "response_format": 3}
    assert ChatParameters.from_json(nonsense) == ChatParameters()
    assert ChatParameters.from_json([1]) == ChatParameters()


@pytest.mark.parametrize(
    ("first", "rate"), [(2.0, 10.0), (2.75, 40.0), (2.76, None), (2.998, None), (None, None)]
)
def test_a_rate_is_told_only_of_what_took_long_enough_to_measure(
    first: float | None, rate: float | None
) -> None:
    reply = Reply("yes", "stop", Usage(3, 11, 14), 3.0, first, True)
    assert reply.tokens_per_second == rate
    assert ("tokens/s" in ending_note(reply, None)) == (rate is not None)


def test_a_reply_comes_back_and_sends_no_reasoning_on() -> None:
    call = {"id": "c", "type": "function", "function": {"name": "look", "arguments": "{}"}}
    reply = Reply(
        "yes", "stop", Usage(3, 11, 14), 3.0, 1.0, True, "", "req", "hmm", (call,),
        (TokenLogprob("yes", -0.5, (("yes", -0.5), ("no", -1.5))),), "without temperature",
    )  # fmt: skip
    assert Reply.from_json(json.loads(json.dumps(reply.as_json()))) == reply
    assert reply.tokens_per_second == 5.0
    assert reply.message() == {"role": "assistant", "content": "yes", "tool_calls": [call]}
    assert Reply("", None, None, 1, None, True, tool_calls=(call,)).message() == {
        "role": "assistant",
        "tool_calls": [call],
    }
    assert Reply.from_json({"logprobs": [["a", -1, 3], 2], "tool_calls": 1}).text == ""
