"""A key is masked however a text repeats it, and nothing else is."""

from __future__ import annotations

import base64
import html
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tui.core.text.masking import FRAGMENT, MASK, PLACEHOLDERS, Masker, StreamMask, mask_signatures

KEY = "sk-proj-A1b2+C3d4/E5f6&G7h8=_x9"
LETTERS = "abcdefghijklmnopqrstuvwxyzABC0123456789-_+/=&.~'\"\\"
KEYS = st.text(LETTERS, min_size=12, max_size=60).map(
    lambda key: f"{key}x" if key in PLACEHOLDERS else key
)
TEXTS = st.text(max_size=40)
# A machine with much else to do is slow at drawing, too.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def masker(*keys: str) -> Masker:
    one = Masker()
    one.learn(*keys)
    return one


@pytest.mark.parametrize(
    "written",
    [
        KEY,
        quote(KEY, safe=""),
        quote(KEY),
        quote_plus(KEY),
        html.escape(KEY),
        json.dumps(KEY)[1:-1],
        json.dumps(KEY)[1:-1].replace("/", "\\/"),
        repr(f"Bearer {KEY}".encode())[2:-1],
        KEY.encode().hex(),
        KEY.encode().hex().upper(),
        base64.b64encode(KEY.encode()).decode(),
        base64.b64encode(f"user:{KEY}".encode()).decode(),
        base64.b64encode(f"ab:{KEY}:c".encode()).decode(),
        base64.urlsafe_b64encode(f"a:{KEY}".encode()).decode(),
    ],
)
def test_every_way_to_write_a_key(written: str) -> None:
    masked = masker(KEY).mask(f"You sent {written} to us")
    assert masked.startswith("You sent ")
    assert masked.endswith(" to us")
    assert MASK in masked
    # What may stay of a base64 text are the few letters that also hold what stands beside the key.
    assert len(masked) < len("You sent  to us") + 20
    for start in range(len(written) - FRAGMENT + 1):
        assert written[start : start + FRAGMENT] not in masked


@patient
@given(KEYS, TEXTS, TEXTS)
def test_a_key_never_stays(key: str, before: str, after: str) -> None:
    assert key not in masker(key).mask(before + key + after)


@patient
@given(KEYS, TEXTS, TEXTS, st.data())
def test_a_piece_of_a_key_does_not_stay(
    key: str, before: str, after: str, data: st.DataObject
) -> None:
    first = data.draw(st.integers(0, len(key) - FRAGMENT))
    last = data.draw(st.integers(first + FRAGMENT, len(key)))
    assert key[first:last] not in masker(key).mask(f"{before} {key[first:last]} {after}")


@patient
@given(KEYS, TEXTS, TEXTS, st.data())
def test_a_key_in_pieces_of_a_stream(
    key: str, before: str, after: str, data: st.DataObject
) -> None:
    text = before + key + after
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=12)))
    stream = StreamMask(masker(key))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    shown = "".join([*map(stream.feed, pieces), stream.end()])
    assert key not in shown


def test_a_key_letter_by_letter() -> None:
    stream = StreamMask(masker(KEY))
    shown = "".join([*map(stream.feed, f"Say {KEY} now"), stream.end()])
    # Two letters have been shown before a third makes it look like the key.
    assert shown == f"Say sk{MASK} now"


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_a_key_written_otherwise_in_small_pieces(size: int) -> None:
    encoded = base64.b64encode(f"user:{KEY}".encode()).decode()
    for written in (encoded, KEY.encode().hex(), quote(KEY, safe=""), json.dumps(KEY)[1:-1]):
        stream = StreamMask(masker(KEY))
        text = f"Say {written} now"
        pieces = [text[at : at + size] for at in range(0, len(text), size)]
        shown = "".join([*map(stream.feed, pieces), stream.end()])
        assert MASK in shown
        assert written[8:-8] not in shown
        assert shown.startswith("Say ")
        assert shown.endswith(" now")


@patient
@given(st.lists(st.text(max_size=8), max_size=20))
def test_a_stream_loses_nothing(pieces: list[str]) -> None:
    stream = StreamMask(masker("zzzz-zzzz-zzzz-zzzz"))
    assert "".join([*map(stream.feed, pieces), stream.end()]) == "".join(pieces)


@patient
@given(TEXTS)
def test_other_text_stays(text: str) -> None:
    assert masker("sk-proj-0123456789abcdef").mask(text) == text


def test_what_a_provider_shows_of_a_key_stays() -> None:
    said = "Incorrect API key provided: sk-proj-********x9a. Ollama needs any key."
    assert masker("sk-proj-0123456789abcdefx9a", "any", "ollama").mask(said) == said


def test_a_short_key_is_masked_where_it_is_one() -> None:
    one = masker("abc")
    assert one.mask("abc def, Bearer abc, bearer abcd") == f"abc def, Bearer {MASK}, bearer abcd"


def test_json_is_masked_whole() -> None:
    one = masker(KEY)
    body = json.dumps({"data": [{KEY: [f"a {KEY}", 1, None, True]}]}).encode()
    assert one.may_hold(body)
    assert one.mask_json(json.loads(body)) == {"data": [{MASK: [f"a {MASK}", 1, None, True]}]}
    escaped = b'{"a": "' + b"".join(b"\\u%04x" % ord(char) for char in KEY) + b'"}'
    assert one.may_hold(escaped)
    assert one.mask_json(json.loads(escaped)) == {"a": MASK}
    assert not one.may_hold(b'{"a": "nothing"}')


def test_each_line_of_a_key_over_several_lines() -> None:
    one = masker("sk-first-key-0123456789\nsk-second-key-987654321")
    assert one.mask("sk-first-key-0123456789 or sk-second-key-987654321") == f"{MASK} or {MASK}"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "GET https://s.example/x?X-Goog-Signature=ab/c+d&y=1 200",
            "X-Goog-Signature=••••&y=1 200",
        ),
        ("'https://s.example/x?a=1&X-Amz-Security-Token=ab%2F'", "&X-Amz-Security-Token=••••'"),
        ("https://b.example/x?sv=1&sig=abc%3D", "?sv=1&sig=••••"),
    ],
)
def test_what_a_signed_address_lets_one_do_is_masked(text: str, told: str) -> None:
    assert mask_signatures(text).endswith(told)
    assert mask_signatures("a signature=b, the token=c and ?page=2") == (
        "a signature=b, the token=c and ?page=2"
    )
