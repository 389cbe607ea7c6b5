"""A guess at a text's language, by py3langid; English is told by its commonest words alone.

The detector takes most of a second and 100 MB to load. So it is loaded for the first text that
is not plainly English, and never on the event loop: whoever asks works in a thread.
"""

from __future__ import annotations

import re
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

UNKNOWN = "unknown"
LOOKED_AT = 400  # characters, of an answer from its beginning
# Below it the detector is wrong about as often as right: one word, figures, code.
_LEAST_CONFIDENCE = 0.4
# Words that no other language has among its common ones; at least so many of a text's words.
_WORDS = (
    "the and of to that is it for with are this not have you your can what be on was they "
    "from or which will there their when how would should"
)
_ONLY = "the and of that with this you your they which would should"
_ENGLISH, _ENGLISH_ONLY = frozenset(_WORDS.split()), frozenset(_ONLY.split())
_ENGLISH_SHARE = 0.25
_LETTERS = re.compile(r"[^\W\d_]+")
_loading = Lock()


def guess(text: str) -> str:
    """Return the two- or three-letter code of a text's likeliest language, or "unknown"."""
    return _guess(text[:LOOKED_AT].strip())


def plain_guess(text: str) -> str | None:
    """Return what `guess` does, if it can be told without the detector; else None."""
    text = text[:LOOKED_AT].strip()
    words = _LETTERS.findall(text.lower())
    if not words:
        return UNKNOWN
    return "en" if _plainly_english(text, words) else None


@lru_cache(maxsize=4096)
def _guess(text: str) -> str:
    if (plain := plain_guess(text)) is not None:
        return plain
    with _loading:
        classify = _detector()
    if classify is None:
        return UNKNOWN
    language, confidence = classify(text)
    return language if confidence >= _LEAST_CONFIDENCE and language != "zxx" else UNKNOWN


def _plainly_english(text: str, words: list[str]) -> bool:
    if not text.isascii() and sum(map(str.isascii, text)) < 0.95 * len(text):
        return False
    common = sum(word in _ENGLISH for word in words)
    only = len({*words} & _ENGLISH_ONLY)
    return len(words) >= 5 and only >= 2 and common >= _ENGLISH_SHARE * len(words)


@lru_cache(maxsize=1)
def _detector() -> Callable[[str], tuple[str, float]] | None:
    """Return what tells a language and how sure that is; None where it cannot be loaded."""
    try:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier

        found: Any = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    except (ImportError, OSError, MemoryError):  # it unpacks into a temporary file
        return None
    classify: Callable[[str], tuple[str, float]] = found.classify
    return classify
