"""The Chat screen: a conversation with a model that can be changed on the way."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.worker import get_current_worker

from tui.core.provider.records import ModelInfo
from tui.screens.chat.answering import Answering
from tui.screens.chat.header import ChatHeader
from tui.screens.chat.models import choice_of, default_choice, none_words, only_the_list
from tui.screens.chat.options import Options, OptionsDialog, defaults_for
from tui.screens.chat.prompt import Prompt
from tui.screens.chat.system import NO_PROMPT, DatasetPrompt, DatasetPrompts, system_editor
from tui.screens.chat.talk import Exchange, Talk
from tui.screens.dialogs.choose import Choose
from tui.services.chat.service import STALLED_S
from tui.services.errors import InputError
from tui.widgets.conversation import Conversation

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult
    from textual.widgets import TextArea
    from textual.worker import Worker

    from tui.screens.chat.talk import Answer
    from tui.services.models.service import ChatOffer
    from tui.services.workspace import Workspace

LONGEST = 200_000  # characters of one answer that are shown
PROMPT = "chat prompt"  # where what is typed is kept
EMPTY = """\
Type a question below; enter sends it.

  m  choose another model, or type the id of one
  s  system prompt    t  temperature, length, seed

These keys work after esc, which leaves the prompt. i goes back to it."""


class ChatScreen(Answering):
    """Questions, answers, and what they are asked with."""

    MODE: ClassVar[str] = "chat"
    CSS_PATH = "screen.tcss"

    def __init__(
        self, *, stalled_after: float = STALLED_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(stalled_after=stalled_after, clock=clock)
        self.talk = Talk()
        self.options = Options()
        self.model = ""
        self._before = Talk()  # the conversation `n` has put away
        self._options_set = False
        self._offer: ChatOffer | None = None  # what can be asked, as it came last
        self._system: str | None = None  # the user's own; None while they have set none
        self._prompts = DatasetPrompts()
        self._dataset = NO_PROMPT
        self._choosing: Worker[None] | None = None

    def compose_body(self) -> ComposeResult:
        """Lay out what is asked with, the conversation, and the prompt."""
        yield ChatHeader()
        yield Conversation(id="talk", empty=EMPTY, limit=LONGEST)
        yield Prompt()

    def on_workspace(self, workspace: Workspace) -> None:
        """Begin with this provider: its defaults, and a model of its own."""
        self.stop()
        if not self._options_set:
            self.options = defaults_for(workspace.profile.kind)
        self.model, self._offer, self._choosing = "", None, None
        prompt = self.query_one(Prompt)
        if not prompt.text and (typed := workspace.typed.get(PROMPT)):
            prompt.fill(str(typed))
        self._take_up()

    def on_mount(self) -> None:
        """Begin in the prompt."""
        super().on_mount()
        self.query_one(Prompt).focus()

    def on_screen_resume(self) -> None:
        """Take the model another mode has asked for, and what came while nobody looked."""
        if self.host.workspace is not None and self.is_mounted:
            self._take_up()
            self._paint()

    def _take_up(self) -> None:
        self.host.reached("chat")
        asked, self.host.chat_model = self.host.chat_model, ""
        if asked:
            self.model = asked
            self.query_one(Prompt).focus()
        elif not self.model and self._choosing is None:
            self._choosing = self._choose_default()
        self._look_at_dataset()
        self._show()

    # -- the model -------------------------------------------------------------------

    @work(group="model", exclusive=True, exit_on_error=False, description="look for a model")
    async def _choose_default(self) -> None:
        try:
            await self._find_default()
        finally:
            if self._choosing is get_current_worker():
                self._choosing = None
            if self.is_attached:
                self._show()

    async def _find_default(self) -> None:
        """Choose a model where none is chosen. Raises ServiceError when nothing can be asked."""
        offer = await self._look_for_models()
        if not self.model and (found := default_choice(offer.choices)):
            self.model = found.id
        if offer.problem is not None and not only_the_list(offer.problem):
            raise offer.problem

    async def _look_for_models(self) -> ChatOffer:
        """Return what can be asked, looked for anew each time."""
        self.host.working("models", "listing models")
        try:
            self._offer = offer = await self.workspace.models.chat_offer()
        finally:
            self.host.working("models", "")
        return offer

    def action_model(self) -> None:
        """Choose the model to ask next, or type its id; the list is asked for anew."""
        known = [choice_of(choice) for choice in self._offer.choices] if self._offer else []
        dialog = Choose(
            "Model", known, self.model, empty="asking for the models …",
            typed=str, placeholder="type to narrow, or the id of any model",
        )  # fmt: skip
        self.app.push_screen(dialog, self._take_model)
        self._renew(dialog)

    @work(group="renew", exclusive=True, exit_on_error=False, description="list the models anew")
    async def _renew(self, dialog: Choose[str]) -> None:
        offer = await self._look_for_models()
        choices = [choice_of(choice) for choice in offer.choices]
        empty = "nothing fits" if choices else none_words(offer)
        if dialog.is_current:
            # Once its own widgets are there.
            dialog.call_later(lambda: dialog.offer(choices, empty=empty))

    def _take_model(self, chosen: str | None) -> None:
        if chosen:
            self.model = chosen
            self._show()
            self.query_one(Prompt).focus()  # whoever changes the model is about to ask it

    async def model_to_ask(self) -> str:
        """Return the model chosen, or else the default one."""
        if not self.model:
            await self._find_default()
            self._show()
        if not self.model:
            problem = self._offer.problem if self._offer else None
            cause = "the provider lists no models" + (f": {problem.brief}" if problem else "")
            raise InputError("No model chosen", cause, "Press esc, then m, and type a model's id.")
        return self.model

    def _kind(self, model: str) -> str:
        choices = self._offer.choices if self._offer else ()
        listed = next((choice.kind for choice in choices if choice.id == model), None)
        if listed:
            return listed
        named = ModelInfo(model, None, "", None, {})
        return "checkpoint" if named.is_checkpoint else "tuned" if named.is_tuned else "base"

    # -- the system prompt -----------------------------------------------------------

    @work(group="system", exclusive=True, exit_on_error=False, description="look at the dataset")
    async def _look_at_dataset(self) -> None:
        await self._read_dataset()

    async def _read_dataset(self) -> DatasetPrompt:
        self._dataset = await self._prompts.of(self.workspace.datasets.current)
        self._show()
        return self._dataset

    @property
    def system(self) -> str:
        """The system prompt in force: the user's own, else one that all examples share."""
        if self._system is not None:
            return self._system
        return self._dataset.text if self._dataset.shared else ""

    async def system_to_send(self) -> str:
        """Return the system prompt in force, once the dataset has been looked at."""
        if self._system is None:
            await self._read_dataset()
        return self.system

    def action_system(self) -> None:
        """Edit the system prompt; for a tuned model it begins with that of the dataset."""
        found = self._dataset
        text, hint = self.system, "Sent before the conversation, with every question."
        if self._system is None and found.text and self._kind(self.model) != "base":
            which = "all examples have" if found.shared else "most examples have"
            text, hint = found.text, f"This is what {which} in {found.name}."
        self.app.push_screen(system_editor(text, hint), self._take_system)

    def _take_system(self, text: str | None) -> None:
        if text is not None:
            self._system = text.strip()
            self._show()

    # -- asking ----------------------------------------------------------------------

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Keep what is typed, should the program end before it is sent."""
        if self.host.workspace is not None:
            self.workspace.typed.put(PROMPT, event.text_area.text)

    def on_prompt_sent(self, event: Prompt.Sent) -> None:
        """Ask what was typed, unless an answer is still coming: then it stays typed."""
        if self.answering:
            self.notify("One answer at a time: esc stops this one.", markup=False, timeout=3)
            return
        prompt = self.query_one(Prompt)
        prompt.fill("")
        prompt.questions.append(event.text)
        exchange = Exchange(event.text)
        self.talk.exchanges.append(exchange)
        self.clear_error()
        self.show_talk()
        self.ask(exchange, typed=event.text)

    def action_again(self) -> None:
        """Ask the last question again, of the model that is chosen now."""
        if not self.answering:
            try:
                self.check_question()
            except InputError as error:
                self.show_error(error)
                return
            self.clear_error()
            self.ask(self.talk.exchanges[-1])

    def answered(self, answer: Answer) -> None:
        """Lead on whoever is being led."""
        if answer.text and answer.state == "done":
            base = self._kind(answer.model) == "base"
            self.host.reached("chat_base" if base else "chat_tuned")

    def action_clear(self) -> None:
        """Start a new conversation; in an empty one, bring the last one back."""
        if self.answering:
            self.notify("An answer is coming: esc stops it.", markup=False, timeout=3)
            return
        if self.talk.exchanges:
            self.notify("New chat; n again brings the last one back.", markup=False, timeout=4)
        self.talk, self._before = (
            (Talk(), self.talk)
            if self.talk.exchanges
            else (
                self._before,
                Talk(),
            )
        )
        self.show_talk()
        self._look_at_dataset()

    def action_settings(self) -> None:
        """Set temperature, length and seed."""
        self.app.push_screen(OptionsDialog(self.options), self._take_options)

    def _take_options(self, options: Options | None) -> None:
        if options is not None:
            self.options, self._options_set = options, True
            self._show()

    # -- where one is ----------------------------------------------------------------

    def action_prompt(self) -> None:
        """Go to the prompt."""
        self.query_one(Prompt).focus()

    def go_back(self) -> bool:
        """Stop the answer, else close the error, else leave the prompt."""
        if self.answering:
            self.stop()
            return True
        if self.clear_error():
            return True
        if self.query_one(Prompt).has_focus:
            self.query_one(Conversation).focus()
            return True
        return False

    def copy_text(self) -> tuple[str, str]:
        """Copy the turn under the cursor."""
        conversation = self.query_one(Conversation)
        if not conversation.turns:
            return "", ""
        turn = conversation.turns[conversation.cursor]
        return turn.text, "The question" if turn.role == "user" else "The answer"

    def _show(self) -> None:
        kinds = {"tuned": "fine-tuned", "asked": "not listed"}
        kind = self._kind(self.model) if self.model else "(esc, m chooses one or takes its id)"
        kind = kinds.get(kind, kind)
        if self._choosing is not None and not self.model:
            kind = "yet, looking …"
        borrowed = self._system is None and self.system
        self.query_one(ChatHeader).show(
            model=self.model,
            kind=kind,
            options=self.options.words,
            system=self.system,
            origin=f"from {self._dataset.name}" if borrowed else "",
        )
