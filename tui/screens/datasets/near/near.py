"""Duplicates, contradictions and leakage: the part of the Datasets screen that looks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import work

from tui.screens.datasets.problems.checks import ProblemActions
from tui.screens.dialogs.choose import Choice, Choose
from tui.screens.dialogs.path import PathDialog

if TYPE_CHECKING:
    from pathlib import Path

    from tui.services.checks.near import NearFinder, Question
    from tui.services.datasets.file_lines import FileLines

_MENU = (
    Choice("same", "Exact duplicates", "the same example twice"),
    Choice("near 0.85", "Near duplicates", "from 85 % of their words on"),
    Choice("near 0.95", "Very near duplicates", "from 95 % on"),
    Choice("near 0.7", "Far duplicates", "from 70 % on"),
    Choice("prompt", "Contradictions", "one prompt, different answers"),
    Choice("leak", "Leakage against a validation file …", "equal, same prompt, near"),
)


class NearActions(ProblemActions):
    """One key opens the menu of what to look for, and the view of what is found."""

    _near_finder: NearFinder | None = None

    @work(group="near", exclusive=True, exit_on_error=False, description="look for duplicates")
    async def action_near(self) -> None:
        """Choose what to look for, and show it."""
        from tui.services.checks.near import Question

        document = self.document
        if document is None:
            return
        chosen = await self.app.push_screen_wait(Choose("Look for", _MENU))
        if chosen is None:
            return
        kind, _, threshold = chosen.partition(" ")
        if kind == "leak":
            await self._leakage(Question("leak"))
        elif kind == "near":
            await self._view(Question("near", float(threshold)))
        else:
            await self._view(Question("same" if kind == "same" else "prompt"))

    async def _leakage(self, question: Question) -> None:
        from tui.services.datasets.file_lines import read_lines

        recents = await self.workspace.datasets.recents()
        offered = [p for p in recents if self.document is None or p != self.document.path]
        path = await self.app.push_screen_wait(PathDialog("The validation file", offered))
        if path is None:
            return
        others = await read_lines(path)
        try:
            await self._view(question, others, path)
        finally:
            others.close()

    async def _view(
        self, question: Question, others: FileLines | None = None, path: Path | None = None
    ) -> None:
        from tui.screens.datasets.near.view import NearView
        from tui.services.checks.near import NearFinder

        document = self.document
        if document is None:
            return
        if self._near_finder is None:
            self._near_finder = NearFinder()
        name = path.name if path is not None else ""
        view = NearView(document, self._near_finder, question, others, name)
        position = await self.app.push_screen_wait(view)
        if view.found is not None and document is self.document:
            self.take_alike(view.found, others, path)
        if position is not None:
            self.go_to(position, center=True)
            self.query_one("#examples").focus()
