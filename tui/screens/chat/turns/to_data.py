"""From an answer to data: an example of the chat up to it, or a pair with another try at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.commands import key_hint, key_of
from tui.core.chat.chat_examples import answer_model
from tui.core.chat.conversation import messages, siblings
from tui.core.dataset.from_answers import Origin, chat_example, preference_pair
from tui.core.text.text import one_line
from tui.dispatch import handles
from tui.screens.adding import Adding
from tui.screens.chat.turns.words import call_words, calls_of, text_of
from tui.screens.controller_context import opens
from tui.screens.dialogs.choose import Choice, Choose
from tui.screens.dialogs.confirm import Confirm
from tui.services.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from tui.core.chat.conversation import Node
    from tui.screens.chat.parameters.controller import Parameters
    from tui.screens.chat.session import ChatSession
    from tui.screens.chat.system.prompt import SystemPrompt
    from tui.screens.chat.turns.view import ChatView
    from tui.screens.controller_context import ScreenContext


def _one_version() -> str:
    return (
        f"Press {key_of('chat.edit')} and write the better answer, or "
        f"{key_of('chat.again')} to have it answered again; then "
        f"{key_hint('chat.pair', 'makes')} the pair."
    )


class AnswersToData:
    """Makes examples of the answer under the cursor, with all that was sent before it.

    `held` tells that an answer is coming, if one is.
    """

    def __init__(
        self,
        context: ScreenContext,
        session: ChatSession,
        view: ChatView,
        system: SystemPrompt,
        parameters: Parameters,
        held: Callable[[], bool],
    ) -> None:
        self._context, self._session, self._view = context, session, view
        self._system, self._parameters, self._held = system, parameters, held
        self._adding = Adding(
            context, {"chat": "chat.add_to", "preference": "chat.pair_to"}, "chat.take_back"
        )

    def look_again(self) -> None:
        """Say no more of an example that was added what does not hold any more."""
        self._adding.look_again()

    @handles("chat.add", "chat.add_to", group="to data", exclusive=False)
    @opens
    async def add(self, command_id: str) -> None:
        """Add the chat up to the answer under the cursor to a dataset."""
        node = self._answer()
        if node is None or not await self._wanted(node):
            return
        origin = Origin("chat", await self._chat_id(), model=answer_model(node))
        said = (*self._before(node), node.message)
        made = chat_example(said, self._parameters.now.tools, origin)
        await self._adding.add(made, choose=command_id == "chat.add_to")

    @handles("chat.pair", "chat.pair_to", group="to data", exclusive=False)
    @opens
    async def add_pair(self, command_id: str) -> None:
        """Add a pair: the answer under the cursor is preferred to another try at it."""
        node = self._answer()
        if node is None:
            return
        other = await self._rejected(node)
        if other is None or not await self._wanted(node):
            return
        origin = Origin(
            "chat", await self._chat_id(), model=answer_model(node), rejected=answer_model(other)
        )
        before, tools = self._before(node), self._parameters.now.tools
        made = preference_pair(before, tools, node.message, other.message, origin)
        await self._adding.add(made, choose=command_id == "chat.pair_to")

    @handles("chat.take_back", group="to data", exclusive=False)
    async def take_back(self) -> None:
        """Take the example that was added last out of its dataset again."""
        await self._adding.take_back()

    # -- inside ------------------------------------------------------------------------

    def _answer(self) -> Node | None:
        """Return the answer under the cursor, ended; what is missing is said."""
        if self._held():
            return None
        node = self._view.under_cursor
        if node is None or node.role != "assistant":
            if node is None:
                raise InputError(
                    "No answer", "this chat is empty", f"Press {key_of('chat.prompt')} and ask."
                )
            cause = "the cursor is not on an answer"
            keys = f"{key_of('messages.up')} and {key_of('messages.down')}"
            raise InputError("No answer", cause, f"Go to an answer with {keys}.")
        if not _answer_text(node.message):
            raise InputError(
                "No answer", "this one is empty", f"Press {key_of('chat.edit')} to write it."
            )
        return node

    async def _wanted(self, node: Node) -> bool:
        """Ask before an answer that was broken off is learned from."""
        if node.state not in {"stopped", "cut"}:
            return True
        question = "This answer was broken off: a model would learn to stop there. Add it?"
        dialog = Confirm("Not a whole answer", question, "adds it", "leaves it")
        return await self._context.ask(dialog) is True

    def _before(self, node: Node) -> tuple[Mapping[str, Any], ...]:
        if node.parent is None:
            raise InputError("Nothing asked", "no question stands before it", "Ask one first.")
        return messages(self._session.tree, node.parent, system=self._system.text)

    async def _rejected(self, node: Node) -> Node | None:
        """Return the try that the answer is better than; asks where there are several."""
        tree = self._session.tree
        tries = [tree.nodes[one] for one in siblings(tree, node.id)]
        others = [
            one
            for one in tries
            if one.role == "assistant"
            and _answer_text(one.message) not in {"", _answer_text(node.message)}
        ]
        if not others:
            cause = "there is one version of this answer"
            if any(one.id != node.id and _answer_text(one.message) for one in tries):
                cause = "the other tries at it say the same"
            raise InputError("No pair", cause, _one_version())
        if len(others) == 1:
            return others[0]
        # What was corrected is the model's try before it, most likely.
        likely = [one for one in others if one.id < node.id and not one.edited]
        choices = [
            Choice(
                one, one_line(_answer_text(one.message), 60), "edited" if one.edited else one.model
            )
            for one in others
        ]
        current = likely[-1] if likely else others[-1]
        return await self._context.ask(Choose("It is better than", choices, current))

    async def _chat_id(self) -> str:
        self._session.keep()
        await self._context.workspace.chats.flush()
        return "" if self._session.id is None else str(self._session.id)


def _answer_text(message: Mapping[str, Any]) -> str:
    """Return all that an answer says and calls."""
    return "\n".join([text_of(message).strip(), *map(call_words, calls_of(message))]).strip()
