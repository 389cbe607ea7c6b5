"""What a worker process computes of tokens: it holds the vocabularies, and what counts.

So loading one never stops the screen, and a crash of a tokenizer is the end of that process only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from tui.services.tokens.counting import pieces
from tui.services.tokens.counting.columns import count_lines
from tui.services.tokens.counting.encoders import ChosenCounter, PlainCounter, choose
from tui.services.tokens.counting.fast import cut_vocabulary

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.services.worker import Answer


def lines_of(body: bytes, rows: int) -> list[bytes]:
    """Return this many lines without their ends."""
    lines = body.split(b"\n")[:rows]
    if b"\r" in body:
        lines = [line.removesuffix(b"\r") for line in lines]
    return lines


def ready(head: Mapping[str, Any], _body: bytes) -> Answer:
    """Load a vocabulary before it is needed; tell who counts."""
    chosen = _choose(head["encoding"], plain=head["plain"])
    return {"by": chosen.counter.name, "note": chosen.note}, b""


def count(head: Mapping[str, Any], body: bytes) -> Answer:
    """Count lines: a row of numbers for each, and who has counted."""
    once = head.get("once", False)
    chosen = _choose(head["encoding"], plain=head["plain"], few=head["few"], once=once)
    table = count_lines(lines_of(body, head["rows"]), chosen.counter, head["encoding"])
    return {"by": chosen.counter.name, "note": chosen.note}, table.tobytes()


def lost(head: Mapping[str, Any], body: bytes) -> Answer:
    """Tell how many trained tokens of each line lie behind a limit."""
    counter = pieces.OneByOne(_choose(head["encoding"], plain=head["plain"], few=True).counter)
    lines = lines_of(body, head["rows"])
    return {}, orjson.dumps([pieces.lost(line, counter, head["limit"]) for line in lines])


def in_pieces(head: Mapping[str, Any], body: bytes) -> Answer:
    """Return one example token by token."""
    return {}, orjson.dumps(pieces.of_line(body, head["encoding"]))


_fast: dict[str, ChosenCounter] = {}


def _choose(encoding: str, *, plain: bool, few: bool = False, once: bool = False) -> ChosenCounter:
    """Return tiktoken, or what counts faster; for few texts that is not worth its loading.

    Nor is all of tiktoken's vocabulary, for what is counted `once`.
    """
    if once and cut_vocabulary.CUT:
        return ChosenCounter(cut_vocabulary.CutCounter(encoding))
    if plain or (few and encoding not in _fast):
        return ChosenCounter(PlainCounter(encoding))
    if encoding not in _fast:
        _fast[encoding] = choose(encoding)
    return _fast[encoding]
