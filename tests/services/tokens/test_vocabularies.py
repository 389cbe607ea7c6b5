import hashlib
import subprocess
import sys
import zlib
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import pytest
import tiktoken
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.services.tokens.conftest import NAMES
from tests.vocabularies import unpacked
from tui.services.tokens import vocabularies as vocab
from tui.services.tokens.vocabularies import VocabularyError, encoder

# One worker loads the vocabularies once for all of these.
pytestmark = pytest.mark.xdist_group("vocab")


PIECES = [" ", "  ", "\n", "\r\n", "\t", "\u3000", "word", "Don't", "'LL", "123456"]
PIECES += [
    "<|endoftext|>",
    "日本語",
    "🌱",
    "👩\u200d🌾",
    "é",
    "e\u0301",
    "```python",
    "{}",
    "/",
    "\x00",
]
PIECES += ["ΑΒγ", "ﬁ", "ру", "\ufffd"]
texts = st.text(max_size=120) | st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


@pytest.mark.parametrize("name", NAMES)
def test_counts_are_tiktokens(name: str, reference: Callable[[str], tiktoken.Encoding]) -> None:
    expected = reference(name)
    ours = encoder(name)

    @settings(max_examples=50, deadline=None)
    @given(st.lists(texts, min_size=5, max_size=5))
    def check(texts: list[str]) -> None:
        for text in texts:
            assert ours.count(text) == len(expected.encode(text, disallowed_special=()))

    check()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("space", [" ", "\t ", "\u3000"])
@pytest.mark.parametrize(
    "frame",
    ["{}", "a{}", "{}a", "a{}a", "!{}\n", "a \n\n{}", "a\n{}b", "{}\nb", "{}\r\n {}x", "{}é{}1{}"],
)
def test_long_runs_of_spaces_count_as_in_tiktoken(
    name: str,
    space: str,
    frame: str,
    reference: Callable[[str], tiktoken.Encoding],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(vocab, "LONGEST_RUN", 50)
    monkeypatch.setattr(vocab, "_LONG_RUN", vocab.long_run(50))
    for length in (49, 50, 51, 77, 500, 3000):
        text = frame.replace("{}", (space * length)[:length])
        assert encoder(name).count(text) == len(reference(name).encode_ordinary(text)), length


def test_no_network_and_no_cache_are_needed(tmp_path: Path) -> None:
    code = (
        "import os, socket\n"
        "def refuse(*args, **keys): raise AssertionError('network')\n"
        "socket.socket = socket.getaddrinfo = socket.create_connection = refuse\n"
        "from tui.services.tokens.vocabularies import encoder\n"
        "print([encoder(n).count('Hello <|endoftext|>') for n in ('o200k_base', 'cl100k_base')])\n"
        "print(os.listdir(os.environ['TMPDIR']))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env={"TMPDIR": str(tmp_path), "HOME": str(tmp_path), "PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.stdout == "[8, 7]\n[]\n", ran.stderr


def test_a_damaged_vocabulary_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zlib, "decompress", lambda data: b"\1\0\0\0\1a")
    with pytest.raises(VocabularyError, match="not the one that was shipped"):
        vocab.VocabEncoder("cl100k_base")


def test_a_vocabulary_that_tiktoken_has_changed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    digests = {"cl100k_base": ("0" * 64, vocab._DIGESTS["cl100k_base"][1])}
    monkeypatch.setattr(vocab, "_DIGESTS", digests)
    with pytest.raises(VocabularyError, match="not the one tiktoken publishes"):
        vocab.VocabEncoder("cl100k_base")


@pytest.mark.parametrize("name", NAMES)
def test_what_is_shipped_is_what_is_published(name: str) -> None:
    """Byte for byte, and packed as `python -m tests.vocabularies` packs it."""
    published = vocab.vocabulary(name)
    assert hashlib.sha256(published).hexdigest() == vocab._DIGESTS[name][0]
    kept = resources.files("tui").joinpath("data", "vocab", f"{name}.tokens").read_bytes()
    assert unpacked(published) == zlib.decompress(kept)


def test_an_unknown_encoding_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        encoder("p50k_base")
    assert encoder("cl100k_base") is encoder("cl100k_base")
