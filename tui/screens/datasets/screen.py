"""The Datasets screen: the list of examples, one conversation, and the problems found."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.containers import Horizontal
from textual.widgets import Static

from tui.commands import commands_for
from tui.core.dataset.example import Example
from tui.core.text.text import plural
from tui.screens.datasets.bulk.bulk import BulkActions
from tui.screens.datasets.editing.changes import ChangesActions
from tui.screens.datasets.editing.examples import MenuActions
from tui.screens.datasets.example_text import example_row, settings_words, turns_of
from tui.screens.datasets.exporting.exporting import ExportActions
from tui.screens.datasets.files.on_disk import DiskActions
from tui.screens.datasets.files.welcome import Welcome
from tui.screens.datasets.filtering.bar import FilterBar, FilterField
from tui.screens.datasets.filtering.frequency import FrequencyActions
from tui.screens.datasets.fixing.repair import RepairActions
from tui.screens.datasets.importing.importing import ImportActions
from tui.screens.datasets.near.near import NearActions
from tui.widgets.conversation import Conversation
from tui.widgets.diff_view import ExampleView
from tui.widgets.line_view import Pane
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult

    from tui.core.checks import Issue
    from tui.services.datasets import Document
    from tui.services.workspace import Workspace


EMPTY = "This file is empty.\nPress n for an example."


class DatasetsScreen(
    RepairActions,
    BulkActions,
    MenuActions,
    ChangesActions,
    ImportActions,
    ExportActions,
    FrequencyActions,
    NearActions,
    DiskActions,
):
    """Everything about one dataset at a time."""

    MODE: ClassVar[str] = "datasets"
    CSS_PATH = "screen.tcss"
    NEEDS_ROWS = frozenset({"filter"})

    def __init__(self) -> None:
        super().__init__(classes="-no-document")
        self._shown = -1  # the position of the example in the conversation pane
        self._leave_service: Callable[[], None] = lambda: None

    def has_rows(self) -> bool:
        """Whether a dataset is open."""
        return self.document is not None

    def compose_body(self) -> ComposeResult:
        """Lay out the start page, and the three panes behind it."""
        yield Welcome()
        yield FilterBar()
        with Horizontal(id="workbench"):
            with Pane(id="examples-pane", classes="pane"):
                yield RecordList(id="examples", empty=EMPTY)
            with Pane(id="conversation-pane", classes="pane"):
                yield ExampleView(id="conversation", empty="No messages. Press a to add one.")
        with Pane(id="problems-pane", classes="pane"):
            yield RecordList(id="problems", empty="No problems found.")
            yield Static(id="problem-detail", markup=False)

    def on_mount(self) -> None:
        """Show an example in the same moment in which the cursor comes to it."""
        self.watch(self.query_one("#examples", RecordList), "cursor", self.cursor_moved, init=False)

    # -- the document ----------------------------------------------------------------

    def on_workspace(self, workspace: Workspace) -> None:
        """Follow the document that is open."""
        self._leave_service()
        self.judge_for(workspace.files.limits)
        self._leave_service = workspace.datasets.subscribe(self._take_document)
        self._take_document()
        if self.document is None:
            self.list_recents()

    def _take_document(self) -> None:
        document = self.workspace.datasets.current
        if document is self.document or document is None:
            return
        self.document, self._shown = document, -1
        self.start_checks(document)
        self.forget_problems()
        self.watch_disk()
        self.start_rows()
        document.subscribe(self._document_changed)  # ends with the document
        document.on_read(self._row_read)
        self.remove_class("-no-document")
        self.refresh_bindings()
        self.query_one("#examples", RecordList).focus()
        self._document_changed()
        self._go(self._asked() or 0)
        self.tell_opened(document)

    def _document_changed(self) -> None:
        document = self.document
        if document is None:
            return
        self.follow_rows()
        growing = f"indexing {document.indexed:.0%}" if document.growing else ""
        self.host.working("index", growing)
        if growing and self._shown >= 0 and not self.view.filtered:
            self._rows_added(document)
            return
        self.show_rows()
        self._show_example()
        self._say()
        self.check()

    def _rows_added(self, document: Document) -> None:
        """Show that there are more rows, which are found faster than all could be painted."""
        listing = self.query_one("#examples", RecordList)
        if len(str(listing.count)) == len(str(len(document))):
            listing.grow(len(document))
        else:  # each number needs more room
            self.show_rows()
        self._say()
        self._label(document)

    def _row_read(self) -> None:
        """Show a long row that has been parsed meanwhile."""
        self.query_one("#examples", RecordList).refresh()
        self._show_example()

    def show_rows(self) -> None:
        """Give the list the rows of the view."""
        empty = "No example matches.\nesc shows all." if self.view.filtered else EMPTY
        listing = self.query_one("#examples", RecordList)
        listing.show(len(self.view), self._example_row, empty=empty)

    def _example_row(self, row: int, width: int) -> Text:
        position = self.view.position(row)
        if self.document is None or position >= len(self.document):
            return Text()
        return example_row(
            f"{position + 1:>{len(str(len(self.document)))}}",
            self.document.example(position),
            worst=self.worst_at(position),
            edited=self.document.edited(position),
            width=width,
            marked=self.is_marked(position),
        )

    def problems_found(self) -> None:
        """Show what depends on the problems."""
        self.take_problems(self.issues)
        self._say()

    def _say(self) -> None:
        document = self.document
        if document is None:
            return
        counts = self.severities()
        found = [plural(counts[s], s) for s in ("error", "warning") if counts[s]]
        state = "modified, ctrl+s saves" if document.modified else "saved"
        if document.read_only:
            state = "read only"
        said = ", ".join(found) or ("no problems" if not counts["info"] else "no errors")
        if self.problems is None:
            said = "not checked yet"
        elif self.foreign is not None:
            said = self.foreign.invitation
        rows = self.rows_words(document)
        self.note(f"{document.path.name} · {rows} · {said} · {state}")
        pane = self.query_one("#problems-pane", Pane)
        infos = f", {plural(counts['info'], 'hint')}" if counts["info"] else ""
        fixes = "" if self.foreign is not None else " · f fixes"
        pane.label(f"Problems: {said}{infos} · enter jumps{fixes}")

    def rows_noted(self) -> None:
        """Say anew in the status line what the list shows."""
        self._say()

    # -- going to places -------------------------------------------------------------

    def _go(self, position: int, message: int = 0) -> None:
        self.go_to(position, center=True)
        self._show_example(message)

    def cursor_moved(self) -> None:
        """Show the example under the cursor, if it is another one now."""
        if self.position != self._shown:
            self.keys_come()
            self._show_example(0)

    def _show_example(self, message: int | None = None) -> None:
        conversation = self.query_one("#conversation", Conversation)
        document, at = self.document, self.position
        self._shown = at
        if document is None or at >= len(document):
            conversation.show([])
            return
        cursor = conversation.cursor if message is None else message
        conversation.show(turns_of(document.example(at)), cursor=cursor)
        self._label(document)
        self.make_room()

    def _label(self, document: Document) -> None:
        if (at := self._shown) >= len(document):
            return
        edited = " · edited" if document.edited(at) else ""
        title = f"Example {at + 1} of {len(document):,}{edited}"
        settings = settings_words(document.example(at)).replace("[", r"\[")
        self.query_one("#conversation-pane", Pane).label(title, settings)

    def on_record_list_moved(self, event: RecordList.Moved) -> None:
        """Show what a problem under the cursor is about."""
        if event.record_list.id == "problems":
            self.show_problem()

    def on_record_list_chosen(self, event: RecordList.Chosen) -> None:
        """Go into the example, jump to a problem, or open a recent file."""
        if event.record_list.id == "examples":
            self.query_one("#conversation", Conversation).focus()
        elif event.record_list.id == "problems":
            self.problem_chosen(event.index)
        elif event.record_list.id == "recents":
            paths = self.query_one(Welcome).paths
            if event.index < len(paths):  # else they were listed anew since
                self.open_path(paths[event.index])

    def on_conversation_chosen(self) -> None:
        """Edit the message chosen."""
        self.action_edit()

    def jump(self, issue: Issue) -> None:
        """Go to the message a problem is in."""
        self._go(max(issue.line - 1, 0))
        document = self.document
        if document is None or issue.place is None or issue.line < 1:
            return
        example = document.example(issue.line - 1)
        places = [m.place for m in example.messages] if isinstance(example, Example) else []
        if issue.place in places:
            self._show_example(places.index(issue.place))
        self.query_one("#conversation", Conversation).focus()

    def _asked(self) -> int | None:
        asked, self.host.example_asked = self.host.example_asked, None
        return asked

    def on_screen_resume(self) -> None:
        """Show the row another mode has asked for."""
        if self.document is not None and (asked := self._asked()) is not None:
            self._go(asked)
            self.query_one("#examples", RecordList).focus()

    def go_back(self) -> bool:
        """Close the error, else the problems, else return from the conversation to the list."""
        if self.stop_bulk() or self.clear_error():
            return True
        pane = self.query_one("#problems-pane")
        if pane.has_class("-shown"):
            self.action_problems()
            return True
        if self.in_conversation:
            self.query_one("#examples", RecordList).focus()
            return True
        return self.leave_range() or self.leave_filter()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what needs a dataset only while one is open; / is a character in the filter."""
        if action == "filter" and isinstance(self.focused, FilterField):
            return False
        needs = {c.action for c in commands_for(self.MODE)} - {"open", "sample", "import_data"}
        return self.document is not None or action not in needs

    def copy_text(self) -> tuple[str, str]:
        """Copy the message, or the whole example as JSON from the list."""
        if self.document is None or self.position >= len(self.document):
            return "", ""
        if self.in_conversation and self.message is not None:
            return self.message.text, "The message"
        return self.document.line(self.position).decode("utf-8", "replace"), "The example"

    def action_problems(self) -> None:
        """Show or hide the problems."""
        if self.document is None:
            return
        pane = self.query_one("#problems-pane")
        pane.toggle_class("-shown")
        shown = pane.has_class("-shown")
        self.query_one("#problems" if shown else "#examples", RecordList).focus()
