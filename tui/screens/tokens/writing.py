"""Writing counts, a report or a drawing to a file."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tui.dispatch import handles
from tui.screens.dialogs.choose import Choice, Choose
from tui.screens.dialogs.target import may_replace
from tui.services.errors import NotWritten, disk_errors

if TYPE_CHECKING:
    from tui.screens.controller_context import ScreenContext
    from tui.screens.tokens.state import TokenState

_KINDS = (
    Choice(".csv", "CSV", "the counts of every example"),
    Choice(".jsonl", "JSON lines", "the counts of every example"),
    Choice(".md", "Markdown", "a report to read"),
    Choice(".svg", "SVG", "the histogram drawn now"),
    Choice(".png", "PNG", "the same as an image"),
)


class ReportWriting:
    """Writes what was counted beside the dataset."""

    def __init__(self, context: ScreenContext, state: TokenState) -> None:
        self._context, self._state = context, state

    @handles("tokens.export", group="ask")
    async def write(self) -> None:
        """Write the counts, a report or a drawing to a file; its ending tells which."""
        state = self._state
        if not state.files or state.document is None:
            return
        name = f"{state.document.path.stem}-tokens"
        folder = state.document.path.parent
        ending = await self._context.ask(Choose(f"Write {name}… as", _KINDS))
        if ending is None:
            return
        path = folder / f"{name}{ending}"
        if not await may_replace(self._context.app, path):
            return
        from tui.services.tokens import export

        reports = [file.report for file in state.files]
        with disk_errors("Not written", path, "Free some space, try again", NotWritten):
            await asyncio.to_thread(
                export.write_to, path, reports, state.measure, log=state.window.log
            )
        self._context.tell(f"Written: {path}")
