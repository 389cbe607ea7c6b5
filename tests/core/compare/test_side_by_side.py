"""Columns side by side as plain state: blind order, winners, differences, repeats."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.core.chat.reply import Reply
from tui.core.compare.answers import Answer
from tui.core.compare.listing import PromptRow
from tui.core.compare.measures import Measures
from tui.core.compare.plan import Candidate
from tui.core.compare.prompts import Prompt
from tui.core.compare.result_row import Row, Slot
from tui.core.compare.sides.as_chat import chat_of
from tui.core.compare.sides.marking import marked
from tui.core.compare.sides.pairs import JudgedPair
from tui.core.compare.sides.repeats import collapsed, repeats_words
from tui.core.compare.sides.side_by_side import Column, Comparison, Try, measures_words
from tui.core.dataset.from_answers import Origin

SYSTEM: dict[str, Any] = {"role": "system", "content": "Be brief."}
USER: dict[str, Any] = {"role": "user", "content": "Hi"}
TEXTS = st.text(alphabet="ab «»\n.", max_size=30)


def column(name: str, *texts: str, cost: str | None = "0") -> Column:
    amount = None if cost is None else Decimal(cost)
    tries = [
        Try("done", reply=Reply(text, "stop", None, 0.25, 0.1, complete=True), cost=amount)
        for text in texts
    ]
    return Column(Candidate(name, name), tries)


def comparison(*columns: Column, reference: str = "") -> Comparison:
    expected = {"role": "assistant", "content": reference} if reference else None
    return Comparison(list(columns), Prompt(1, (USER,), (), expected))


def test_blind_names_are_letters_until_a_winner_is_picked() -> None:
    found = comparison(column("x", "yes"), column("y", "no"))
    found.pick(found.columns[0])
    found.blind = True
    # What stands there already stays as it is: names that were shown hide nothing.
    assert [found.name(one) for one in found.columns] == ["x", "y"]
    assert found.winner is found.columns[0]
    assert [one.tries[0].answer.text for one in found.columns] == ["yes", "no"]
    assert found.prompt is not None
    found.begin(found.prompt, random.Random(1))
    assert [found.name(one) for one in found.columns] == ["A", "B"]
    x, y = sorted(found.columns, key=lambda one: one.candidate.name)
    found.pick(y)
    assert (found.name(x), found.name(y)) == ("x", "y")
    assert found.tally_words == "x 1 : 1 y"
    found.pick(x)  # one thought better of it
    assert found.tally_words == "x 2 : 0 y"
    found.begin(found.prompt, random.Random(1))
    found.blind = False
    assert {found.name(one) for one in found.columns} == {"x", "y"}


def test_a_winner_that_is_asked_otherwise_or_dropped_has_won_nothing_shown() -> None:
    found = comparison(column("x", "yes"), column("y", "no"), column("z", "well"))
    x, y, z = found.columns
    found.pick(x)
    found.ask_otherwise(y, Candidate("w", "w"))
    assert (found.winner, y.tries) == (x, [])
    found.ask_otherwise(x, Candidate("v", "v"))
    assert (found.winner, found.losers()) == (None, [])
    assert found.tally_words == ""  # the one that won is shown no longer
    found.pick(y)
    found.pick(z)
    assert found.tally_words == "z 1"
    found.drop(x)
    assert found.winner is z
    assert found.tally_words == "w 0 : 1 z"
    found.drop(z)
    assert (found.winner, found.columns) == (None, [y])
    found.clear()
    assert (found.columns, found.prompt, found.tally_words) == ([], None, "")


def test_what_was_picked_for_a_row_is_shown_with_it_and_counted_once() -> None:
    asked = [Candidate(name, name) for name in "ab"]
    prompts = [Prompt(n, ({"role": "user", "content": f"q{n}"},)) for n in (1, 2)]

    def row(prompt: Prompt, picked: str) -> PromptRow:
        answers = {
            name: [
                Row(
                    Slot(prompt.line, name, 1), prompt.fingerprint, Answer(f"{name} says"),
                    measures=Measures(picked=float(name == picked) if picked else None),
                )
            ]
            for name in "ab"
        }  # fmt: skip
        return PromptRow(prompt, answers)

    found = Comparison()
    found.show_row(row(prompts[0], ""), asked, {})
    assert found.winner is None
    found.pick(found.columns[0])
    found.show_row(row(prompts[0], "a"), asked, {})
    assert found.winner is found.columns[0]
    found.pick(found.columns[0])
    assert found.tally_words == "a 1 : 0 b"
    found.show_row(row(prompts[0], "a"), asked, {})
    found.pick(found.columns[1])  # one thought better of it
    assert found.tally_words == "a 0 : 1 b"
    found.show_row(row(prompts[1], "b"), asked, {})  # picked another day
    assert found.winner is found.columns[1]
    found.pick(found.columns[0])
    assert found.tally_words == "a 1 : 1 b"
    assert found.of_row
    found.begin(prompts[1], random.Random(1))  # the answers are no longer those of the run
    assert found.of_row == ""
    found.show_row(row(prompts[1], "b"), asked, {})
    found.take(prompts[0])
    assert (found.of_row, found.winner, found.columns[0].tries) == ("", None, [])


def test_blind_columns_change_places() -> None:
    found = comparison(column("x"), column("y"))
    found.blind = True
    first = set()
    for seed in range(20):
        found.begin(Prompt(1, (USER,)), random.Random(seed))
        first.add(found.columns[0].candidate.name)
    assert first == {"x", "y"}


def test_losers_are_those_with_another_answer() -> None:
    found = comparison(column("x", "yes"), column("y", "yes"), column("z", "no"), column("w"))
    found.pick(found.columns[0])
    assert [one.candidate.name for one in found.losers()] == ["z"]


def test_differences_go_round_and_leave_out_a_reference_that_is_not_there() -> None:
    found = comparison(column("x", "yes"), column("y", "no"))
    seen = []
    for _ in range(4):
        found.next_diff()
        seen.append(found.diff)
    assert seen == ["first", "off", "first", "off"]
    found = comparison(column("x", "yes"), column("y", "no"), reference="maybe")
    found.next_diff()
    assert [found.base_of(one) for one in found.columns] == [None, "yes"]
    found.next_diff()
    assert [found.base_of(one) for one in found.columns] == ["maybe", "maybe"]


@given(TEXTS, TEXTS)
def test_marks_stand_around_what_is_new(base: str, text: str) -> None:
    found = marked(base, text)
    left = list(found.text)
    for start, end in reversed(found.marks):
        assert (left[start], left[end - 1]) == ("«", "»")
        del left[end - 1], left[start]
    assert "".join(left) == text
    assert bool(found.marks) <= (base != text)


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["a"], ""),
        (["a"] * 3, "3 × the same"),
        (["a", "b", "a", "c", "a", "c"], "3 × the same, 2 ×, 1 once"),
        (["a", "b"], "2 answers, all different"),
    ],
)
def test_repeats_in_words(texts: list[str], words: str) -> None:
    assert repeats_words([Answer(text) for text in texts]) == words


def test_the_most_frequent_answer_stands_for_a_column() -> None:
    one = column("x", "no", "yes", "yes")
    assert one.first == Answer("yes")
    assert collapsed([t.answer for t in one.ended]) == [(2, Answer("yes")), (1, Answer("no"))]


@pytest.mark.parametrize(
    ("cost", "words"),
    [("0", "free"), ("0.00012", "0.00012"), (None, "price unknown")],
)
def test_measures_of_a_column(cost: str | None, words: str) -> None:
    assert measures_words(column("x", "four", cost=cost)) == f"4 characters · 250 ms · {words}"
    assert measures_words(column("x", "four", cost=cost), hidden=True) == "4 characters"


def test_winner_and_loser_become_a_pair_as_training_takes_it() -> None:
    tool = {"type": "function", "function": {"name": "f"}}
    prompt = Prompt(1, (SYSTEM, USER), (tool,))
    call = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    judged = JudgedPair(Answer("Hello"), Answer("", (("f", "{}"),)), "one", "two")
    made = judged.pair(prompt, Origin("comparison"))
    assert made.raw == {
        "input": {"messages": [SYSTEM, USER], "tools": [tool]},
        "preferred_output": [{"role": "assistant", "content": "Hello"}],
        "non_preferred_output": [{"role": "assistant", "tool_calls": [call]}],
    }


def test_a_prompt_and_an_answer_become_a_chat() -> None:
    chat = chat_of(Prompt(1, (SYSTEM, USER)), Candidate("x", "m"), Answer("Hello"))
    tree = chat.conversation
    assert (chat.system, chat.model) == ("Be brief.", "m")
    assert [tree.nodes[n].message["content"] for n in sorted(tree.nodes)] == ["Hi", "Hello"]
    assert tree.nodes[tree.head or 0].model == "m"
    asked = chat_of(Prompt(1, (USER,)), Candidate("x", "m"), None)
    assert len(asked.conversation.nodes) == 1
