"""Characters that an editor would not keep or a terminal would obey, held by placeholders.

Each such character of a text gets a placeholder of its own, a private character that stands
for it and nothing else, so that the text comes back exactly, edited or not. How a placeholder
looks is another matter: a picture one cell wide.
"""

from __future__ import annotations

from tui.core.text.text import hidden, picture

# Supplementary private use area B. Characters of it in a text are hidden ones, so they have
# placeholders themselves and nothing is taken for what it is not.
_FIRST, _LAST = 0x100000, 0x10FFFD


class Placeholders:
    """The placeholders of one text as it is edited."""

    def __init__(self) -> None:
        self._of: dict[str, str] = {}  # placeholders by what they stand for
        self._for: dict[str, str] = {}
        self._looks: dict[int, str] = {}
        self._nested = False  # whether a placeholder stands for a character like itself

    def hold(self, text: str) -> str:
        """Return a text from outside with placeholders; call it first for the text edited."""
        if text.isascii() and text.isprintable():
            return text
        return "".join(self._hold(char) if hidden(char) else char for char in text)

    def hold_more(self, text: str) -> str:
        """Return a text that may have placeholders in it already: those stay."""
        if text.isascii() and text.isprintable():
            return text
        known = self._for
        return "".join(
            self._hold(char) if char not in known and hidden(char) else char for char in text
        )

    def free(self, text: str) -> str:
        """Return the text that one with placeholders stands for."""
        if not self._nested:  # quicker than a walk through a long text
            for placeholder, char in self._for.items():
                text = text.replace(placeholder, char)
            return text
        return text.translate({ord(placeholder): char for placeholder, char in self._for.items()})

    def shown(self, text: str) -> str:
        """Return a text with placeholders as it is shown, every character where it stands."""
        return text.translate(self._looks) if self._looks else text

    def _hold(self, char: str) -> str:
        known = self._of.get(char)
        if known is not None:
            return known
        code = _FIRST + len(self._of)
        if code > _LAST:  # more kinds than any text has
            return "\ufffd"
        made = self._of[char] = chr(code)
        self._for[made] = char
        self._nested |= ord(char) >= _FIRST
        self._looks[code] = picture(char)
        return made
