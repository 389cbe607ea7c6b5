"""Send a question, show its answer as it streams in, and ask again on demand."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from tui.dispatch import handles
from tui.screens.chat.talk import Answer, Exchange, Talk
from tui.services.chat.service import STALLED_S
from tui.services.errors import InputError, ServiceError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.timer import Timer
    from textual.worker import Worker

    from tui.screens.chat.options import Options
    from tui.screens.chat.prompt import Prompt
    from tui.screens.context import ScreenContext
    from tui.widgets.conversation import Conversation

FRAMES = 15  # a second, at most: what a terminal over SSH carries easily


@dataclass(frozen=True, slots=True)
class AskedWith:
    """What a question is asked with, looked up when it is sent. May raise ServiceError."""

    model: Callable[[], Awaitable[str]]
    system: Callable[[], Awaitable[str]]  # the system prompt, or an empty string
    options: Callable[[], Options]


class Answering:
    """One answer at a time. `answered` is called with an answer that has come to its end.

    After `stalled_after` seconds without text, by `clock`, the status line says so.
    """

    def __init__(
        self,
        context: ScreenContext,
        conversation: Conversation,
        prompt: Prompt,
        asked_with: AskedWith,
        answered: Callable[[Answer], None],
        *,
        stalled_after: float = STALLED_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._context, self._conversation, self._prompt = context, conversation, prompt
        self._asked_with, self._answered = asked_with, answered
        self.stalled_after, self.clock = stalled_after, clock
        self.talk = Talk()
        self._before = Talk()  # the conversation put away last
        self._text_at = 0.0  # when text came last
        self._silent = 0  # whole seconds since then, as the status line says; 0 while it does not
        self._asking: Worker[None] | None = None
        self._answer: Answer | None = None
        self._frames: Timer | None = None
        self._painted = 0  # pieces of the answer that are on the screen

    @property
    def under_way(self) -> bool:
        """Whether an answer is under way."""
        return self._asking is not None

    # -- what can be done ------------------------------------------------------------

    def send(self, question: str) -> None:
        """Ask what was typed, unless an answer is still coming: then it stays typed."""
        if self.under_way:
            self._context.tell("One answer at a time: esc stops this one.", seconds=3)
            return
        self._prompt.fill("")
        self._prompt.questions.append(question)
        exchange = Exchange(question)
        self.talk.exchanges.append(exchange)
        self._context.clear_error()
        self.show_talk()
        self._ask(exchange, typed=question)

    @handles("chat.again")
    def ask_again(self) -> None:
        """Ask the last question again, of the model that is chosen now."""
        if self.under_way:
            return
        if not self.talk.exchanges:
            self._context.show_error(
                InputError("Nothing asked yet", "this chat is empty", "Press i and type.")
            )
            return
        self._context.clear_error()
        self._ask(self.talk.exchanges[-1])

    @handles("chat.clear")
    def clear(self) -> None:
        """Start a new conversation; in an empty one, bring the last one back."""
        if self.under_way:
            self._context.tell("An answer is coming: esc stops it.", seconds=3)
        elif self.talk.exchanges:
            self._context.tell("New chat; n again brings the last one back.", seconds=4)
            self.talk, self._before = Talk(), self.talk
            self.show_talk()
        else:
            self.talk, self._before = self._before, Talk()
            self.show_talk()

    def stop(self) -> bool:
        """End the answer under way, what has come stays; tells whether there was one."""
        if self._asking is not None:
            self._asking.cancel()
        return self.under_way

    # -- one answer ------------------------------------------------------------------

    def _ask(self, exchange: Exchange, *, typed: str = "") -> None:
        """Have the last question answered; `typed` goes back to the prompt if that fails."""
        self._prompt.busy(True)
        self._context.working("chat", "answering")
        work = partial(self._answer_question, exchange, typed)
        self._asking = self._context.run(work, group="answer", description="ask a model")

    async def _answer_question(self, exchange: Exchange, typed: str) -> None:
        answer = None
        try:
            model = await self._asked_with.model()
            system = await self._asked_with.system()
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
        from tui.core.chat.parameters import ChatParameters
        from tui.services.chat.service import ChatRequest, Delta

        options = self._asked_with.options()
        request = ChatRequest(
            answer.model,
            self.talk.messages(system),
            ChatParameters(
                temperature=options.temperature,
                max_tokens=options.max_tokens,
                seed=options.seed,
            ),
        )
        async with aclosing(self._context.workspace.chat.stream(request)) as parts:
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
        self._frames = self._conversation.set_interval(1 / FRAMES, self.paint)
        return answer

    def _end(self, exchange: Exchange, answer: Answer | None, typed: str) -> None:
        self._asking = self._answer = None
        if self._frames is not None:
            self._frames.stop()
            self._frames = None
        if not self._context.attached:  # the program is ending
            return
        self._say_stalled(0)
        self._context.working("chat", "")
        self._prompt.busy(False)
        if answer is not None and answer.state == "streaming":
            answer.cut("something unforeseen went wrong")
        failed = answer is None or (answer.state == "cut" and not answer.text)
        if not failed and answer is not None:
            self._conversation.update_last(answer.turn(counts=True))
            self._answered(answer)
        else:
            self._give_back(exchange, answer, typed)

    def _give_back(self, exchange: Exchange, answer: Answer | None, typed: str) -> None:
        """Put a question that brought nothing back to where it was typed, if nothing is there."""
        if answer is not None and len(exchange.answers) > 1:
            exchange.answers.pop()  # the answer there was before counts again
        if typed and not self._prompt.text:
            self.talk.exchanges.remove(exchange)
            self._prompt.fill(typed)
        self.show_talk()

    # -- showing ---------------------------------------------------------------------

    def show_talk(self) -> None:
        """Show the conversation as it stands, its last turn under the cursor."""
        turns = self.talk.turns()
        self._conversation.show(turns, cursor=len(turns) - 1)

    def paint(self) -> None:
        """Show what has come since the last frame, if the screen is the one looked at."""
        answer = self._answer
        if answer is None:
            return
        if self._painted < len(answer.pieces) and self._context.looked_at:
            come = len(answer.pieces)
            if self._conversation.stream_last(answer.turn(counts=True)):
                self._painted = come
        self._say_stalled(self.clock() - self._text_at)

    def _say_stalled(self, silent: float) -> None:
        """Say how long no text has come, anew each whole second, once that is long."""
        seconds = int(silent) if silent >= self.stalled_after else 0
        if seconds != self._silent:
            self._silent = seconds
            self._context.note(f"no text for {seconds} s; esc stops" if seconds else "")
