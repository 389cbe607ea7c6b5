"""Where one was in the open dataset: row, message, filter and marks, kept and brought back."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from textual.worker import WorkerCancelled, WorkerFailed

from tui.core.dataset.row_places import Run, digest_of, find_rows, runs_of
from tui.core.filtering.nodes import Everything, FilterError
from tui.core.provider.parsing import as_int, as_text
from tui.core.text.text import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tui.screens.datasets.dataset_context import DatasetContext
    from tui.screens.datasets.filtering.filter_typing import Filtering
    from tui.screens.datasets.filtering.filtered_rows import FilteredRows
    from tui.screens.datasets.filtering.marked_rows import MarkedRows
    from tui.screens.datasets.panes.conversation import ConversationPane
    from tui.services.datasets import Document, Snapshot


class DatasetPlace:
    """Keeps where one is in the open dataset by what the rows hold, and goes there again.

    `edit` opens the editor for the message under the cursor.
    """

    def __init__(
        self,
        context: DatasetContext,
        filters: tuple[Filtering, FilteredRows],
        marked: MarkedRows,
        pane: ConversationPane,
        edit: Callable[[], None],
    ) -> None:
        self._context = context
        self._filtering, self._filtered = filters
        self._marked, self._pane, self._edit = marked, pane, edit
        self._marks: _MarkRuns | None = None  # None when they are others than before
        marked.changed.add(self._forget_marks)
        context.document_changed.add(self._forget_marks)

    def _forget_marks(self) -> None:
        self._marks = None

    # -- keeping -----------------------------------------------------------------------

    def remembered(self) -> Mapping[str, Any]:
        """Return where one is; digests are left to the thread that writes."""
        document, selection = self._context.document, self._context.selection
        if document is None:
            return {}
        kept: dict[str, Any] = {"path": str(document.path)}
        if (at := selection.position) < len(document):
            line = document.reader(at)
            kept |= {"row": at, "digest": lambda: digest_of(line())}
            kept |= {"message": selection.conversation.cursor}
        kept["in_conversation"] = selection.conversation.is_attached and selection.in_conversation
        if not isinstance(self._filtered.node, Everything):
            kept["filter"] = str(self._filtered.node)
        if typed := self._filtering.half_typed:
            kept["typed"] = typed
        if self._marked.marks:
            if self._marks is None:
                self._marks = _MarkRuns(document.snapshot(), self._marked.marks.ids())
            kept["marks"] = self._marks
        return kept

    # -- coming back -------------------------------------------------------------------

    def come_back(self, remembered: Mapping[str, Any]) -> None:
        """Go where one was, if it is in the dataset that is open now."""
        document = self._context.document
        if document is None or str(document.path) != as_text(remembered.get("path")):
            return
        self._context.reopens = remembered.get("open") == "datasets.edit"
        if (at := _stays(document, remembered)) is not None:
            self._pane.go_to(at)  # before the first paint of its rows
        self._context.run(
            self._bring_back, document, remembered, group="come-back", description="go on"
        )

    async def _bring_back(self, document: Document, remembered: Mapping[str, Any]) -> None:
        missing = [
            *await self._set_filter(as_text(remembered.get("filter")) or ""),
            *await self._go_to_row(document, remembered),
            *await self._mark(document, remembered.get("marks")),
        ]
        if typed := as_text(remembered.get("typed")):
            self._filtering.type_again(typed)
        if missing and document is self._context.document:
            self._context.tell(f"Not as it was: {', '.join(missing)}.", seconds=10, warning=True)

    async def _set_filter(self, text: str) -> Sequence[str]:
        if not text:
            return ()
        try:
            finding = self._filtering.bring_back(text)
        except FilterError:
            return [f"the filter {text} is not understood"]
        if finding is not None:
            with suppress(WorkerCancelled, WorkerFailed):  # another one has been typed
                await finding.wait()
        return ()

    async def _go_to_row(self, document: Document, remembered: Mapping[str, Any]) -> Sequence[str]:
        row = as_int(remembered.get("row"))
        if row is None or not (digest := as_text(remembered.get("digest"))):
            return ()
        if (at := _stays(document, remembered)) is None:
            await document.ready()
            found = await asyncio.to_thread(find_rows, [Run(row, 1, digest)], document.snapshot())
            at = found.positions[0] if found.positions else None
        if at is None or at >= len(document) or document is not self._context.document:
            return [f"row {row + 1} has changed or gone"]
        self._pane.go_to(at)
        self._pane.show_example(as_int(remembered.get("message")) or 0)
        if remembered.get("in_conversation") is True:
            self._context.selection.conversation.focus()
        if self._context.reopens:
            self._edit()
        return ()

    async def _mark(self, document: Document, kept: object) -> Sequence[str]:
        if not isinstance(kept, list):
            return ()
        runs = [run for one in kept if (run := Run.parse(one)) is not None]
        await document.ready()
        rows = document.snapshot()
        found = await asyncio.to_thread(find_rows, runs, rows)
        if document is self._context.document and found.positions:
            self._marked.marks.add(rows.ids[at] for at in found.positions)
            self._marked.edited()
        return [f"{plural(found.lost, 'marked row')} changed or gone"] if found.lost else ()


def _stays(document: Document, remembered: Mapping[str, Any]) -> int | None:
    """Return the row that was shown, where it is still the same."""
    row, digest = as_int(remembered.get("row")), as_text(remembered.get("digest"))
    if row is None or not 0 <= row < len(document) or digest_of(document.line(row)) != digest:
        return None
    return row


class _MarkRuns:
    """The marked rows as runs, made once they are written."""

    def __init__(self, rows: Snapshot, ids: set[int]) -> None:
        self._from: tuple[Snapshot, set[int]] | None = (rows, ids)
        self._made: list[Any] = []

    def __call__(self) -> list[Any]:
        if self._from is not None:
            rows, ids = self._from
            positions = [at for at, row_id in enumerate(rows.ids) if row_id in ids]
            self._made = [run.json for run in runs_of(positions, rows)]
            self._from = None  # many rows are not held on to
        return self._made
