"""Answers with a verdict: the bad ones are never learned, and pairs are made of good and bad."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.core.formats.test_readers import ANSWER, PLAIN, USER, run
from tui.core.formats import Columns, Record, convert, export, sniff
from tui.core.formats.row_reader import ReadOptions
from tui.core.formats.verdicts import BadWhere

BAD_ANSWER = {"role": "assistant", "content": "B"}
BAD = {"messages": [USER, BAD_ANSWER]}
PAIRS = ReadOptions(pairs=True)
SHAPES: dict[str, dict[str, Any]] = {
    "messages": PLAIN,
    "conversations": {
        "conversations": [{"from": "human", "value": "Q"}, {"from": "gpt", "value": "A"}]
    },
    "completion": {"prompt": "Q", "completion": "A"},
    "response": {"prompt": "Q", "response": "A"},
    "alpaca": {"instruction": "Q", "output": "A"},
    "questions": {"question": "Q", "answer": "A"},
}


def judged(row: dict[str, Any]) -> Any:
    """Convert one row as `convert` does that is told nothing of the format."""
    found = sniff([row])
    return convert([Record(1, row)], found.format, columns=found.columns)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("key", ["label", "kto_tag"])
@pytest.mark.parametrize(
    "verdict", [False, "false", "False", 0, 0.0, "0", "bad", "no", -1, " BAD "]
)
def test_bad_answers_are_dropped(shape: str, key: str, verdict: object) -> None:
    made = judged({**SHAPES[shape], key: verdict})
    assert made.lines == ()
    assert "judged bad" in made.dropped[0].reason
    assert made.dropped[0].row[key] == verdict


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("verdict", [True, "true", 1, "1", "good", "thumbs up"])
def test_good_answers_are_examples(shape: str, verdict: object) -> None:
    made = judged({**SHAPES[shape], "label": verdict})
    assert [json.loads(line) for line in made.lines] == [PLAIN]
    assert [(one.key, one.value) for one in made.left] == [("label", verdict)] or shape == "hf"


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("verdict", [None, "", "sports", 7, [], {"a": 1}])
def test_a_label_that_says_neither_is_told(shape: str, verdict: object) -> None:
    made = judged({**SHAPES[shape], "label": verdict})
    assert made.lines == ()
    assert "neither good nor bad; --without label" in made.dropped[0].reason
    kept = convert(
        [Record(1, {**SHAPES[shape], "label": verdict})],
        sniff([SHAPES[shape]]).format,
        columns=sniff([SHAPES[shape]]).columns,
        options=ReadOptions(frozenset({"label"})),
    )
    assert [json.loads(line) for line in kept.lines] == [PLAIN]


@pytest.mark.parametrize(
    ("key", "value", "good"),
    [
        ("is_safe", False, False),
        ("is_safe", True, True),
        ("is_correct", 0, False),
        ("thumbs_up", "false", False),
        ("is_toxic", True, False),
        ("is_toxic", False, True),
        ("feedback", "thumbs_down", False),
        ("rating", "good", True),
        ("feedback", "no", None),  # rather a text than a verdict
        ("safe", "in the bank", None),
        ("correct", False, False),
        ("correct", "yes", None),
        ("👎", True, False),
        ("👍", 1, True),
        ("reaction", "👎🏽", False),
        ("feedback", "👍", True),
        ("thumbs", "down", False),
        ("thumbs", -1, False),
        ("vote", 1, True),
        ("quality", "low", False),
        ("quality", "excellent", True),
        ("rating", "a long text on how the film was received by critics", None),
    ],
)
def test_other_keys_count_where_they_are_clear(key: str, value: object, good: bool | None) -> None:
    made = judged({**PLAIN, key: value})
    assert bool(made.lines) is (good is not False)
    if good is not False:
        assert json.loads(made.lines[0]) == PLAIN
        assert [(one.key, one.value) for one in made.left] == [(key, value)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("score", -1),
        ("rating", 1),
        ("Stars", "2"),
        ("quality", "medium"),
        ("vote", 3),
        ("score", 0),
    ],
)
def test_a_score_is_listed_until_it_is_said_what_it_means(
    shape: str, key: str, value: object
) -> None:
    row = {**SHAPES[shape], key: value}
    made = judged(row)
    assert made.lines == ()
    assert "nothing says from which" in made.dropped[0].reason
    assert f"--without {key} keeps all" in made.dropped[0].reason
    assert made.dropped[0].why == "judged"
    kept = _read(row, ReadOptions(frozenset({key})))
    assert [json.loads(line) for line in kept.lines] == [PLAIN]
    # A verdict that is clear leaves nothing to ask.
    assert judged({**row, "label": True}).lines
    assert "judged bad" in judged({**row, "label": False}).dropped[0].reason


def _read(row: dict[str, Any], options: ReadOptions) -> Any:
    found = sniff([{k: row[k] for k in row if k not in options.without}])
    return convert([Record(1, row)], found.format, columns=found.columns, options=options)


@pytest.mark.parametrize(
    ("said", "value", "kept"),
    [
        ("score<0", -1, False), ("score<0", 0, True), ("score <= 2", "2", False),
        ("score>3", 3.5, False), ("score=low", "LOW", False), ("score=low", "high", True),
        ("score!=5", 4, False), ("Score<0", -0.5, False),
    ],
)  # fmt: skip
def test_it_can_be_said_which_scores_are_bad(said: str, value: object, kept: bool) -> None:
    row = {**PLAIN, "score": value}
    made = _read(row, ReadOptions(bad=(BadWhere.parse(said),)))
    assert bool(made.lines) is kept
    if not kept:
        assert "judged bad (score is" in made.dropped[0].reason


def test_a_value_that_cannot_be_compared_is_listed() -> None:
    made = _read({**PLAIN, "score": "n/a"}, ReadOptions(bad=(BadWhere.parse("score<0"),)))
    assert 'score is "n/a", which score<0 cannot be asked of' in made.dropped[0].reason
    for wrong in ("score", "<0", "score<low", "score<", "a<b<c"):
        with pytest.raises(ValueError, match=r"is not"):
            BadWhere.parse(wrong)


def test_a_column_that_is_the_answer_is_no_verdict() -> None:
    columns = Columns(user=("text",), assistant=("label",))
    made = run("table", {"text": "Q", "label": 0}, columns=columns)
    assert json.loads(made.lines[0])["messages"][1]["content"] == "0"
    assert judged({"text": "A", "label": 0}).lines  # the class of a text
    assert not judged({"text": "A", "label": False}).lines


@pytest.mark.parametrize("key", ["Label", " LABEL", "Kto_Tag", "Is_Good"])
def test_a_verdict_may_be_written_with_capitals(key: str) -> None:
    for shape in SHAPES.values():
        assert not judged({**shape, key: "false"}).lines


def test_data_for_a_grader_has_a_label_and_no_answer() -> None:
    row = {"messages": [USER], "label": 0}
    assert sniff([row]).format == "hf"
    assert json.loads(judged(row).lines[0]) == row


def test_a_turn_judged_bad_is_shown_and_not_learned() -> None:
    made = judged({"messages": [USER, {**ANSWER, "label": False}]})
    assert json.loads(made.lines[0])["messages"][1] == {**ANSWER, "weight": 0}
    turns = [{"from": "human", "value": "Q"}, {"from": "gpt", "value": "A", "feedback": "bad"}]
    made = judged({"conversations": turns})
    assert json.loads(made.lines[0])["messages"][1] == {**ANSWER, "weight": 0}


@pytest.mark.parametrize("name", ["alpaca", "completion", "csv", "anthropic", "gemini", "nebius"])
def test_what_must_not_be_learned_is_not_written_where_weights_are_unknown(name: str) -> None:
    line = json.dumps({"messages": [USER, {**ANSWER, "weight": 0}]}).encode()
    made = export([line], name)
    assert made.lines == ()
    assert "weight 0" in made.dropped[0].reason


def test_pairs_are_made_of_good_and_bad_answers_to_one_prompt() -> None:
    other = {"messages": [{"role": "user", "content": "?"}, ANSWER]}
    rows = [
        {**PLAIN, "label": True},
        {**BAD, "label": False},
        {"messages": [USER, {"role": "assistant", "content": "C"}], "label": 0},
        {**other, "label": True},
        PLAIN,
    ]
    records = [Record(n, row) for n, row in enumerate(rows, 1)]
    made = convert(records, "kto", options=PAIRS)
    pairs = [json.loads(line) for line in made.lines]
    assert [p["preferred_output"] for p in pairs] == [[ANSWER], [ANSWER]]
    assert [p["non_preferred_output"][0]["content"] for p in pairs] == ["B", "C"]
    assert [p["input"] for p in pairs] == [{"messages": [USER]}] * 2
    assert [(d.position, d.reason) for d in made.dropped] == [
        (4, "an answer judged good, and no bad one to the same prompt"),
        (5, "no verdict: there is neither kto_tag nor label"),
    ]
    assert (made.read, made.origins) == (5, (1, 1))


def test_a_pair_whose_scores_say_the_opposite_is_dropped() -> None:
    row = {"prompt": "Q", "chosen": "A", "rejected": "B"}
    assert judged({**row, "score_chosen": 5, "score_rejected": 2}).lines
    for keys in (("score_chosen", "score_rejected"), ("chosen-rating", "rejected-rating")):
        made = judged({**row, keys[0]: 1, keys[1]: 4.5})
        assert made.lines == ()
        assert "4.5 to 1" in made.dropped[0].reason
