"""How far an upload is, in words and by the clock."""

from __future__ import annotations

from tui.core.provider.transfers import Meter, Progress, clock, transfer_words

MB = 1_000_000


def test_the_rate_is_that_of_the_last_seconds_and_of_what_was_really_sent() -> None:
    meter = Meter(100 * MB, expires=3_700)
    assert meter.at(50 * MB, 1000.0).rate is None
    now = meter.at(60 * MB, 1010.0)
    assert (now.rate, now.left, now.percent) == (1 * MB, 40.0, 60)
    for second in range(1011, 1031):
        now = meter.at(60 * MB, float(second))
    assert now.rate == 0
    assert now.left is None
    words = now.words(100)
    assert words == "60 % · 60.0 MB of 100 MB · 0 B/s · expires in 1:00:00"


def test_what_is_said() -> None:
    reading = Progress(5 * MB, 10 * MB, stage="reading")
    assert transfer_words("a.jsonl", reading, 0).startswith("reading a.jsonl: 50 %")
    done = Progress(10 * MB, 10 * MB, stage="finishing", note="going on")
    assert transfer_words("a.jsonl", done, 0).endswith("put it together · going on")
    assert Progress(0, 0).percent == 100
    assert Progress(1, 4).bar(8) == "██░░░░░░"
    assert [clock(s) for s in (-3, 5, 750, 3723)] == ["0:00", "0:05", "12:30", "1:02:03"]


def test_a_line_too_slow_for_the_clock_is_told_in_time() -> None:
    slow = Progress(10 * MB, 100 * MB, rate=10_000, left=9000, expires=1000)
    assert "too slow" in slow.words(0)
    assert "waiting for the provider's answer" in Progress(2, 2, rate=1).words(0)
    assert "waiting" not in Progress(1, 2, rate=1).words(0)
    assert "too slow" not in Progress(1, 2, rate=1, left=1, expires=1000).words(0)
