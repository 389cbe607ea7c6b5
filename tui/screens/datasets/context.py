"""What the panes and controllers of Datasets share: the open dataset, and the way to the user."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar

from tui.core.text.text import one_line
from tui.dispatch import start_worker
from tui.screens.datasets.selection import Selection
from tui.screens.datasets.shown_rows import ShownRows
from tui.screens.dialogs import target
from tui.screens.listeners import Listeners

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine
    from contextlib import AbstractContextManager
    from pathlib import Path

    from textual.screen import Screen
    from textual.timer import Timer

    from tui.screens.base import ModeScreen
    from tui.services.datasets import DatasetService, Document
    from tui.services.settings.locations import Locations
    from tui.services.settings.typed_texts import TypedTexts
    from tui.services.store.store import Store
    from tui.widgets.conversation import Conversation
    from tui.widgets.record_list import RecordList

T = TypeVar("T")


class DatasetContext:
    """The open document, the rows shown, the selection; what happens to them; and the user.

    `document_opened` is told before anything of another document is shown, `document_changed`
    for every change of its rows, `rows.changed` when the list shows other rows of the same
    document, `selection.moved` when another example is under the cursor.
    """

    def __init__(self, screen: ModeScreen, listing: RecordList, conversation: Conversation) -> None:
        self._screen = screen
        self.rows = ShownRows()
        self.selection = Selection(self.rows, listing, conversation)
        self.document_opened = Listeners()
        self.document_changed = Listeners()
        self.row_read = Listeners()  # a long row has been parsed meanwhile
        # During `document_changed`: rows came in at the end while indexing, nothing else changed.
        self.only_grown = False

    # -- the dataset -----------------------------------------------------------------

    @property
    def document(self) -> Document | None:
        """The open document."""
        return self.selection.document

    def take_document(self, document: Document) -> None:
        """Go on with another document."""
        self.selection.begin(document)
        self.document_opened.tell()
        document.subscribe(self._tell_changed)  # ends with the document
        document.on_read(self.row_read.tell)
        self._tell_changed()

    def _tell_changed(self) -> None:
        if self.document is not None:
            shown = self.selection.shown >= 0 and not self.rows.filtered
            self.only_grown = self.document.growing and shown
            self.document_changed.tell()

    async def replace_lines(self, label: str, at: int, *lines: bytes, removed: int = 1) -> None:
        """Put lines in the place of `removed` rows at `at`, as one step."""
        from tui.services.datasets import Change

        if self.document is not None:
            await self.document.change(label, [Change(at, removed, lines)])

    # -- the user --------------------------------------------------------------------

    async def ask(self, dialog: Screen[T]) -> T | None:
        """Show a dialog and return its answer, None for a no. Call it from a worker."""
        return await self._screen.app.push_screen_wait(dialog)

    def show(self, dialog: Screen[T], answered: Callable[[T | None], None]) -> Awaitable[object]:
        """Show a dialog at once; `answered` is called with its answer."""
        return self._screen.app.push_screen(dialog, answered)

    async def ask_target(self, title: str, value: str) -> Path | None:
        """Ask for a file to write to, and again before one that exists is replaced."""
        return await target.ask_target(self._screen.app, title, value)

    async def may_replace(self, path: Path) -> bool:
        """Tell whether a file may be written at `path`: nothing is there, or the answer was yes."""
        return await target.may_replace(self._screen.app, path)

    def tell(self, text: str, *, seconds: float = 3, warning: bool = False) -> None:
        """Say something for a moment."""
        self._screen.notify(
            one_line(text, 300),
            severity="warning" if warning else "information",
            timeout=seconds,
            markup=False,
        )

    def working(self, name: str, text: str) -> None:
        """Show background work under a name of its own; an empty text ends it."""
        self._screen.host.working(name, text)

    def clear_error(self) -> bool:
        """Close the error, if one is shown; tells whether there was."""
        return self._screen.clear_error()

    def suspended(self) -> AbstractContextManager[None]:
        """Give the terminal to another program. Raises SuspendNotSupported on entering."""
        return self._screen.app.suspend()

    @property
    def is_current(self) -> bool:
        """Whether Datasets is what the user looks at, without a dialog before it."""
        return self._screen.is_current

    # -- work ------------------------------------------------------------------------

    def run(
        self,
        work: Callable[..., Coroutine[object, object, object]],
        *args: object,
        group: str,
        description: str,
        exclusive: bool = True,
    ) -> None:
        """Run a coroutine function as a worker; what it raises is shown on the screen."""
        call = partial(work, *args)
        start_worker(self._screen, call, group, description, exclusive=exclusive)

    def cancel(self, group: str) -> None:
        """Cancel the workers of a group."""
        self._screen.workers.cancel_group(self._screen, group)

    def every(self, seconds: float, call: Callable[[], None]) -> Timer:
        """Call a function again and again."""
        return self._screen.set_interval(seconds, call)

    # -- services --------------------------------------------------------------------

    @property
    def datasets(self) -> DatasetService:
        """Datasets on disk."""
        return self._screen.workspace.datasets

    @property
    def store(self) -> Store:
        """The local ledger."""
        return self._screen.workspace.store

    @property
    def locations(self) -> Locations:
        """Where files of this program are."""
        return self._screen.workspace.locations

    @property
    def typed(self) -> TypedTexts:
        """Texts kept while they are typed."""
        return self._screen.workspace.typed
