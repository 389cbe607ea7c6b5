"""Write the results of a run to a file, as JSON lines or CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.compare.measures import QUALITY
from tui.core.text.spreadsheet import csv_text
from tui.services.compare.results_file import line_of
from tui.services.datasets.disk.atomic_save import write_atomically
from tui.services.errors import NotWritten, disk_errors
from tui.services.output_endings import by_ending

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tui.core.compare.prompts import Prompt
    from tui.core.compare.result_row import Row

_HEAD = (
    "line", "model", "repeat", "prompt", "reference", "answer", *QUALITY, "finish_reason",
    "prompt_tokens", "answer_tokens", "latency_s", "first_token_s", "error",
)  # fmt: skip


def write_results(path: Path, prompts: Sequence[Prompt], rows: Sequence[Row]) -> None:
    """Write rows as CSV or JSON lines, as the path ends. Blocking.

    Raises NotWritten, and InputError for another ending.
    """
    table = by_ending(path, {".csv": True, ".jsonl": False, ".ndjson": False}, default=False)
    made = _csv(prompts, rows) if table else map(line_of, rows)
    with disk_errors("Cannot write the results", path, "Choose another place.", NotWritten):
        write_atomically(path, made)


def _csv(prompts: Sequence[Prompt], rows: Sequence[Row]) -> Iterator[bytes]:
    asked = {prompt.line: prompt for prompt in prompts}
    yield _line(_HEAD)
    for row in rows:
        prompt = asked.get(row.slot.line)
        expected = None if prompt is None else prompt.expected
        yield _line(
            (
                *row.slot[:1], row.slot.model, row.slot.repeat,
                "" if prompt is None else prompt.title,
                "" if expected is None else expected.shown,
                row.answer.shown, *(row.measures.of(name) for name in QUALITY), row.finish_reason,
                row.prompt_tokens, row.answer_tokens, row.latency_s, row.first_token_s, row.error,
            )
        )  # fmt: skip


def _line(cells: Sequence[object]) -> bytes:
    return csv_text([cells]).encode("utf-8", "backslashreplace")
