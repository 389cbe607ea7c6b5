"""A cheap guess at a text's language, from its script or its commonest words. Only a guess."""

from __future__ import annotations

import re
from collections import Counter

UNKNOWN = "unknown"
_LOOKED_AT = 2000  # characters

# First code points of stretches, and the language most written in them.
_SCRIPTS = (
    (0x0370, 0x03FF, "el"),
    (0x0400, 0x052F, "ru"),
    (0x0530, 0x058F, "hy"),
    (0x0590, 0x05FF, "he"),
    (0x0600, 0x077F, "ar"),
    (0x0900, 0x097F, "hi"),
    (0x0980, 0x09FF, "bn"),
    (0x0B80, 0x0BFF, "ta"),
    (0x0E00, 0x0E7F, "th"),
    (0x10A0, 0x10FF, "ka"),
    (0x1100, 0x11FF, "ko"),
    (0x3040, 0x30FF, "ja"),
    (0x3400, 0x9FFF, "zh"),
    (0xAC00, 0xD7AF, "ko"),
)
# Letters that tell a language from others of its script.
_LETTERS = (
    ("ru", "іїєґ", "uk"),
    ("ar", "پچژگ", "fa"),
)
_WORDS = {
    "en": "the and is of to in you that it for with are this not have on be what your can",
    "de": "der die das und ist nicht ich sie ein eine mit zu den von auf für wie es auch wir",
    "fr": "le la les et est des une vous je pas que pour dans qui sur avec ce du nous votre",
    "es": "el la los las y es que de en un una por con para no su como está más lo",
    "pt": "o os as e é que de em um uma por com para não seu como está mais você do",
    "it": "il lo gli e è che di un una per con non sono come più della nel si anche questo",
    "nl": "de het een en is van ik je niet dat op te zijn voor met aan wat hoe ook uw",
    "tr": "bir ve bu için ile değil ne mi var da de nasıl olarak çok daha gibi ben siz olan kadar",
    "pl": "i w nie na się jest to z do jak że co czy dla są po ale od ten przez",
    "sv": "och är att det en jag som på för inte med den av ett har till du kan vi om",
    "id": "yang dan di ini itu dengan untuk tidak dari saya anda ke apa ada pada bisa adalah akan",
    "vi": "là và của có không cho một tôi bạn được này với trong các như để những người",
    "cs": "a je se na v že to s jak co pro by jsem ale které není jsou ve tak si",
    "ro": "și este un o în că de la cu pentru nu sunt ce mai din care pe să",
}
_LANGUAGES: dict[str, list[str]] = {}
for _language, _common in _WORDS.items():
    for _word in _common.split():
        _LANGUAGES.setdefault(_word, []).append(_language)
_SPLIT = re.compile(r"[^\W\d_]+")


def guess(text: str) -> str:
    """Return a two-letter code of the likeliest language, or "unknown"."""
    text = text[:_LOOKED_AT].lower()
    return (not text.isascii() and _by_script(text)) or _by_words(text)


def _by_script(text: str) -> str:
    seen = Counter(map(_script, filter(str.isalpha, text)))
    total = sum(seen.values())
    if seen["ja"] and (seen["ja"] + seen["zh"]) * 2 > total:
        return "ja"  # Japanese is written in Chinese characters too
    language, count = seen.most_common(1)[0] if seen else ("", 0)
    if count * 2 <= total:
        return ""
    for base, letters, other in _LETTERS:
        if language == base and any(letter in text for letter in letters):
            return other
    return language


def _script(char: str) -> str:
    code = ord(char)
    if code < 0x0370:
        return ""
    return next((language for first, last, language in _SCRIPTS if first <= code <= last), "")


def _by_words(text: str) -> str:
    seen: Counter[str] = Counter()
    for word in _SPLIT.findall(text):
        seen.update(_LANGUAGES.get(word, ()))
    if not seen:
        return UNKNOWN
    (best, count), *others = seen.most_common(2)
    return best if not others or others[0][1] < count else UNKNOWN
