from collections.abc import Callable
from importlib import resources

import pytest

from tests.core.checks.reference import check_source, check_whole, collect
from tests.rows import GOOD, PAIR, USER, answer, chat, pair, says
from tui.core.checks import RULES, FileFacts, NearPairs, check_row, columns_of, sample_stats_of
from tui.core.checks.report_columns import KINDS, file_format

LEGACY = b'{"prompt": "a", "completion": "b"}'
MANY = [
    chat({**USER, "content": f"Question {n}?"}, answer(f"{n} is softer than rain."))
    for n in range(60)
]
MARKED = [b"\xef\xbb\xbf" + MANY[0], *MANY[1:]]
PAIRS = [pair([{**USER, "content": f"{n}?"}]) for n in range(60)]
SHORT = [
    pair([{**USER, "content": f"{n}?"}], [answer("A.")], [answer("Longer.")]) for n in range(60)
]
SYSTEM = {"role": "system", "content": "You are Fern."}
DEVELOPER = {**SYSTEM, "role": "developer"}


def graded(number: int, *more: object, **keys: object) -> bytes:
    """A chat that ends with the question, with two keys for a grader."""
    asked = {**USER, "content": f"Question {number}?"}
    return chat(asked, *more, label=number, unit="m", **keys)


GRADED = [graded(n) for n in range(60)]


def facts(
    rows: list[bytes],
    *,
    name: str = "data.jsonl",
    newline: bytes = b"\n",
    end: bytes = b"\n",
    size: int | None = None,
    alike: NearPairs | None = None,
    wants_bom: bool = False,
) -> FileFacts:
    data = newline.join(rows) + (end if rows else b"")
    size = len(data) if size is None else size
    ended, sample = data.endswith(b"\n"), sample_stats_of(rows)
    head, alike = data[:65536], alike or NearPairs()
    return FileFacts(name, size, head, ended, sample, alike, wants_bom)


def rules_of(rows: list[bytes], source: FileFacts | None = None) -> set[str]:
    return {issue.rule for issue in check_source(rows, source or facts(rows))}


def answered(text: str, times: int) -> list[bytes]:
    """Chats with this answer, {} a number, each to another question."""
    return [chat({**USER, "content": f"{text} {n}?"}, answer(text.format(n))) for n in range(times)]


ENGLISH = "{} is the number that you have to take with you, and it is not for the others."
GERMAN = "{} ist die Zahl, die Sie mit sich nehmen, und sie ist nicht für die anderen."
# Checked by the test of each: not while tests are collected.
FILES: dict[str, Callable[[], tuple[set[str], set[str]]]] = {
    "empty-file": lambda: (rules_of([]) & rules_of([b"", b" "]), rules_of(MANY)),
    "bom": lambda: (rules_of(MARKED), rules_of(MANY)),
    "bom-missing": lambda: (
        rules_of(MANY, facts(MANY, wants_bom=True)),
        rules_of(MANY) | rules_of(MARKED, facts(MARKED, wants_bom=True)),
    ),
    "crlf": lambda: (
        rules_of(MANY, facts(MANY, newline=b"\r\n")) & rules_of([GOOD], facts([GOOD], end=b"\r")),
        rules_of(MANY),
    ),
    "no-final-newline": lambda: (
        rules_of(MANY, facts(MANY, end=b"")),
        rules_of(MANY) | rules_of([]),
    ),
    "wrong-extension": lambda: (
        rules_of(MANY, facts(MANY, name="data.json")),
        rules_of(MANY) | rules_of(MANY, facts(MANY, name="DATA.JSONL")),
    ),
    "large-file": lambda: (
        rules_of(MANY, facts(MANY, size=512_000_001)),
        rules_of(MANY, facts(MANY, size=512_000_000)),
    ),
    "too-large-file": lambda: (
        rules_of(MANY, facts(MANY, size=8_000_000_001)),
        rules_of(MANY, facts(MANY, size=8_000_000_000)),
    ),
    "too-few-examples": lambda: (rules_of(MANY[:9]) & rules_of(MANY[:1]), rules_of(MANY[:10])),
    "few-examples": lambda: (
        rules_of(MANY[:10]) & rules_of(MANY[:49]),
        rules_of(MANY[:9]) | rules_of(MANY[:50]),
    ),
    "mixed-formats": lambda: (rules_of([*MANY, PAIR]) & rules_of([*PAIRS, LEGACY]), rules_of(MANY)),
    "nothing-to-train": lambda: (
        rules_of([chat(USER, answer(str(n), weight=0)) for n in range(12)]),
        rules_of([*MANY, chat(USER, answer("a", weight=0))]) | rules_of(PAIRS),
    ),
    "duplicate": lambda: (rules_of([*MANY, MANY[3]]), rules_of(MANY)),
    "contradiction": lambda: (
        rules_of([*MANY, chat(USER, answer("Loud!")), GOOD]),
        rules_of([*MANY, MANY[3]]) | rules_of([*PAIRS, pair(other=[answer("x")]), PAIR]),
    ),
    "several-prompts": lambda: (rules_of([*MANY, chat(SYSTEM, USER, answer("a"))]), rules_of(MANY)),
    "longer-preferred": lambda: (
        rules_of(PAIRS),
        rules_of(PAIRS[:19]) | rules_of(SHORT) | rules_of(MANY),
    ),
    "many-refusals": lambda: (
        rules_of([*MANY, *answered("I'm sorry, but I can't help with that.", 7)]),
        rules_of([*MANY, *answered("I'm sorry, but I can't help with that.", 4)])
        | rules_of([*MANY, *answered("I'm sorry to hear that you cannot come.", 30)])
        | rules_of(answered("I cannot help with that.", 19)),
    ),
    "same-opening": lambda: (
        rules_of([*MANY, *answered("Sure, here is it: {}", 61)]),
        rules_of([*MANY, *answered("Sure, here is it: {}", 50)]),
    ),
    "mixed-languages": lambda: (
        rules_of([*answered(ENGLISH, 40), *answered(GERMAN, 4)]),
        rules_of([*answered(ENGLISH, 40), *answered(GERMAN, 2)])
        | rules_of([*answered(ENGLISH[:50], 40), *answered(GERMAN[:50], 30)]),
    ),
    "reinforcement-data": lambda: (
        rules_of(GRADED) & rules_of([*GRADED, *MANY[:59]]),
        rules_of([*GRADED, *MANY])
        | rules_of([chat({**USER, "content": f"{n}?"}) for n in range(60)])
        | rules_of([chat(USER, answer(str(n)), label=n) for n in range(60)]),
    ),
    "reinforcement-answer": lambda: (
        rules_of([*GRADED, graded(60, answer("Yes."))]) & rules_of([*GRADED, MANY[0]]),
        rules_of(GRADED) | rules_of([*GRADED, b"", b'{"messages": [], "label": 1, "unit": 2}']),
    ),
    "grader-field": lambda: (
        rules_of([*GRADED, chat(USER, label=1)]) & rules_of([*GRADED, MANY[0]]),
        rules_of(GRADED) | rules_of([*GRADED, graded(60, more=3), b"oops", PAIR]),
    ),
    "developer-role": lambda: (
        rules_of([*MANY, chat(DEVELOPER, USER, answer("a"))]),
        rules_of([*MANY, chat(SYSTEM, USER, answer("a"))])
        | rules_of([chat(DEVELOPER, USER, label=n) for n in range(60)]),
    ),
    "near-duplicate": lambda: (
        rules_of(MANY, facts(MANY, alike=NearPairs(near=((4, 2),)))),
        rules_of([*MANY, MANY[2]], facts([*MANY, MANY[2]], alike=NearPairs(near=((60, 2),)))),
    ),
    "leakage": lambda: (
        rules_of(MANY, facts(MANY, alike=NearPairs((), ((4, 2),), "valid.jsonl"))),
        rules_of(MANY, facts(MANY, alike=NearPairs(((4, 2),), (), "valid.jsonl"))),
    ),
}


def test_every_rule_on_files_has_a_failing_and_a_passing_example() -> None:
    assert set(FILES) == {rule.id for rule in RULES.values() if rule.scope == "file"}


@pytest.mark.parametrize("rule", FILES)
def test_rule(rule: str) -> None:
    broken, kept = FILES[rule]()
    assert rule in broken
    assert rule not in kept


def test_what_is_alike_is_told_with_the_line_it_is_like() -> None:
    alike = NearPairs(((4, 2), (9, 0)), ((5, 7),), "a{0}.jsonl")
    told = [(i.line, i.rule, i.message) for i in check_source(MANY, facts(MANY, alike=alike))]
    assert told == [
        (5, "near-duplicate", "This says nearly the same as line 3. Keep one, or both if meant."),
        (6, "leakage", "Line 8 of a{0}.jsonl is alike or asks the same. Delete one of them."),
        (10, "near-duplicate", "This says nearly the same as line 1. Keep one, or both if meant."),
    ]


def test_data_for_reinforcement_is_explained_and_its_odd_lines_found() -> None:
    rows = [*GRADED, MANY[0], chat(USER, label=1), b""]
    told = {i.rule: (i.line, i.message) for i in check_source(rows, facts(rows))}
    line, message = told["reinforcement-data"]
    assert line == 0
    assert "fine-tuning: 61 of 62 examples end without an answer and have keys" in message
    assert told["reinforcement-answer"][0] == 61
    found = [i.line for i in check_source(rows, facts(rows)) if i.rule == "grader-field"]
    assert found == [61, 62]
    assert "which have 2. Add them." in told["grader-field"][1]


def test_a_good_file_has_no_issues() -> None:
    assert check_source(MANY, facts(MANY)) == []


def test_issues_come_by_line_and_severity() -> None:
    rows = [*MANY[:12], b"oops", MANY[0], says("write to a@b.example <|im_end|>")]
    issues = check_source(rows, facts(rows))
    rank = {"error": 0, "warning": 1, "info": 2}
    keys = [(i.line, rank[i.severity]) for i in issues]
    assert keys == sorted(keys)
    assert [i.rule for i in issues if i.line == 15] == ["special-token", "personal-email"]


def test_equality_ignores_the_order_of_keys_and_spacing() -> None:
    other = (
        b'{"messages":[{"content":"Is it quiet?","role":"user"},'
        b'{"content":"Softer than rain.","role":"assistant"}]}'
    )
    assert "duplicate" in rules_of([GOOD, other])


def test_one_cause_of_a_file_that_is_no_jsonl() -> None:
    pretty = b'{\n  "messages": [\n    {"role": "user", "content": "a"}\n  ]\n}'.split(b"\n")
    array = [b"[", GOOD + b",", GOOD, b"]"]
    wide = "\n".join([GOOD.decode()] * 3).encode("utf-16").split(b"\n")
    for rows, rule in [(pretty, "pretty-printed"), (array, "json-array"), (wide, "utf-16")]:
        errors = [i for i in check_source(rows, facts(rows)) if i.severity == "error"]
        assert [(i.line, i.rule) for i in errors] == [(1, rule)]


def test_after_an_edit_only_its_row_is_checked_again() -> None:
    rows = [*MANY, b"oops", MANY[0]]
    reports = [check_row(n, row) for n, row in enumerate(rows, 1)]
    edited = [says("New at the top?"), *rows]
    again = [check_row(1, edited[0]), *reports]
    assert collect(again, facts(edited)) == check_source(edited, facts(edited))
    assert check_whole(again, facts(edited))


@pytest.mark.parametrize(
    ("rows", "name"),
    [
        ([], "empty"),
        ([b"", b"  "], "empty"),
        ([GOOD, b"", b"oops"], "chat"),
        ([PAIR], "preference"),
        ([LEGACY], "completion"),
        ([GOOD, PAIR], "mixed"),
        ([b"oops", b"{}"], "unknown"),
    ],
)
def test_format(rows: list[bytes], name: str) -> None:
    kinds = columns_of(check_row(n, row) for n, row in enumerate(rows, 1)).kinds
    assert file_format({kind: kinds.count(code) for code, kind in enumerate(KINDS)}) == name


# What one UTF-8 file of some dozens of lines called flawed.jsonl cannot show.
IMPOSSIBLE = {
    "utf-16",
    "not-utf8",
    "empty-file",
    "large-file",
    "too-large-file",
    "too-few-examples",  # or few-examples, which it shows
    "nothing-to-train",
    "wrong-extension",
    "longer-preferred",  # wants 20 pairs
    "many-refusals",
    "same-opening",
    "mixed-languages",
    "reinforcement-data",  # concerns most lines of a file
    "reinforcement-answer",
    "grader-field",
    "developer-role",
    "bom-missing",  # concerns one provider
    "image-count-anywhere",  # wants 65 images
    "near-duplicate",  # has to be looked for
    "leakage",
}


def sample(name: str) -> tuple[list[bytes], FileFacts]:
    data = resources.files("tui").joinpath("data", "samples", name).read_bytes()
    rows = data.removesuffix(b"\n").split(b"\n")
    return rows, FileFacts(
        name, len(data), data[:65536], data.endswith(b"\n"), sample_stats_of(rows)
    )


def test_the_flawed_sample_shows_every_problem() -> None:
    rows, source = sample("flawed.jsonl")
    found = {issue.rule for issue in check_source(rows, source)}
    assert found == set(RULES) - IMPOSSIBLE
    good = {n for n, row in enumerate(rows, 1) if not check_row(n, row).issues}
    assert len(good) >= 5


@pytest.mark.parametrize(
    "name", ["support_train.jsonl", "support_valid.jsonl", "preferences.jsonl"]
)
def test_the_clean_samples_have_no_errors(name: str) -> None:
    rows, source = sample(name)
    assert not [i for i in check_source(rows, source) if i.severity == "error"]
