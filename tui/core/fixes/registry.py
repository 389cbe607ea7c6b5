"""What a fix is, and the registry of fixes by the id of the rule whose problems they mend.

A fix is a pure function of one line, or of one example and one problem in it. What it cannot
decide for the user, such as which role an unknown one stands for, it refuses with `CannotFix`,
saying why.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import orjson

from tui.core.dataset.example import writer

if TYPE_CHECKING:
    from tui.core.checks import Issue

# The rewritten line, several lines in its place, or None: the line goes.
Fixed = bytes | list[bytes] | None
Object = dict[str, Any]


class CannotFix(ValueError):  # noqa: N818 - the text is a reason a person reads
    """A problem that only a person can settle; the text says why and what to do."""


LineFix = Callable[[bytes, "Issue"], Fixed]
WholeLineFix = Callable[[bytes], Fixed]
RowFix = Callable[[Object, "Issue"], Object | None]
LINE_FIXES: dict[str, LineFix] = {}
ROW_FIXES: dict[str, RowFix] = {}
# A save can mend these in the file itself: the rows stay as they are.
PLAIN_SAVES = frozenset({"bom", "crlf", "no-final-newline"})
# Problems of the file as a whole that `finetui fix` mends unless it is told which: see `repair`.
FILE_REPAIRS = PLAIN_SAVES | {"pretty-printed"}
# A file's name is not a line of it: saving under another name is the remedy.
RENAMES = frozenset({"wrong-extension"})


def line_fix(*rules: str) -> Callable[[WholeLineFix], WholeLineFix]:
    """Register a fix that works on the bytes of a line, whichever of its problems is meant."""

    def keep(function: WholeLineFix) -> WholeLineFix:
        LINE_FIXES.update(dict.fromkeys(rules, lambda line, _issue: function(line)))
        return function

    return keep


def row_fix(*rules: str) -> Callable[[RowFix], RowFix]:
    """Register a fix that changes a decoded example in place, or returns another for it."""

    def keep(function: RowFix) -> RowFix:
        ROW_FIXES.update(dict.fromkeys(rules, function))
        return function

    return keep


def decoded(line: bytes) -> Object:
    """Return the object on a line, every number as long as it is written.

    Raises CannotFix for what is not an object, and for a key given twice: rewriting the line
    would drop one of the two unseen.
    """
    return opened(line, writer(line))[0]


def opened(line: bytes, write_like: Callable[[object], bytes]) -> tuple[Object, bytes]:
    """Return the object on a line as `decoded` does, and what `write_like` makes of it."""
    try:
        value = orjson.loads(line)
        # It tells neither of a key given twice nor of a number cut: then another line comes out.
        if isinstance(value, dict) and (written := write_like(value)) == line:
            return value, written
    except (ValueError, RecursionError):
        pass  # the careful way says why
    value = exact_object(line)
    return value, write_like(value)


def exact_object(line: bytes) -> Object:
    """Return the object of a line. Raises CannotFix where anything of it would be lost."""
    try:
        value = json.loads(line, object_pairs_hook=_once)
    except RecursionError:
        raise CannotFix("the example is nested too deeply to be written anew") from None
    except ValueError as error:
        if isinstance(error, CannotFix):
            raise
        raise CannotFix("the line is not JSON; mend that first") from None
    if not isinstance(value, dict):
        raise CannotFix("the line is not an example")
    return value


def _once(pairs: list[tuple[str, Any]]) -> Object:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise CannotFix("a key stands twice in one object; decide which to keep first")
    return made


def encoded(raw: Object, like: bytes) -> bytes:
    """Return an example as one line, spaced and escaped as `like` is."""
    return writer(like)(raw)
