"""Write the models shown, or those marked, to a file."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from tui.core.models.export import format_of
from tui.core.text.moments import day_of
from tui.core.text.text import plural
from tui.dispatch import handles
from tui.screens.dialogs.choose import Choice, Choose
from tui.screens.dialogs.path import short_path
from tui.screens.dialogs.target import ask_target
from tui.services.models.export import write_models

if TYPE_CHECKING:
    from pathlib import Path

    from tui.core.models.entry import ModelEntry
    from tui.core.models.export import Format
    from tui.screens.controller_context import ScreenContext
    from tui.screens.models.model_list import ModelList

_FORMATS: tuple[tuple[Format, str, str], ...] = (
    ("csv", "CSV", "for a spreadsheet; no cell acts as a formula"),
    ("json", "JSON", "everything known of each model"),
    ("md", "Markdown", "a table to read or to paste"),
)


class ModelExporting:
    """Exports the inventory as CSV, JSON or Markdown."""

    def __init__(self, context: ScreenContext, listed: ModelList) -> None:
        self._context, self._listed = context, listed

    @handles("models.export", group="export")
    async def export(self) -> None:
        """Write the models marked, else those shown, to a file."""
        listed = self._listed
        marked = [one for one in listed.models if one.id in listed.marked]
        models = marked or list(listed.models)
        what = f"{plural(len(models), 'model')} {'marked' if marked else 'shown'}"
        choices = [Choice(name, title, about) for name, title, about in _FORMATS]
        format_ = await self._context.ask(Choose(f"Export {what}", choices))
        if format_ is None:
            return
        app = self._context.app
        path = await ask_target(app, f"Write {what} to", f"models.{format_}")
        if path is not None:
            await self._write(path, models, format_of(str(path)) or format_)

    async def _write(self, path: Path, models: list[ModelEntry], format_: Format) -> None:
        await asyncio.to_thread(write_models, path, models, format_, day_of(time.time()))
        self._context.tell(f"{plural(len(models), 'model')} written to {short_path(path)}")
