"""Carrying out work on many examples: plan, preview, and one undoable step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.commands import key_hint
from tui.core.text.text import one_line
from tui.screens.host import at_work

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui.core.bulk import Work
    from tui.screens.datasets.dataset_context import DatasetContext
    from tui.services.datasets import Document
    from tui.services.datasets.bulk import PlannedChange

_AT_ONCE = 2000  # rows that are worked on in no time: no progress is shown


class BulkRunner:
    """Works out what becomes of many rows, shows it, and does it after a yes."""

    def __init__(self, context: DatasetContext) -> None:
        self._context = context
        self._stopped: bool | None = None  # None while nothing is being worked out

    async def run(
        self, title: str, work: Work, positions: Sequence[int], scope: str, yes: str = "applies it"
    ) -> None:
        """Plan, show and do it. Raises ServiceError when the document cannot be changed."""
        from tui.screens.datasets.fixing.preview import BeforeAfter, facts_of

        document = self._context.document
        if document is None:
            return
        planned = await self._plan(document, work, positions)
        if planned is None:
            self._context.tell("Stopped; nothing was changed", seconds=4)
            return
        outcome = planned.outcome
        facts = facts_of(outcome, scope)
        if not outcome.does_something:
            self._context.tell(" ".join(facts[:1] + facts[2:]), seconds=4)
            return
        if await self._context.ask(BeforeAfter(title, facts, outcome.samples, yes)):
            await self._apply(document, planned)

    async def _apply(self, document: Document, planned: PlannedChange) -> None:
        from tui.services.datasets.bulk import apply

        label = planned.outcome.label
        with at_work(self._context, "bulk", label):
            async with self._context.step():
                await apply(document, planned)
        self._context.tell(
            f"Done: {label}; {key_hint('datasets.undo', 'takes it back')}", seconds=4
        )

    async def _plan(
        self, document: Document, work: Work, positions: Sequence[int]
    ) -> PlannedChange | None:
        from tui.services.datasets.bulk import plan

        self._stopped = False
        show = self._progress(work.label) if len(positions) > _AT_ONCE else None
        try:
            return await plan(document, work, positions, show, lambda: bool(self._stopped))
        finally:
            self._stopped = None
            self._context.working("bulk", "")

    def _progress(self, label: str) -> Callable[[int, int], None]:
        def show(done: int, of: int) -> None:
            if self._stopped is False:
                percent = done * 100 // max(of, 1)
                self._context.working(
                    "bulk", f"{one_line(label, 30)}: {percent} %, {key_hint('app.escape', 'stops')}"
                )

        return show

    def stop(self) -> bool:
        """Stop what is being worked out; return whether there was something."""
        if self._stopped is None:
            return False
        self._stopped = True
        return True
