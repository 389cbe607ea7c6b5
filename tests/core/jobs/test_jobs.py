"""Jobs, events and checkpoints survive whatever a provider writes into them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.json_values import any_json
from tui.core.jobs.jobs import JobError, Metrics, parse_checkpoint, parse_event, parse_job
from tui.core.provider.parsing import MalformedError
from tui.core.provider.records import parse_model

JOB = {
    "id": "ftjob-1",
    "status": "running",
    "model": "gpt-4.1-mini-2025-04-14",
    "fine_tuned_model": None,
    "created_at": 1_700_000_000,
    "error": {"code": None, "message": None, "param": None},
    "hyperparameters": {"n_epochs": 3, "batch_size": "auto"},
    "method": {
        "type": "dpo",
        "dpo": {"hyperparameters": {"n_epochs": "auto", "batch_size": 8, "beta": 0.1}},
    },
    "metadata": {"a": "b", "n": 3},
    "result_files": ["file-1", {"id": "file-2"}, None],
}
JSON = any_json(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    st.text(max_size=8),
)


def test_a_job() -> None:
    job = parse_job(JOB)
    assert job.active
    assert not job.terminal
    assert job.error is None
    assert job.method == "dpo"
    assert job.hyperparameters == {"n_epochs": 3, "batch_size": 8, "beta": 0.1}
    assert job.metadata == {"a": "b"}
    assert job.result_files == ("file-1", "file-2")
    assert job.suffix is None


@pytest.mark.parametrize(
    ("status", "active", "terminal"),
    [
        ("validating_files", True, False),
        ("queued", True, False),
        ("paused", False, False),
        ("succeeded", False, True),
        ("completed", False, True),
        ("never heard of", False, False),
        (None, False, False),
    ],
)
def test_statuses(status: str | None, active: bool, terminal: bool) -> None:
    job = parse_job({"id": "j", "status": status})
    assert (job.active, job.terminal) == (active, terminal)


def test_an_error_in_words_is_an_error() -> None:
    assert parse_job({"id": "j", "error": {}}).error is None
    assert parse_job({"id": "j", "error": "broken"}).error == JobError(None, "broken", None)
    error = {"code": "invalid_file", "message": "line 3", "param": "training_file"}
    assert parse_job({"id": "j", "error": error}).error == JobError(
        "invalid_file", "line 3", "training_file"
    )


def test_the_suffix_is_read_from_the_model_s_name_too() -> None:
    assert parse_job({"id": "j", "fine_tuned_model": "ft:base:org:pirate:x1"}).suffix == "pirate"
    assert parse_job({"id": "j", "fine_tuned_model": "ft:base:org::x1"}).suffix is None
    assert parse_job({"id": "j", "user_provided_suffix": "mine"}).suffix == "mine"


def test_metrics_under_all_names() -> None:
    data = {"step": 4, "total_steps": 8, "train_loss": 0.5, "train_mean_token_accuracy": 0.75}
    event = parse_event({"id": "e", "type": "metrics", "data": data})
    assert event.metrics == Metrics(4, 8, train_loss=0.5, train_accuracy=0.75)
    azure = {"step": 4, "validation_mean_token_accuracy": "0.5", "full_valid_loss": float("nan")}
    assert parse_event({"id": "e", "data": azure}).metrics == Metrics(4, valid_accuracy=0.5)
    words = "Step 300/300: training loss=0.15, validation loss=0.27, full validation loss=0.40"
    assert parse_event({"message": words, "data": None}).metrics == Metrics(
        300, 300, train_loss=0.15, valid_loss=0.27, full_valid_loss=0.4
    )
    assert parse_event({"message": "Step by step", "data": {}}).metrics is None


def test_events_without_ids_are_told_apart() -> None:
    events = [parse_event({"created_at": 1, "message": text}) for text in ("a", "b")]
    assert events[0].id != events[1].id


def test_a_checkpoint() -> None:
    point = parse_checkpoint({"id": "c", "step_number": 20, "metrics": {"step": 19}})
    assert point.step == 20
    assert parse_checkpoint({"id": "c", "metrics": {"step": 19}}).step == 19


@pytest.mark.parametrize("value", [None, "text", [], {}, {"id": ""}, {"id": 3}])
def test_what_has_no_id_is_no_job(value: object) -> None:
    with pytest.raises(MalformedError):
        parse_job(value)


@settings(max_examples=40)
@given(st.dictionaries(st.sampled_from([*JOB, "data", "message", "metrics"]), JSON))
def test_any_json_is_read(value: dict[str, object]) -> None:
    parse_job({**value, "id": "j"})
    parse_event(value)
    parse_checkpoint({**value, "id": "c"})


@pytest.mark.parametrize(
    "when", [0, "0", -1, 1, 1_420_070_399, 10**18, 1e99, 253_402_300_800, "soon"]
)
def test_a_time_no_provider_can_mean_is_no_time(when: object) -> None:
    assert parse_job({**JOB, "created_at": when, "estimated_finish": when}).created_at is None
    assert parse_event({"id": "e", "created_at": when}).created_at is None
    assert parse_model({"id": "m", "created": when}).created is None
    for latest in (1_420_070_400, 253_402_127_999):
        shown = parse_event({"id": "e", "created_at": latest}).created_at
        assert shown == latest
        assert time.localtime(shown).tm_year <= 9999
