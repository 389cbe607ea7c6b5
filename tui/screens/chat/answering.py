"""Asking: the part of the Chat screen that sends a question and paints the answer."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from typing import TYPE_CHECKING

from textual import work

from tui.screens.base import ModeScreen
from tui.screens.chat.prompt import Prompt
from tui.screens.chat.talk import Answer, Exchange, Talk
from tui.services.chat.service import STALLED_S
from tui.services.errors import InputError, ServiceError
from tui.widgets.conversation import Conversation

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.timer import Timer
    from textual.worker import Worker

    from tui.screens.chat.options import Options

FRAMES = 15  # a second, at most: what a terminal over SSH carries easily


class Answering(ModeScreen):
    """One answer at a time; esc stops it.

    After `stalled_after` seconds without text, by `clock`, the status line says so.
    """

    talk: Talk
    options: Options

    def __init__(
        self, *, stalled_after: float = STALLED_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__()
        self.stalled_after = stalled_after
        self.clock = clock
        self._text_at = 0.0  # when text came last
        self._silent = (
            0  # the whole seconds since, as the status line says them; 0 while it says none
        )
        self._asking: Worker[None] | None = None
        self._answer: Answer | None = None
        self._clock: Timer | None = None
        self._painted = 0  # pieces of the answer that are on the screen

    async def model_to_ask(self) -> str:
        """Return the model to ask. Raises ServiceError when there is none."""
        raise NotImplementedError

    async def system_to_send(self) -> str:
        """Return the system prompt for the next question, or an empty string."""
        raise NotImplementedError

    def answered(self, answer: Answer) -> None:
        """Do what follows an answer that has come to its end."""

    @property
    def answering(self) -> bool:
        """Whether an answer is under way."""
        return self._asking is not None

    def ask(self, exchange: Exchange, *, typed: str = "") -> None:
        """Have the last question answered; `typed` goes back to the prompt if that fails."""
        self.query_one(Prompt).busy(True)
        self.host.working("chat", "answering")
        self._asking = self._ask(exchange, typed)

    def stop(self) -> None:
        """End the answer under way; what has come stays."""
        if self._asking is not None:
            self._asking.cancel()

    @work(group="answer", exclusive=True, exit_on_error=False, description="ask a model")
    async def _ask(self, exchange: Exchange, typed: str) -> None:
        answer = None
        try:
            model = await self.model_to_ask()
            system = await self.system_to_send()
            answer = self._begin(exchange, model)
            await self._stream(answer, system)
        except asyncio.CancelledError:
            if answer is not None:
                answer.stop()
            raise
        except ServiceError as error:
            if answer is not None:
                answer.cut(error.cause)
            raise
        finally:
            self._end(exchange, answer, typed)

    async def _stream(self, answer: Answer, system: str) -> None:
        from tui.services.chat.service import ChatRequest, Delta

        request = ChatRequest(
            answer.model,
            self.talk.messages(system),
            temperature=self.options.temperature,
            max_tokens=self.options.max_tokens,
            seed=self.options.seed,
        )
        async with aclosing(self.workspace.chat.stream(request)) as parts:
            async for part in parts:
                if isinstance(part, Delta):
                    self._text_at = self.clock()
                    answer.pieces.append(part.text)
                else:
                    answer.finish(part)

    def _begin(self, exchange: Exchange, model: str) -> Answer:
        answer = self._answer = Answer(model)
        # A try that brought nothing makes room for the new one; the others stay to compare.
        kept = [tried for tried in exchange.answers if tried.text or tried.state == "done"]
        exchange.answers = [*kept, answer]
        self._painted = 0
        self._text_at = self.clock()
        self.show_talk()
        self._clock = self.set_interval(1 / FRAMES, self._paint)
        return answer

    def _paint(self) -> None:
        """Show what has come since the last frame, if this screen is the one looked at."""
        answer = self._answer
        if answer is not None and self._painted < len(answer.pieces) and self.is_current:
            self._painted = len(answer.pieces)
            self.query_one(Conversation).update_last(answer.turn(counts=True))
        if answer is not None:
            self._say_stalled(self.clock() - self._text_at)

    def _say_stalled(self, silent: float) -> None:
        """Say how long no text has come, anew each whole second, once that is long."""
        seconds = int(silent) if silent >= self.stalled_after else 0
        if seconds != self._silent:
            self._silent = seconds
            self.note(f"no text for {seconds} s; esc stops" if seconds else "")

    def _end(self, exchange: Exchange, answer: Answer | None, typed: str) -> None:
        self._asking = self._answer = None
        if self._clock is not None:
            self._clock.stop()
            self._clock = None
        if not self.is_attached:  # the program is ending
            return
        self._say_stalled(0)
        self.host.working("chat", "")
        prompt = self.query_one(Prompt)
        prompt.busy(False)
        if answer is not None and answer.state == "streaming":
            answer.cut("something unforeseen went wrong")
        failed = answer is None or (answer.state == "cut" and not answer.text)
        if not failed and answer is not None:
            self.query_one(Conversation).update_last(answer.turn(counts=True))
            self.answered(answer)
            return
        # Nothing came: the question goes back to where it was typed, unless a new one is there.
        if answer is not None and len(exchange.answers) > 1:
            exchange.answers.pop()  # the answer there was before counts again
        if typed and not prompt.text:
            self.talk.exchanges.remove(exchange)
            prompt.fill(typed)
        self.show_talk()

    def show_talk(self) -> None:
        """Show the conversation as it stands, its last turn under the cursor."""
        turns = self.talk.turns()
        self.query_one(Conversation).show(turns, cursor=len(turns) - 1)

    def check_question(self) -> None:
        """Raise InputError when there is nothing to ask again."""
        if not self.talk.exchanges:
            raise InputError("Nothing asked yet", "this chat is empty", "Press i and type.")
