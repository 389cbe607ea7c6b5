"""What is shipped fits together and is small."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest

from tests.lab.learner.conftest import SAMPLES, answer, read
from tui.lab.learner import BASES, load_base, tokenizer
from tui.lab.learner.model.checkpoint import read as read_file
from tui.lab.learner.shipped import CORPUS, base_path


@pytest.mark.parametrize("base_id", BASES)
def test_a_base_fits_corpus_and_tokenizer(base_id: str) -> None:
    path = base_path(base_id)
    assert path.stat().st_size < 2 * 2**20
    description, _ = read_file(path, "finetui model")
    assert description["base"] == base_id
    assert description["corpus"] == hashlib.sha256(CORPUS.read_bytes()).hexdigest()
    assert description["tokenizer"] == tokenizer.shared().fingerprint


@pytest.mark.parametrize("base_id", BASES)
def test_a_base_answers_in_english(base_id: str) -> None:
    base = load_base(base_id)
    assert answer(base, [{"role": "user", "content": "Hello!"}]).startswith("Hello!")
    known = set(CORPUS.read_text("utf-8").replace('"', " ").replace(".", " ").split())
    said = answer(base, [{"role": "user", "content": "What is a river?"}])
    words = said.replace(".", " ").split()
    assert len(words) > 3
    assert np.mean([word in known for word in words]) > 0.8


def test_an_unknown_base_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        load_base("gpt-4")


@pytest.mark.parametrize(
    ("name", "least"), [("support_train.jsonl", 60), ("support_valid.jsonl", 12)]
)
def test_the_chat_samples_are_clean(name: str, least: int) -> None:
    data = (SAMPLES / name).read_bytes()
    assert data.endswith(b"\n")
    assert b"\r" not in data
    lines = data.decode().splitlines()
    assert len(lines) >= least
    assert len(set(lines)) == len(lines)
    for line in lines:
        messages = json.loads(line)["messages"]
        assert messages[0]["role"] == "system"
        assert messages[-1]["role"] == "assistant"
        assert messages[-1].get("weight") != 0
        assert all(message["content"].strip() == message["content"] for message in messages)


def test_validation_shares_no_question_with_training() -> None:
    def questions(name: str) -> set[str]:
        return {
            m["content"] for item in read(name) for m in item["messages"] if m["role"] == "user"
        }

    assert not questions("support_train.jsonl") & questions("support_valid.jsonl")


def test_preferences_are_pairs() -> None:
    pairs = read("preferences.jsonl")
    assert len(pairs) >= 24
    for pair in pairs:
        assert pair["input"]["messages"][-1]["role"] == "user"
        assert pair["preferred_output"] != pair["non_preferred_output"]
