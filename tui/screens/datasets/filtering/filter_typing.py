"""Typing a filter above the list, keeping it, recalling and saving it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tui.commands import key_of
from tui.core.filtering.nodes import Everything, FilterError, Node
from tui.core.filtering.parser import parse
from tui.dispatch import handles

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from textual.worker import Worker

    from tui.screens.datasets.dataset_context import DatasetContext
    from tui.screens.datasets.filtering.filtered_rows import FilteredRows
    from tui.screens.dialogs.choose import Choose
    from tui.screens.filter_bar import FilterBar
    from tui.services.settings.saved_filters import SavedFilters

_PAUSE_S = 0.15  # without a key before what was typed is looked for


class Filtering:
    """The field of the filter, and the filters used before."""

    def __init__(self, context: DatasetContext, bar: FilterBar, filtered: FilteredRows) -> None:
        self._context, self._bar, self._filtered = context, bar, filtered
        bar.typed, bar.told = self._typed, self._field_told
        context.document_opened.add(self._close_bar)

    @handles("datasets.filter")
    def open(self) -> None:
        """Type a filter above the list."""
        self._bar.open()

    def open_with(self, node: Node) -> None:
        """Set a filter as if it had been typed and kept."""
        self._bar.display = True
        self._bar.fill(str(node))
        self._filtered.set(node)
        self._context.selection.listing.move_to(0)
        self._remember(str(node))

    @property
    def half_typed(self) -> str:
        """What is typed and is not a filter yet, empty for nothing."""
        typed = self._bar.field.value.strip() if self._bar.display else ""
        return "" if typed == str(self._filtered.node) else typed

    def type_again(self, text: str) -> None:
        """Go on typing what was half typed when the program ended."""
        self._bar.open()
        self._bar.field.value = text
        self._bar.field.action_end()

    def bring_back(self, text: str) -> Worker[None] | None:
        """Set a filter kept before the program ended; returns what finds its rows.

        Raises FilterError for what is not a filter.
        """
        node = parse(text)
        self._bar.display = True
        self._bar.fill(text)
        return self._filtered.set(node)

    def leave(self) -> bool:
        """Show all rows again and close the field; return whether there was a filter or a field."""
        if not self._bar.display:
            return False
        self._close_bar()
        document, selection = self._context.document, self._context.selection
        if not isinstance(self._filtered.node, Everything):
            at = selection.position
            self._filtered.set(Everything())
            selection.go_to(at if document and at < len(document) else self._filtered.anchor)
        selection.focus_list()
        return True

    def _close_bar(self) -> None:
        self._context.cancel("typing")
        self._bar.close()

    # -- typing ----------------------------------------------------------------------

    def _typed(self, text: str) -> None:
        self._context.run(self._apply_soon, text, group="typing", description="wait for more keys")

    async def _apply_soon(self, text: str) -> None:
        await asyncio.sleep(_PAUSE_S)
        self._apply(text)

    def _apply(self, text: str) -> bool:
        """Show what was typed; return whether it is a filter."""
        try:
            node = parse(text)
        except FilterError as error:
            self._bar.say(str(error))
            return False
        self._bar.say("")
        if node != self._filtered.node:
            self._filtered.set(node)
        return True

    def _field_told(self, what: str) -> None:
        if what == "keep":
            self._keep()
        elif what == "leave":
            self.leave()
        elif what == "recall":
            self._recall()
        else:
            self._context.run(
                self._save, group="saved-filters", exclusive=False, description="save a filter"
            )

    def _keep(self) -> None:
        self._context.cancel("typing")
        if not self._apply(self._bar.field.value):
            return
        if isinstance(self._filtered.node, Everything):
            self.leave()
            return
        self._remember(str(self._filtered.node))
        self._context.selection.focus_list()

    # -- saved and recent ------------------------------------------------------------

    def _remember(self, text: str) -> None:
        self._context.run(
            self._saved_filters.used,
            text,
            group="saved-filters",
            exclusive=False,
            description="remember a filter",
        )

    async def _save(self) -> None:
        self._context.cancel("typing")
        if not self._apply(self._bar.field.value):  # what is wrong with it is told below it
            self._context.tell("What is no filter is not saved", seconds=3)
            return
        if isinstance(self._filtered.node, Everything):
            self._context.tell("Nothing is typed yet to be saved", seconds=3)
            return
        saved = await self._saved_filters.toggle(str(self._filtered.node))
        self._context.tell(
            f"Filter saved; {key_of('filter.recall')} in the field lists it"
            if saved
            else "Filter no longer saved"
        )

    def _recall(self) -> None:
        from tui.screens.dialogs.choose import Choose  # the first rows need no dialog

        none = f"none yet; {key_of('filter.save')} in the field saves one"
        dialog: Choose[str] = Choose("Filters", [], empty=none)
        shown = self._context.open(dialog, self._take_recalled)
        self._context.run(self._offer, dialog, shown, group="recall", description="list filters")

    async def _offer(self, dialog: Choose[str], shown: Awaitable[object]) -> None:
        from tui.screens.dialogs.choose import Choice

        filters = await self._saved_filters.load()
        await shown
        choices = [Choice(text, text, "saved") for text in filters.saved]
        choices += [Choice(t, t, "recent") for t in filters.recent if t not in filters.saved]
        if choices and dialog.is_current:
            dialog.offer(choices)

    def _take_recalled(self, text: str | None) -> None:
        if text is not None:
            self._bar.field.value = text
            self._bar.field.action_end()

    @property
    def _saved_filters(self) -> SavedFilters:
        from tui.services.settings.saved_filters import SavedFilters

        return SavedFilters(self._context.locations, self._context.workspace.trouble)
