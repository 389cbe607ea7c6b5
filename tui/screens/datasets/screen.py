"""The Datasets screen: the list of examples, one conversation, and the problems found."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.containers import Horizontal

from tui.commands import key_hint
from tui.core.filtering.fields import HELP
from tui.core.text.paths import path_line
from tui.screens.base import ModeScreen
from tui.screens.datasets.bulk.runner import BulkRunner
from tui.screens.datasets.controllers import controllers
from tui.screens.datasets.dataset_context import DatasetContext
from tui.screens.datasets.files.on_disk import DiskQuestion, DiskWatch
from tui.screens.datasets.files.opener import Opener
from tui.screens.datasets.files.welcome import Welcome
from tui.screens.datasets.filtering.filtered_rows import FilteredRows
from tui.screens.datasets.filtering.filtering import Filtering
from tui.screens.datasets.filtering.marks import MarkedRows
from tui.screens.datasets.panes.conversation import ConversationPane
from tui.screens.datasets.panes.examples import EMPTY, ExamplesPane
from tui.screens.datasets.problems.checks import ProblemChecks
from tui.screens.datasets.problems.pane import ProblemsPane
from tui.screens.filter_bar import KEYS, FilterBar, FilterField
from tui.services.datasets.service import absolute
from tui.widgets.diff_view import ExampleView
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult

    from tui.services.datasets import Document
    from tui.services.workspace import Workspace

_NOT_OPEN = (
    f"No dataset is open: {key_hint('datasets.open', 'opens one')}, "
    f"{key_hint('datasets.sample', 'the sample')}"
)
_EMPTY_FILE = f"This file is empty: {key_hint('datasets.new_example', 'makes an example')}"
_PLACEHOLDER = f"words, role:tool, tokens>4000 … {KEYS}"
_LONGEST_NAME = 30  # of a file, in the status line: what it says of it has to fit too
_WITHOUT_DATASET = frozenset({"datasets.open", "datasets.sample", "datasets.import_data"})


class ExampleFilter(FilterField):
    """The field in which a filter of examples is typed."""

    HELP = HELP


class DatasetsScreen(ModeScreen):
    """Everything about one dataset at a time: panes, and a controller for each capability."""

    MODE: ClassVar[str] = "datasets"
    CSS_PATH = "screen.tcss"
    NEEDS_ROWS = frozenset(
        {
            *("edit", "role", "weight", "add_message", "delete", "bulk", "export", "filter"),
            *("message_menu", "example_menu", "raw_menu", "move_up", "move_down", "frequency"),
            *("mark", "mark_range", "chat", "compare", "origin", "near"),
        }
    )

    def __init__(self) -> None:
        super().__init__(classes="-no-document")
        self._leave_service: Callable[[], None] = lambda: None
        conversation = ExampleView(id="conversation", empty="")
        context = DatasetContext(self, RecordList(id="examples", empty=EMPTY), conversation)
        self.context = context
        self.opener = Opener(context)
        self.checks = ProblemChecks(context)
        self.marked = MarkedRows(context)
        self.bar = FilterBar(ExampleFilter(_PLACEHOLDER))
        self.filtered = FilteredRows(context, self.bar, self.checks, self.marked)
        self.filtering = Filtering(context, self.bar, self.filtered)
        self.welcome = Welcome(self.opener.open_soon)
        self._lists_recents = False
        self._had_rows = True
        self.examples = ExamplesPane(context, self.checks, self.marked)
        self.conversation = ConversationPane(context)
        self.problems = ProblemsPane(context, self.checks, self.conversation.jump)
        self.bulk = BulkRunner(context)
        self.disk_question = DiskQuestion(context)
        self.disk_watch = DiskWatch(context, self.disk_question)
        for owner in (self.problems, self.filtering, *controllers(self, self)):
            self.dispatcher.add(owner)
        for happened in (
            context.document_changed,
            context.rows.changed,
            self.checks.changed,
            self.marked.counted,
        ):
            happened.add(self._show_state)

    def compose_body(self) -> ComposeResult:
        """Lay out the start page, and the three panes behind it."""
        yield self.welcome
        yield self.bar
        with Horizontal(id="workbench"):
            yield self.examples
            yield self.conversation
        yield self.problems

    # -- the document ----------------------------------------------------------------

    @property
    def starts(self) -> bool:
        """Whether the files opened before are still to be listed: enter opens the first."""
        return self._lists_recents

    @property
    def document(self) -> Document | None:
        """The open document."""
        return self.context.document

    def on_workspace(self, workspace: Workspace) -> None:
        """Follow the document that is open."""
        self._leave_service()
        self.checks.judge_for(workspace.files.limits)
        self._leave_service = workspace.datasets.subscribe(self._take_document)
        self._take_document()
        if self.document is None:
            self._lists_recents = True
            self.context.run(self._list_recents, group="recents", description="list recent files")

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
        state = f"modified, {key_hint('datasets.save', 'saves')}" if document.modified else "saved"
        if document.read_only:
            state = "read only"
        # What is saved stands first: the end of the line is cut on a narrow terminal.
        name = path_line(document.path.name, _LONGEST_NAME)
        words = (name, state, self.filtered.words, self.checks.words)
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
        self.disk_watch.pause()

    def on_screen_resume(self) -> None:
        """Show the row another mode has asked for."""
        self.disk_watch.resume()
        if self.document is not None and (asked := self._example_asked()) is not None:
            self.conversation.go_to(asked)
            self.examples.listing.focus()

    def on_conversation_chosen(self) -> None:
        """Edit the message chosen."""
        self.action_command("datasets.edit")

    def on_descendant_focus(self) -> None:
        """Give a pair the list's room while one is in it."""
        self.conversation.make_room()

    def go_back(self) -> bool:
        """Close the error, else the problems, else return from the conversation to the list."""
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
        if self.document is None or str(absolute(self.document.path)) != one:
            self.opener.open_soon(Path(one))

    def available(self, command_id: str) -> bool | None:
        """Offer what needs a dataset only while one is open; / is a character in the filter."""
        if command_id == "datasets.filter" and isinstance(self.focused, FilterField):
            return False
        if self.document is None and command_id not in _WITHOUT_DATASET:
            return False
        return super().available(command_id)

    def has_rows(self) -> bool:
        """Whether the open file has examples; before one is opened, what needs one says so."""
        return self.document is None or len(self.document) > 0

    def nothing_words(self) -> str:
        """Return why there is nothing to work on."""
        return _NOT_OPEN if self.document is None else _EMPTY_FILE

    def copy_text(self) -> tuple[str, str]:
        """Copy the message, or the whole example as JSON from the list."""
        document, selection = self.document, self.context.selection
        if document is None or selection.position >= len(document):
            return "", ""
        if selection.in_conversation and selection.message is not None:
            return selection.message.text, "The message"
        return document.line(selection.position).decode("utf-8", "replace"), "The example"
