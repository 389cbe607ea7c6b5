"""Which tokenizer counts: tiktoken, or a faster one that has shown to count the same.

`gigatoken` is used where it is installed. It is young, so each time it is loaded it must give,
for the probe in data/vocab, the very ids that tiktoken gave; on any difference it is left aside.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from dataclasses import dataclass
from importlib import resources
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol

import orjson

from tui.services.tokens.vocabularies import LONGEST_RUN, encoder, vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tui.services.tokens.vocabularies import VocabEncoder

PROBE = "probe.json"
_SCHEMES = {"o200k_base": "o200k", "cl100k_base": "gpt4"}
_OFF = "FINETUI_PLAIN_TIKTOKEN"  # set to anything, the fast one is not even looked for


def version_of(package: str) -> str:
    """Return the version of an installed package."""
    from importlib import metadata  # a tenth of what a remembered count takes, which needs none

    return metadata.version(package)


class Counter(Protocol):
    """Counts the tokens of many texts; `name` is the tokenizer and its version."""

    name: str

    def counts(self, texts: Sequence[str]) -> list[int]:
        """Return one number a text."""
        ...


class PlainCounter:
    """Counts with tiktoken."""

    def __init__(self, encoding: str, own: VocabEncoder | None = None) -> None:
        """Count with the shared encoder of a vocabulary, or with one's own."""
        self.name = self.called()
        self._encoder = own or encoder(encoding)

    @staticmethod
    def called() -> str:
        """Return the tokenizer and its version."""
        return f"tiktoken {version_of('tiktoken')}"

    def counts(self, texts: Sequence[str]) -> list[int]:
        """Return one number a text; -1 where tiktoken gives up. Equal ones are counted once."""
        unique = [*dict.fromkeys(texts)]
        if len(unique) == len(texts):
            return self._counts(texts)
        return [*map(dict(zip(unique, self._counts(unique), strict=True)).__getitem__, texts)]

    def _counts(self, texts: Sequence[str]) -> list[int]:
        if max(map(len, texts), default=0) < LONGEST_RUN:
            with contextlib.suppress(Exception):  # then each by itself, to see which it is
                return [*map(len, map(self._encoder.encode, texts))]
        return [self._count(text) for text in texts]

    def _count(self, text: str) -> int:
        try:
            return self._encoder.count(text)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException:  # noqa: BLE001 - a panic of its Rust code derives from this
            return -1


class FastCounter:
    """Counts with gigatoken. Raises ImportError without it, ValueError when it differs."""

    def __init__(self, encoding: str) -> None:
        self._tokenizer = _load_fast(encoding)
        self._check(encoding)
        self.name = f"gigatoken {version_of('gigatoken')}"

    def counts(self, texts: Sequence[str]) -> list[int]:
        """Return one number a text."""
        with _lengths_only():
            found: list[int] = self._tokenizer.encode_batch(texts, parallel=False).tolist()
        return found

    def _check(self, encoding: str) -> None:
        probe = orjson.loads(resources.files("tui").joinpath("data", "vocab", PROBE).read_bytes())
        texts: list[str] = probe["texts"]
        expected: list[list[int]] = probe[encoding]
        for text, ids in zip(texts, expected, strict=True):
            if self._tokenizer.encode(text).tolist() != ids:
                raise ValueError(f"gigatoken differs from tiktoken on {text[:40]!r}")
        if self.counts(texts) != [len(ids) for ids in expected]:
            raise ValueError("gigatoken counts differ from tiktoken's")


@dataclass(frozen=True, slots=True)
class ChosenCounter:
    """A counter and, when the fast one was left aside, why."""

    counter: Counter
    note: str = ""


def fast_is_here() -> bool:
    """Return whether there is a fast tokenizer to try. Loads nothing."""
    return not os.environ.get(_OFF) and find_spec("gigatoken") is not None


def choose(encoding: str, *, plain: bool = False) -> ChosenCounter:
    """Return the fastest counter that counts as tiktoken does.

    Raises VocabularyError when the shipped vocabulary is damaged.
    """
    if not plain and fast_is_here():
        try:
            return ChosenCounter(FastCounter(encoding))
        except ImportError:
            pass
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001 - whatever it does, tiktoken is there
            return ChosenCounter(PlainCounter(encoding), f"gigatoken left aside: {error}")
    return ChosenCounter(PlainCounter(encoding))


@contextlib.contextmanager
def _lengths_only() -> Iterator[None]:
    """Have gigatoken give lengths, without the token ids they belong to.

    All it wants of `awkward` is to cut one long array of ids into rows by their lengths. The
    lengths are enough here, and awkward takes 0.4 s and 40 MB to import. Whether this still
    holds for the version installed, the probe shows each time.
    """
    before = sys.modules.get("awkward")
    stand_in = ModuleType("awkward")
    stand_in.__dict__.update(Array=_NoArray, unflatten=lambda _ids, lengths: lengths)
    sys.modules["awkward"] = stand_in
    try:
        yield
    finally:
        if before is None:
            del sys.modules["awkward"]
        else:
            sys.modules["awkward"] = before


class _NoArray:
    """Nothing is one of these."""


def _load_fast(encoding: str) -> Any:
    from gigatoken.gigatoken_rs import BPETokenizer  # type: ignore[import-not-found,unused-ignore]

    # It reads vocabularies from files only. This one has no name in any folder, so that nothing
    # stays behind when the process is killed while it loads.
    with tempfile.TemporaryFile() as file:
        file.write(vocabulary(encoding))
        file.seek(0)
        # No special tokens: their names in a text are ordinary text.
        return BPETokenizer.from_tiktoken(f"/dev/fd/{file.fileno()}", _SCHEMES[encoding], {})
