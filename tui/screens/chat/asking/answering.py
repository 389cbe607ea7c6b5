"""Send a question and paint its answer as it streams; retry, stop, ask again."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from tui.commands import key_hint, key_of
from tui.core.chat.conversation import add, add_after, back_to, messages, open_calls
from tui.core.chat.images import user_message
from tui.dispatch import handles
from tui.screens.chat.asking.growing import GrowingAnswer
from tui.screens.chat.turns.words import call_words
from tui.services.chat.service import STALLED_S
from tui.services.errors import InputError, ServiceError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.timer import Timer
    from textual.worker import Worker

    from tui.core.catalog.models import ModelFacts
    from tui.core.chat.conversation import Conversation
    from tui.core.chat.parameters import ChatParameters
    from tui.screens.chat.asking.attaching import Attaching
    from tui.screens.chat.asking.prompt import Prompt
    from tui.screens.chat.session import ChatSession
    from tui.screens.chat.turns.view import ChatView
    from tui.screens.controller_context import ScreenContext

FRAMES = 15  # a second, at most: what a terminal over SSH carries easily


def busy() -> str:
    """Return what is said, with the keys in use."""
    return f"An answer is coming: {key_hint('app.escape', 'stops')} it."


@dataclass(frozen=True, slots=True)
class AskedWith:
    """What a question is asked with, looked up when it is sent. May raise ServiceError."""

    model: Callable[[], Awaitable[str]]
    system: Callable[[], Awaitable[str]]  # the system prompt, or an empty string
    parameters: Callable[[], ChatParameters]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question on its way: the conversation before it and with it, and what was typed."""

    before: Conversation
    tree: Conversation
    typed: str = ""
    images: tuple[tuple[str, str], ...] = ()


class Answering:
    """One answer at a time. `answered` is called with an answer that has come to its end.

    After `STALLED_S` without text, by `clock`, the status line says so.
    """

    def __init__(
        self,
        context: ScreenContext,
        session: ChatSession,
        view: ChatView,
        prompt: Prompt,
        attaching: Attaching,
        asked_with: AskedWith,
        answered: Callable[[GrowingAnswer], None],
    ) -> None:
        self._context, self._session, self._view = context, session, view
        self._prompt, self._attaching = prompt, attaching
        self._asked_with, self._answered = asked_with, answered
        self.clock: Callable[[], float] = time.monotonic
        self._asked_at = self._text_at = 0.0  # when it was asked, and when text came last
        self._silent = 0  # whole seconds since then, as the status line says; 0 while it does not
        self._asking: Worker[None] | None = None
        self._answer: GrowingAnswer | None = None
        self._frames: Timer | None = None
        self._kept = self._painted = 0  # pieces of the answer in the chat, and on the screen

    @property
    def under_way(self) -> bool:
        """Whether an answer is under way."""
        return self._asking is not None

    def held(self) -> bool:
        """Tell that an answer is coming, if one is; nothing else can be done meanwhile."""
        if self.under_way:
            self._context.tell(busy(), seconds=3)
        return self.under_way

    # -- what can be done ------------------------------------------------------------

    def send(self, text: str) -> None:
        """Ask what was typed, unless an answer is still coming: then it stays typed."""
        if self.under_way:
            self._context.tell(
                f"One answer at a time: {key_hint('app.escape', 'stops')} this one.", seconds=3
            )
            return
        self._prompt.fill("")
        self._context.clear_error()
        before = self._session.tree
        calls = open_calls(before)
        if calls:
            message = {"role": "tool", "tool_call_id": calls[0].get("id"), "content": text}
            tree = add(before, message)
            if len(calls) > 1:
                self._session.change(tree)
            else:
                self._ask(_Asked(before, tree, text))
            return
        self._prompt.questions.append(text)
        images = self._attaching.take()
        message = user_message(text, [url for _, url in images])
        known = _answered_part(before)
        names = "\n".join(" ".join(name.split()) for name, _ in images)
        self._ask(_Asked(before, add_after(known, known.head, message, note=names), text, images))

    def ask_of(self, tree: Conversation) -> None:
        """Have the last message of a conversation answered, once all its calls have results."""
        self._context.clear_error()
        if open_calls(tree):
            self._session.change(tree)
        else:
            self._ask(_Asked(self._session.tree, tree))

    @handles("chat.again")
    def ask_again(self) -> None:
        """Have the turn under the cursor answered again, of the model that is chosen now."""
        node = self._view.under_cursor
        if self.held():
            return
        if node is None:
            step = f"Press {key_of('chat.prompt')} and type."
            raise InputError("Nothing asked yet", "this chat is empty", step)
        question = node.parent if node.role == "assistant" else node.id
        self.ask_of(back_to(self._session.tree, question))

    def stop(self) -> bool:
        """End the answer under way, what has come stays; return whether there was one."""
        if self._asking is not None:
            self._asking.cancel()
        return self.under_way

    def show_waiting(self) -> None:
        """Say in the prompt what a tool is to return, if a call waits for that."""
        calls = open_calls(self._session.tree)
        self._prompt.awaits(call_words(calls[0]) if calls and not self.under_way else "")

    # -- one answer ------------------------------------------------------------------

    def _ask(self, asked: _Asked) -> None:
        self._prompt.busy(True)
        self._context.working("chat", "answering")
        work = partial(self._answer_question, asked)
        self._asking = self._context.run(work, group="answer", description="ask a model")
        self._session.change(asked.tree)

    async def _answer_question(self, asked: _Asked) -> None:
        answer = None
        try:
            model = await self._asked_with.model()
            system = await self._asked_with.system()
            self._session.ask_with(model, system, self._asked_with.parameters())
            answer = self._begin(asked, model)
            await self._stream(answer, asked, await self._facts(model))
        except asyncio.CancelledError:
            if answer is not None:
                answer.stop(self._seconds)
            raise
        except ServiceError as error:
            if answer is not None:
                answer.cut(error.cause, self._seconds)
            raise
        finally:
            self._end(asked, answer)

    async def _stream(self, answer: GrowingAnswer, asked: _Asked, facts: ModelFacts | None) -> None:
        from tui.services.chat.service import ChatRequest, Delta

        chat = self._session.chat
        sent = messages(asked.tree, system=chat.system)
        request = ChatRequest(answer.node.model, sent, chat.parameters)
        self._asked_at = self.clock()
        async with aclosing(self._context.workspace.chat.stream(request)) as parts:
            async for part in parts:
                if isinstance(part, Delta):
                    self._text_at = self.clock()
                    answer.take(part, self._seconds)
                else:
                    answer.finish(part, facts)

    async def _facts(self, model: str) -> ModelFacts | None:
        try:
            return await self._context.workspace.chat_prices.facts(model)
        except ServiceError:  # the user's own catalogue is broken: where it counts, that is said
            return None

    @property
    def _seconds(self) -> float:
        """The seconds since it was asked."""
        return self.clock() - self._asked_at

    def _begin(self, asked: _Asked, model: str) -> GrowingAnswer:
        tree = add_after(
            asked.tree,
            asked.tree.head,
            {"role": "assistant", "content": ""},
            state="streaming",
            model=model,
        )
        answer = self._answer = GrowingAnswer(tree.nodes[tree.last_id])
        self._kept = self._painted = 0
        self._text_at = self._asked_at = self.clock()
        self._session.change(tree)
        self._frames = self._view.widget.set_interval(1 / FRAMES, self.paint)
        return answer

    def _end(self, asked: _Asked, answer: GrowingAnswer | None) -> None:
        self._asking = self._answer = None
        if self._frames is not None:
            self._frames.stop()
            self._frames = None
        if not self._context.attached:  # the program is ending: what has come is kept
            if answer is not None and answer.anything:
                self._session.grow(answer.as_node())
            return
        self._say_stalled(0)
        self._context.working("chat", "")
        self._prompt.busy(False)
        if answer is not None and answer.state == "streaming":
            answer.cut("something unforeseen went wrong", self._seconds)
        if answer is not None and answer.anything:
            self._session.grow(answer.as_node())
            self._view.show_last()
            self.show_waiting()
            self._answered(answer)
        else:
            self._give_back(asked)

    def _give_back(self, asked: _Asked) -> None:
        """Put a question that brought nothing back to where it was typed, if nothing is there."""
        if not asked.typed or self._prompt.text:
            # An answer that was there before counts again.
            self._session.change(asked.tree if asked.typed else asked.before)
            return
        if asked.typed in self._prompt.questions[-1:]:
            self._prompt.questions.pop()
        self._prompt.fill(asked.typed)
        self._attaching.give_back(asked.images)
        self._session.change(asked.before)

    # -- showing ---------------------------------------------------------------------

    def paint(self) -> None:
        """Show what has come since the last frame, if the screen is the one looked at."""
        answer = self._answer
        if answer is None:
            return
        come = answer.size
        if self._kept < come:
            self._kept = come
            self._session.grow(answer.as_node())
        waits = self._painted < come and self._context.looked_at
        if waits and self._view.stream_last("".join(answer.thoughts)):
            self._painted = come
        self._say_stalled(self.clock() - self._text_at)

    def _say_stalled(self, silent: float) -> None:
        """Say how long no text has come, again each whole second, once that is long."""
        seconds = int(silent) if silent >= STALLED_S else 0
        if seconds != self._silent:
            self._silent = seconds
            self._context.note(
                f"no text for {seconds} s; {key_hint('app.escape', 'stops')}" if seconds else ""
            )


def _answered_part(tree: Conversation) -> Conversation:
    """Return the conversation up to its last answer: a question nobody answered is not sent."""
    head = None if tree.head is None else tree.nodes[tree.head]
    if head is None or head.role != "user":
        return tree
    return back_to(tree, head.parent)
