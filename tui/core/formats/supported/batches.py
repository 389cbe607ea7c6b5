"""Batches: the answers of an output file joined with the requests of its input file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeGuard

from tui.core.formats.supported.completion_logs import BATCH_ID, request_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tui.core.formats.records import Record

_ANSWERED = ("response", "result", "error")


class Batch:
    """The requests and answers of batches by their ids, whichever files they lie in."""

    def __init__(self) -> None:
        self._requests: dict[str, Mapping[str, Any]] = {}
        self._answered: set[str] = set()
        self.taken = 0  # requests that went into the row of their answer

    def look(self, records: Iterable[Record]) -> None:
        """Take note of the requests and the answers among rows."""
        for record in records:
            row = record.value
            if not is_batch_line(row):
                continue
            if _is_answer(row):
                self._answered.add(row[BATCH_ID])
            elif (request := request_of(row)[1]) is not None:
                self._requests.setdefault(row[BATCH_ID], request)

    @property
    def has_both(self) -> bool:
        """Whether any answer has its request."""
        return not self._answered.isdisjoint(self._requests)

    def joined(self, records: Iterable[Record]) -> Iterator[Record]:
        """Yield rows, each answer with its request, and no request that has its answer."""
        for record in records:
            row = record.value
            if not is_batch_line(row) or row[BATCH_ID] not in self._requests:
                yield record
            elif _is_answer(row):
                joined = {**row, "request": self._requests[row[BATCH_ID]]}
                yield replace(record, value=joined, raw=None)
            elif row[BATCH_ID] in self._answered:
                self.taken += 1
            else:
                yield record


def is_batch_line(row: object) -> TypeGuard[dict[str, Any]]:
    """Whether a row is a line of a batch's input or output."""
    return isinstance(row, dict) and isinstance(row.get(BATCH_ID), str)


def _is_answer(row: Mapping[str, Any]) -> bool:
    return any(key in row for key in _ANSWERED) and request_of(row)[1] is None
