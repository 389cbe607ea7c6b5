"""Paths cut in the middle: the name of the file stays."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.core.text.paths import path_line
from tui.core.text.text import one_line


@pytest.mark.parametrize(
    ("path", "limit", "shown"),
    [
        ("/data/tickets/2026/train.jsonl", 40, "/data/tickets/2026/train.jsonl"),
        ("/data/tickets/2026/train.jsonl", 24, "/data/ticke…/train.jsonl"),
        ("/data/tickets/2026/train.jsonl", 13, "…/train.jsonl"),
        ("/data/tickets/2026/train.jsonl", 12, "train.jsonl"),
        ("/data/tickets/2026/train.jsonl", 10, "trai…jsonl"),
        ("/data/tickets/2026/", 12, "/data…/2026/"),
        ("tickets-of-2026-validation.jsonl", 15, "tickets…n.jsonl"),
        ("a\x1b[2J/b\n.jsonl", 40, "a␛[2J/b↵.jsonl"),
        ("train.jsonl", 1, "…"),
        ("train.jsonl", 0, "…"),
    ],
)
def test_the_name_stays(path: str, limit: int, shown: str) -> None:
    assert path_line(path.replace("/", os.sep), limit) == shown.replace("/", os.sep)


@given(st.text(max_size=60).map(lambda text: text.replace("a", os.sep)), st.integers(1, 50))
def test_it_is_safe_and_never_longer(path: str, limit: int) -> None:
    shown = path_line(path, limit)
    assert len(shown) <= limit
    assert not any(char in shown for char in "\x1b\n\t\x00")
    name = one_line(path, 5000).rpartition(os.sep)[2]
    if name and len(name) <= limit:
        assert name.lstrip("\u200c\u200d") in shown
