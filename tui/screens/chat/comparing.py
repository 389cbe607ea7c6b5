"""Open Compare with the last question of a chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.chat.conversation import messages
from tui.core.compare.prompts import Prompt
from tui.core.compare.sides.compare_request import CompareAsked
from tui.dispatch import handles

if TYPE_CHECKING:
    from tui.screens.chat.models.choice import ModelChoice
    from tui.screens.chat.parameters.controller import Parameters
    from tui.screens.chat.session import ChatSession
    from tui.screens.chat.system.prompt import SystemPrompt
    from tui.screens.controller_context import ScreenContext


class Comparing:
    """Opens Compare with the chat up to its last question, and the model that answers here."""

    def __init__(
        self,
        context: ScreenContext,
        session: ChatSession,
        models: ModelChoice,
        system: SystemPrompt,
        parameters: Parameters,
    ) -> None:
        self._context, self._session = context, session
        self._models, self._system, self._parameters = models, system, parameters

    @handles("chat.compare")
    def compare(self) -> None:
        """Ask several models the last question, in its context."""
        model = self._models.model
        self._context.host.compare(CompareAsked((model,) if model else (), self._prompt()))

    def _prompt(self) -> Prompt | None:
        said = messages(self._session.tree, system=self._system.text)
        asked = [at for at, message in enumerate(said) if message.get("role") == "user"]
        if not asked:
            return None
        return Prompt(1, said[: asked[-1] + 1], self._parameters.now.tools)
