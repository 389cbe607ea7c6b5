"""From examples to models: the prompt of one side by side, or all that are shown one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.compare.prompts import Prompt, prompt_of
from tui.core.compare.sides.compare_request import CompareAsked
from tui.core.text.text import plural
from tui.dispatch import handles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.screens.datasets.dataset_context import DatasetContext
    from tui.screens.datasets.filtering.marks import MarkedRows


class Comparing:
    """Opens Compare with the example under the cursor, and offers the rows marked or shown."""

    def __init__(self, context: DatasetContext, marked: MarkedRows) -> None:
        self._context, self._marked = context, marked

    @handles("datasets.compare")
    def compare(self) -> None:
        """Ask several models this prompt; e there asks all that are marked or shown."""
        document, at = self._context.document, self._context.selection.position
        if document is None or at >= len(document):
            return
        found = prompt_of(at + 1, document.line(at))
        prompt = found if isinstance(found, Prompt) else None
        rows = self._context.rows
        positions: Sequence[int] = ()
        words = ""
        if len(self._marked):
            positions = self._marked.positions
            words = f"{plural(len(positions), 'marked example')} of {document.path.name}"
        elif rows.filtered:
            positions = rows.positions()
            words = f"{plural(len(positions), 'shown example')} of {document.path.name}"
        self._context.host.compare(CompareAsked((), prompt, positions, words))
