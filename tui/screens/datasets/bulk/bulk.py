"""Work on many examples: a menu, parameters, a preview, and one undoable step."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual import work

from tui.core.text.text import one_line, plural
from tui.screens.datasets.filtering.marks import MarkActions
from tui.screens.datasets.selection import PlaceInDataset
from tui.screens.dialogs.choose import Choice, Choose

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui.core.bulk import Operation, Work
    from tui.services.datasets.bulk import Planned

_AT_ONCE = 2000  # rows that are worked on in no time: no progress is shown


class Bulk(PlaceInDataset):
    """Looking at a piece of work on many rows, and doing it."""

    _bulk_stopped: bool | None = None  # None while nothing is being worked out

    async def do_in_bulk(
        self, title: str, work: Work, positions: Sequence[int], scope: str, yes: str = "applies it"
    ) -> None:
        """Work out what becomes of the rows, show it, and do it after a yes.

        Raises ServiceError when the document cannot be changed.
        """
        from tui.screens.datasets.fixing.preview import BeforeAfter, facts_of

        document = self.document
        if document is None:
            return
        planned = await self._plan_bulk(work, positions)
        if planned is None:
            self.tell("Stopped; nothing was changed")
            return
        outcome = planned.outcome
        facts = facts_of(outcome, scope)
        if not outcome.does_something:
            self.tell(" ".join(facts[:1] + facts[2:]))
            return
        dialog = BeforeAfter(title, facts, outcome.samples, yes)
        if not await self.app.push_screen_wait(dialog):
            return
        from tui.services.datasets.bulk import apply

        self.host.working("bulk", outcome.label)
        try:
            await apply(document, planned)
        finally:
            self.host.working("bulk", "")
        self.tell(f"Done: {outcome.label}; u takes it back")

    async def _plan_bulk(self, work: Work, positions: Sequence[int]) -> Planned | None:
        from tui.services.datasets.bulk import plan

        if self.document is None:
            return None
        self._bulk_stopped = False
        show = self._bulk_progress(work.label) if len(positions) > _AT_ONCE else None
        try:
            return await plan(
                self.document, work, positions, show, lambda: bool(self._bulk_stopped)
            )
        finally:
            self._bulk_stopped = None
            self.host.working("bulk", "")

    def _bulk_progress(self, label: str) -> Callable[[int, int], None]:
        def show(done: int, of: int) -> None:
            if self._bulk_stopped is False:
                percent = done * 100 // max(of, 1)
                self.host.working("bulk", f"{one_line(label, 30)}: {percent} %, esc stops")

        return show

    def stop_bulk(self) -> bool:
        """Stop what is being worked out; tells whether there was something."""
        if self._bulk_stopped is None:
            return False
        self._bulk_stopped = True
        return True

    def tell(self, text: str) -> None:
        """Say that something is done, for a moment."""
        self.notify(one_line(text, 300), markup=False, timeout=4)


class BulkActions(Bulk, MarkActions):
    """The menu of operations on many examples."""

    @work(group="edit", exclusive=True, exit_on_error=False, description="work on many examples")
    async def action_bulk(self) -> None:
        """Choose an operation for the marked examples, those the filter shows, or all."""
        if self.document is None:
            return
        from tui.core.bulk import OPERATIONS

        positions = self.scope_positions()
        scope = self._scope_words(len(positions))
        choices = [Choice(one.id, one.title, one.remark) for one in OPERATIONS.values()]
        chosen = await self.app.push_screen_wait(Choose(f"Do to {scope}", choices))
        if chosen is None:
            return
        operation = OPERATIONS[chosen]
        values = await self._ask_parameters(operation, scope)
        if values is None:
            return
        work = operation.make(values, await _counter(operation))
        await self.do_in_bulk(operation.title, work, positions, scope)

    def _scope_words(self, count: int) -> str:
        if self.marked:
            return f"{count:,} marked {'example' if count == 1 else 'examples'}"
        which = " shown" if self.view.filtered else ""
        return f"{'' if which else 'all '}{plural(count, 'example')}{which}"

    async def _ask_parameters(self, operation: Operation, scope: str) -> dict[str, str] | None:
        """Ask for the values of an operation; None leaves it."""
        from tui.screens.datasets.bulk.form import BulkForm
        from tui.screens.datasets.editor import TextEditor

        short = [one for one in operation.parameters if not one.long]
        values: dict[str, str] | None = {}
        if short:
            values = await self.app.push_screen_wait(BulkForm(operation, scope))
        if values is None or values.get("do") == "remove":
            return None if values is None else {**values, "text": ""}
        for parameter in operation.parameters:
            if parameter.long:
                text = await self.app.push_screen_wait(
                    TextEditor(parameter.label, self._first_system(), _empty)
                )
                if text is None:
                    return None
                values[parameter.name] = text
        return values

    def _first_system(self) -> str:
        """Return the system prompt of the example under the cursor, to begin with."""
        from tui.core.dataset.example import Example

        document, at = self.document, self.position
        example = document.example(at) if document is not None and at < len(document) else None
        if not isinstance(example, Example):
            return ""
        return example.first("system") or example.first("developer")


def _empty(text: str) -> str:
    return "" if text.strip() else "Empty: choose remove to take the system prompt out."


async def _counter(operation: Operation) -> Callable[[str], int]:
    """Return what counts the tokens of a text, for an operation that may ask for it."""
    if not operation.counts_tokens:
        return len
    from tui.services.tokens.vocabularies import encoder

    return (await asyncio.to_thread(encoder, "o200k_base")).count
