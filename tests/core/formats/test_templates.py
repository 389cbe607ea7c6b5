"""Texts made by chat templates become the chats they were made of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.core.formats import convert
from tui.core.formats.records import Record
from tui.core.formats.supported.templates import templated

TURNS = [
    ("user", "Hi there"),
    ("assistant", "Hello!"),
    ("user", "And\n\nnow?"),
    ("assistant", "Go."),
]
ENDS = {
    "chatml": ("<|im_start|>{r}\n{t}<|im_end|>\n", "assistant", "", ""),
    "llama3": (
        "<|start_header_id|>{r}<|end_header_id|>\n\n{t}<|eot_id|>",
        "assistant", "<|begin_of_text|>", "<|end_of_text|>",
    ),
    "gemma": ("<start_of_turn>{r}\n{t}<end_of_turn>\n", "model", "<bos>", "<eos>"),
    "zephyr": ("<|{r}|>\n{t}</s>\n", "assistant", "", ""),
    "phi": ("<|{r}|>\n{t}<|end|>\n", "assistant", "", "<|endoftext|>"),
}  # fmt: skip


def text_of(name: str, turns: list[tuple[str, str]]) -> str:
    turn, answers, before, after = ENDS[name]
    said = "".join(turn.format(r=answers if r == "assistant" else r, t=t) for r, t in turns)
    return before + said + after


@pytest.mark.parametrize("name", ENDS)
def test_each_template_gives_its_turns(name: str) -> None:
    turns = [("system", "Be kind."), *TURNS]
    assert templated(text_of(name, turns)) == [{"role": r, "content": t} for r, t in turns]


def test_llama_2_and_mistral_give_theirs() -> None:
    text = (
        "<s>[INST] <<SYS>>\nBe kind.\n<</SYS>>\n\nHi there [/INST] Hello! </s>"
        "<s>[INST] And\n\nnow? [/INST] Go. </s>"
    )
    turns = [("system", "Be kind."), *TURNS]
    assert templated(text) == [{"role": r, "content": t} for r, t in turns]
    mistral = "<s>[INST] Hi there [/INST] Hello!</s> [INST] And\n\nnow? [/INST] Go.</s>"
    assert templated(mistral) == [{"role": r, "content": t} for r, t in TURNS]
    assert templated("[INST] open [/INST]") == [{"role": "user", "content": "open"}]


@pytest.mark.parametrize(
    "text",
    [
        "bare text",
        "before <|im_start|>user\nHi<|im_end|>",
        "<|im_start|>user\nHi<|im_end|> and after",
        "<|im_start|>nobody\nHi<|im_end|>",
        "The mark [INST] is told of here.",
        "",
    ],
)
def test_what_is_no_whole_template_is_left_as_text(text: str) -> None:
    assert templated(text) == []


@given(
    name=st.sampled_from(sorted(ENDS)),
    texts=st.lists(st.text(st.characters(exclude_characters="<|>[]"), min_size=1), min_size=1),
)
def test_no_text_is_lost(name: str, texts: list[str]) -> None:
    turns = [("assistant" if n % 2 else "user", text) for n, text in enumerate(texts)]
    found = templated(text_of(name, turns))
    assert [one["content"] for one in found] == [text.strip() for text in texts]


def test_a_row_of_such_text_is_converted_without_its_marks() -> None:
    row = {"text": "<s>[INST] What is rust? [/INST] Iron oxide. </s>"}
    made = convert([Record(1, row)], "text")
    assert b"INST" not in made.lines[0]
    assert b"Iron oxide." in made.lines[0]
    assert "its speakers became roles" in made.remarks[0].text
