"""Fireworks' objects read as OpenAI's, and requests in its words, whatever stands in them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.json_values import any_json
from tui.core.catalog.providers import BUILT_IN
from tui.core.jobs.jobs import parse_event, parse_job
from tui.core.jobs.mark import NONCE
from tui.core.provider.fireworks.jobs import job_object, model_name, wire
from tui.core.provider.fireworks.metrics import metric_events, metrics_csv, state_events
from tui.core.provider.fireworks.names import dataset_id, job_id, mark_in, short
from tui.core.provider.fireworks.records import file_object, model_object
from tui.core.provider.parsing import MalformedError, as_moment
from tui.core.provider.records import parse_file, parse_model

STATUSES = BUILT_IN.find("fireworks", None).statuses
JSON = any_json(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    st.text(max_size=8),
)
KEYS = [
    *("name", "state", "createTime", "completedTime", "updateTime", "status", "displayName"),
    *("dataset", "evaluationDataset", "baseModel", "outputModel", "jobProgress", "estimatedCost"),
    *("trainingConfig", "lossConfig", "epochs", "loraRank", "peftDetails", "deprecationDate"),
    *("exampleCount", "estimatedTokenCount", "kind", "fineTuningJob"),
]
NAMES = st.sampled_from(
    ["accounts/acme/dpoJobs/a", "accounts/acme/supervisedFineTuningJobs/b", "x", "a/b/c/", ""]
)
OBJECTS = st.builds(
    lambda found, name: {**found, "name": name},
    st.dictionaries(st.sampled_from(KEYS), JSON),
    NAMES,
)


def job(**native: Any) -> Any:
    name = "accounts/acme/supervisedFineTuningJobs/a"
    return parse_job(job_object({"name": name, **native}, "acme", STATUSES, "Fireworks"))


@given(OBJECTS)
def test_whatever_is_told_is_read_or_has_no_name(native: dict[str, Any]) -> None:
    for make, parse in (
        (lambda raw: job_object(raw, "acme", STATUSES, "Fireworks"), parse_job),
        (lambda raw: file_object(raw, "acme"), parse_file),
        (model_object, parse_model),
    ):
        try:
            made = make(native)
        except MalformedError:
            assert not native["name"] or native["name"].endswith("/")
            continue
        found: Any = parse(made)
        assert parse(found.raw) == found  # as the ledger reads it again
    for raw in state_events(native, "a", "Fireworks"):
        assert parse_event(raw).id.startswith("a-")


@given(st.lists(JSON | st.fixed_dictionaries({"step": JSON, "data": JSON}), max_size=6), st.text())
def test_whatever_stands_in_a_metrics_file_is_no_error(rows: list[Any], rest: str) -> None:
    text = "\n".join(json.dumps(row) for row in rows) + "\n" + rest
    ids = [parse_event(raw).id for raw in metric_events(text, "a")]
    assert all(one.startswith("a-step-") for one in ids)
    assert metrics_csv(text).startswith(b"step,train_loss")


def test_both_shapes_of_a_metrics_file_are_curves() -> None:
    lines = [
        {"timestamp": 1_784_318_345.93, "step": 1, "data": {"train/loss": 0.93, "train/epoch": 0}},
        {"step": 2, "train/step": 2, "train/loss": 0.5, "train/lr": 1e-4},
        {"step": 2, "eval/loss": 0.75, "eval/accuracy": 0.5},
        {"step": 3, "train/lr": 1e-4},
    ]
    text = "\n".join(map(json.dumps, lines)) + '\n{"step": 4, "train/lo'
    events = [parse_event(raw) for raw in metric_events(text, "a")]
    assert [one.message for one in events] == [
        "Step 1: training loss=0.9300", "Step 2: training loss=0.5000",
        "Step 2: validation loss=0.7500",
    ]  # fmt: skip
    assert events[0].created_at == 1_784_318_345
    assert len({one.id for one in events}) == 3  # a later line of a step is news
    assert metrics_csv(text).decode().splitlines()[1:] == ["1,0.93,,,", "2,0.5,,0.75,0.5"]


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("JOB_STATE_VALIDATING", "validating_files"),
        ("JOB_STATE_RE_QUEUEING", "queued"),
        ("JOB_STATE_WRITING_RESULTS", "running"),
        ("JOB_STATE_EARLY_STOPPED", "succeeded"),
        ("JOB_STATE_EXPIRED", "failed"),
        ("JOB_STATE_CANCELLING", "cancelling"),
        ("JOB_STATE_IDLE", "JOB_STATE_IDLE"),
        ("JOB_STATE_OF_TOMORROW", "JOB_STATE_OF_TOMORROW"),
    ],
)
def test_states_are_in_our_words_or_as_they_are(state: str, status: str) -> None:
    found = job(state=state)
    assert found.status == status
    assert found.succeeded == (found.fine_tuned_model is not None)


def test_what_went_wrong_is_told_in_its_words() -> None:
    failed = job(state="JOB_STATE_FAILED", status={"code": "INTERNAL", "message": "no room"})
    assert failed.error.message == "no room"
    assert job(state="JOB_STATE_EXPIRED").error.message == "expired"
    assert job(state="JOB_STATE_RUNNING", status={"code": "OK", "message": "well"}).error is None


def test_signed_addresses_stand_in_nothing_that_is_kept() -> None:
    url = "https://storage.example/x?X-Goog-Signature=1"
    told = job(metricsFileSignedUrl=url, trainerLogsSignedUrl=url, epochs=2)
    assert url not in json.dumps(told.raw)
    assert told.raw["native"]["epochs"] == 2


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-11-28T10:00:00Z", 1_795_860_000),
        ("2026-11-28T10:00:00.123456789Z", 1_795_860_000),
        ("2026-11-28T11:00:00+01:00", 1_795_860_000),
        ("0001-01-01T00:00:00Z", None),
        ("soon", None),
        ({}, None),
    ],
)
def test_times(text: object, seconds: int | None) -> None:
    assert as_moment(text) == seconds


@given(st.text(max_size=90))
def test_ids_of_datasets_are_ids_whatever_the_file_is_called(name: str) -> None:
    made = dataset_id(name, "0123456789abcdef" * 4)
    assert made.endswith("-0123456789abcdef")
    assert len(made) <= 63
    assert made[0].isascii()
    assert made[0].isalpha()
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def test_names_and_marks() -> None:
    assert short("accounts/acme/datasets/d", "acme") == "d"
    assert short("accounts/other/datasets/d", "acme") == "accounts/other/datasets/d"
    assert mark_in(job_id("abc")) == "abc"
    assert mark_in("of-somebody-else") is None
    assert model_name("qwen3-8b") == "accounts/fireworks/models/qwen3-8b"
    assert model_name("accounts/a/models/m#accounts/a/deployments/d") == "accounts/a/models/m"


def test_a_request_says_the_loss_also_where_nothing_was_chosen() -> None:
    request = {
        "model": "qwen3-8b", "training_file": "d", "metadata": {NONCE: "abcdef0123"},
        "method": {"type": "dpo", "dpo": {}},
    }  # fmt: skip
    assert wire(request, "acme", goes_on=False) == {
        "dpoJobId": "finetui-abcdef0123",
        "dataset": "accounts/acme/datasets/d",
        "lossConfig": {"method": "DPO"},
        "trainingConfig": {"baseModel": "accounts/fireworks/models/qwen3-8b"},
    }
