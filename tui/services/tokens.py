"""Counting whole files: in threads, in chunks, remembering what was counted before."""

from __future__ import annotations

import asyncio
import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from tui.core import distribution, pricing
from tui.core.catalog import Catalog, load
from tui.core.example import Broken, parse
from tui.core.tokens import count_example
from tui.services.vocab import encoder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui.core.catalog import ModelFacts
    from tui.core.distribution import Summary
    from tui.core.pricing import Cost, Truncation
    from tui.services.vocab import VocabEncoder

# Large enough that a chunk's overhead is nothing, small enough to stop and report soon.
_CHUNK_ROWS = 256
_CHUNK_BYTES = 256 * 1024
_REMEMBERED = 500_000
_THREADS = min(4, os.cpu_count() or 1)


class Rows(Protocol):
    """The lines of a file, read one by one from any thread."""

    def __len__(self) -> int:
        """Count lines."""
        ...

    def __getitem__(self, position: int, /) -> bytes:
        """Return a line without its ending."""
        ...


class Cancelled(Exception):  # noqa: N818 - nothing is wrong: somebody asked for it
    """The count was stopped before its end, because `cancelled()` said so."""


@dataclass(frozen=True, slots=True)
class RowCount:
    """The tokens of one line, or None in a list of these for a line that is no example."""

    context: int
    trained: int
    uncounted: int
    preference: bool


@dataclass(frozen=True, slots=True)
class TokenReport:
    """The tokens and the price of one file.

    `lines`, `context` and `trained` run in parallel, one entry an example; lines that are no
    example are left out. `summary` is over `context`. `uncounted` images and sounds are in
    none of the numbers. `predicted_epochs` are what the provider would choose.
    """

    path: str
    model: str
    facts: ModelFacts
    lines: tuple[int, ...]
    context: tuple[int, ...]
    trained: tuple[int, ...]
    uncounted: int
    summary: Summary
    trained_summary: Summary
    truncated: tuple[Truncation, ...]
    epochs: int
    predicted_epochs: int
    billed_tokens: int
    cost: Cost

    @property
    def examples(self) -> int:
        """How many examples were counted."""
        return len(self.context)

    @property
    def context_total(self) -> int:
        """The context tokens of all examples, before any cut."""
        return sum(self.context)

    @property
    def trained_total(self) -> int:
        """The trained tokens of all examples, before any cut."""
        return sum(self.trained)

    def to_json(self) -> dict[str, Any]:
        """Return the report as `finetui tokens --json` prints it for one file."""
        names = ("min", "p05", "p25", "p50", "p75", "p95", "max", "mean")
        amount = self.cost.amount
        return {
            "path": self.path,
            "model": self.model,
            "encoding": self.facts.encoding,
            "exact": self.facts.exact,
            "examples": self.examples,
            "context_tokens": self.context_total,
            "trained_tokens": self.trained_total,
            "limit": self.facts.training_limit,
            "truncated": [
                {"line": t.line, "tokens": t.tokens, "lost": t.lost} for t in self.truncated
            ],
            "per_example": {name: getattr(self.summary, name) for name in names},
            "epochs": self.epochs,
            "billed_tokens": self.billed_tokens,
            "cost": {
                # A float shows a decimal of fewer than 16 digits as it is.
                "amount": None if amount is None else float(amount),
                "currency": self.cost.currency,
                "as_of": self.cost.as_of.isoformat() if self.cost.as_of else None,
            },
        }


class TokenService:
    """Counts files. One instance may be used by several tasks at once."""

    def __init__(self, catalog: Catalog | None = None) -> None:
        self._catalog = catalog
        # By encoding and content, so an edited file counts only its changed lines again.
        self._counts: dict[bytes, RowCount | None] = {}

    @property
    def catalog(self) -> Catalog:
        """What is known of the models; read from disk on first use."""
        if self._catalog is None:
            self._catalog = load()
        return self._catalog

    async def report(
        self,
        rows: Rows,
        path: str,
        model: str,
        *,
        epochs: int | None = None,
        on_progress: Callable[[int, int], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> TokenReport:
        """Count every row for `model` and price one job with them.

        `on_progress(done, of)` is called in the event loop, in rows. Raises Cancelled soon
        after `cancelled()` is true, and VocabularyError when the vocabulary is damaged.
        """
        counts = await self.count(rows, model, on_progress=on_progress, cancelled=cancelled)
        facts = self.catalog.find(model)
        return await asyncio.to_thread(_report, counts, path, facts, epochs)

    async def count(
        self,
        rows: Rows,
        model: str,
        *,
        on_progress: Callable[[int, int], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> list[RowCount | None]:
        """Return the tokens of every row, None for a row that is no example."""
        facts = await asyncio.to_thread(lambda: self.catalog.find(model))
        counter = await asyncio.to_thread(encoder, facts.encoding)
        loop = asyncio.get_running_loop()
        found: list[RowCount | None] = []
        total = len(rows)
        # Threads of its own: a long count must not keep other work out of the shared pool.
        with ThreadPoolExecutor(_THREADS, "tokens") as pool:
            while len(found) < total:
                if cancelled is not None and cancelled():
                    raise Cancelled
                starts = range(len(found), total, _CHUNK_ROWS)[:_THREADS]
                chunks = await asyncio.gather(
                    *(
                        loop.run_in_executor(pool, self._chunk, rows, at, counter, cancelled)
                        for at in starts
                    )
                )
                for chunk in chunks:
                    found += chunk
                if on_progress is not None:
                    on_progress(len(found), total)
        return found

    def _chunk(
        self,
        rows: Rows,
        start: int,
        counter: VocabEncoder,
        cancelled: Callable[[], bool] | None,
    ) -> list[RowCount | None]:
        """Count `_CHUNK_ROWS` rows from `start`. Runs in a thread."""
        found: list[RowCount | None] = []
        size = 0
        for index in range(start, min(start + _CHUNK_ROWS, len(rows))):
            row = rows[index]
            size += len(row)
            if size > _CHUNK_BYTES:
                size = 0
                if cancelled is not None and cancelled():
                    raise Cancelled
            found.append(self._row(row, counter))
        return found

    def _row(self, row: bytes, counter: VocabEncoder) -> RowCount | None:
        key = hashlib.blake2b(row, digest_size=16, person=counter.name.encode()).digest()
        try:
            return self._counts[key]
        except KeyError:
            count = _count_row(row, counter)
        if len(self._counts) >= _REMEMBERED:
            self._counts.clear()
        self._counts[key] = count
        return count


def _count_row(row: bytes, counter: VocabEncoder) -> RowCount | None:
    # A byte order mark is reported by the checks; behind it stands an ordinary example.
    example = parse(row.removeprefix(b"\xef\xbb\xbf"))
    if isinstance(example, Broken) or example.kind == "unknown":
        return None
    count = count_example(example, counter)
    return RowCount(count.context, count.trained, count.uncounted, example.kind == "preference")


def _report(
    counts: Sequence[RowCount | None], path: str, facts: ModelFacts, requested: int | None
) -> TokenReport:
    counted = [(line, c) for line, c in enumerate(counts, 1) if c is not None]
    context = tuple(c.context for _, c in counted)
    trained = tuple(c.trained for _, c in counted)
    lines = tuple(line for line, _ in counted)
    preference = bool(counted) and all(c.preference for _, c in counted)
    rule = facts.epochs_dpo if preference else facts.epochs
    epochs = pricing.epochs(len(counted), rule, requested)
    billed = pricing.billed_tokens(context, facts.training_limit, epochs)
    return TokenReport(
        path=path,
        model=facts.id,
        facts=facts,
        lines=lines,
        context=context,
        trained=trained,
        uncounted=sum(c.uncounted for _, c in counted),
        summary=distribution.summary(context),
        trained_summary=distribution.summary(trained),
        truncated=pricing.truncated(zip(lines, context, strict=True), facts.training_limit),
        epochs=epochs,
        predicted_epochs=pricing.epochs(len(counted), rule),
        billed_tokens=billed,
        cost=pricing.cost(billed, facts),
    )
