"""Named system prompts: saved, chosen, deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.commands import key_hint
from tui.core.text.text import one_line
from tui.dispatch import handles
from tui.screens.controller_context import opens
from tui.screens.dialogs.choose import Choice, Choose
from tui.screens.dialogs.editor import LineEditor

if TYPE_CHECKING:
    from tui.screens.chat.system.prompt import SystemPrompt
    from tui.screens.controller_context import ScreenContext

_KEEP, _FORGET = ("keep", ""), ("forget", "")


class SystemLibrary:
    """Has the system prompt edited; takes a named one, keeps one under a name, forgets one."""

    def __init__(self, context: ScreenContext, system: SystemPrompt) -> None:
        self._context, self._system = context, system

    @handles("chat.system")
    def edit(self) -> None:
        """Edit the system prompt in force."""
        self._system.edit()

    @handles("chat.library", group="library")
    @opens
    async def choose(self) -> None:
        """Choose a named system prompt, or keep the one in force under a name."""
        chats = self._context.workspace.store.chats
        known = await chats.prompts()
        choices = [Choice(("use", name), name, one_line(text, 60)) for name, text in known]
        if self._system.text:
            choices.append(Choice(_KEEP, "Keep the one in force under a name …"))
        if known:
            choices.append(Choice(_FORGET, "Forget one …"))
        chosen = await self._context.ask(
            Choose(
                "System prompts",
                choices,
                empty=(
                    f"none kept yet: {key_hint('chat.system', 'writes')} one, "
                    f"{key_hint('chat.library', 'keeps')} it"
                ),
            )
        )
        if chosen == _KEEP:
            await self._keep()
        elif chosen == _FORGET:
            await self._forget([name for name, _ in known])
        elif chosen is not None:
            self._system.set(dict(known)[chosen[1]])

    async def _keep(self) -> None:
        hint = "A name for it; one that is there is replaced."
        name = await self._context.ask(LineEditor("Keep the system prompt", "", hint))
        if name:
            await self._context.workspace.store.chats.save_prompt(name, self._system.text)
            self._context.tell(f"Kept as {name}", seconds=3)

    async def _forget(self, names: list[str]) -> None:
        name = await self._context.ask(Choose("Forget which?", [Choice(n, n) for n in names]))
        if name:
            await self._context.workspace.store.chats.delete_prompt(name)
