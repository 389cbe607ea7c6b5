"""Load the shipped vocabularies into tiktoken: nothing is ever downloaded."""

from __future__ import annotations

import binascii
import hashlib
import re
import threading
import zlib
from functools import cached_property
from importlib import import_module, resources
from itertools import accumulate, pairwise
from types import FunctionType
from typing import TYPE_CHECKING, Any

from tui.core.catalog.models import ENCODINGS

if TYPE_CHECKING:
    from collections.abc import Callable

    import tiktoken

    Keep = Callable[[list[bytes]], dict[bytes, int]]

# SHA-256 of the files that tiktoken publishes, and of what is shipped of them when unpacked.
_DIGESTS = {
    "o200k_base": (
        "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
        "ba55b38e477b631966c2496061ecd7d10108501c7c47358222d9dc27c22f9422",
    ),
    "cl100k_base": (
        "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
        "79045c4dbf49c4e3b90893afbcbfd80cf94cf2b99256bd84b19ffcace49d9bd2",
    ),
}
_COUNT_BYTES = 4
# tiktoken's regular expression engine keeps a stack entry for each character of a run of
# spaces and gives up, with a panic, at a million. A tenth of that leaves room.
LONGEST_RUN = 100_000
# Unicode's White_Space without CR and LF, which take another branch of the expression.
_SPACE = "\t\x0b\x0c \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"


def long_run(length: int) -> re.Pattern[str]:
    """Return the pattern of a whole run of at least this many spaces, line breaks apart."""
    return re.compile(f"(?<![{_SPACE}])[{_SPACE}]{{{length},}}+")


_LONG_RUN = long_run(LONGEST_RUN)

_lock = threading.Lock()
_loaded: dict[str, VocabEncoder] = {}


class VocabularyError(RuntimeError):
    """A vocabulary file that is missing or is not the one tiktoken publishes."""


class VocabEncoder:
    """Counts tokens exactly as tiktoken does. Safe to use from several threads."""

    def __init__(self, name: str, keep: Keep | None = None) -> None:
        """Load a vocabulary, or of it what `keep` leaves, given all tokens by rank."""
        self.name, self._keep = name, keep
        self._encoding = load_encoding(name, keep)
        self._encode = self._encoding.encode_ordinary

    @cached_property
    def _encode_piece(self) -> Callable[[str], list[int]]:
        """The same vocabulary with the whole text as one piece. Seldom needed, so made late."""
        return load_encoding(self.name, self._keep, pat_str=r"[\s\S]+").encode_ordinary

    def encode(self, text: str) -> list[int]:
        """Return the ids of a text's tokens. Not for runs of spaces that `count` walks around."""
        return self._encode(text)

    def bytes_of(self, token: int) -> bytes:
        """Return what a token stands for; it need not be a whole character."""
        return self._encoding.decode_single_token_bytes(token)

    def count(self, text: str) -> int:
        """Return the number of tokens; names of special tokens count as ordinary text."""
        if len(text) < LONGEST_RUN:
            return len(self._encode(text))
        return self._count_long(text)

    def _count_long(self, text: str) -> int:
        """Count around runs of spaces too long for tiktoken.

        Such a run, up to but without its last space when a word follows, is one piece of the
        tokenizer's expression; its last space belongs to the word. So the text can be cut at
        both ends of that piece, and the piece be encoded as one. A run before a line break, or
        at the very end in cl100k, belongs to a larger piece, which tiktoken can take.
        """
        total, start = 0, 0
        for run in _LONG_RUN.finditer(text):
            following = text[run.end() : run.end() + 1]
            if following in {"\r", "\n"} or (not following and self.name == "cl100k_base"):
                continue
            end = run.end() - 1 if following else run.end()
            total += len(self._encode(text[start : run.start()]))
            total += len(self._encode_piece(text[run.start() : end]))
            start = end
        return total + len(self._encode(text[start:]))


def encoder(name: str) -> VocabEncoder:
    """Return the encoder of a vocabulary, loaded once a process (about 0.3 s, so in a thread).

    Raises VocabularyError when the shipped file is missing or damaged, and KeyError for an
    encoding that is not shipped.
    """
    if name not in ENCODINGS:
        raise KeyError(name)
    with _lock:
        if name not in _loaded:
            _loaded[name] = VocabEncoder(name)
        return _loaded[name]


def vocabulary(name: str) -> bytes:
    """Return the shipped vocabulary as the .tiktoken file that is published.

    Raises VocabularyError when it is missing or damaged.
    """
    lines = [
        b"%s %d\n" % (binascii.b2a_base64(token, newline=False), rank)
        for rank, token in enumerate(_tokens(name))
    ]
    return b"".join(lines)


def load_encoding(name: str, keep: Keep | None = None, **changes: str) -> tiktoken.Encoding:
    """Return a shipped vocabulary as tiktoken's, with `changes` to what it is made of."""
    import tiktoken

    def ranks(_url: str, expected_hash: str | None = None) -> dict[bytes, int]:
        if expected_hash != _DIGESTS[name][0]:
            raise VocabularyError(f"the vocabulary {name} is not the one tiktoken publishes")
        tokens = _tokens(name)
        if keep is not None:
            return keep(tokens)
        return dict(zip(tokens, range(len(tokens)), strict=True))

    return tiktoken.Encoding(**{**_definition(name, ranks), **changes})


def _definition(name: str, ranks: Callable[..., dict[bytes, int]]) -> dict[str, Any]:
    """Return tiktoken's own definition: expression, special tokens, and the ranks given.

    Its function is run with `ranks` in the place of its download.
    """
    openai_public = import_module("tiktoken_ext.openai_public")  # has no types
    published = getattr(openai_public, name)
    definition: dict[str, Any] = FunctionType(
        published.__code__, {**vars(openai_public), "load_tiktoken_bpe": ranks}
    )()
    return definition


def _tokens(name: str) -> list[bytes]:
    """Return the tokens of a vocabulary in the order of their ranks, from 0.

    Shipped are their number, their lengths, a byte each, and their bytes, compressed by zlib.
    """
    source = resources.files("tui").joinpath("data", "vocab", f"{name}.tokens")
    try:
        data = zlib.decompress(source.read_bytes())
    except (OSError, zlib.error) as error:
        raise VocabularyError(f"the vocabulary {name} cannot be read: {error}") from error
    if hashlib.sha256(data).hexdigest() != _DIGESTS[name][1]:
        raise VocabularyError(f"the vocabulary {name} is not the one that was shipped")
    first = _COUNT_BYTES + int.from_bytes(data[:_COUNT_BYTES], "little")
    ends = accumulate(data[_COUNT_BYTES:first], initial=first)
    return [data[start:end] for start, end in pairwise(ends)]
