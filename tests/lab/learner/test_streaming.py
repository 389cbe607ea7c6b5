"""What may be shown of a stream: whole characters, nothing of a stop text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.lab.learner.sampling.streaming import TextStream


def feed(stream: TextStream, data: bytes, size: int) -> list[str]:
    shown = []
    for at in range(0, len(data), size):
        shown.append(stream.push(data[at : at + size]))
        if stream.stopped:
            break
    return [*shown, stream.finish()]


@given(
    st.text("ab#\né好🙂"), st.lists(st.text("ab#\n好", min_size=1), max_size=3), st.integers(1, 7)
)
def test_the_text_ends_before_the_first_stop(text: str, stop: list[str], size: int) -> None:
    stream = TextStream(stop)
    shown = "".join(feed(stream, text.encode(), size))
    # However it is cut, nothing shown contains a stop text, and nothing but its rest is lost.
    assert not any(word in shown for word in stop)
    assert text.startswith(shown)
    if not any(word in text for word in stop):
        assert shown == text


def test_bytes_of_a_character_wait_for_each_other() -> None:
    stream = TextStream()
    smile = "🙂".encode()
    assert [stream.push(smile[at : at + 1]) for at in range(4)] == ["", "", "", "🙂"]


def test_a_false_start_of_a_stop_text_is_shown_after_all() -> None:
    stream = TextStream(["\n\nUser:"])
    assert stream.push(b"one\n\nUs") == "one"
    assert stream.push(b"ual") == "\n\nUsual"
    assert not stream.stopped


def test_an_unfinished_character_is_dropped_at_the_end() -> None:
    stream = TextStream()
    assert stream.push("好".encode()[:2]) + stream.finish() == ""
