"""What is worked out of jobs that are watched: usual times, costs, plateaus, exports, signals."""

from __future__ import annotations

import csv
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tui.core.catalog.models import EpochRule, ModelFacts
from tui.core.jobs.checkpoints import best_checkpoint, why_best
from tui.core.jobs.cost_so_far import cost_so_far, count_words
from tui.core.jobs.curves import at_step, curves, read, smoothed
from tui.core.jobs.durations import WHOLE, entered, usual
from tui.core.jobs.export import events_csv, events_jsonl, steps_csv, steps_jsonl
from tui.core.jobs.jobs import parse_checkpoint, parse_event, parse_job
from tui.core.jobs.metrics import Metrics
from tui.core.jobs.progress import Progress, progress_of
from tui.core.money.terms import Forecast

if TYPE_CHECKING:
    from tui.core.jobs.jobs import Job

RULE = EpochRule()
FACTS = ModelFacts("base", "base", "o200k_base", True, True, RULE, RULE, price_training=Decimal(25))


T = 1_700_000_000  # no provider speaks of times long before


def job(**raw: object) -> Job:
    return parse_job({"id": "j", "model": "base", "status": "running", **raw})


def test_usual_is_the_median_of_at_least_two_stays() -> None:
    stays = [("queued", "base", 10), ("queued", "base", 30), ("queued", "other", 500)]
    made = 1_760_000_000  # not 0, which servers send for a time they do not know
    ended = [job(status="succeeded", created_at=made, finished_at=made + n) for n in (60, 80, 1000)]
    found = usual(stays, ended)
    assert found.of("queued", "base") == 20
    assert found.of("queued", "other") == 30  # one stay of its own is not enough
    assert found.of(WHOLE, "base") == 80
    assert found.of("running", "base") is None


def test_when_a_job_came_into_its_status() -> None:
    started = parse_event({"id": "e", "created_at": T + 50, "message": "Fine-tuning job started"})
    assert entered(job(created_at=T + 1), [started]) == T + 50
    assert entered(job(created_at=T + 1), [started], seen=T + 52) == T + 52
    assert entered(job(created_at=T + 1)) is None
    assert entered(job(status="queued", created_at=T + 1)) == T + 1
    assert entered(job(status="failed", finished_at=T + 9)) == T + 9


def test_cost_so_far_goes_by_the_share_of_steps_until_it_is_told() -> None:
    forecast = Forecast(3, 2_000_000, Decimal(50), "USD")
    half = cost_so_far(job(), Progress(50, 100), forecast, FACTS)
    assert (half.tokens, half.amount_words) == (1_000_000, "≈ 25.00 USD")
    done = cost_so_far(job(trained_tokens=1_500_000), Progress(), forecast, FACTS)
    assert done.amount_words == "37.50 USD"
    assert done.words == (
        "1,500,000 tokens trained · 37.50 USD · expected 2,000,000 tokens, 50.00 USD"
        " (it was 25 % less)"
    )
    assert cost_so_far(job(), Progress(), None, None).words == ""
    free = replace(FACTS, price_training=Decimal(0))
    assert cost_so_far(job(), Progress(50, 100), forecast, free).amount_words == "free"
    assert cost_so_far(job(), Progress(0, 100), forecast, FACTS).amount_words == "", "none yet"


@pytest.mark.parametrize(
    ("count", "words"),
    [(950, "950"), (12_345, "12.3k"), (340_000, "340k"), (1_234_567, "1.2M"), (5 * 10**11, "500G")],
)
def test_counts_in_few_characters(count: int, words: str) -> None:
    assert count_words(count) == words


def test_progress_tells_both_losses_and_when_the_steps_are_done() -> None:
    events = [
        parse_event({"id": str(n), "created_at": T + 100 + 10 * n, "data": {"step": n}})
        for n in range(1, 5)
    ]
    steps = [Metrics(1, 10, 2.0, full_valid_loss=1.5), Metrics(4, 10, 1.0)]
    found = progress_of(steps, events)
    assert (found.words, found.loss, found.valid, found.finish) == ("4/10", 1.0, 1.5, T + 200)
    assert progress_of([]) == Progress()


def test_a_loss_that_stands_still_is_a_plateau() -> None:
    falling = [Metrics(n, 60, 3 * 0.8**n + 0.5) for n in range(1, 61)]
    assert "Plateau" in read(curves(falling)).text
    assert "Plateau" not in read(curves(falling[:18])).text


def test_smoothing_is_not_drawn_to_zero_and_steps_are_found() -> None:
    points = ((1, 2.0), (2, 2.0), (9, 2.0))
    assert [value for _, value in smoothed(points, 0.9)] == pytest.approx([2.0, 2.0, 2.0])
    assert at_step(points, 5) == (2, 2.0)
    assert at_step(points, 0) is None


def test_the_best_checkpoint_has_a_reason() -> None:
    points = [
        parse_checkpoint({"id": f"c{n}", "step_number": n, "metrics": {"valid_loss": loss}})
        for n, loss in ((1, 0.5), (2, 0.4))
    ]
    assert best_checkpoint(points) == 2
    assert why_best(points) == "★ step 2, the last: its validation loss, 0.400, is the lowest."
    assert why_best([]) == ""


def test_exports_hold_everything() -> None:
    event = parse_event({"id": "e", "created_at": T, "message": 'said "a, b"', "extra": 1})
    assert events_csv([event]).splitlines()[1] == f'e,{T},info,message,"said ""a, b"""'
    assert '"extra": 1' in events_jsonl([event])
    hostile = replace(event, message='=HYPERLINK("http://x")', id="@e", type="+1", level=" -2")
    line = next(csv.reader([events_csv([hostile]).splitlines()[1]]))
    assert line == ["'@e", str(T), "' -2", "'+1", '\'=HYPERLINK("http://x")']
    assert steps_csv([Metrics(1, train_loss=0.5)]).splitlines()[1] == "1,,0.5,,,,,"
    assert steps_jsonl([Metrics(1, train_loss=0.5)]) == '{"step": 1, "train_loss": 0.5}\n'
