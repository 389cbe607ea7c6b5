"""The system prompt that is sent: the user's own, or that of all examples of the dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.screens.chat.system.dataset import NO_PROMPT, DatasetPrompt, DatasetPrompts, system_editor

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.screens.controller_context import ScreenContext


class SystemPrompt:
    """Knows the system prompt in force.

    `changed` is called when it is another one; `tuned` tells whether a fine-tuned model is asked,
    which answers best after the system prompt it was trained with.
    """

    def __init__(
        self,
        context: ScreenContext,
        changed: Callable[[], None],
        tuned: Callable[[], bool],
        hint: str = "Sent before the conversation, with every question.",
    ) -> None:
        self._context, self._changed, self._tuned = context, changed, tuned
        self._hint = hint
        self._own: str | None = None  # None while the user has set none
        self._prompts = DatasetPrompts()
        self._dataset = NO_PROMPT

    @property
    def text(self) -> str:
        """The system prompt in force; empty is none."""
        if self._own is not None:
            return self._own
        return self._dataset.text if self._dataset.shared else ""

    @property
    def own(self) -> str:
        """What the user has set; empty where that is nothing."""
        return self._own or ""

    @property
    def origin(self) -> str:
        """Where the one in force is from; empty for the user's own."""
        return f"from {self._dataset.name}" if self._own is None and self.text else ""

    def set(self, text: str) -> None:
        """Take this as the user's own; an empty one is none."""
        self._own = text.strip()
        self._changed()

    def look_at_dataset(self) -> None:
        """Look in the background which system prompt the open dataset has."""
        self._context.run(self._read_dataset, group="system", description="look at the dataset")

    async def _read_dataset(self) -> DatasetPrompt:
        self._dataset = await self._prompts.of(self._context.workspace.datasets.current)
        self._changed()
        return self._dataset

    async def to_send(self) -> str:
        """Return the system prompt in force, once the dataset has been looked at."""
        if self._own is None:
            await self._read_dataset()
        return self.text

    def edit(self) -> None:
        """Edit the system prompt; for a tuned model it begins with that of the dataset."""
        found = self._dataset
        text, hint = self.text, self._hint
        if self._own is None and found.text and self._tuned():
            which = "all examples have" if found.shared else "most examples have"
            text, hint = found.text, f"This is what {which} in {found.name}."

        def answered(text: str | None) -> None:
            if text is not None:
                self.set(text)

        self._context.open(system_editor(text, hint), answered)
