"""Splits: seeded, in shares, whole groups, remembered."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.core.dataset.fingerprints import content_key, question_key
from tui.core.dataset.splitting import SplitOptions, by_question, size_remark, split


def line(question: str, answer: str = "a", system: str = "") -> bytes:
    messages = [{"role": "system", "content": system}] if system else []
    messages += [
        {"role": "user", "content": question},
        {"role": "assistant", "content": answer},
    ]
    return json.dumps({"messages": messages}).encode()


LINES = [line(f"question {n}") for n in range(200)]


def test_a_share_or_a_count_seeded() -> None:
    one = split(LINES, SplitOptions(0.1, seed=1))
    assert len(one.validation) == 20
    assert split(LINES, SplitOptions(0.1, seed=1)) == one
    assert split(LINES, SplitOptions(0.1, seed=2)) != one
    assert len(split(LINES, SplitOptions(None, 7)).validation) == 7
    assert sorted([*one.training, *one.validation]) == list(range(200))


def test_those_that_ask_the_same_stay_together() -> None:
    lines = [line(f"Question  {n % 20}".upper() if n % 2 else f"question {n % 20}", str(n))
             for n in range(100)]  # fmt: skip
    made = split(lines, SplitOptions(0.3))
    names = by_question(lines)
    assert not {names[n] for n in made.training} & {names[n] for n in made.validation}
    assert made.groups == 20
    assert len(made.validation) == 30


def test_each_stratum_keeps_its_share() -> None:
    lines = [line(f"q{n}", system="A" if n < 150 else "B") for n in range(200)]
    made = split(lines, SplitOptions(0.2, stratify="system"))
    assert [(s.name, s.training, s.validation) for s in made.strata] == [
        ("A", 120, 30),
        ("B", 40, 10),
    ]


def test_new_examples_do_not_cross_an_earlier_border() -> None:
    keys = [content_key(one) for one in LINES]
    first = split(LINES, SplitOptions(0.2, seed=3), keys=keys)
    known = {keys[n]: "validation" for n in first.validation}
    known |= {keys[n]: "training" for n in first.training}
    more = [line(f"new {n}") for n in range(50)] + LINES
    again = split(
        more, SplitOptions(0.2, seed=99), keys=[content_key(one) for one in more],
        known=known,  # type: ignore[arg-type]
    )  # fmt: skip
    assert {n - 50 for n in again.validation if n >= 50} == set(first.validation)
    assert again.remembered == 200
    assert len(again.validation) == 50


def test_a_new_answer_follows_the_question_that_is_known() -> None:
    asked = line("q", "old")
    made = split([line("Q", "new")] * 2, SplitOptions(0.5), known={question_key(asked): "training"})
    assert made.validation == ()


def test_what_was_trained_on_cannot_validate() -> None:
    lines = [line("q", "one"), line("q", "two")]
    keys = [content_key(one) for one in lines]
    made = split(
        lines, SplitOptions(0.5), keys=keys, known={keys[0]: "validation", keys[1]: "training"}
    )
    assert made.validation == ()


@pytest.mark.parametrize("text", ["0%", "100%", "0", "-3", "x", "1.0", ""])
def test_sizes_that_make_no_sense(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        SplitOptions.parse(text)


def test_sizes() -> None:
    assert SplitOptions.parse("12.5%", 4, "turns") == SplitOptions(0.125, None, 4, "turns")
    assert SplitOptions.parse("0.2").share == 0.2
    assert SplitOptions.parse("50").count == 50
    with pytest.raises(ValueError, match="colour"):
        SplitOptions.parse("10%", 0, "colour")


@settings(max_examples=60, deadline=None)
@given(
    lines=st.lists(
        st.sampled_from([line("a"), line("A ", "b"), line("b"), b"", b"{", b"[1]", line("c", "d")])
        | st.binary(max_size=20),
        max_size=30,
    ),
    share=st.floats(0.01, 0.99),
    stratify=st.sampled_from(["", "turns", "system", "first-words", "roles"]),
)
def test_no_group_ever_stands_on_both_sides(
    lines: list[bytes], share: float, stratify: str
) -> None:
    made = split(lines, SplitOptions(share, stratify=stratify))
    assert sorted([*made.training, *made.validation]) == list(range(len(lines)))
    names = by_question(lines)
    assert not {names[n] for n in made.training} & {names[n] for n in made.validation}


def test_why_the_share_is_another_is_told() -> None:
    earlier = {content_key(one): "validation" for one in LINES[:30]}
    keys = [content_key(one) for one in LINES]
    made = split(LINES, SplitOptions(0.1), known=earlier, keys=keys)
    assert len(made.validation) == 30
    told = size_remark(made, SplitOptions(0.1))
    assert told == "15.0 % instead of 10.0 %: 30 examples stay where earlier splits put them"
    assert size_remark(split(LINES, SplitOptions(0.1)), SplitOptions(0.1)) == ""
    alike = [line("the same", str(n)) for n in range(10)]
    made = split(alike, SplitOptions(0.3))
    assert size_remark(made, SplitOptions(0.3)).endswith("what is alike stays together")


@pytest.mark.parametrize("examples", [2, 3, 4, 9, 30])
@pytest.mark.parametrize("share", [0.001, 0.01, 0.1])
@pytest.mark.parametrize("stratify", ["", "turns"])
def test_a_small_share_of_a_few_examples_is_one_of_them(
    examples: int, share: float, stratify: str
) -> None:
    wanted = SplitOptions(share, stratify=stratify)
    made = split(LINES[:examples], wanted)
    assert len(made.validation) == max(1, round(share * examples))
    assert size_remark(made, wanted) == ""


def test_a_validation_part_that_stays_empty_says_why() -> None:
    alike = [LINES[0]] * 300
    made = split(alike, SplitOptions(0.001))
    assert not made.validation
    assert size_remark(made, SplitOptions(0.001)).endswith("what is alike stays together")
