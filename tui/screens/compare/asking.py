"""Send the prompt to all columns at once; each answer is painted as it streams."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING

from tui.core.compare.prompts import Prompt
from tui.core.money.answers import answer_cost
from tui.dispatch import handles
from tui.services.errors import InputError, ServiceError

if TYPE_CHECKING:
    from textual.timer import Timer
    from textual.worker import Worker

    from tui.core.catalog.models import ModelFacts
    from tui.core.compare.sides.side_by_side import Column, Try
    from tui.screens.chat.asking.prompt import Prompt as PromptField
    from tui.screens.compare.compare_context import CompareContext

FRAMES = 15  # a second, at most, as in Chat


class Asking:
    """Sends a prompt to every column. The texts on the screen follow fifteen times a second."""

    def __init__(self, context: CompareContext, field: PromptField) -> None:
        self._context, self._field = context, field
        self._worker: Worker[None] | None = None
        self._frames: Timer | None = None
        self._fresh = False  # whether something came since the last frame

    @property
    def under_way(self) -> bool:
        """Whether answers are coming."""
        return self._worker is not None

    def send(self, text: str) -> None:
        """Ask what was typed; it stays typed while answers are coming or nobody can be asked."""
        comparison = self._context.comparison
        if self.under_way:
            self._context.tell("Answers are coming: esc stops them.", seconds=3)
        elif not comparison.columns:
            self._context.show_error(_no_model())
        else:
            self._field.fill("")
            self._field.questions.append(text)
            self.ask(Prompt(1, ({"role": "user", "content": text},)))

    @handles("compare.again")
    def ask_again(self) -> None:
        """Ask every column the same once more."""
        prompt = self._context.comparison.prompt
        if self.under_way:
            return
        if prompt is None or not self._context.comparison.columns:
            self._context.show_error(
                InputError("Nothing asked yet", "there is no prompt", "Press i and type one.")
            )
            return
        self.ask(prompt)

    def ask(self, prompt: Prompt) -> None:
        """Ask every column a prompt; the system prompt set here stands in place of its own."""
        context = self._context
        if context.system:
            prompt = prompt.with_system(context.system)
        context.comparison.begin(prompt, context.chance)
        context.clear_error()
        context.tell_changed()
        self._field.busy(True)
        context.working("compare", "comparing")
        self._frames = self._field.set_interval(1 / FRAMES, self._paint)
        self._worker = context.run(self._ask_all, group="ask", description="ask several models")

    def stop(self) -> bool:
        """End all answers under way, what has come stays; tells whether there were any."""
        if self._worker is not None:
            self._worker.cancel()
        return self.under_way

    async def _ask_all(self) -> None:
        context = self._context
        try:
            facts = await context.workspace.compare.prices(
                column.candidate for column in context.comparison.columns
            )
            columns = context.comparison.columns
            await asyncio.gather(*(self._ask_column(c, facts) for c in columns))
        finally:
            for column in context.comparison.columns:
                _stop_all(column.tries)
            self._end()

    async def _ask_column(self, column: Column, facts: dict[str, ModelFacts]) -> None:
        for one in column.tries:
            try:
                await self._stream(column, one)
            except ServiceError as error:
                one.state, one.error = "failed", error.brief
                _stop_all(column.tries)  # the next would fail as this one did
                return
            if one.reply is not None:
                known = facts.get(column.candidate.name)
                one.cost = answer_cost(one.reply.usage, known).amount

    async def _stream(self, column: Column, one: Try) -> None:
        from tui.services.chat.service import Delta
        from tui.services.compare.asking import request_of

        prompt = self._context.comparison.prompt
        assert prompt is not None
        request = request_of(column.candidate, prompt)
        one.state, self._fresh = "streaming", True
        async with aclosing(self._context.workspace.chat.stream(request)) as parts:
            async for part in parts:
                self._fresh = True
                if isinstance(part, Delta):
                    one.pieces.append(part.text)
                    continue
                one.reply = part
                one.state = "done" if part.complete else "failed"
                if not part.complete:
                    one.error = f"cut off: {part.broken or 'the end never came'}"

    def _paint(self) -> None:
        if self._fresh and self._context.looked_at:
            self._fresh = False
            self._context.painted.tell()

    def _end(self) -> None:
        self._worker = None
        if self._frames is not None:
            self._frames.stop()
            self._frames = None
        if self._context.attached:
            self._context.working("compare", "")
            self._field.busy(False)
            self._context.tell_changed()


def _stop_all(tries: list[Try]) -> None:
    for one in tries:
        if one.running:
            one.state = "stopped"


def _no_model() -> InputError:
    return InputError("No model chosen", "there is no column yet", "Press esc, then a.")
