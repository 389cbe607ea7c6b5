"""A vocabulary cut down to the tokens that given texts can hold, for texts counted once.

tiktoken looks up pieces of a text and parts of them, and nothing else: a token that is no part
of any text never matters. To take in the 200,000 tokens of o200k_base costs it 0.15 s, what a
small file can hold a fifth of that. A token stays if its bytes are few or stand in the texts as
far as three places of it tell. Switched off by `CUT`; tests/services/tokens/test_cut_vocabulary.py
holds both ways equal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.services.tokens.counting.encoders import PlainCounter
from tui.services.tokens.vocabularies import VocabEncoder

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

CUT = True
_GRAM = 3  # bytes


class CutCounter:
    """Counts texts with tiktoken, each time with a vocabulary of its own."""

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self.name = PlainCounter.called()

    def counts(self, texts: Sequence[str]) -> list[int]:
        """Return one number a text, as `PlainCounter` does."""
        data = _bytes_of(texts)
        grams = {data[at : at + _GRAM] for at in range(len(data))}

        def keep(tokens: Iterable[bytes]) -> dict[bytes, int]:
            begin = {
                token: rank
                for rank, token in enumerate(tokens)
                if len(token) < _GRAM or token[:_GRAM] in grams
            }
            return {
                token: rank
                for token, rank in begin.items()
                if len(token) <= _GRAM
                or (token[-_GRAM:] in grams and token[1 : _GRAM + 1] in grams)
            }

        return PlainCounter(self._encoding, VocabEncoder(self._encoding, keep)).counts(texts)


def _bytes_of(texts: Sequence[str]) -> bytes:
    """Return all texts as tiktoken sees them: half a pair of surrogates is U+FFFD there."""
    joined = "\n".join(texts)
    try:
        return joined.encode()
    except UnicodeEncodeError:
        return joined.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()
