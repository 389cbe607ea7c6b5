"""The context that panes and controllers of Datasets share: the document, and the user."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from tui.commands import key_hint
from tui.core.listeners import Listeners
from tui.core.text.text import one_line
from tui.screens.controller_context import ScreenContext, opens
from tui.screens.datasets.selection import Selection
from tui.screens.datasets.shown_rows import ShownRows
from tui.services.errors import InputError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine
    from contextlib import AbstractContextManager
    from pathlib import Path

    from textual.timer import Timer

    from tui.core.dataset.from_answers import Origin
    from tui.screens.base import ModeScreen
    from tui.services.datasets import DatasetService, Document
    from tui.services.settings.locations import Locations
    from tui.services.settings.typed_texts import TypedTexts
    from tui.services.store.store import Store
    from tui.widgets.conversation import Conversation
    from tui.widgets.record_list import RecordList


class InDatasets(Protocol):
    """A controller of the Datasets screen."""

    _context: DatasetContext


C = TypeVar("C", bound=InDatasets)


def in_turn(
    command: Callable[[C], Coroutine[Any, Any, None]],
) -> Callable[[C], Coroutine[Any, Any, None]]:
    """Have a command look at rows and cursor only when the edits before it are done."""
    opening = opens(command)

    @wraps(command)
    async def begin(self: C) -> None:
        await self._context.settled()
        await opening(self)

    return begin


class DatasetContext(ScreenContext):
    """The open document, the rows shown, the selection; what happens to them; and the user.

    `document_opened` is told before anything of another document is shown, `document_changed`
    for every change of its rows, `rows.changed` when the list shows other rows of the same
    document, `selection.moved` when another example is under the cursor.
    """

    def __init__(self, screen: ModeScreen, listing: RecordList, conversation: Conversation) -> None:
        super().__init__(screen)
        self.rows = ShownRows()
        self.selection = Selection(self.rows, listing, conversation)
        self.document_opened = Listeners[[]]()
        self.document_changed = Listeners[[]]()
        self.file_changed = Listeners[[]]()  # by another program, or back to what it was
        self.origin: Origin | None = None  # of the example under the cursor, as far as it is known
        self.origin_found = Listeners[[]]()  # it is another one than before
        self.row_read = Listeners[[]]()  # a long row has been parsed meanwhile
        self.reopens = False  # the editor that was open when the program ended opens again
        # During `document_changed`: rows came in at the end while indexing, nothing else changed.
        self.only_grown = False
        # Held by a step that begins where the cursor is: the next key waits until it is done.
        self.stepping = asyncio.Lock()
        self._stepper: asyncio.Task[object] | None = None  # who holds it

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

    def when_opened(self, listener: Callable[[], None]) -> None:
        """Call a function for each document opened, beginning with the one that is open."""
        self.document_opened.add(listener)
        if self.document is not None:
            listener()

    def _tell_changed(self) -> None:
        if self.document is not None:
            shown = self.selection.shown >= 0 and not self.rows.filtered
            self.only_grown = self.document.growing and shown
            self.document_changed.tell()

    @asynccontextmanager
    async def step(self) -> AsyncIterator[None]:
        """Begin a change where the cursor is once those asked for before are done.

        A step within a step is part of it.
        """
        if self._stepper is (task := asyncio.current_task()):
            yield
            return
        async with self.stepping:
            self._stepper = task
            try:
                if self.document is not None:
                    await self.document.changes_written()
                yield
            finally:
                self._stepper = None

    async def settled(self) -> None:
        """Wait until the changes asked for before are done; keys typed meanwhile wait, too."""
        with self.holding():
            async with self.step():
                pass

    def take_origin(self, origin: Origin | None) -> None:
        """Take note of where the example under the cursor came from."""
        if origin != self.origin:
            self.origin = origin
            self.origin_found.tell()

    async def check_rows(self) -> None:
        """Raise InputError where the lines are not examples: an array, a table looked at as it is.

        What works on many rows would tear such a file apart.
        """
        from tui.core.fixes.whole import other_layout

        if (document := self.document) is None:
            return
        lines = document.snapshot()
        layout = await asyncio.to_thread(other_layout, str(document.path), lines)
        if layout is not None:
            name = document.path.name
            raise InputError(
                "Not an example on each line",
                f"{name} is {layout.words}; nothing was changed",
                key_hint("datasets.import_data", "imports it into a new file"),
            )

    async def replace_lines(self, label: str, at: int, *lines: bytes, removed: int = 1) -> None:
        """Put lines in the place of `removed` rows at `at`, as one step."""
        from tui.services.datasets import Change

        async with self.step():
            if self.document is not None:
                await self.document.change(label, [Change(at, removed, lines)])

    # -- the user --------------------------------------------------------------------

    async def ask_target(self, title: str, value: str, *, own: Path | None = None) -> Path | None:
        """Ask for a file to write to, and again before one that exists, not `own`, is replaced."""
        from tui.screens.dialogs import target

        return await target.ask_target(self.app, title, value, own=own)

    def tell(self, text: str, *, seconds: float | None = 3, warning: bool = False) -> None:
        """Say something for a moment, in one line."""
        super().tell(one_line(text, 300), seconds=seconds, warning=warning)

    def suspended(self) -> AbstractContextManager[None]:
        """Give the terminal to another program. Raises SuspendNotSupported on entering."""
        return self.app.suspend()

    def every(self, seconds: float, call: Callable[[], None]) -> Timer:
        """Call a function again and again."""
        return self._screen.set_interval(seconds, call)

    # -- services --------------------------------------------------------------------

    @property
    def datasets(self) -> DatasetService:
        """Datasets on disk."""
        return self.workspace.datasets

    @property
    def store(self) -> Store:
        """The local ledger."""
        return self.workspace.store

    @property
    def locations(self) -> Locations:
        """Where files of this program are."""
        return self.workspace.locations

    @property
    def typed(self) -> TypedTexts:
        """Texts kept while they are typed."""
        return self.workspace.typed
