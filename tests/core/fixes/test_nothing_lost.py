"""Whatever rows a file has, of whatever formats: no text is lost that nobody is told of."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import assume, example, given

from tests import any_format
from tests.any_format import CONTAINERS, TEXTS, AnyFile, absent, files
from tests.exploring import tried
from tests.rows import ANSWER, GOOD, USER, answer, chat, line, user
from tui.cli.fix import chosen_rules, fixed, fixing
from tui.core.checks import RULES
from tui.core.fixes import FILE_REPAIRS, can_fix, mend, repair
from tui.core.formats.detection.foreign import foreign_format
from tui.core.formats.turns import is_conversation

EVERY_RULE = frozenset(rule for rule in RULES if can_fix(rule) or rule in FILE_REPAIRS)
# A mark at both ends: a text that is cut is told from a whole one.
MARKED = TEXTS.map(lambda text: f"(no. #) {text}")
FILES = files(MARKED)
# In this one the rows are no lines of their own: to fix it is one object of no format.
IN_ROWS = files(MARKED, any_format.IN_ROWS)


@tried(60)
@given(FILES)
def test_fix_accounts_for_every_text(file: AnyFile) -> None:
    made = fixing("in.jsonl", file.data, chosen_rules(None))
    told = [one.text for _, one in made.removed]
    assert absent(file.data, made.data, told) == []
    if made.refused is not None:
        assert made.data == file.data
        assert not told


@tried(40)
@given(FILES)
def test_so_do_all_rules_asked_for_by_name(file: AnyFile) -> None:
    made = fixed(file.data, EVERY_RULE)
    assert absent(file.data, made.data, [one.text for _, one in made.removed]) == []


@tried(40)
@given(FILES)
def test_a_repair_keeps_every_text(file: AnyFile) -> None:
    assert absent(file.data, repair(file.data).data) == []


def indented(*rows: Any) -> AnyFile:
    return AnyFile([*rows], "indented objects", CONTAINERS["indented objects"]([*rows]).encode())


# A list over several lines, after a line that is whole: it is a row, not an array of rows.
TALK = [{"role": "user", "content": "Q (no. 1)"}, {"role": "assistant", "content": "A (no. 2)"}]
LISTS_IN_LINES = [
    indented("a (no. 1)", ["b (no. 2)", "c (no. 3)"]),
    indented("a (no. 3)", TALK, {"messages": TALK}, ["b (no. 4)"]),
]


@tried(60)
@given(IN_ROWS)
@example(LISTS_IN_LINES[0])
@example(LISTS_IN_LINES[1])
def test_rows_of_other_formats_stay_as_they_are_and_are_named(file: AnyFile) -> None:
    made = fixing("in.jsonl", file.data, chosen_rules(None))
    assume(made.refused is None)
    assume(not is_conversation(file.rows))  # an array of messages is one row
    left = [json.loads(one) for one in made.data.splitlines()]
    foreign = [row for row in file.rows if foreign_format(row) is not None]
    assert all(row in left for row in foreign)
    assert sum(map(len, made.foreign.values())) == len(foreign)


@pytest.mark.parametrize("between", [" ", ", ", ""])
def test_what_begins_on_the_line_that_ends_another_is_kept(between: str) -> None:
    written = f'{{"a": 1}}\n{{\n"b": 2\n}}{between}{{"c": 3}}\n'
    assert [json.loads(one) for one in repair(written.encode()).lines] == [
        {"a": 1}, {"b": 2}, {"c": 3},
    ]  # fmt: skip


@tried(40)
@given(IN_ROWS)
@example(LISTS_IN_LINES[0])
@example(LISTS_IN_LINES[1])
def test_a_list_of_messages_stays_one_conversation(file: AnyFile) -> None:
    left = [json.loads(one) for one in repair(file.data).lines]
    for row in file.rows:
        if is_conversation(row):
            assert {"messages": row} in left


@pytest.mark.parametrize(
    ("data", "rules", "removed"),
    [
        (chat(user("a", id="abcde"), ANSWER), {"message-key-unknown"}, [("[].id", "abcde")]),
        (chat(USER, ANSWER, meta={"x": ["long text"]}), {"unknown-key"}, [("x[]", "long text")]),
        (chat(USER, ANSWER, user("then?")), {"last-not-assistant"}, [(".content", "then?")]),
        (GOOD[:-1] + b", # exported by hand\n}", {"comment"}, [("", "# exported by hand")]),
        (chat(user("a", name="苔"), ANSWER), {"name-pattern"}, [("[].name", "苔")]),
        (line({"prompt": "Q\n\n###\n\n", "completion": " A END"}), {"legacy-completion"},
         [("prompt", "###"), ("completion", "END")]),
        # Written again, joined or moved is not taken out.
        (chat(user("a", name="Mia Berg"), ANSWER), {"name-pattern"}, []),
        (chat(USER, user("more"), ANSWER), {"same-role-twice"}, []),
        (chat(USER, answer(" spaced ")), {"answer-whitespace"}, []),
        (chat(USER, answer("a <|im_start|> b")), {"special-token"}, []),
        (chat(USER, answer(None, function_call={"name": "f", "arguments": "{}"})),
         {"function-call"}, []),
    ],
)  # fmt: skip
def test_what_a_fix_takes_out_is_named(
    data: bytes, rules: set[str], removed: list[tuple[str, str]]
) -> None:
    found: list[Any] = [*mend(data, rules).removed]
    assert {one.text for one in found} == {text for _, text in removed}
    for where, text in removed:
        assert any(one.key.endswith(where) and one.text == text for one in found)
