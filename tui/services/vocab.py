"""The shipped vocabularies, straight into tiktoken: nothing is ever downloaded."""

from __future__ import annotations

import binascii
import hashlib
import lzma
import re
import threading
from importlib import resources
from types import FunctionType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import tiktoken

ENCODINGS = ("o200k_base", "cl100k_base")
# tiktoken's regular expression engine keeps a stack entry for each character of a run of
# spaces and gives up, with a panic, at a million. A tenth of that leaves room.
LONGEST_RUN = 100_000
# Unicode's White_Space without CR and LF, which take another branch of the expression.
_SPACE = "\t\x0b\x0c \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_LONG_RUN = re.compile(f"[{_SPACE}]{{{LONGEST_RUN},}}(?![\r\n])")

_lock = threading.Lock()
_loaded: dict[str, VocabEncoder] = {}


class VocabularyError(RuntimeError):
    """A vocabulary file that is missing or is not the one tiktoken publishes."""


class VocabEncoder:
    """Counts tokens exactly as tiktoken does. Safe to use from several threads."""

    def __init__(self, encoding: tiktoken.Encoding) -> None:
        self._encoding = encoding
        self._encode = encoding.encode_ordinary

    @property
    def name(self) -> str:
        """The name of the encoding."""
        return self._encoding.name

    def count(self, text: str) -> int:
        """Return the number of tokens; names of special tokens count as ordinary text."""
        if len(text) < LONGEST_RUN:
            return len(self._encode(text))
        return self._count_long(text)

    def _count_long(self, text: str) -> int:
        """Count around runs of spaces too long for tiktoken.

        Such a run, up to but without its last space when a word follows, is one piece of the
        tokenizer's expression; its last space belongs to the word. So the text can be cut at
        both ends of that piece, and the piece be encoded as one.
        """
        total, start = 0, 0
        for run in _LONG_RUN.finditer(text):
            last = run.end() == len(text)
            end = run.end() if last else run.end() - 1
            total += len(self._encode(text[start : run.start()]))
            total += self._piece(text[run.start() : end])
            start = end
        return total + len(self._encode(text[start:]))

    def _piece(self, text: str) -> int:
        return len(self._encoding._encode_single_piece(text))  # noqa: SLF001 - no public way


def encoder(name: str) -> VocabEncoder:
    """Return the encoder of a vocabulary, loaded once a process (about 0.3 s, so in a thread).

    Raises VocabularyError when the shipped file is missing or damaged, and KeyError for an
    encoding that is not shipped.
    """
    if name not in ENCODINGS:
        raise KeyError(name)
    with _lock:
        if name not in _loaded:
            _loaded[name] = VocabEncoder(_load(name))
        return _loaded[name]


def _load(name: str) -> tiktoken.Encoding:
    import tiktoken
    from tiktoken_ext import openai_public

    def ranks(_url: str, expected_hash: str | None = None) -> dict[bytes, int]:
        return _ranks(name, expected_hash)

    # tiktoken's own definition of the encoding (expression, special tokens, expected hash),
    # run with the shipped file in the place of its download.
    published = getattr(openai_public, name)
    definition: dict[str, Any] = FunctionType(
        published.__code__, {**vars(openai_public), "load_tiktoken_bpe": ranks}
    )()
    return tiktoken.Encoding(**definition)


def _ranks(name: str, expected_hash: str | None) -> dict[bytes, int]:
    source = resources.files("tui").joinpath("data", "vocab", f"{name}.tiktoken.xz")
    try:
        data = lzma.decompress(source.read_bytes())
    except (OSError, lzma.LZMAError) as error:
        raise VocabularyError(f"the vocabulary {name} cannot be read: {error}") from error
    if expected_hash is None or hashlib.sha256(data).hexdigest() != expected_hash:
        raise VocabularyError(f"the vocabulary {name} is not the one tiktoken publishes")
    pairs = (line.split() for line in data.splitlines())
    return {binascii.a2b_base64(token): int(rank) for token, rank in pairs}
