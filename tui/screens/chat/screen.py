"""The Chat screen: a conversation with a model, whose turns can be edited and branched."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from tui.commands import key_hint, key_of
from tui.core.provider.parsing import as_text, as_texts
from tui.dispatch import handles
from tui.screens.base import ModeScreen
from tui.screens.chat.asking.answering import Answering, AskedWith
from tui.screens.chat.asking.attaching import Attaching
from tui.screens.chat.asking.prompt import LOW_BREAKPOINTS, Prompt
from tui.screens.chat.comparing import Comparing
from tui.screens.chat.display_modes import DisplayModes
from tui.screens.chat.header import ChatHeader
from tui.screens.chat.models.choice import ModelChoice
from tui.screens.chat.parameters.controller import Parameters
from tui.screens.chat.saved.chats import SavedChatsList, questions_of
from tui.screens.chat.session import ChatSession
from tui.screens.chat.system.library import SystemLibrary
from tui.screens.chat.system.prompt import SystemPrompt
from tui.screens.chat.turns.editing import TurnEditing
from tui.screens.chat.turns.to_data import AnswersToData
from tui.screens.chat.turns.view import ChatView
from tui.screens.controller_context import ScreenContext
from tui.widgets.conversation import Conversation
from tui.widgets.frame.key_line import look_idle
from tui.widgets.line_view import Pane

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from textual.app import ComposeResult
    from textual.widgets import TextArea

    from tui.core.chat.saved import Chat
    from tui.screens.chat.asking.growing import GrowingAnswer
    from tui.services.workspace import Workspace

LONGEST = 200_000  # characters of one answer that are shown
PROMPT = "chat prompt"  # where what is typed is kept


def empty_chat() -> str:
    """Return what an empty chat says."""
    key = {name: key_of(f"chat.{name}") for name in ("model", "system", "parameters", "tools")}
    return "\n".join(
        (
            f"Type a question below; {key_hint('prompt.send', 'sends')} it.",
            "",
            f"  {key['model']}  choose another model, or type the id of one",
            f"  {key['system']}  system prompt    {key['parameters']}  temperature, length, seed"
            f"    {key['tools']}  tools",
            f"  {key_of('chat.list')}  chats saved before    {key_of('chat.attach')}  "
            "attach an image",
            "",
            f"These keys work after {key_of('app.escape')}, which leaves the prompt. "
            f"{key_hint('chat.prompt', 'goes')} back to it.",
        )
    )


_OF_TURNS = frozenset(
    f"chat.{name}"
    for name in (
        *("edit", "again", "branch_before", "branch_after", "prompt_before", "prompt_after"),
        *("raw", "code", "code_before", "tokens", "token_after", "token_before"),
        *("unsure_after", "unsure_before", "fork", "export", "copy_all", "differences"),
        *("add", "add_to", "pair", "pair_to", "compare"),
    )
)


class ChatScreen(ModeScreen):
    """Questions, answers, and what they are asked with."""

    MODE: ClassVar[str] = "chat"
    REOPENS = frozenset(f"chat.{name}" for name in ("system", "tools", "format", "parameters"))
    CSS_PATH = "screen.tcss"
    VERTICAL_BREAKPOINTS = LOW_BREAKPOINTS

    def __init__(self) -> None:
        super().__init__()
        context = ScreenContext(self)
        self._provider: object = None  # the one begun with
        self._header, self._prompt = ChatHeader(), Prompt()
        self._conversation = Conversation(id="talk", empty=empty_chat(), limit=LONGEST)
        self.session = ChatSession(context)
        self.view = ChatView(self.session, self._conversation)
        self.models = ModelChoice(context, self._show, self._prompt.focus)
        self.system = SystemPrompt(context, self._show, self._asks_tuned)
        self.parameters = Parameters(context, self._show, lambda: self.models.model)
        self.attaching = Attaching(context, self._prompt)
        asked_with = AskedWith(self.models.to_ask, self.system.to_send, lambda: self.parameters.now)
        self.answers = Answering(
            context, self.session, self.view, self._prompt, self.attaching, asked_with,
            self._answered,
        )  # fmt: skip
        held = self.answers.held
        editing = TurnEditing(context, self.session, self.view, held, self.answers.ask_of)
        self.chats = SavedChatsList(context, self.session, held, self._go_on)
        self._reading = DisplayModes(context, self._conversation)
        self._to_data = AnswersToData(
            context, self.session, self.view, self.system, self.parameters, held
        )
        self.session.subscribe(self._show_chat)
        for controller in (
            self.models, SystemLibrary(context, self.system), self.parameters,
            self.attaching, self.answers, editing, self.chats,
            self._reading,
            Comparing(context, self.session, self.models, self.system, self.parameters),
            self._to_data,
        ):  # fmt: skip
            self.dispatcher.add(controller)

    def compose_body(self) -> ComposeResult:
        """Lay out what is asked with, the conversation, and the prompt."""
        with Pane(id="talk-pane", classes="pane") as pane:
            pane.border_title = "Chat"
            yield self._header
            yield self._conversation
        yield self._prompt

    def on_workspace(self, workspace: Workspace) -> None:
        """Begin with this provider: its defaults, a model of its own, and the last chat."""
        if workspace.provider is self._provider:  # told twice
            return
        first, self._provider = self._provider is None, workspace.provider
        self.answers.stop()
        self.parameters.begin(workspace.profile)
        self.models.begin()
        if first:
            typed = self._prompt.go_on_with(workspace.typed.get(PROMPT))
            workspace.typed.put(PROMPT, typed)
            self.attaching.come_back(as_texts(self.host.remembered(self.MODE).get("images")))
        started = self.host.chat_start
        if started is None:
            remembered = self.host.remembered(self.MODE) if first else {}
            self.chats.restore(partial(self._came_to, remembered))
        elif started.goes_on:  # with the model that was asked for
            self.chats.restore(partial(self.models.take, started.model))
        self._take_up()

    def remembered(self) -> Mapping[str, Any]:
        """Return what is asked with: chats themselves are kept when something was said."""
        model = self.models.model
        return {
            "model": model,
            "listed": self.models.is_listed(model),
            "system": self.system.own,
            "images": self.attaching.paths,
        }

    def _came_to(self, remembered: Mapping[str, Any]) -> None:
        """Go on with the model and system prompt chosen since the chat was asked last."""
        if (system := as_text(remembered.get("system"))) and system != self.system.own:
            self.system.set(system)
        model = as_text(remembered.get("model"))
        if model and model != self.models.model:
            self.models.bring_back(model, listed=remembered.get("listed") is True)

    def on_mount(self) -> None:
        """Begin in the prompt; what answers are laid out with is loaded after the first paint."""
        self.set_focus(self._prompt)  # now: keys that have waited for this screen come next
        self.call_after_refresh(self._reading.get_ready)

    def on_screen_resume(self) -> None:
        """Take the model another mode has asked for, and what came while nobody looked."""
        if self.host.workspace is not None and self.is_mounted:
            self._to_data.look_again()
            self._take_up()
            self.answers.paint()

    def _take_up(self) -> None:
        self.host.complete("chat")
        asked, self.host.chat_start = self.host.chat_start, None
        if asked is not None and asked.system is not None:
            self.system.set(asked.system)
        if asked is not None and asked.saved is not None:
            self.chats.open(asked.saved)
            self._conversation.focus()
        elif asked is not None and asked.chat is not None:
            self.chats.start(asked.chat)
            self._conversation.focus()
            if not asked.chat.model:
                self.models.look_for_default()
        elif asked is not None and asked.model:
            self.models.take(asked.model)
        else:
            self.models.look_for_default()
        self.system.look_at_dataset()
        self._show()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Keep what is typed, should the program end before it is sent."""
        if self.host.workspace is not None:
            self.workspace.typed.put(PROMPT, event.text_area.text)

    def on_prompt_sent(self, event: Prompt.Sent) -> None:
        """Ask what was typed."""
        self.answers.send(event.text)

    def _asks_tuned(self) -> bool:
        return self.models.kind(self.models.model) != "base"

    def _go_on(self, chat: Chat) -> None:
        """Go on with a saved chat as it was asked with."""
        self._prompt.questions[:] = questions_of(chat)
        self.system.set(chat.system)
        if chat.model:
            self.parameters.take(chat.parameters)
            self.models.set(chat.model)
        else:  # a prompt that nobody has been asked yet
            tools = chat.parameters.tools
            self.parameters.take(replace(self.parameters.now, tools=tools))

    def _answered(self, answer: GrowingAnswer) -> None:
        """Lead on whoever takes the tour."""
        if answer.text and answer.state == "done":
            base = self.models.kind(answer.node.model) == "base"
            self.host.complete("chat_base" if base else "chat_tuned")

    @handles("chat.prompt")
    def go_to_prompt(self) -> None:
        """Go to the prompt."""
        self._prompt.focus()

    def go_back(self) -> bool:
        """Stop the answer, else close the error, else leave the prompt."""
        if self.answers.stop() or self.clear_error():
            return True
        if self._prompt.has_focus:
            self._conversation.focus()
            return True
        return False

    def copy_text(self) -> tuple[str, str]:
        """Copy the block of code walked to, else the turn under the cursor."""
        if not self._conversation.turns:
            return "", ""
        if (code := self._conversation.code) is not None:
            return code.text, "The block of code"
        turn = self._conversation.turns[self._conversation.cursor]
        names = {"user": "The question", "assistant": "The answer"}
        return turn.text, names.get(turn.role, "The turn")

    def _show_chat(self) -> None:
        self.view.show()
        self.answers.show_waiting()
        look_idle(self)

    def idle(self) -> Collection[str]:
        """Return what works on turns while there are none, and what takes back nothing."""
        workspace, idle = self.host.workspace, [] if self.session.tree.nodes else [*_OF_TURNS]
        if workspace is None or workspace.adding.last is None:
            idle.append("chat.take_back")
        return idle

    def _show(self) -> None:
        self._header.show(
            model=self.models.model,
            kind=self.models.kind_words,
            options=self.parameters.now.words,
            system=self.system.text,
            origin=self.system.origin,
        )
