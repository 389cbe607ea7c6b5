"""One line for an event or a checkpoint: what it says, whatever the provider sent."""

from __future__ import annotations

import time

import pytest

from tui.core.jobs.jobs import Event, parse_checkpoint, parse_event, parse_job
from tui.screens.jobs.panes.event_rows import FILTERS, checkpoint_row, event_row, passing
from tui.screens.jobs.panes.job_rows import JobLine, when_words


def event(level: str = "info", message: str = "said", at: object = 0, **more: object) -> Event:
    raw = {"id": "e", "level": level, "message": message, "created_at": at, **more}
    return parse_event(raw)


def test_an_event_says_when_how_bad_and_what() -> None:
    at = 1_700_000_000
    clock = time.strftime("%H:%M:%S", time.localtime(at))
    assert event_row(event("error", "two\nlines", at), 60).plain.startswith(f"{clock} ✗ two")
    assert "\n" not in event_row(event("error", "two\nlines", at), 60).plain
    assert "! said" in event_row(event("warning"), 60).plain
    assert "  said" in event_row(event("odd level"), 60).plain


@pytest.mark.parametrize("at", [None, 10**20, -(10**20)])
def test_a_time_no_clock_can_show_is_none(at: object) -> None:
    assert event_row(event(at=at), 60).plain.startswith("--:--:--")


def test_control_characters_are_not_sent_to_the_terminal() -> None:
    assert "\x1b" not in event_row(event(message="\x1b[2Jgone"), 60).plain


def test_what_each_filter_lets_through() -> None:
    step = event(type="metrics", data={"step": 3, "train_loss": 1.5})
    events = (event(), event("warn"), event("error"), step)
    shown = {name: [events.index(one) for one in passing(events, name)] for name in FILTERS}
    assert shown["no steps"] == [0, 1, 2]
    assert shown["all"] == [0, 1, 2, 3]
    assert shown["warnings"] == [1, 2]
    assert shown["errors"] == [2]


def test_a_checkpoint_says_step_losses_accuracy_and_which_is_best() -> None:
    raw = {
        "id": "ftckpt_1",
        "step_number": 40,
        "fine_tuned_model_checkpoint": "ft:base:ckpt-step-40",
        "metrics": {"step": 40, "train_loss": 0.5, "full_valid_loss": 0.75,
                    "full_valid_mean_token_accuracy": 0.875},
    }  # fmt: skip
    row = checkpoint_row(parse_checkpoint(raw), 40, 200).plain
    assert row.startswith("step    40")
    for said in ("train 0.5", "valid 0.75", "accuracy 0.875", "★ best", "ft:base:ckpt-step-40"):
        assert said in row
    bare = checkpoint_row(parse_checkpoint({"id": "ftckpt_2"}), 40, 200).plain
    assert "ftckpt_2" in bare
    assert "best" not in bare
    assert "train" not in bare


@pytest.mark.parametrize(
    ("status", "since", "says"),
    [
        ("paused", 1_700_000_000 - 180, "for 3 min"),
        ("paused", None, "–"),  # when it was made is not since when it stands still
        ("running", 1_700_000_000 - 180, "for 3 min"),
        ("odd_new_status", 1_700_000_000 - 180, "for 3 min"),
    ],
)
def test_a_row_says_how_long_a_job_is_in_its_status(
    status: str, since: float | None, says: str
) -> None:
    job = parse_job({"id": "j", "status": status, "created_at": 1_600_000_000})
    assert when_words(JobLine(job, since=since), 1_700_000_000) == says
