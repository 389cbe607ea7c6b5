"""Split reasoning that a model writes between `<think>` and `</think>` from its answer."""

from __future__ import annotations

import re

_OPEN, _CLOSE = "<think>", "</think>"
# Some templates write the first tag into the prompt: then only the last one comes.
_CLOSED_ONLY = re.compile(r"\A(?P<reasoning>.*?)</think>[ \t]*(?:\r?\n|\Z)\s*", re.DOTALL)


class ThinkSplitter:
    """Tells reasoning from text, as the pieces of an answer come, wherever they are cut.

    Reasoning stands before the text only: tags in the middle of it are text.
    """

    def __init__(self) -> None:
        self._rest = ""  # what may be the beginning of a tag, and blanks before one
        self._inside = False
        self._text = False  # from here on all is text
        self._after = False  # blanks between the reasoning and the text belong to neither
        self.found = False  # whether there was reasoning

    def feed(self, piece: str) -> tuple[str, str]:
        """Return what is now known to be (text, reasoning)."""
        text: list[str] = []
        reasoning: list[str] = []
        self._rest += piece
        while self._rest and not self._text:
            if self._inside:
                if not self._read_reasoning(reasoning):
                    break
            elif not self._read_start():
                break
        if self._text:
            text.append(self._rest)
            self._rest = ""
        return "".join(text), "".join(reasoning)

    def _read_reasoning(self, reasoning: list[str]) -> bool:
        """Take reasoning off the rest; return whether it has come to its end."""
        inside, tag, after = self._rest.partition(_CLOSE)
        if tag:
            reasoning.append(inside)
            self._rest, self._inside, self._after = after, False, True
            return True
        kept = _overlap(self._rest)
        reasoning.append(self._rest[: len(self._rest) - kept])
        self._rest = self._rest[len(self._rest) - kept :]
        return False

    def _read_start(self) -> bool:
        """Look whether the rest begins with a tag; False while that cannot be told."""
        begun = self._rest.lstrip()
        if begun.startswith(_OPEN):
            self._rest = begun[len(_OPEN) :]
            self._inside = self.found = True
            return True
        if _OPEN.startswith(begun):
            return False
        if self._after:
            self._rest = begun
        self._text = True
        return True

    def end(self) -> tuple[str, str]:
        """Return the rest as (text, reasoning): no more comes."""
        rest, self._rest = self._rest, ""
        if self._inside:
            return "", rest
        return rest.lstrip() if self._after else rest, ""


def _overlap(text: str) -> int:
    """Count the characters at the end that may begin the closing tag."""
    longest = min(len(text), len(_CLOSE) - 1)
    return next((n for n in range(longest, 0, -1) if text.endswith(_CLOSE[:n])), 0)


def split_unopened(text: str) -> tuple[str, str]:
    """Return (text, reasoning) of a whole answer whose reasoning is closed but never opened.

    The closing tag must end its line; a text that speaks of the tag stays as it is.
    """
    found = _CLOSED_ONLY.match(text)
    if found is None or _OPEN in found["reasoning"]:
        return text, ""
    return text[found.end() :], found["reasoning"]
