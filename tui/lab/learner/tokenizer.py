"""Byte-level BPE: any text to token ids and back."""

from __future__ import annotations

import functools
import hashlib
import json
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from tui.lab.learner.shipped import TOKENIZER

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

END: Final = 0
SYSTEM: Final = 1
USER: Final = 2
ASSISTANT: Final = 3
OTHER: Final = 4
FIRST_BYTE: Final = 5
FIRST_MERGE: Final = FIRST_BYTE + 256

# Every character falls into exactly one alternative, and no chunk is long:
# merging is quadratic in a chunk's length.
_CHUNK = re.compile(r" ?[^\W\d_]{1,24}| ?\d{1,4}| ?(?:[^\w\s]|_){1,8}|\s{1,8}(?!\S)|\s{1,8}")


def split(text: str) -> list[str]:
    """Return `text` cut into the chunks no token reaches across."""
    return _CHUNK.findall(text)


def merge_pair(ids: Sequence[int], pair: tuple[int, int], new: int) -> list[int]:
    """Return `ids` with each neighbouring `pair` replaced by `new`, from the left."""
    out: list[int] = []
    at = 0
    while at < len(ids):
        if at + 1 < len(ids) and (ids[at], ids[at + 1]) == pair:
            out.append(new)
            at += 2
        else:
            out.append(ids[at])
            at += 1
    return out


class Tokenizer:
    """Turns text into ids by learned merges over UTF-8 bytes; nothing is out of vocabulary."""

    def __init__(self, merges: Iterable[tuple[int, int]]) -> None:
        self.merges = tuple(merges)
        self._rank = {pair: FIRST_MERGE + index for index, pair in enumerate(self.merges)}
        self._bytes: list[bytes] = [b""] * FIRST_BYTE + [bytes([value]) for value in range(256)]
        for left, right in self.merges:
            self._bytes.append(self._bytes[left] + self._bytes[right])
        self._chunk = functools.lru_cache(maxsize=50_000)(self._encode_chunk)

    @property
    def size(self) -> int:
        """The number of token ids."""
        return len(self._bytes)

    @functools.cached_property
    def fingerprint(self) -> str:
        """A SHA-256 over the merges: two tokenizers with the same one give the same ids."""
        return hashlib.sha256(json.dumps(self.merges).encode()).hexdigest()

    def encode(self, text: str) -> list[int]:
        """Return the ids of `text`; lone surrogates count as `?`. Never a special token."""
        return [token for chunk in split(text) for token in self._chunk(chunk)]

    def token_bytes(self, token: int) -> bytes:
        """Return the bytes `token` stands for, empty for a special token."""
        return self._bytes[token]

    def token_text(self, token: int) -> str:
        """Return `token` for display; bytes that are no whole character in hexadecimal."""
        return self._bytes[token].decode("utf-8", "backslashreplace")

    def decode(self, ids: Iterable[int]) -> str:
        """Return the text of `ids`, broken characters replaced, special tokens left out."""
        return b"".join(self._bytes[token] for token in ids).decode("utf-8", "replace")

    def _encode_chunk(self, chunk: str) -> tuple[int, ...]:
        ids = [FIRST_BYTE + value for value in chunk.encode("utf-8", "replace")]
        while len(ids) > 1:
            known = [self._rank[pair] for pair in pairwise(ids) if pair in self._rank]
            if not known:
                break
            first = min(known)
            ids = merge_pair(ids, self.merges[first - FIRST_MERGE], first)
        return tuple(ids)


@functools.cache
def shared() -> Tokenizer:
    """Return the shipped tokenizer, the same for every base."""
    text = TOKENIZER.read_text("utf-8")
    return Tokenizer((left, right) for left, right in json.loads(text)["merges"])
