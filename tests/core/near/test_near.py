"""What counts as alike, and that the groups found are groups."""

from __future__ import annotations

import json
from itertools import combinations
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tui.core.near import (
    Group,
    Sketches,
    contradictions,
    group_of,
    leaks,
    near_rows,
    same_rows,
    sketch,
)
from tui.core.near.minhash import Banding
from tui.core.near.shingles import jaccard, shingle_set

WIDE = Banding.for_threshold(0.8)


def chat(prompt: str, answer: str, system: str = "", **more: Any) -> bytes:
    messages = [{"role": "system", "content": system}] if system else []
    messages += [{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}]
    return json.dumps({"messages": messages, **more}).encode()


def near_groups(texts: list[str], threshold: float) -> list[Group]:
    """Return the groups of messages linked by similarities of `threshold` and more."""
    rows = [json.dumps({"messages": [{"role": "user", "content": one}]}).encode() for one in texts]
    return near_rows(sketch(rows, Banding.for_threshold(threshold)), rows, threshold)


def similarity(one: str, other: str) -> float:
    return jaccard(shingle_set(one), shingle_set(other))


def sketched(rows: list[bytes], known: Sketches | None = None) -> Sketches:
    return sketch(rows, WIDE, known)


@settings(max_examples=40, deadline=None)
@given(
    count=st.integers(60, 120),
    places=st.lists(st.integers(0, 59), min_size=1, max_size=2),
    others=st.lists(st.integers(20, 60), max_size=4),
)
def test_few_changed_words_are_found_and_unrelated_texts_are_not(
    count: int, places: list[int], others: list[int]
) -> None:
    words = [f"wörd{n}" for n in range(count)]
    changed = [*words]
    for place in places:
        changed[place] = "changed"
    unrelated = [
        " ".join(f"other{number}x{n}" for n in range(size)) for number, size in enumerate(others)
    ]
    texts = [" ".join(words), *unrelated, " ".join(changed).upper()]
    assert [group.rows for group in near_groups(texts, 0.85)] == [(0, len(texts) - 1)]


@settings(max_examples=30, deadline=None)
@given(start=st.integers(0x4E00, 0x8000), count=st.integers(50, 90), at=st.integers(0, 49))
def test_scripts_without_spaces_are_compared_by_characters(start: int, count: int, at: int) -> None:
    text = "".join(chr(start + n) for n in range(count))
    assert similarity(text, text[:at] + "あ" + text[at + 1 :]) > 0.85
    assert similarity(text, "".join(chr(ord(c) + count) for c in text)) == 0


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=9).map(" ".join), max_size=14))
def test_groups_are_the_links_that_similarity_makes(texts: list[str]) -> None:
    """Against all with all: nobody in two groups, all linked, nothing linked left out."""
    expected = [{i} for i in range(len(texts))]
    for one, other in combinations(range(len(texts)), 2):
        if similarity(texts[one], texts[other]) >= 0.7:
            joined = expected[one] | expected[other]
            for row in joined:
                expected[row] = joined
    found = [set(group.rows) for group in near_groups(texts, 0.7)]
    assert sum(map(len, found)) == len(set().union(*found, set()))
    # One pair in a thousand may be missed by design; with this seed and these texts none is.
    assert {frozenset(s) for s in found} == {frozenset(s) for s in expected if len(s) > 1}


def test_only_the_wording_counts() -> None:
    assert similarity("Hello, World!", "hello world") == 1
    assert similarity("café “ok”", "cafe\u0301 ok") == 1
    assert similarity("…", "…") == 0
    assert similarity("", "x") == 0
    assert similarity("a b", "b a") < 1


def test_a_shared_system_message_makes_nothing_alike() -> None:
    system = "You are a most helpful and very polite assistant of the shop. " * 5
    rows = [chat("Where is my parcel?", "On its way.", system), chat("Hi", "Hello there", system)]
    assert near_rows(sketched(rows), rows, 0.8) == []


def test_equal_examples_are_found_whatever_the_order_of_their_keys() -> None:
    rows = [b'{"messages": [], "a": 1, "b": 2}', b"{}", b'{"b":2,"a":1,"messages":[]}', b"", b""]
    messages = [chat("q", "a", n=1), chat("q", "a"), b'{"n":1,' + chat("q", "a")[1:]]
    assert [g.rows for g in same_rows(sketch(messages))] == [(0, 2)]
    assert [g.rows for g in same_rows(sketch(rows))] == [(0, 2)]


def test_contradictions_are_one_prompt_with_several_answers() -> None:
    rows = [chat("q", "yes"), chat("q", "no"), chat("p", "yes"), chat("q", "yes"), chat("p", "yes")]
    found = contradictions(sketch(rows), rows)
    assert [g.rows for g in found] == [(0, 1, 3)]
    assert found[0].alike[2] == 1


def test_a_pair_judged_both_ways_is_a_contradiction() -> None:
    def pair(better: str, worse: str) -> bytes:
        say = [[{"role": "assistant", "content": text}] for text in (better, worse)]
        return json.dumps(
            {
                "input": {"messages": [{"role": "user", "content": "q"}]},
                "preferred_output": say[0],
                "non_preferred_output": say[1],
            }
        ).encode()

    rows = [pair("one", "two"), pair("two", "one"), pair("three", "one")]
    assert [g.rows for g in contradictions(sketch(rows), rows)] == [(0, 1)]


STORY = "Once there was a fox who lived beside the old mill and never slept before the moon rose"


def test_leaks_name_both_sides_and_the_strongest_reason() -> None:
    train = [chat("q1", "a1"), chat("tell", STORY), chat("q3", "a3"), chat("free", "of leaks")]
    valid = [chat("q3", "other"), chat("tell me", STORY), chat("q1", "a1"), chat("q1", "a1")]
    found = leaks(sketched(train), train, sketched(valid), valid, 0.8)
    assert [(g.reason, g.rows, g.others) for g in found] == [
        ("same", (0,), (2, 3)),
        ("near", (1,), (1,)),
        ("prompt", (2,), (0,)),
    ]
    assert 0.8 <= found[1].least < 1
    strict = leaks(sketch(train), train, sketch(valid), valid, None)
    assert [g.reason for g in strict] == ["same", "prompt"]


def test_many_equal_rows_stay_quick_and_whole() -> None:
    rows = [chat("same", STORY)] * 3000 + [chat("same", STORY + " again")] * 3000
    (group,) = near_rows(sketched(rows), rows, 0.8)
    assert group.rows == tuple(range(6000))


def test_known_rows_are_not_sketched_anew_and_come_out_the_same() -> None:
    rows = [chat(f"question {n}", STORY + f" {n}") for n in range(20)]
    before = sketched(rows)
    later = [rows[5], chat("new", STORY), *rows[7:]]
    again, fresh = sketched(later, before), sketched(later)
    for name in ("content", "prompt", "answer", "text", "bands", "low"):
        assert (getattr(again, name) == getattr(fresh, name)).all(), name


def test_a_split_may_not_part_rows_of_one_number() -> None:
    rows = [chat("q", "a"), chat("tell", STORY), chat("q", "b"), b"broken", chat("told", STORY)]
    assert group_of(rows, 0.8) == [0, 1, 0, 3, 1]
    assert group_of([], 0.8) == []
