"""Operations on many examples: a menu, and the parameters of what is chosen."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tui.core.text.text import plural
from tui.dispatch import handles
from tui.screens.datasets.dataset_context import in_turn
from tui.screens.dialogs.choose import Choice, Choose

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.core.bulk import Operation
    from tui.screens.datasets.bulk.runner import BulkRunner
    from tui.screens.datasets.dataset_context import DatasetContext
    from tui.screens.datasets.filtering.marked_rows import MarkedRows


class BulkOperations:
    """Does an operation to the marked examples, those the filter shows, or all."""

    def __init__(self, context: DatasetContext, marked: MarkedRows, runner: BulkRunner) -> None:
        self._context, self._marked, self._runner = context, marked, runner

    @handles("datasets.bulk", group="edit")
    @in_turn
    async def choose(self) -> None:
        """Choose an operation and do it."""
        if self._context.document is None:
            return
        await self._context.check_rows()
        from tui.core.bulk import OPERATIONS

        positions = self._marked.scope()
        scope = self._scope_words(len(positions))
        choices = [Choice(one.id, one.title, one.remark) for one in OPERATIONS.values()]
        chosen = await self._context.ask(Choose(f"Change {scope}", choices))
        if chosen is None:
            return
        operation = OPERATIONS[chosen]
        values = await self._ask_parameters(operation, scope)
        if values is None:
            return
        work = operation.make(values, await _counter(operation))
        await self._runner.run(operation.title, work, positions, scope)

    def _scope_words(self, count: int) -> str:
        if len(self._marked):
            return f"{count:,} marked {'example' if count == 1 else 'examples'}"
        which = " shown" if self._context.rows.filtered else ""
        return f"{'' if which else 'all '}{plural(count, 'example')}{which}"

    async def _ask_parameters(self, operation: Operation, scope: str) -> dict[str, str] | None:
        """Ask for the values of an operation; None leaves it."""
        from tui.screens.datasets.bulk.form import BulkForm
        from tui.screens.dialogs.editor import TextEditor

        short = [one for one in operation.parameters if not one.long]
        values: dict[str, str] | None = {}
        if short:
            values = await self._context.ask(BulkForm(operation, scope))
        if values is None or values.get("do") == "remove":
            return None if values is None else {**values, "text": ""}
        for parameter in operation.parameters:
            if parameter.long:
                editor = TextEditor(parameter.label, self._first_system(), _empty)
                text = await self._context.ask(editor)
                if text is None:
                    return None
                values[parameter.name] = text
        return values

    def _first_system(self) -> str:
        """Return the system prompt of the example under the cursor, to begin with."""
        from tui.core.dataset.example import Example

        example = self._context.selection.example
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
