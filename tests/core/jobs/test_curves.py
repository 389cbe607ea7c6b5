"""What a loss curve is read to say."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.core.jobs.curves import curves, loss_words, read, seconds_left
from tui.core.jobs.metrics import Metrics
from tui.core.jobs.progress import progress_of


def run(train: list[float], valid: dict[int, float] | None = None) -> list[Metrics]:
    found = [Metrics(step=n, total_steps=len(train), train_loss=x) for n, x in enumerate(train, 1)]
    return found + [Metrics(step=n, full_valid_loss=x) for n, x in (valid or {}).items()]


def test_nothing_measured_says_nothing() -> None:
    reading = read(curves([]))
    assert reading.text == ""
    assert (reading.step, reading.best, reading.fit) == (None, None, "unknown")


def test_a_mean_is_told_as_one() -> None:
    losses = [1.0] * 28 + [0.4, 0.2]
    assert read(curves(run(losses))).text.startswith("Step 30/30: mean training loss 0.767")
    assert read(curves(run([0.5, 0.4]))).text.startswith("Step 2/2: training loss 0.400")


def test_steps_are_ordered_and_the_last_report_of_a_step_counts() -> None:
    found = curves(
        [
            Metrics(step=2, train_loss=0.5),
            Metrics(step=1, train_loss=1.0, total_steps=9),
            Metrics(step=2, train_loss=0.4),
            Metrics(step=3, train_loss=math.nan),
            Metrics(train_loss=7.0),
        ]
    )
    assert found.train == ((1, 1.0), (2, 0.4))
    assert found.total_steps == 9


@pytest.mark.parametrize(
    ("ratio", "fit"),
    [
        (1.0, "healthy"),
        (1.19, "healthy"),
        (1.2, "mild"),
        (1.5, "moderate"),
        (2.0, "moderate"),
        (2.01, "severe"),
    ],
)
def test_overfitting_is_told_by_validation_over_training_loss(ratio: float, fit: str) -> None:
    reading = read(curves(run([0.5], {1: 0.5 * ratio})))
    assert reading.fit == fit
    assert fit in reading.text.lower()


def test_two_tiny_losses_are_no_overfitting() -> None:
    reading = read(curves(run([0.001], {1: 0.01})))
    assert reading.fit == "healthy"
    assert "overfitting" not in reading.text


def test_nothing_is_advised_before_a_fair_share_of_the_steps() -> None:
    """At step 26 of 352 a newcomer was told of overfitting, and what helps against it."""
    steps = [
        Metrics(step=n, total_steps=352, train_loss=5 * 0.97**n, valid_loss=5 * 0.98**n)
        for n in range(1, 353)
    ]
    reading = read(curves(steps[:26]))
    assert reading.fit == "unknown"
    assert "overfitting" not in reading.text
    assert "epochs" not in reading.text
    assert reading.ratio is not None
    assert "overfitting" in read(curves(steps[:100])).text
    unknown = [replace(one, total_steps=None) for one in steps[:26]]
    assert read(curves(unknown)).fit != "unknown"
    flat = [Metrics(step=n, total_steps=352, train_loss=1 + 2 * 0.5**n) for n in range(1, 60)]
    assert "Plateau" not in read(curves(flat)).text


def test_divergence_is_told_however_early() -> None:
    losses = [3 * 0.9**n for n in range(40)] + [0.5 * n for n in range(1, 11)]
    steps = [Metrics(step=n, total_steps=999, train_loss=x) for n, x in enumerate(losses, 1)]
    assert "diverges" in read(curves(steps)).text


def test_the_reading_and_the_list_tell_one_validation_loss_or_name_what_theirs_is() -> None:
    batches = [Metrics(n, 40, 2.0, valid_loss=4.0 if n % 2 else 3.0) for n in range(1, 31)]
    assert "mean validation loss 3.50" in read(curves(batches)).text
    whole = [*batches, Metrics(31, 40, 2.0, valid_loss=3.0, full_valid_loss=4.51)]
    whole += [Metrics(n, 40, 2.0, valid_loss=3.93) for n in range(32, 36)]
    reading = read(curves(whole))
    assert "s 4.51" in reading.text
    assert "mean validation" not in reading.text
    assert progress_of(whole).valid == reading.valid == 4.51


def test_the_best_step_is_where_validation_was_lowest() -> None:
    reading = read(curves(run([1.0] * 30, {10: 0.9, 20: 0.7, 30: 0.8})))
    assert reading.best == (20, 0.7)
    assert "validation loss 0.800 (best 0.700 at step 20)" in reading.text
    assert not reading.improving


def test_a_validation_loss_that_still_falls_is_said_so() -> None:
    reading = read(curves(run([0.1] * 30, {10: 0.9, 20: 0.8, 30: 0.7})))
    assert reading.improving
    assert "Severe overfitting: validation is 7.0× training, though still falling." in reading.text


def test_divergence_is_a_loss_that_climbs_back_up() -> None:
    falling = [3 * 0.9**n for n in range(40)]
    assert not read(curves(run(falling))).diverging
    climbing = read(curves(run(falling + [0.5 * n for n in range(1, 11)])))
    assert climbing.diverging
    assert "diverges" in climbing.text


def test_noise_around_a_low_loss_is_no_divergence() -> None:
    noisy = [3 * 0.8**n + 0.1 * (n % 2) for n in range(60)]
    assert not read(curves(run(noisy))).diverging


def test_time_left_follows_the_pace_so_far() -> None:
    assert seconds_left([(100.0, 1), (110.0, 21)], 41, now=110.0) == pytest.approx(10.0)
    assert seconds_left([(100.0, 1), (110.0, 21)], 41, now=500.0) == 0.0
    assert seconds_left([(100.0, 1)], 41, now=110.0) is None
    assert seconds_left([(100.0, 1), (100.0, 5)], 41, now=110.0) is None
    assert seconds_left([(100.0, 1), (110.0, 21)], None, now=110.0) is None


@pytest.mark.parametrize(
    ("loss", "words"), [(12.345, "12.3"), (1.2345, "1.23"), (0.1234, "0.123"), (0.01234, "0.012")]
)
def test_losses_have_the_digits_that_say_something(loss: float, words: str) -> None:
    assert loss_words(loss) == words


_loss = st.none() | st.floats(0, 1e6)


@given(
    st.lists(
        st.builds(
            Metrics,
            step=st.none() | st.integers(0, 500),
            total_steps=st.none() | st.integers(1, 500),
            train_loss=_loss,
            valid_loss=_loss,
            full_valid_loss=_loss,
        ),
        max_size=60,
    )
)
def test_anything_reported_can_be_read(metrics: list[Metrics]) -> None:
    reading = read(curves(metrics))
    assert isinstance(reading.text, str)
    assert reading.fit in {"unknown", "healthy", "mild", "moderate", "severe"}
