"""Files and models as any provider describes them; result files in either wrapping."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.core.provider.parsing import MalformedError
from tui.core.provider.records import (
    Usage,
    decode_result,
    parse_deleted,
    parse_file,
    parse_model,
    parse_usage,
    short_name,
)


@pytest.mark.parametrize(
    ("model_id", "tuned", "base", "suffix", "step"),
    [
        ("gpt-4.1-mini-2025-04-14", False, "gpt-4.1-mini-2025-04-14", "", None),
        ("ft:gpt-4.1-mini:org:pirate:A1", True, "gpt-4.1-mini", "pirate", None),
        ("ft:lab-small:lab::A1", True, "lab-small", "", None),
        ("ft:lab-small:lab:x:A1:ckpt-step-20", True, "lab-small", "x", 20),
        ("gpt-4.1-2025-04-14.ft-0123abcd", True, "gpt-4.1-2025-04-14", "", None),
        ("meta-llama/Llama-3.1-8B", False, "meta-llama/Llama-3.1-8B", "", None),
    ],
)  # fmt: skip
def test_what_a_model_s_name_says(
    model_id: str, tuned: bool, base: str, suffix: str, step: int | None
) -> None:
    model = parse_model({"id": model_id})
    assert (model.is_tuned, model.base, model.suffix, model.step) == (tuned, base, suffix, step)
    assert model.is_checkpoint == (step is not None)


@pytest.mark.parametrize(
    ("model", "short"),
    [
        ("accounts/fireworks/models/qwen3-8b", "qwen3-8b"),
        ("accounts/a/models/m#accounts/a/deployments/d", "m#accounts/a/deployments/d"),
        ("accounts/a/models/", "accounts/a/models/"),
        ("meta-llama/Llama-3.1-8B", "meta-llama/Llama-3.1-8B"),
    ],
)
def test_a_column_has_the_name_without_its_account(model: str, short: str) -> None:
    assert short_name(model) == short


def test_what_an_adapter_says_of_a_model_counts_where_its_name_says_nothing() -> None:
    model = parse_model({"id": "accounts/a/models/m", "tuned": True, "base_model": "b"})
    assert (model.is_tuned, model.base) == (True, "b")
    assert parse_model({"id": "m", "tuned": "yes", "base_model": 3}).base == "m"


def test_a_file_with_gaps() -> None:
    info = parse_file({"id": "file-1", "bytes": None, "status": None})
    assert (info.bytes, info.status, info.filename) == (None, "", "")
    with pytest.raises(MalformedError):
        parse_file({"filename": "x"})


def test_a_deletion_is_believed_only_when_said() -> None:
    assert parse_deleted({"id": "m", "deleted": True}, "m").deleted
    assert not parse_deleted({"id": "m"}, "m").deleted
    assert not parse_deleted({}, "m").deleted


def test_usage() -> None:
    assert parse_usage({"prompt_tokens": 3, "completion_tokens": 4}) == Usage(3, 4, 7)
    assert parse_usage(None) is None
    assert parse_usage({}) is None


@given(st.lists(st.text("0123456789.,", max_size=20)))
def test_results_plain_or_in_base64(rows: list[str]) -> None:
    csv = "\n".join(["step,train_loss", *rows])
    assert decode_result(csv.encode()) == csv
    assert decode_result(base64.b64encode(csv.encode())) == csv
    assert decode_result(base64.encodebytes(csv.encode())) == csv


def test_a_result_that_is_neither_is_shown_as_it_is() -> None:
    assert decode_result(b"loss;step\n1;2") == "loss;step\n1;2"
