"""From answers to a chat with one of the models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.compare.sides.as_chat import chat_of
from tui.dispatch import handles

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.core.compare.listing import PromptRow
    from tui.screens.compare.compare_context import CompareContext
    from tui.screens.compare.results.state import ShownRun


class Onward:
    """Takes what was compared to Chat. `listed` returns the row under the cursor of the results.

    It is None while the columns are shown.
    """

    def __init__(
        self,
        context: CompareContext,
        listed: Callable[[], tuple[ShownRun, PromptRow] | None],
    ) -> None:
        self._context, self._listed = context, listed

    @handles("compare.chat")
    def chat(self) -> None:
        """Open this prompt in Chat, with the model in focus and what it answered."""
        if (found := self._listed()) is not None:
            self._chat_of_row(*found)
            return
        comparison, at = self._context.comparison, self._context.focused
        if at >= len(comparison.columns):
            self._context.tell_no_column()
            return
        if self._context.names_hidden():
            return
        column = comparison.columns[at]
        if comparison.prompt is None:
            self._context.host.chat_with(column.candidate.model)
        else:
            answer = column.first if column.ended else None
            chat = chat_of(comparison.prompt, column.candidate, answer)
            self._context.host.open_chat(chat)

    def _chat_of_row(self, looked_at: ShownRun, row: PromptRow) -> None:
        """Open a prompt of a run with the answer that is worst by the measure looked at."""
        measure = looked_at.listing.measure
        values = {one.name: row.value(one.name, measure) for one in looked_at.plan.candidates}
        known = {name: value for name, value in values.items() if value is not None}
        name = min(known, key=lambda one: known[one]) if known else next(iter(values))
        candidate = next(one for one in looked_at.plan.candidates if one.name == name)
        self._context.host.open_chat(chat_of(row.prompt, candidate, row.answer(name)))
