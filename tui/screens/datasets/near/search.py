"""Search for duplicates, contradictions and leakage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.dispatch import handles
from tui.screens.datasets.dataset_context import in_turn
from tui.screens.dialogs.choose import Choice, Choose
from tui.screens.dialogs.path import PathDialog

if TYPE_CHECKING:
    from pathlib import Path

    from tui.screens.datasets.dataset_context import DatasetContext
    from tui.screens.datasets.problems.checks import ProblemChecks
    from tui.services.checks.near_finder import NearFinder, NearQuestion
    from tui.services.datasets.disk.file_lines import FileLines

_MENU = (
    Choice("same", "Exact duplicates", "the same example twice"),
    Choice("near 0.85", "Near duplicates", "from 85 % of their words on"),
    Choice("near 0.95", "Very near duplicates", "from 95 % on"),
    Choice("near 0.7", "Far duplicates", "from 70 % on"),
    Choice("prompt", "Contradictions", "one prompt, different answers"),
    Choice("leak", "Leakage against a validation file …", "equal, same prompt, near"),
)


class NearSearch:
    """The menu of what to look for, and the view of what is found."""

    def __init__(self, context: DatasetContext, checks: ProblemChecks) -> None:
        self._context, self._checks = context, checks
        self._finder: NearFinder | None = None

    @handles("datasets.near", group="near")
    @in_turn
    async def choose(self) -> None:
        """Choose what to look for, and show it."""
        from tui.services.checks.near_finder import NearQuestion

        if self._context.document is None:
            return
        await self._context.check_rows()
        chosen = await self._context.ask(Choose("Look for", _MENU))
        if chosen is None:
            return
        kind, _, threshold = chosen.partition(" ")
        if kind == "leak":
            await self._leakage(NearQuestion("leak"))
        elif kind == "near":
            await self._view(NearQuestion("near", float(threshold)))
        else:
            await self._view(NearQuestion("same" if kind == "same" else "prompt"))

    async def _leakage(self, question: NearQuestion) -> None:
        from tui.services.datasets.disk.file_lines import read_lines

        document, recents = self._context.document, await self._context.datasets.recents()
        offered = [p for p in recents if document is None or p != document.path]
        path = await self._context.ask(PathDialog("The validation file", offered))
        if path is None:
            return
        others = await read_lines(path)
        try:
            await self._view(question, others, path)
        finally:
            others.close()

    async def _view(
        self, question: NearQuestion, others: FileLines | None = None, path: Path | None = None
    ) -> None:
        from tui.screens.datasets.near.view import NearView
        from tui.services.checks.near_finder import NearFinder

        document, selection = self._context.document, self._context.selection
        if document is None:
            return
        if self._finder is None:
            self._finder = NearFinder()
        name = path.name if path is not None else ""
        view = NearView(document, self._finder, question, others, name)
        position = await self._context.ask(view)
        if view.found is not None and document is self._context.document:
            self._checks.take_alike(view.found, others, path)
        if position is not None:
            selection.go_to(position, center=True)
            selection.listing.focus()
