"""Guess the encoding of a text that is not UTF-8, each with a piece of the text to judge by."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tui.core.text.text import one_line

_SHOWN = 60
_LOOKED_AT = 64 * 1024
_KNOWN = (
    "cp1252", "cp1250", "cp1251", "koi8_r", "iso8859_15", "cp1253", "cp1254", "shift_jis",
    "euc_jp", "gb18030", "big5", "euc_kr", "mac_roman", "cp437",
)  # fmt: skip
_LATIN = {"cp1252", "cp1250", "iso8859_15", "cp1254", "mac_roman", "cp437"}
# Where more of them follow one another a text is not written in Latin letters.
_LONGEST_RUN = 2.0
_FEW = 0.1
_FEWEST_KANA = 0.25
_FEWEST_ZEROS = 50
_BEYOND = re.compile(r"[^\x00-\x7f]+")
_BYTE_BEYOND = re.compile(rb"[\x80-\xff]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_HANGUL = re.compile(r"[\uac00-\ud7a3]")
_HAN = re.compile(r"[\u4e00-\u9fff\u3001\u3002\uff0c\uff01\uff1f]")


@dataclass(frozen=True, slots=True)
class Guess:
    """An encoding a text may be in, and how the text around its first odd letter reads then."""

    encoding: str
    sample: str
    score: float


def guesses(data: bytes) -> list[Guess]:
    """Return the encodings in which a text can be read, the likeliest first."""
    found = []
    wide = data.count(b"\0") * _FEWEST_ZEROS > len(data)  # as in UTF-16 every ASCII letter
    for encoding in ("utf_16_le", "utf_16_be") if wide else _KNOWN:
        text = _decoded(data, encoding)
        if text is not None and "\0" not in text:
            found.append(Guess(encoding, _sample(text), _score(text, encoding)))
    return sorted(found, key=lambda one: -one.score)


def other_encoding(data: bytes) -> str:
    """Return the encoding that a text which is not UTF-8 is in, if not one of Latin letters."""
    first = _BYTE_BEYOND.search(data)
    start = data.rfind(b"\n", 0, first.start()) + 1 if first else 0
    found = guesses(data[start : start + _LOOKED_AT])
    return found[0].encoding if found and found[0].encoding not in _LATIN else ""


def _decoded(data: bytes, encoding: str) -> str | None:
    """Decode a text of which the last letter may be cut off."""
    for cut in range(4):
        try:
            return data[: len(data) - cut].decode(encoding)
        except UnicodeDecodeError as error:
            if error.end < len(data) - 4:
                return None
    return None


def _score(text: str, encoding: str) -> float:
    """Return how much what is beyond ASCII looks like the letters of a language."""
    strange = "".join(_BEYOND.findall(text))
    if not strange:
        return 0.0
    letters = sum(map(str.isalpha, strange)) / len(strange)
    small = sum(map(str.islower, strange)) / len(strange)
    run = len(strange) / len(_BEYOND.findall(text))  # letters beyond ASCII one after another
    if encoding in _LATIN:
        return letters + 0.5 * small - (1.0 if run > _LONGEST_RUN else 0.0)
    cased = sum(one.lower() != one.upper() for one in strange) / len(strange)
    if cased > 1 / 2:  # Cyrillic, Greek: mostly small letters, and words of nothing else
        return letters + 0.5 * small - (0.0 if run > _LONGEST_RUN else 0.8)
    kana, hangul, han = (
        len(pattern.findall(strange)) / len(strange) for pattern in (_KANA, _HANGUL, _HAN)
    )
    if hangul > _FEW and han + kana > _FEW:  # Korean is written in its own letters alone
        return hangul / 2
    kana = kana if kana >= _FEWEST_KANA else 0.0
    if encoding in {"euc_jp", "gb18030"} and bool(kana) != (encoding == "euc_jp"):
        return han + kana  # both read the bytes of both, and only Japanese has kana
    return 1.3 * han + 1.6 * (kana + hangul)


def _sample(text: str) -> str:
    first = _BEYOND.search(text)
    at = first.start() if first else 0
    start = max(at - _SHOWN // 3, text.rfind("\n", 0, at) + 1)
    return one_line(text[start : start + _SHOWN].split("\n", maxsplit=1)[0], _SHOWN)
