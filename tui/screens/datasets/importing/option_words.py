"""Options of the command line, as reasons of a conversion name them, in the words of the screen."""

from __future__ import annotations

import re

# What a reason names, and where the same is said here: the field, and the key that opens it.
_HERE = (
    (re.compile(r"--answers-by NAME"), "“Answers by” (r)"),
    (re.compile(r"--without (\S+)"), r"“Leave out \1” (r)"),
    (re.compile(r"--bad '([^']*)'"), r"“Bad where \1” (r)"),
    (re.compile(r"--empty-prompt TEXT"), "“Empty prompts” (r)"),
    (re.compile(r"--encoding NAME"), "“Encoding” (e)"),
    (re.compile(r"finetui edit --map-role FROM=TO"), "“Map roles” (b, in the new file)"),
)


def on_screen(text: str) -> str:
    """Return a text that names no option of the command line where a key does the same."""
    for option, words in _HERE:
        text = option.sub(words, text)
    return text
