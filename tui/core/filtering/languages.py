"""A guess at a text's language, by py3langid; plain cases are told without it, as it would.

The detector takes most of a second and 100 MB to load. So it is loaded for the first text that
neither its commonest words show to be English nor its letters to be of the one language that is
written in them, and never on the event loop: whoever asks works in a thread.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from itertools import groupby
from threading import Lock
from typing import TYPE_CHECKING, Any

from tui.core.filtering.english import COMMON, OWN, PIDGIN

if TYPE_CHECKING:
    from collections.abc import Callable

UNKNOWN = "unknown"
LOOKED_AT = 400  # characters, of an answer from its beginning
# Below it the detector is wrong about as often as right: one word, figures, code.
_LEAST_CONFIDENCE = 0.4
# Words that no other language has among its common ones; at least this many of a text's words.
_WORDS = (
    "the and of to that is it for with are this not have you your can what be on was they "
    "from or which will there their when how would should"
)
_ONLY = "the and of that with this you your they which would should"
_ENGLISH, _ENGLISH_ONLY = frozenset(_WORDS.split()), frozenset(_ONLY.split())
_ENGLISH_SHARE = 0.25
_LONGEST_OTHER = 5  # words, of a passage that may be in another language
_CODE = re.compile(r"[_`{}=<>|\\*]")
_LETTERS = re.compile(r"[^\W\d_]+")
_SCRIPT_LETTERS, _SCRIPT_SHARE = 10, 0.8
_KANA_SHARE = 0.3
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
    return "en" if _plainly_english(text, words) else _by_script("".join(words))


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
    if len(words) >= 5 and only >= 2 and common >= _ENGLISH_SHARE * len(words):
        return True
    return _common_throughout(text, words)


def _common_throughout(text: str, words: list[str]) -> bool:
    """Return whether a text's words are the commonest of English, in each part of it."""
    known, own = [word in COMMON for word in words], {*words} & OWN
    share = sum(known) / len(words)
    enough = len(words) >= 13 and len(own) >= 3 and share >= 0.4
    short = len(words) >= 10 and len(own) >= 2 and share >= 0.5 and not _CODE.search(text)
    if not (enough or short) or not PIDGIN.isdisjoint(words):
        return False
    others = max((len([*run]) for common, run in groupby(known) if not common), default=0)
    return others <= _LONGEST_OTHER and all(map(str.isascii, words))


def _by_script(letters: str) -> str | None:
    """Return the one language that is written in such letters; None where it may be several."""
    if letters.isascii() or len(letters) < _SCRIPT_LETTERS:
        return None
    counts = Counter(found.lastgroup for found in _scripts().finditer(letters))
    han = counts.pop("han", 0)
    if not counts:
        return None
    script, count = counts.most_common(1)[0]
    if script == "ja" and count >= _KANA_SHARE * len(letters):
        count += han
    return script if count >= _SCRIPT_SHARE * len(letters) else None


@lru_cache(maxsize=1)
def _scripts() -> re.Pattern[str]:
    """Return what finds letters that one language alone is written in; made when first needed."""
    return re.compile(
        "(?P<ja>[ぁ-ヿ])|(?P<han>[一-鿿])|(?P<ko>[가-힣])|(?P<th>[ก-๛])|(?P<ka>[ა-ჿ])|(?P<hy>[Ա-և])"
        "|(?P<ta>[அ-௺])|(?P<te>[అ-౿])|(?P<kn>[ಅ-ೲ])|(?P<ml>[അ-ൿ])|(?P<km>[ក-៹])"
    )


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
