"""Packed reports, fast or plain, say the same as the reports they were made of."""

from __future__ import annotations

import json
import random
from array import array
from importlib import resources
from typing import TYPE_CHECKING
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from tests.core.checks.examples import LINES
from tests.core.checks.reference import check_columns, check_whole
from tests.exploring import tried
from tests.rows import ANSWER, SYSTEM, TRACK, USER, call, calls, reply
from tui.core.checks import (
    RULES,
    FileFacts,
    ReportColumns,
    check_batch,
    check_row,
    columns_of,
    fast,
)
from tui.core.checks.fast.chat_prefilter import is_own
from tui.core.checks.report_columns import KINDS
from tui.core.checks.run import issues_of
from tui.core.checks.whole_file.repeats import plain_repeats, sorted_repeats
from tui.core.formats.detection.foreign import foreign_format

if TYPE_CHECKING:
    from collections.abc import Callable

SAMPLE = (resources.files("tui.data") / "samples" / "flawed.jsonl").read_bytes().split(b"\n")
RULE_IDS = [*RULES]


def test_columns_keep_which_rules_found_something_in_order() -> None:
    reports = [check_row(n, line) for n, line in enumerate(SAMPLE, 1)]
    columns = ReportColumns()
    for report in reports:
        columns.append(report)
    again = ReportColumns.from_bytes(columns.to_bytes())
    assert [KINDS[kind] for kind in again.kinds] == [report.facts.kind for report in reports]
    for number, report in zip(again.signs, reports, strict=True):
        assert [RULE_IDS[n] for n in again.signatures[number]] == [i.rule for i in report.issues]


def agree(lines: list[bytes]) -> bool:
    """Whether the checks say the same of lines with every shortcut and with none."""
    quick = _told(check_batch(1, lines))
    worded = [check_row(number, line) for number, line in enumerate(lines, 1)]
    with patch.object(fast, "ENABLED", new=False):
        plain = [check_row(number, line) for number, line in enumerate(lines, 1)]
        assert _told(check_batch(1, lines)) == quick
    assert [report.issues for report in worded] == [report.issues for report in plain]
    for number, (line, report) in enumerate(zip(lines, plain, strict=True), 1):
        found = {issue.rule for issue in report.issues}
        assert issues_of(number, line, found) == [*report.issues]
    return _told(columns_of(worded)) == quick


def test_surveying_lines_says_which_rules_checking_each_names() -> None:
    assert agree([*SAMPLE, *(line for bad, good in LINES.values() for line in (*bad, *good))])


_TEXTS = st.one_of(
    st.text(max_size=20),
    st.lists(
        st.sampled_from(
            [
                *("sk-", "abcdef0123456789abcdef", "a@b.co", "```", "~~~", "<|im_end|>", "Ã©", "é"),
                *("DE89370400440532013000", "4111 1111 1111 1111", "://u:p@h.de", "\\u0041"),
                *("\n", '":', " "),
            ]
        ),
        max_size=6,
    ).map("".join),
)
_MESSAGES = st.lists(
    st.one_of(
        st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant"]), "content": _TEXTS}),
        st.fixed_dictionaries(
            {
                "role": st.just("assistant"),
                "content": _TEXTS,
                "weight": st.integers(0, 2),
                "name": st.sampled_from(["a", "b c"]),
            }
        ),
        st.text(max_size=3),
    ),
    max_size=4,
)


@tried(40)
@given(st.lists(_MESSAGES, max_size=6), st.booleans(), st.sampled_from(["", " ", ":1,"]))
def test_surveying_any_lines_says_what_checking_each_does(
    chats: list[object], ascii_only: bool, spoil: str
) -> None:
    lines = [
        json.dumps({"messages": c}, ensure_ascii=ascii_only).encode() + spoil.encode()
        for c in chats
    ]
    doubled = [line.replace(b'"role":', b'"role": "user", "role":', 1) for line in lines]
    assert agree([*lines, *doubled])


_PRIVATE = st.sampled_from(
    [
        *("sk-abcdef0123456789abcdef", "a@b.co", "AKIAABCDEFGHIJKLMNOP", "<|im_end|>", "Ã©"),
        *("card 4111 1111 1111 1111", "DE89370400440532013000", "my phone: +49 30 901820"),
        *("password: Tr0ub4dor&3", "?token=a1b2c3d4e5f6g7h8i9", "ssn 123-45-6789", "\\n", "\n"),
        *("Authorization: Bearer abcd1234efgh", "server 81.2.69.142", "://u:p@h.de", " ", '"', "é"),
    ]
)
_SPOILED = st.sampled_from(
    [
        lambda line: line[: len(line) * 3 // 4],
        lambda line: line[len(line) // 4 :],
        lambda line: line.replace(b"@", b"\0@"),
        lambda line: line.replace(b"4", b"\\u0034"),
        lambda line: b"[%b]" % line,
        lambda line: b"\xef\xbb\xbf%b\xff," % line,
        lambda line: json.dumps(line.decode("utf-8", "replace")).encode(),
    ]
)


@tried(60)
@given(st.lists(st.lists(_PRIVATE, max_size=5), max_size=6), st.booleans(), _SPOILED)
def test_checking_lines_that_are_no_objects_at_once_finds_what_checking_each_does(
    texts: list[list[str]], ascii_only: bool, spoiled: Callable[[bytes], bytes]
) -> None:
    whole = [
        json.dumps({"text": "".join(parts)}, ensure_ascii=ascii_only).encode() for parts in texts
    ]
    assert agree([*map(spoiled, whole)])


_ODD_MESSAGES = st.fixed_dictionaries(
    {},
    optional={
        "role": st.sampled_from(
            ["user", "assistant", "system", "tool", "robot", "human", "Agent", "a b", "", 1, {}, []]
        ),
        "content": st.sampled_from(
            [None, "", "words", 1, 0.5, True, [], {}, ["x"], {"text": "x"}, "<tool_call>{}"]
        ),
    },
)


@tried(100)
@given(
    st.lists(_ODD_MESSAGES | st.sampled_from([None, "x", {"from": "human", "value": "x"}])),
    st.sampled_from([{}, {"label": True}, {"role": "user"}]),
)
def test_what_is_surely_an_example_of_our_own_is_none_of_another_format(
    messages: list[object], more: dict[str, object]
) -> None:
    assert agree([json.dumps({"messages": messages, **more}).encode()])
    for raw in ({"messages": messages}, {"messages": messages, **more}, more):
        if is_own(raw) and b"<tool_call>" not in json.dumps(raw).encode():
            assert foreign_format(raw) is None


_PARTS = st.sampled_from(
    [
        *(USER, ANSWER, SYSTEM, reply(), reply("c2"), calls(call()), calls(call(call_id="c2"))),
        {"role": "user", "content": [{"type": "text", "text": "a@b.co and sk-"}]},
        {"role": "assistant", "content": " spaces ", "weight": 0},
        {"role": "assistant", "content": None, "tool_calls": []},
        {"role": "tool", "content": "x"},
    ]
)
_MORE: st.SearchStrategy[dict[str, object]] = st.sampled_from([{}, {"tools": [TRACK]}])


@tried(40)
@given(st.lists(st.lists(_PARTS, max_size=6), max_size=4), _MORE)
def test_surveying_chats_with_tools_says_what_checking_each_does(
    chats: list[object], more: dict[str, object]
) -> None:
    assert agree([json.dumps({"messages": chat, **more}).encode() for chat in chats])


@tried(40)
@given(st.integers(245, 260), st.sampled_from(["messages", "tools", "call", "meta"]), st.booleans())
def test_examples_nested_as_deep_as_can_be_written_have_the_same_facts_fast_and_plain(
    depth: int, place: str, answered: bool
) -> None:
    deep = json.loads("[" * depth + "]" * depth)
    chat: dict[str, object] = {"messages": [USER, calls(call()), reply(), ANSWER]}
    if place == "messages":
        chat["messages"] = [USER, {**ANSWER, "content": deep}]
    elif place == "call":
        chat["messages"] = [USER, {**calls(call()), "tool_calls": [deep]}, ANSWER]
    else:
        chat[place] = [TRACK, deep]
    if not answered:
        chat["messages"] = [*chat["messages"], USER]  # type: ignore[misc]
    assert agree([json.dumps(chat).encode(), json.dumps({**chat, "tools": [TRACK]}).encode()])


# What stands for a person, or would but for its neighbours, and the neighbours.
_PRIVATE = st.sampled_from(
    [
        *("4111 1111 1111 1111", "4111111111111111", "3782 822463 10005", "4012888888881881 123"),
        *("DE89 3704 0044 0532 0130 00", "DE89370400440532013000", "+49 30 901820", "+14155550123"),
        *("(212) 555-0123", "212-555-0123", "81.2.69.142", "server 20.43.161.105", "1.2.3.4"),
        *("123-45-6789", "AB 12 34 56 C", "10000000146", "12345678Z", "RSSMRA85T10A562S"),
        *("1 85 05 78 006 084 36", "\u0664\u0661\u0661\u0661" * 4, "ssn ", "card ", "kimlik "),
        *("password: Tr0ub4dor&3", "DB_PASSWORD=hunter2hunter2", "api_key = 'a1b2c3d4e5f6g7h8'"),
        *("?token=a1b2c3d4e5f6g7h8i9", "Authorization: Bearer abcd1234efgh", "a.b@c.de"),
        *("Cookie: sid=a1b2c3d4e5", "sk-a1b2c3d4e5f6a7b8c9d0e1f2", "SECRET_KEY=xK9#mLq2"),
        *("curl -u me:Tr0ub4dor3 http", "postgres:\\/\\/u:p1@h.de", "ghp_" + "a1" * 20),
        *(
            "glpat-" + "a1B2c" * 4,
            "hf_" + "aBcDe" * 7,
            "hvs." + "a1B2c" * 5,
            "xoxb-1234567890-abcd",
        ),
        *("senha: abc12345", "Şifre: abc12345", "sshpass -p hunter22 x", "bob:$1$ab$" + "a1B2" * 6),
        *("4111-1111-11-11-1111", "12345678-Z", "AB123456C", "+1 (415) 555-0123", "\ufffd", "Ã©"),
    ]
)
_AROUND = st.sampled_from(
    [
        *" .,-+/:;=([{\"'\\n",
        "\n",
        "\t",
        "\u00e9",
        "\u2019",
        "\u00a0",
        "\U0001f600",
        "0",
        "7",
        "A",
        "x",
    ]
)
_JOINED = st.lists(st.one_of(_PRIVATE, _AROUND), max_size=8).map("".join)
_NUMBERS = st.sampled_from([4111111111111111, 10000000146, 123456789, -4111111111111111])


def _in_json(text: str, times: int, ascii_only: bool) -> str:
    for _ in range(times):
        text = json.dumps({"a": [text]}, ensure_ascii=ascii_only)
    return text


@tried(60)
@given(
    st.lists(st.tuples(_JOINED, st.integers(0, 2), st.lists(_NUMBERS, max_size=3)), max_size=6),
    st.booleans(),
    st.sampled_from(["", "}", "\x00"]),
    st.sampled_from([None, (",", ":")]),
)
def test_private_data_is_found_by_a_look_at_the_bytes_wherever_it_stands(
    texts: list[tuple[str, int, list[int]]],
    ascii_only: bool,
    spoil: str,
    separators: tuple[str, str] | None,
) -> None:
    lines: list[bytes] = []
    for text, depth, numbers in texts:
        answer = {"role": "assistant", "content": _in_json(text, depth, ascii_only)}
        example = {"messages": [USER, answer], "meta": [numbers, {text: text}]}
        for value in (example, {"messages": [USER, answer]}):
            line = json.dumps(value, ensure_ascii=ascii_only, separators=separators)
            lines.append(line.encode() + spoil.encode())
    assert agree(lines)


_VERDICTS: st.SearchStrategy[dict[str, object]] = st.dictionaries(
    st.sampled_from(["label", "rating", "kto_tag", "good", "accepted", "thumbs", "feedback"]),
    st.sampled_from([True, False, None, "bad", "good", "\U0001f44e", 0, 1, "down"]),
    max_size=2,
)
_TOOL_LISTS = st.sampled_from(
    [
        *([], [TRACK], [{**TRACK, "input_schema": {}}], [{"name": "t", "input_schema": {}}]),
        *("[]", None, {}, [None], [{"type": "function"}]),
    ]
)


@tried(60)
@given(
    st.lists(
        st.tuples(
            st.lists(_PARTS, max_size=6), _VERDICTS, st.dictionaries(st.just("tools"), _TOOL_LISTS)
        ),
        max_size=4,
    )
)
def test_examples_of_other_formats_are_told_by_a_quick_look_as_by_all_keys(
    rows: list[tuple[list[object], dict[str, object], dict[str, object]]],
) -> None:
    assert agree(
        [json.dumps({"messages": chat, **tools, **more}).encode() for chat, more, tools in rows]
    )


def _told(columns: ReportColumns) -> list[object]:
    rules = [[RULE_IDS[n] for n in columns.signatures[sign]] for sign in columns.signs]
    facts = (columns.flags, columns.content, columns.choice, columns.answer, columns.system)
    return [*zip(rules, *facts, strict=True)]


def test_columns_filled_piece_by_piece_and_rearranged_give_the_same_issues() -> None:
    lines = SAMPLE * 3
    reports = [check_row(n, line) for n, line in enumerate(lines, 1)]
    facts = FileFacts("x.jsonl", 10, b"", ends_with_newline=True)
    whole = ReportColumns(len(lines))
    for at in range(0, len(lines), 7):
        piece = ReportColumns()
        for report in reports[at : at + 7]:
            piece.append(report)
        whole.put(at, ReportColumns.from_bytes(piece.to_bytes()))
    assert check_columns(whole, facts) == check_whole(reports, facts)
    order = random.Random(3).sample(range(len(lines)), len(lines))
    mixed = [reports[at] for at in order]
    assert check_columns(whole.take(order), facts) == check_whole(mixed, facts)


@tried(100)  # the first loads numpy
@given(st.lists(st.integers(0, 9), max_size=60))
def test_both_ways_of_finding_repeats_agree(numbers: list[int]) -> None:
    column = array("Q", numbers)
    assert sorted_repeats(column) == plain_repeats(column)
