"""Together's shapes: what is sent, and what is read of whatever it sends."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.json_values import any_json
from tui.core.catalog.providers import BUILT_IN
from tui.core.catalog.training import terms_of
from tui.core.jobs.jobs import parse_checkpoint, parse_event, parse_job
from tui.core.jobs.mark import NONCE
from tui.core.jobs.match import match
from tui.core.provider.parsing import MalformedError, as_moment
from tui.core.provider.records import parse_file
from tui.core.provider.together.events import (
    checkpoint_objects,
    event_objects,
    merged_events,
    metric_events,
    result_csv,
)
from tui.core.provider.together.jobs import job_mark, job_object
from tui.core.provider.together.names import mark_in, suffix_with_mark
from tui.core.provider.together.records import (
    deployments_of,
    estimate_of,
    file_checked,
    file_object,
    file_problem,
    model_objects,
)
from tui.core.provider.together.requests import create_body, limit_problems

STATUSES = BUILT_IN.all()["together"].statuses
NONCE_OF_OURS = "0123456789ab" + "c" * 12
NOW = 1_795_000_000
KEYS = st.sampled_from(
    [
        *("id", "status", "suffix", "model", "from_checkpoint", "model_output_name", "created_at"),
        *("updated_at", "progress", "training_type", "training_method", "total_price", "events"),
        *("token_count", "steps_completed", "total_steps", "step", "train/loss", "message"),
        *("train/global_step", "eval/loss", "timestamp", "level", "type", "checkpoint_type"),
        *("deployments", "modelId", "name", "state", "estimated_total_price", "user_limit"),
        *("estimation_available", "allowed_to_proceed", "unavailable_reason", "bytes"),
        *("processing_status", "validation_report", "valid", "error", "method", "type", "lora_r"),
    ]
)
JSON = any_json(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=12)
    | st.sampled_from(["completed", "2026-11-28T10:00:00Z", "error", "1e400", "ft0123456789ab"]),
    KEYS,
    most=6,
)  # fmt: skip


def request(**more: Any) -> dict[str, Any]:
    metadata = {NONCE: NONCE_OF_OURS}
    return {"model": "base", "training_file": "file-1", "metadata": metadata, **more}


def chosen(method: str = "supervised", **hyperparameters: Any) -> dict[str, Any]:
    return {"method": {"type": method, method: {"hyperparameters": hyperparameters}}}


def test_a_plain_job_leaves_all_but_the_epochs_to_together() -> None:
    assert create_body(request()) == {
        "training_file": "file-1", "model": "base", "n_epochs": 1, "suffix": "ft0123456789ab",
        "training_method": {"method": "sft", "train_on_inputs": "auto"},
    }  # fmt: skip


def test_every_setting_has_its_place() -> None:
    settings = {
        "n_epochs": 3, "learning_rate_multiplier": 1e-5, "batch_size": 16, "lora": True,
        "lora_r": 8, "lora_alpha": 8, "lora_dropout": 0.1, "warmup_ratio": 0.1,
        "weight_decay": 0.01, "max_grad_norm": 1.0, "packing": False, "context_length": 4096,
        "n_checkpoints": 2, "n_evals": 4, "train_on_inputs": True,
    }  # fmt: skip
    offered = terms_of(BUILT_IN.all()["together"])
    known = {one.key for one in offered.of("supervised")}
    assert known == settings.keys()
    asked = request(seed=7, suffix="pirate", validation_file="file-2", **chosen(**settings))
    assert create_body(asked) == {
        "training_file": "file-1", "validation_file": "file-2", "model": "base", "n_epochs": 3,
        "learning_rate": 1e-5, "batch_size": 16, "warmup_ratio": 0.1, "weight_decay": 0.01,
        "max_grad_norm": 1.0, "packing": False, "max_seq_length": 4096, "n_checkpoints": 2,
        "n_evals": 4, "suffix": "pirate-ft0123456789ab", "random_seed": 7,
        "training_method": {"method": "sft", "train_on_inputs": True},
        "training_type": {"type": "Lora", "lora_r": 8, "lora_alpha": 8, "lora_dropout": 0.1},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        ({"lora": True}, None),  # what it takes by itself
        ({"lora": False, "lora_r": 8}, {"type": "Full"}),
        ({"lora_r": 8}, {"type": "Lora", "lora_r": 8, "lora_alpha": 16}),
    ],
)
def test_lora_or_all_weights(settings: dict[str, Any], kind: object) -> None:
    assert create_body(request(**chosen(**settings))).get("training_type") == kind


def test_lora_without_a_rank_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(ValueError, match="rank"):
        create_body(request(**chosen(lora_alpha=8)))


def test_a_suffix_with_its_mark_is_never_too_long() -> None:
    most = terms_of(BUILT_IN.all()["together"]).suffix_most
    assert len(suffix_with_mark("s" * most, NONCE_OF_OURS)) == 40


@given(st.text(st.sampled_from("abcdef019.-_"), max_size=25))
def test_the_mark_is_found_behind_any_suffix(suffix: str) -> None:
    sent = suffix_with_mark(suffix, NONCE_OF_OURS)
    raw = job_object({"id": "ft-1", "suffix": sent, "status": "running"}, STATUSES, NOW)
    assert job_mark(raw) == NONCE_OF_OURS[:12]
    assert parse_job(raw).suffix == (suffix or None)
    assert mark_in(f"acme/base-{sent}-1a2b3c4d") == NONCE_OF_OURS[:12]
    jobs = [parse_job(raw)]
    assert match(jobs, lambda job: job_mark(job.raw), NONCE_OF_OURS, {}, NOW).sure
    assert not match(jobs, lambda job: job_mark(job.raw), "9" * 24, {}, NOW).job


@pytest.mark.parametrize("told", ["pirate", "draft0123456789ab", "ft0123456789abc", "", "ft01"])
def test_what_looks_a_little_like_a_mark_is_none(told: str) -> None:
    assert mark_in(told) is None


@pytest.mark.parametrize(
    ("status", "known"),
    [*STATUSES.items(), ("Completed", "succeeded"), ("polishing", "polishing"), (None, "unknown")],
)
def test_statuses(status: object, known: str) -> None:
    raw = job_object({"id": "ft-1", "status": status}, STATUSES, NOW)
    job = parse_job(raw)
    assert job.status == known
    assert job.raw["native"]["status"] == status


def test_a_running_job_says_when_it_ends_and_how_much_is_done() -> None:
    native = {
        "id": "ft-1", "status": "running", "steps_completed": 3, "total_steps": 4,
        "progress": {"estimate_available": True, "seconds_remaining": 91},
        "created_at": "2026-11-28T10:00:00.5+01:00", "updated_at": "2026-11-28T10:01:00Z",
    }  # fmt: skip
    job = parse_job(job_object(native, STATUSES, NOW))
    assert (job.percent, job.estimated_finish) == (75.0, NOW + 90)
    assert job.created_at == as_moment("2026-11-28T09:00:00Z")
    assert job.finished_at is None
    unsure = {**native, "progress": {"estimate_available": False, "seconds_remaining": 0}}
    assert parse_job(job_object(unsure, STATUSES, NOW)).estimated_finish is None


def test_a_job_that_ended_has_a_model_a_price_and_tokens() -> None:
    native = {
        "id": "ft-1", "status": "completed", "model_output_name": "acme/m", "token_count": 960,
        "total_price": 1_500_000_000, "updated_at": "2026-11-28T10:01:00Z",
    }  # fmt: skip
    raw = job_object(native, STATUSES, NOW)
    job = parse_job(raw)
    assert (job.fine_tuned_model, job.trained_tokens) == ("acme/m", 960)
    assert job.finished_at == as_moment("2026-11-28T10:01:00Z")
    assert raw["price"] == {"amount": "1.5", "currency": "USD", "said_by": "Together"}
    assert parse_job(job_object({**native, "status": "error"}, STATUSES, NOW)).error is not None


def test_events_have_ids_that_stay_and_stand_in_the_order_of_time() -> None:
    rows = [
        {"created_at": "2026-11-28T10:00:00Z", "type": "job_start", "message": "go"},
        {"created_at": "2026-11-28T10:00:00Z", "type": "job_start", "message": "go"},
        {"created_at": "2026-11-28T10:00:09Z", "level": "legacy_iwarning", "message": "hm"},
    ]
    metrics = [
        {"train/global_step": 1, "train/loss": 2.0, "timestamp": "2026-11-28T10:00:05Z"},
        {"train/global_step": 1, "eval/loss": 2.5},
        {"train/global_step": 2, "train/loss": "nan"},
        {"train/loss": 1.0},
    ]
    told, measured = event_objects(rows, "ft-1"), metric_events(metrics, "ft-1")
    assert told == event_objects(rows, "ft-1")
    events = [parse_event(one) for one in merged_events(told, measured)]
    assert [one.id for one in events] == [
        told[0]["id"], told[1]["id"], "ft-1:train:1", "ft-1:eval:1", told[2]["id"],
    ]  # fmt: skip
    assert len({one.id for one in events}) == len(events)
    assert [one.level for one in events][-1] == "warning"
    found = [one.metrics for one in events if one.metrics is not None]
    assert [(one.step, one.train_loss, one.valid_loss) for one in found] == [
        (1, 2.0, None), (1, None, 2.5),
    ]  # fmt: skip
    assert result_csv(measured) == "step,train_loss,valid_loss\n1,2.0,2.5\n"


def test_checkpoints_are_to_train_on_from_not_to_chat_with() -> None:
    rows = [{"step": 4, "checkpoint_type": "Final"}, {"step": 4, "checkpoint_type": "Adapter"}, {}]
    points = [parse_checkpoint(one) for one in checkpoint_objects(rows, "ft-1")]
    assert [(one.id, one.step, one.model) for one in points] == [
        ("ft-1:4", 4, None), ("ft-1:4 (Adapter)", 4, None), ("ft-1", None, None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("native", "checked", "problem"),
    [
        ({}, True, ""),  # of a purpose that is not looked at
        ({"processing_status": "PENDING"}, False, ""),
        ({"processing_status": "RUNNING"}, False, ""),
        ({"processing_status": "COMPLETED"}, True, ""),
        ({"processing_status": "FAILED"}, True, "its check ended as FAILED"),
        ({"processing_status": "INVALID_FORMAT", "validation_report": {"error": "line 3"}}, True,
         "line 3"),
        ({"processing_status": "COMPLETED", "validation_report": {"valid": False}}, True,
         "its check ended as COMPLETED"),
        ({"processing_status": "POLISHING"}, False, ""),
    ],
)  # fmt: skip
def test_how_the_check_of_a_file_stands(
    native: dict[str, Any], checked: bool, problem: str
) -> None:
    assert file_checked(native) == checked
    assert file_problem(native) == problem


def test_limits_that_are_not_told_limit_nothing() -> None:
    asked = request(**chosen(n_epochs=50, batch_size=4, learning_rate_multiplier=1.0, lora_r=999))
    assert limit_problems(asked, {}) == []
    limits = {
        "max_num_epochs": 20, "max_learning_rate": 0.1, "min_learning_rate": 0,
        "lora_training": {"min_batch_size": 8, "max_batch_size": 16, "max_rank": 64},
        "supports_full_training": False,
    }  # fmt: skip
    assert len(limit_problems(asked, limits)) == 4
    full = request(**chosen(lora=False))
    assert limit_problems(full, limits) == ["This model trains with LoRA only."]


@given(JSON)
def test_nothing_that_it_sends_breaks_the_reading(value: Any) -> None:
    for read in (
        lambda: parse_job(job_object(value, STATUSES, NOW)),
        lambda: job_mark(job_object(value, STATUSES, NOW)),
        lambda: parse_file(file_object(value)),
        lambda: deployments_of(value, {}, "costs"),
    ):
        try:
            read()
        except MalformedError:
            continue
    rows = value if isinstance(value, list) else [value]
    for event in merged_events(event_objects(rows, "ft-1"), metric_events(rows, "ft-1")):
        parse_event(event)
    for point in checkpoint_objects(rows, "ft-1"):
        parse_checkpoint(point)
    told = estimate_of(value)
    assert told is None or told.words
    objects = [one for one in rows if isinstance(one, dict)]
    assert all(one["id"] for one in model_objects(objects, set()))
