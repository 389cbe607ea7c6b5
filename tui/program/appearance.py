"""The theme: which one the program begins with, and choosing another, seen while it is chosen."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from textual.app import App
from textual.filter import Monochrome, NoColor

from tui.dispatch import handles
from tui.services.settings.locations import Locations
from tui.services.settings.terminal_settings import DEFAULT_THEME, THEMES, theme_at_start
from tui.terminal.themes import ABOUT, MONOCHROME, OWN, named_colors, theme_for, without_color

if TYPE_CHECKING:
    from tui.program.program_context import ProgramContext


class Appearance:
    """Gives the app its theme. Without colour, by wish or by terminal, no other can be had."""

    def __init__(self, context: ProgramContext) -> None:
        self._context = context
        self.named = ""  # as it is called in the configuration
        # What TEXTUAL_THEME says, where nothing else is said; Textual has looked it up.
        self._textual = context.app.theme if "TEXTUAL_THEME" in os.environ else ""
        self.colorless = without_color(os.environ)

    def begin(self) -> None:
        """Give the app the theme to begin with."""
        app = self._context.app
        # Textual makes greys of all colours under NO_COLOR, and these are colours too.
        filters = app._filters  # noqa: SLF001
        filters[:] = [one for one in filters if not isinstance(one, Monochrome | NoColor)]
        for theme in OWN:
            app.register_theme(theme)
        self.use(theme_at_start(Locations.standard(os.environ).config_file, os.environ))

    def use(self, name: str) -> None:
        """Use a theme, as it is called in the configuration."""
        self.named = name
        self._show(name)

    def _show(self, name: str) -> None:
        app = self._context.app
        theme = MONOCHROME.name if self.colorless else self._theme_of(name)
        if theme != app.theme:
            app.no_color = theme == MONOCHROME.name
            named = named_colors(app.available_themes[theme])
            app.set_reactive(App.ansi_theme_dark, named)
            app.set_reactive(App.ansi_theme_light, named)
            app.theme = theme

    def _theme_of(self, name: str) -> str:
        if name != DEFAULT_THEME:
            return name
        return self._textual or theme_for(self._context.app.console.color_system).name

    @handles("app.theme", group="theme")
    async def choose(self) -> None:
        """Let a theme be chosen: each is shown while the cursor is on it, and kept when chosen."""
        from tui.screens.dialogs.choose import Choice
        from tui.screens.dialogs.theme import ThemeDialog

        choices = [Choice(name, name, ABOUT.get(name, "of Textual")) for name in THEMES]
        before = self.named
        chosen = await self._context.ask(ThemeDialog(choices, before, self._show))
        if chosen is None:
            self._show(before)
            return
        self.use(chosen)
        await self._keep(chosen)

    async def _keep(self, name: str) -> None:
        """Write it to the configuration. Raises ServiceError where that cannot be."""
        from tui.services.settings.config_editor import ConfigEditor

        workspace = self._context.workspace
        if workspace is None:
            return
        editor = ConfigEditor(workspace.locations, os.environ)
        await asyncio.to_thread(
            editor.set_outside, "theme", None if name == DEFAULT_THEME else name
        )
        said = f"{name} is kept"
        if self.colorless:
            said += "; NO_COLOR, or a terminal without colours, goes before it"
        elif "FINETUI_THEME" in os.environ:
            said += "; the next start still has that of FINETUI_THEME"
        self._context.tell(said, seconds=4)
