"""Send the prompt to all columns at once; each answer is painted as it streams."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING

from tui.commands import key_hint, key_of
from tui.core.compare.prompts import Prompt
from tui.core.compare.recorded import recorded_rows
from tui.core.compare.sides.side_by_side import Try, try_of
from tui.core.money.answers import answer_cost
from tui.dispatch import handles
from tui.services.errors import InputError, ServiceError

if TYPE_CHECKING:
    from textual.timer import Timer
    from textual.worker import Worker

    from tui.core.catalog.models import ModelFacts
    from tui.core.compare.sides.side_by_side import Column
    from tui.screens.chat.asking.prompt import Prompt as PromptField
    from tui.screens.chat.system.prompt import SystemPrompt
    from tui.screens.compare.compare_context import CompareContext

FRAMES = 15  # a second, at most, as in Chat


class Asking:
    """Sends a prompt to every column. The texts on the screen follow fifteen times a second."""

    def __init__(self, context: CompareContext, field: PromptField, system: SystemPrompt) -> None:
        self._context, self._field, self._system = context, field, system
        self._typed: Prompt | None = None  # what was typed, without a system prompt
        self._sent: Prompt | None = None  # what became of it
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
            self._context.tell(
                f"Answers are coming: {key_hint('app.escape', 'stops')} them.", seconds=3
            )
        elif not comparison.columns:
            self._context.show_error(_no_model())
        else:
            self._field.fill("")
            self._field.questions.append(text)
            self._typed = Prompt(1, ({"role": "user", "content": text},))
            self._ask(self._typed)

    @handles("compare.again")
    def ask_again(self) -> None:
        """Ask every column the same once more."""
        prompt = self._context.comparison.prompt
        if self.under_way:
            return
        if prompt is None or not self._context.comparison.columns:
            step = f"Press {key_of('compare.prompt')} and type one."
            raise InputError("Nothing asked yet", "there is no prompt", step)
        typed = self._typed if prompt is self._sent else None
        self._ask(typed or prompt)

    def _ask(self, prompt: Prompt) -> None:
        """Ask every column a prompt.

        The system prompt set here stands in place of its own; one that is typed is asked with
        that of the open dataset too, as in Chat.
        """
        context = self._context
        context.clear_error()
        self._field.busy(True)
        context.working("compare-ask", "comparing")
        self._frames = self._field.set_interval(1 / FRAMES, self._paint)
        work = partial(self._ask_all, prompt)
        self._worker = context.run(work, group="ask", description="ask several models")

    def stop(self) -> bool:
        """End all answers under way, what has come stays; return whether there were any."""
        if self._worker is not None:
            self._worker.cancel()
        return self.under_way

    async def _ask_all(self, prompt: Prompt) -> None:
        context = self._context
        try:
            asked = await self._with_system(prompt)
            context.comparison.begin(asked, context.chance)
            context.tell_changed()
            facts = await context.workspace.compare.prices(
                column.candidate for column in context.comparison.columns
            )
            columns = context.comparison.columns
            await asyncio.gather(*(self._ask_column(c, facts) for c in columns))
        finally:
            for column in context.comparison.columns:
                _stop_all(column.tries)
            self._end()

    async def _with_system(self, prompt: Prompt) -> Prompt:
        typed = prompt is self._typed
        system = await self._system.to_send() if typed else self._system.own
        asked = prompt.with_system(system) if system else prompt
        if typed:
            self._sent = asked
        return asked

    async def _recorded(self, column: Column) -> None:
        """Show what was recorded of a column that is not asked."""
        prompt, candidate = self._context.comparison.prompt, column.candidate
        assert prompt is not None
        try:
            found = await self._context.workspace.compare.read(candidate.recording)
        except ServiceError as error:
            column.tries = [Try("failed", error=error.brief)]
            return
        rows = recorded_rows(candidate, [prompt], len(column.tries), found.rows)
        column.tries = [try_of(row, None) for row in rows]

    async def _ask_column(self, column: Column, facts: dict[str, ModelFacts]) -> None:
        if column.candidate.recording:
            await self._recorded(column)
            return
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
            self._context.working("compare-ask", "")
            self._field.busy(False)
            self._context.tell_changed()


def _stop_all(tries: list[Try]) -> None:
    for one in tries:
        if one.running:
            one.state = "stopped"


def _no_model() -> InputError:
    return InputError(
        "No model chosen",
        "there is no column yet",
        f"Press {key_of('app.escape')}, then {key_of('compare.add')}.",
    )
