"""What a worker process computes of checks: the reports of lines, and their problems in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from tui.core.checks import check_batch
from tui.core.checks.run import issues_of
from tui.core.checks.whole_file.sample_stats import guess_each

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.services.worker import Answer


def check(head: Mapping[str, Any], body: bytes) -> Answer:
    """Check lines, of which the first has the number `first`; the answer is `ReportColumns`."""
    return {}, check_batch(head["first"], lines_in(body)).to_bytes()


def word(head: Mapping[str, Any], body: bytes) -> Answer:
    """Put the problems of lines into words; the answer is that of `word_lines`."""
    return {}, word_lines(head["first"], lines_in(body), head["broken"])


def languages(_head: Mapping[str, Any], body: bytes) -> Answer:
    """Guess the languages of texts, a JSON list of their bytes in hexadecimal."""
    texts = [bytes.fromhex(one).decode("utf-8", "surrogatepass") for one in orjson.loads(body)]
    return {"languages": guess_each(texts)}, b""


def lines_in(data: bytes) -> list[bytes]:
    """Return the lines in `data`, which begins with one."""
    lines = data.split(b"\n")
    if not lines[-1]:
        lines.pop()
    return lines


def word_lines(first: int, lines: list[bytes], broken: list[tuple[int, list[str]]]) -> bytes:
    """Return the problems of lines, of which the first has the number `first`, as JSON.

    `broken` are numbers of lines with the rules that they break. A list of [line, rule, where,
    message, whether it can be fixed].
    """
    return orjson.dumps(
        [
            (one.line, one.rule, one.where, one.message, one.fixable)
            for number, rules in broken
            for one in issues_of(number, lines[number - first], {*rules})
        ]
    )
