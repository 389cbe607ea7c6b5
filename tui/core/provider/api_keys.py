"""Clean API keys as people enter them: white space, quotes and mishaps of env files."""

from __future__ import annotations

from dataclasses import dataclass

_AROUND = " \t\r\n\v\f\0\ufeff\u200b\u2060\u00a0"
_QUOTES = {'"': '"', "'": "'", "`": "`", "\u201c": "\u201d", "\u2018": "\u2019"}


@dataclass(frozen=True, slots=True)
class EnteredKey:
    """A key as it is sent. `problem` says, without the key, why it cannot be; it begins "it …"."""

    text: str
    quoted: bool = False
    problem: str = ""


def entered_key(raw: str) -> EnteredKey:
    """Return a key without what stands around it."""
    text = raw.strip(_AROUND)
    quoted = len(text) >= 2 and _QUOTES.get(text[0]) == text[-1]
    if quoted:
        text = text[1:-1].strip(_AROUND)
    return EnteredKey(text, quoted, _problem(text))


def _problem(text: str) -> str:
    if text.lower().startswith("bearer "):
        return "it begins with the word Bearer, which is added when it is sent"
    for at, char in enumerate(text, 1):
        if "!" <= char <= "~":
            continue
        if char.isspace():
            what = "a line break" if char in "\r\n\u2028\u2029\x85" else "white space"
        else:
            what = f"a character that no key has (U+{ord(char):04X})"
        return f"it holds {what} (character {at} of {len(text)})"
    return ""
