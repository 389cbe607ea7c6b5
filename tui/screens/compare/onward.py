"""Go on from an answer: make a preference pair, or open a chat with its model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.compare.sides.as_chat import chat_of
from tui.core.compare.sides.pairs import preference_pair
from tui.dispatch import handles
from tui.screens.dialogs.choose import Choice, Choose
from tui.screens.dialogs.path import PathDialog
from tui.services.errors import InputError

if TYPE_CHECKING:
    from tui.core.compare.sides.side_by_side import Column
    from tui.screens.compare.compare_context import CompareContext


class Onward:
    """Takes what was compared to Datasets or to Chat."""

    def __init__(self, context: CompareContext) -> None:
        self._context = context

    @handles("compare.chat")
    def chat(self) -> None:
        """Open this prompt in Chat, with the model in focus and what it answered."""
        comparison, at = self._context.comparison, self._context.focused
        if at >= len(comparison.columns):
            return
        column = comparison.columns[at]
        if comparison.prompt is None:
            self._context.host.chat_with(column.candidate.model)
        else:
            answer = column.first if column.ended else None
            chat = chat_of(comparison.prompt, column.candidate, answer)
            self._context.host.open_chat(chat)

    @handles("compare.pair", group="pair")
    async def make_pair(self) -> None:
        """Make a preference pair of the winner and a loser."""
        from tui.services.compare.pairs import add_pair, takes_pairs, write_pair

        comparison = self._context.comparison
        winner, losers = comparison.winner, comparison.losers()
        if winner is None or comparison.prompt is None:
            raise InputError("No winner yet", "a pair needs one", "Press w on the better answer.")
        if not losers:
            raise InputError("No pair", "the other answers are the same", "Ask other models.")
        loser = losers[0] if len(losers) == 1 else await self._choose_loser(losers)
        if loser is None or winner.first is None or loser.first is None:
            return
        pair = preference_pair(comparison.prompt, winner.first, loser.first)
        document = self._context.workspace.datasets.current
        if document is not None and takes_pairs(document):
            number = await add_pair(document, pair)
            name = document.path.name
            self._context.tell(f"Example {number:,} of {name}; u in Datasets takes it back.")
            return
        path = await self._context.ask(
            PathDialog("No dataset of pairs is open: write the pair to", must_exist=False)
        )
        if path is not None:
            await write_pair(path, pair)
            self._context.tell(f"Written to {path.name}; open it, and p adds the next pair to it.")

    async def _choose_loser(self, losers: list[Column]) -> Column | None:
        choices = [Choice(one, one.candidate.name) for one in losers]
        return await self._context.ask(Choose("The worse answer is that of", choices))
