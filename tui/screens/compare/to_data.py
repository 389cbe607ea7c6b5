"""From answers to data: the better and the worse one, or a correction, become a pair."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.commands import key_hint, key_of
from tui.core.compare.answers import Answer
from tui.core.compare.sides.pairs import JudgedPair, judged_by
from tui.core.dataset.from_answers import Origin
from tui.core.text.text import one_line
from tui.dispatch import handles
from tui.screens.adding import Adding
from tui.screens.controller_context import opens
from tui.screens.dialogs.choose import Choice, Choose
from tui.screens.dialogs.editor import TextEditor, TooLong, too_long
from tui.services.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui.core.compare.listing import PromptRow
    from tui.core.compare.prompts import Prompt
    from tui.core.compare.sides.side_by_side import Column
    from tui.screens.compare.compare_context import CompareContext
    from tui.screens.compare.results.state import ShownRun


class ComparedToData:
    """Makes pairs of what is compared.

    `listed` returns the run and the row under the cursor of the results, None while the columns
    are shown; `run` the id of the run that the columns show a row of, else an empty text.
    """

    def __init__(
        self,
        context: CompareContext,
        listed: Callable[[], tuple[ShownRun, PromptRow] | None],
        run: Callable[[], str],
    ) -> None:
        self._context, self._listed, self._run = context, listed, run
        self._adding = Adding(context, {"preference": "compare.pair_to"}, "compare.take_back")

    def look_again(self) -> None:
        """Say no more of an example that was added what does not hold any more."""
        self._adding.look_again()

    @handles("compare.pair", "compare.pair_to", group="to data", exclusive=False)
    @opens
    async def make_pair(self, command_id: str) -> None:
        """Make a pair of the winner and a loser, or of a row's best and worst answer."""
        listed = self._listed()
        if listed is None:
            prompt, found, run = *self._side_by_side(), self._run()
        else:
            looked_at, row = listed
            prompt, run = row.prompt, looked_at.id
            found = _of_row(row, looked_at.listing.measure)
        for judged in await self._choose(found):
            made = judged.pair(prompt, _origin(run, prompt, judged))
            choose = command_id == "compare.pair_to"
            if await self._adding.add(made, choose=choose) is None:
                return

    @handles("compare.correct", group="to data", exclusive=False)
    @opens
    async def correct(self) -> None:
        """Write the better answer to the prompt, which makes a pair with the one in focus."""
        comparison, at = self._context.comparison, self._context.focused
        if self._listed() is not None or at >= len(comparison.columns):
            raise InputError(
                "No answer", "no column is shown", f"{key_hint('lists.choose', 'shows')} them."
            )
        column = comparison.columns[at]
        answer = column.first if column.ended else None
        if comparison.prompt is None or answer is None:
            raise InputError(
                "No answer",
                "nothing has come to its end here",
                f"Press {key_of('compare.again')} to ask.",
            )
        if answer.calls:
            raise InputError(
                "Not a text",
                "it calls a tool",
                f"{key_hint('compare.chat', 'opens')} it in Chat; edit it there.",
            )
        text = await self._edit(answer.text, f"compare {comparison.prompt.fingerprint}")
        if text is None or text.strip() in {"", answer.text.strip()}:
            return
        judged = JudgedPair(Answer(text), answer, "", column.candidate.name)
        origin = _origin(self._run(), comparison.prompt, judged)
        await self._adding.add(judged.pair(comparison.prompt, origin))

    @handles("compare.take_back", group="to data", exclusive=False)
    async def take_back(self) -> None:
        """Take the pair that was added last out of its dataset again."""
        await self._adding.take_back()

    # -- inside ------------------------------------------------------------------------

    def _side_by_side(self) -> tuple[Prompt, list[JudgedPair]]:
        comparison = self._context.comparison
        winner = comparison.winner
        if winner is None or comparison.prompt is None:
            raise InputError(
                "No winner yet",
                "a pair needs one",
                f"Press {key_of('compare.winner')} on the better answer.",
            )
        found = [judged for one in comparison.losers() if (judged := _over(winner, one))]
        if not found:
            raise InputError("No pair", "the other answers are the same", "Ask other models.")
        return comparison.prompt, found

    async def _choose(self, found: Sequence[JudgedPair]) -> Sequence[JudgedPair]:
        """Ask which of several pairs are wanted."""
        if len(found) == 1:
            return found
        choices: list[Choice[tuple[JudgedPair, ...]]] = [
            Choice((one,), one_line(one.words, 60), one.why) for one in found
        ]
        if all(one.winner == found[0].winner for one in found):
            each = f"{len(found)} pairs"
            choices.append(Choice(tuple(found), f"{found[0].winner} over each of them", each))
        return await self._context.ask(Choose("Make a pair of", choices)) or ()

    async def _edit(self, text: str, keep: str) -> str | None:
        title = "The better answer"
        if why := too_long(text):
            await self._context.ask(TooLong(title, text, why))
            return None
        return await self._context.ask(TextEditor(title, text, keep=keep))


def _over(winner: Column, loser: Column) -> JudgedPair | None:
    if winner.first is None or loser.first is None:
        return None
    return JudgedPair(winner.first, loser.first, winner.candidate.name, loser.candidate.name)


def _of_row(row: PromptRow, measure: str) -> list[JudgedPair]:
    found = judged_by(row, measure)
    if not found:
        raise InputError(
            "No pair",
            f"no answer is better than another by {measure}",
            (
                f"{key_hint('lists.choose', 'shows')} them side by side; "
                f"{key_hint('compare.winner', 'picks')} the better one there, "
                f"{key_hint('compare.pair', 'makes')} the pair."
            ),
        )
    return found


def _origin(run: str, prompt: Prompt, judged: JudgedPair) -> Origin:
    line = prompt.line if run else None
    return Origin("run" if run else "comparison", run, line, judged.winner, judged.loser)
