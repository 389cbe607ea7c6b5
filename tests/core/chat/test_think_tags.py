"""Reasoning written into an answer is told from its text, wherever the stream cuts it."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.core.chat.think_tags import ThinkSplitter, split_unopened


def split(*pieces: str) -> tuple[str, str]:
    splitter = ThinkSplitter()
    found = [*(splitter.feed(piece) for piece in pieces), splitter.end()]
    return "".join(text for text, _ in found), "".join(thought for _, thought in found)


@pytest.mark.parametrize(
    ("whole", "text", "reasoning"),
    [
        ("<think>a < b</think>\n\nyes", "yes", "a < b"),
        ("\n <think>\n</think>\n\nyes", "yes", "\n"),
        ("<think>one</think> <think>two</think> yes", "yes", "onetwo"),
        ("<think>never closed </thin", "", "never closed </thin"),
        ("yes <think>no</think>", "yes <think>no</think>", ""),
        ("<thinking>x", "<thinking>x", ""),
        ("  <b>", "  <b>", ""),
        ("<thi", "<thi", ""),
        ("<think>a</think>  ", "", "a"),
        (" ", " ", ""),
    ],
)
def test_it_is_the_same_wherever_it_is_cut(whole: str, text: str, reasoning: str) -> None:
    places = range(len(whole) + 1)
    for a, b in itertools.combinations_with_replacement(places, 2):
        assert split(whole[:a], whole[a:b], whole[b:]) == (text, reasoning), (a, b)
    for size in places[1:]:
        pieces = [whole[at : at + size] for at in range(0, len(whole), size)]
        assert split(*pieces) == (text, reasoning), size


@given(st.text(alphabet="<>/think ax\n"))
def test_nothing_is_lost_but_tags_and_blanks(whole: str) -> None:
    text, reasoning = split(*whole)
    for part in (text, reasoning):
        assert part in whole or "<think>" in whole
    if not whole.lstrip().startswith("<think>"):
        assert (text, reasoning) == (whole, "")


def test_reasoning_whose_first_tag_stands_in_the_prompt() -> None:
    assert split_unopened("so it is\n</think>\n\nyes") == ("yes", "so it is\n")
    assert split_unopened("so it is</think>") == ("", "so it is")
    for text in ("The tag </think> ends it.", "<think>a</think>\nb", "plain"):
        assert split_unopened(text) == (text, "")
