"""The Datasets screen: the list of examples, one conversation, and the problems found."""

from __future__ import annotations

import asyncio
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual.containers import Horizontal

from tui.commands import key_hint
from tui.core.text.paths import path_line
from tui.screens.base import ModeScreen
from tui.screens.datasets.files.welcome import Welcome

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from textual.app import ComposeResult
    from textual.widget import Widget

    from tui.screens.datasets.bulk.runner import BulkRunner
    from tui.screens.datasets.dataset_context import DatasetContext
    from tui.screens.datasets.files.on_disk import DiskWatch
    from tui.screens.datasets.files.opener import Opener
    from tui.screens.datasets.files.returning import DatasetPlace
    from tui.screens.datasets.filtering.filter_typing import Filtering
    from tui.screens.datasets.filtering.filtered_rows import FilteredRows
    from tui.screens.datasets.filtering.marked_rows import MarkedRows
    from tui.screens.datasets.panes.conversation import ConversationPane
    from tui.screens.datasets.panes.examples import ExamplesPane
    from tui.screens.datasets.problems.checks import ProblemChecks
    from tui.screens.datasets.problems.pane import ProblemsPane
    from tui.screens.filter_bar import FilterBar
    from tui.services.datasets import Document
    from tui.services.workspace import Workspace


def _not_open() -> str:
    return (
        f"No dataset is open: {key_hint('datasets.open', 'opens one')}, "
        f"{key_hint('datasets.sample', 'the sample')}"
    )


def _empty_file() -> str:
    return f"This file is empty: {key_hint('datasets.new_example', 'makes an example')}"


def _state_of(document: Document) -> str:
    saves = key_hint("datasets.save", "saves")
    if document.read_only:
        return "read only"
    if document.modified:
        return f"modified, {saves}"
    return f"not as on disk, {saves}" if document.differs else "saved"


_LONGEST_NAME = 30  # of a file in the status line, so that what it says of it fits too
_WITHOUT_DATASET = frozenset({"datasets.open", "datasets.sample", "datasets.import_data"})


_REOPENS = frozenset({"datasets.open", "datasets.save_as", "datasets.import_data"})
# What changes rows, which a file that is open for reading only does not let.
_EDITS = (
    *("undo", "redo", "save", "drop", "fix", "fix_all", "bulk", "edit", "role", "weight"),
    *("add_message", "new_example", "delete", "move_up", "move_down"),
)


class DatasetsScreen(ModeScreen):
    """Everything about one dataset at a time: panes, and a controller for each capability.

    The first paint of the program is this screen's start page. The panes (`workbench`) are
    neither made nor loaded before that; without them there is no document and no workspace.
    What carries out commands (`controllers`) is loaded once these have been painted, or when a
    command is given.
    """

    MODE: ClassVar[str] = "datasets"
    CSS_PATH = "screen.tcss"
    NEEDS_ROWS = frozenset(
        {
            *("edit", "role", "weight", "add_message", "delete", "bulk", "export", "filter"),
            *("message_menu", "example_menu", "raw_menu", "move_up", "move_down", "frequency"),
            *("mark", "mark_range", "chat", "compare", "origin", "near"),
        }
    )

    context: DatasetContext
    opener: Opener
    checks: ProblemChecks
    marked: MarkedRows
    bar: FilterBar
    filtered: FilteredRows
    filtering: Filtering
    examples: ExamplesPane
    conversation: ConversationPane
    problems: ProblemsPane
    place: DatasetPlace
    bulk: BulkRunner
    disk_watch: DiskWatch

    def __init__(self) -> None:
        super().__init__(classes="-no-document")
        self._leave_service: Callable[[], None] = lambda: None
        self.welcome = Welcome(self._open_soon, self.action_command)
        self._lists_recents = False
        self._had_rows = True
        self._built = self._commanded = False
        self.dispatcher.when_asked(self._command)

    def _open_soon(self, path: Path) -> None:
        self.opener.open_soon(path)

    def compose_body(self) -> ComposeResult:
        """Lay out the start page, and the three panes behind it."""
        yield self.welcome
        if self.host.painted:
            yield from self._workbench()

    async def complete(self) -> None:
        """Add the panes behind the start page."""
        if not self.query("#workbench"):
            await asyncio.to_thread(import_module, "tui.screens.datasets.workbench")
            await self.query_one("#body").mount(*self._workbench())

    def _build(self) -> None:
        """Make the panes and what they share."""
        from tui.screens.datasets.workbench import build

        if self._built:
            return
        self._built = True
        for owner in build(self, self):
            self.dispatcher.add(owner)
        for happened in (
            self.context.document_changed,
            self.context.file_changed,
            self.context.rows.changed,
            self.checks.changed,
            self.marked.counted,
        ):
            happened.add(self._show_state)

    async def _prepare_commands(self) -> None:
        """Load and make what carries out commands, once what can be seen has been painted."""
        await self.context.until_painted()
        await self.context.load("tui.screens.datasets.controllers")
        self._command()

    def _command(self) -> None:
        """Make what carries out commands, with all that it needs."""
        self._build()
        if self._commanded:
            return
        self._commanded = True
        from tui.screens.datasets.controllers import controllers

        for owner in controllers(self, self):
            self.dispatcher.add(owner)
        if self.is_attached and not self.is_current:
            self.disk_watch.pause()

    def _workbench(self) -> Iterator[Widget]:
        self._build()
        yield self.bar
        yield Horizontal(self.examples, self.conversation, id="workbench")
        yield self.problems

    # -- the document ----------------------------------------------------------------

    @property
    def starts(self) -> bool:
        """Whether the files opened before are still to be listed: enter opens the first."""
        return self._lists_recents or super().starts

    @property
    def document(self) -> Document | None:
        """The open document."""
        return self.context.document if self._built else None

    def on_workspace(self, workspace: Workspace) -> None:
        """Follow the document that is open."""
        self._leave_service()
        self.checks.judge_anew()
        self._leave_service = workspace.datasets.subscribe(self._take_document)
        self._take_document()
        self.context.run(
            self._prepare_commands, group="commands", description="load the commands of Datasets"
        )
        if self.document is None:
            self._lists_recents = True
            self.context.run(self._list_recents, group="recents", description="list recent files")

    def remembered(self) -> Mapping[str, Any]:
        """Return where one is in the open dataset."""
        return self.place.remembered() if self._built else {}

    def come_back(self, remembered: Mapping[str, Any]) -> None:
        """Go where one was in the open dataset, and on with an import or a path half typed."""
        self.place.come_back(remembered)
        path = None if self.document is None else str(self.document.path)
        if "open" not in remembered or path != remembered.get("path"):
            return  # another dataset is what to begin with
        from tui.services.settings.typed_texts import IMPORT_KEY

        begun = self.workspace.typed.get(IMPORT_KEY)
        opened = "datasets.import_data" if begun else remembered["open"]
        if opened in _REOPENS:
            self.call_after_refresh(self.action_command, opened)

    async def _list_recents(self) -> None:
        """List the datasets opened before on the start page."""
        try:
            self.welcome.show_recents(await self.context.datasets.recents())
        finally:
            self._lists_recents = False

    def _take_document(self) -> None:
        document = self.workspace.datasets.current
        if document is self.document or document is None:
            return
        self.remove_class("-no-document")
        self.examples.listing.focus()
        self.context.take_document(document)
        self.refresh_bindings()
        self.conversation.go_to(self._example_asked() or 0)

    def _show_state(self) -> None:
        """Say in the status line what is open, shown and found."""
        document = self.document
        if document is None:
            return
        growing = f"indexing {document.indexed:.0%}" if document.growing else ""
        self.context.working("index", growing)
        # What is saved stands first: the end of the line is cut on a narrow terminal.
        name = path_line(document.path.name, _LONGEST_NAME)
        words = (name, _state_of(document), self.filtered.words, self.checks.words)
        self.note(" · ".join(words))
        if self._had_rows != self.has_rows():
            self._had_rows = self.has_rows()
            self.refresh_bindings()

    # -- going to places -------------------------------------------------------------

    def _example_asked(self) -> int | None:
        """Return the position another mode has asked for, once."""
        asked, self.host.example_asked = self.host.example_asked, None
        return asked

    def on_screen_suspend(self) -> None:
        """Leave the file alone while another screen is shown."""
        if self._commanded:
            self.disk_watch.pause()

    def on_screen_resume(self) -> None:
        """Show the row another mode has asked for."""
        if self._commanded:
            self.disk_watch.resume()
        if self.document is not None and (asked := self._example_asked()) is not None:
            self.conversation.go_to(asked)
            self.examples.listing.focus()

    def on_conversation_chosen(self) -> None:
        """Edit the message chosen."""
        self.action_command("datasets.edit")

    def on_descendant_focus(self) -> None:
        """Give a pair the list's room while one is in it."""
        if self._built:
            self.conversation.make_room()

    def go_back(self) -> bool:
        """Close the error, else the problems, else return from the conversation to the list."""
        if not self._built:
            return self.clear_error()
        if self.bulk.stop() or self.clear_error():
            return True
        if self.problems.is_shown:
            self.problems.toggle()
            return True
        if self.context.selection.in_conversation:
            self.examples.listing.focus()
            return True
        return self.marked.leave_range() or self.filtering.leave()

    def show_one(self, one: str) -> None:
        """Open a dataset by its path, unless it is open."""
        from tui.services.datasets.service import absolute

        if self.document is None or str(absolute(self.document.path)) != one:
            self._open_soon(Path(one))

    def available(self, command_id: str) -> bool | None:
        """Offer what needs a dataset only while one is open; / is a character in the filter."""
        if self.document is None and command_id not in _WITHOUT_DATASET:
            return False
        if command_id == "datasets.filter" and self.focused is self.bar.field:
            return False
        return super().available(command_id)

    def idle(self) -> Collection[str]:
        """Return what finds nothing to take back, to save, to fix, or may not edit."""
        if (document := self.document) is None:
            return ()
        problems = self.checks.problems
        found = [
            (not document.can_undo, ("undo",)),
            (not document.can_redo, ("redo",)),
            (not document.modified, ("drop", "changes")),
            (not (document.modified or document.differs), ("save",)),
            (problems is not None and not problems.counts.total(), ("fix", "fix_all")),
            (document.read_only, _EDITS),
        ]
        return [f"datasets.{name}" for idles, names in found if idles for name in names]

    def has_rows(self) -> bool:
        """Whether the open file has examples; before one is opened, what needs one says so."""
        return self.document is None or len(self.document) > 0

    def nothing_words(self) -> str:
        """Return why there is nothing to work on."""
        return _not_open() if self.document is None else _empty_file()

    def copy_text(self) -> tuple[str, str]:
        """Copy the message, or the whole example as JSON from the list."""
        if (document := self.document) is None:
            return "", ""
        selection = self.context.selection
        if selection.position >= len(document):
            return "", ""
        if selection.in_conversation and selection.message is not None:
            return selection.message.text, "The message"
        return document.line(selection.position).decode("utf-8", "replace"), "The example"
