"""Tokens and cost of whole files, and of one example piece by piece."""

from __future__ import annotations

import asyncio
import math
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from tui.core.catalog.models import DEFAULT_ENCODING, Catalog, CatalogError, ModelFacts, load
from tui.core.tokens.pieces import ExamplePieces, read_pieces
from tui.services.datasets.disk.file_lines import reading
from tui.services.errors import InputError
from tui.services.tokens.counting.counts import Cancelled, CountedRows, Counting, CountingError
from tui.services.tokens.counting.worker import in_pieces, lost
from tui.services.tokens.example_numbers import ArrayNumbers, FewNumbers
from tui.services.tokens.report import TokenReport, make_report

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from tui.core.dataset.lines import Lines
    from tui.core.money.terms import Pricing
    from tui.services.settings.locations import Locations
    from tui.services.worker import Answer, Task
    from tui.services.workers import Pool

__all__ = ["Cancelled", "CountingError", "TokenReport", "TokenService"]

_LOST_AT_ONCE = 64
# Between two reports of a count under way: this many seconds, and this many times what one took.
_PART_S = 0.4
_PART_REST = 16


class TokenService:
    """Counts files. One instance may be used by several tasks at once.

    With `locations`, counts are kept in its cache folder, and a models.toml in its
    configuration folder is laid over the shipped catalogue.
    """

    def __init__(
        self, workers: Pool, catalog: Catalog | None = None, *, locations: Locations | None = None
    ) -> None:
        self._catalog = catalog
        self._own = None if locations is None else locations.config / "models.toml"
        self._counting = Counting(None if locations is None else locations.cache, workers)

    @property
    def catalog(self) -> Catalog:
        """What is known of the models; read from disk on first use.

        Raises InputError when the user's own file cannot be used.
        """
        if self._catalog is None:
            own = self._own if self._own is not None and self._own.exists() else None
            try:
                self._catalog = load(own)
            except (CatalogError, OSError) as error:
                raise InputError(
                    "The list of models cannot be read", str(error), f"Correct or remove {own}"
                ) from error
        return self._catalog

    async def report(
        self,
        rows: Lines,
        path: str,
        model: str,
        *,
        epochs: int | None = None,
        money: Pricing | None = None,
        on_progress: Callable[[int, int], None] | None = None,
        on_part: Callable[[TokenReport], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> TokenReport:
        """Count every row for `model` and price one job with them, as `money` prices it.

        `on_progress(done, of)` is called in the event loop, in rows, and `on_part` with the
        report of the rows counted so far. Raises Cancelled soon after `cancelled()` is true,
        OSError when the rows cannot be read, CountingError when counting fails, and InputError
        for the user's catalogue.
        """
        facts = await asyncio.to_thread(self._facts, model, money)
        teller = _Teller(path, facts, epochs, on_progress, on_part)
        counted = await self._counting.count(rows, facts.encoding, teller.tick, cancelled)
        await teller.end()
        report = await asyncio.to_thread(
            _report_of, counted.table, path, facts, epochs, (counted.by, counted.note)
        )
        if on_progress is not None:
            on_progress(len(rows), len(rows))
        return report

    async def report_file(
        self,
        path: str,
        model: str,
        *,
        epochs: int | None = None,
        money: Pricing | None = None,
    ) -> TokenReport:
        """Return the `report` of a file nobody has open, for a command: no screen waits for this.

        Processes start while it is read, if it is worth any. Raises as `report` does, and
        InputError when the file cannot be opened.
        """
        self._counting.alone = True
        async with reading(Path(path), whole=False) as rows:
            if not rows.source.complete:
                encoding = (await asyncio.to_thread(lambda: self.catalog.find(model))).encoding
                self.prepare(rows, encoding, screen=False)
                await asyncio.to_thread(rows.source.index)
            facts = await asyncio.to_thread(self._facts, model, money)
            known = await asyncio.to_thread(self._counting.remembered, rows, facts.encoding)
            if known is not None:
                return make_report(FewNumbers(known), path, facts, epochs)
            return await self.report(rows, path, model, epochs=epochs, money=money)

    def _facts(self, model: str, money: Pricing | None) -> ModelFacts:
        facts = self.catalog.find(model)
        return facts if money is None else money.priced(facts)

    def prepare(
        self, rows: Lines, encoding: str = DEFAULT_ENCODING, *, screen: bool = True
    ) -> None:
        """Count the first lines of a file that may soon be counted, unless they are remembered.

        Returns at once. What goes wrong, the count itself will tell. `screen` as in Counting.
        """
        threading.Thread(
            target=self._counting.prepare,
            args=(rows, encoding),
            kwargs={"screen": screen},
            daemon=True,
        ).start()

    async def pieces(self, line: bytes, model: str) -> ExamplePieces:
        """Return one example token by token."""
        facts = await asyncio.to_thread(lambda: self.catalog.find(model))
        _, body = await self._ask(in_pieces, {"encoding": facts.encoding}, line)
        return await asyncio.to_thread(
            lambda: read_pieces(orjson.loads(body), facts.training_limit)
        )

    async def trained_lost(
        self, rows: Lines, report: TokenReport, cancelled: Callable[[], bool]
    ) -> Sequence[int]:
        """Return the trained tokens that each of `report.truncated` loses, in that order.

        A cancelled one returns what it has.
        """
        found: list[int] = []
        head: dict[str, Any] = {
            "encoding": report.facts.encoding,
            "limit": report.facts.training_limit or 0,
        }
        while len(found) < len(report.truncated) and not cancelled():
            some = report.truncated[len(found) : len(found) + _LOST_AT_ONCE]
            lines = await asyncio.to_thread(_lines_of, rows, [cut.line for cut in some])
            _, body = await self._ask(lost, head | {"rows": len(lines)}, b"\n".join(lines))
            found += orjson.loads(body)
        return found

    @property
    def unkept(self) -> str:
        """Why counts are not kept for the next time; "" when they are."""
        return self._counting.problem

    async def close(self) -> None:
        """Give back what is kept of counts."""
        await asyncio.to_thread(self._counting.close)

    async def _ask(self, task: Task, head: dict[str, Any], body: bytes = b"") -> Answer:
        return await asyncio.to_thread(self._counting.ask, task, head, body)


def _report_of(table: NDArray[np.uint32], *facts: Any) -> TokenReport:
    return make_report(ArrayNumbers(table), *facts)


def _lines_of(rows: Lines, numbers: Sequence[int]) -> list[bytes]:
    return [rows[number - 1] for number in numbers]


class _Teller:
    """Tells how far a count is, and shows a report of what is there so far now and then."""

    def __init__(
        self,
        path: str,
        facts: ModelFacts,
        epochs: int | None,
        on_progress: Callable[[int, int], None] | None,
        on_part: Callable[[TokenReport], None] | None,
    ) -> None:
        self._path, self._facts, self._epochs = path, facts, epochs
        self._on_progress, self._on_part = on_progress, on_part
        self._making: asyncio.Task[None] | None = None
        self._told = -1
        self._next = 0.0  # when the next part may be made

    def tick(self, counted: CountedRows) -> None:
        """Tell about a count under way."""
        done = int(counted.done.sum())
        if done == self._told:
            return
        self._told = done
        if self._on_progress is not None:
            self._on_progress(done, len(counted.done))
        if self._on_part is None or done == len(counted.done):
            return  # nobody looks, or the whole report comes next
        if done and time.monotonic() >= self._next:
            self._next = math.inf
            self._making = asyncio.create_task(self._part(counted, self._on_part))

    async def end(self) -> None:
        """Wait for a partial report that is being made: it must not come after the whole one."""
        if self._making is not None:
            await self._making

    async def _part(self, counted: CountedRows, tell: Callable[[TokenReport], None]) -> None:
        began = time.monotonic()
        # A copy first: numpy must not look twice at what other threads change meanwhile.
        done = counted.done.copy()
        rows = await asyncio.to_thread(lambda: counted.table[done])
        tell(await asyncio.to_thread(_report_of, rows, self._path, self._facts, self._epochs))
        # Of a long count the parts are large: they must not take the time it needs itself.
        now = time.monotonic()
        self._next = now + max(_PART_S, _PART_REST * (now - began))
