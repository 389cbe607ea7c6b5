"""The example under the cursor as a conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.dataset.example import Example
from tui.core.text.text import one_line
from tui.screens.datasets.panes.example_text import settings_words, turns_of
from tui.widgets.line_view import Pane

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from tui.core.checks import Issue
    from tui.screens.datasets.dataset_context import DatasetContext
    from tui.widgets.conversation import Conversation


class ConversationPane(Pane):
    """The messages of one example, its number and its settings on the border."""

    def __init__(self, context: DatasetContext) -> None:
        super().__init__(id="conversation-pane", classes="pane")
        self._shared = context
        self._selection = context.selection
        context.document_changed.add(self._document_changed)
        context.row_read.add(self.show_example)
        context.selection.moved.add(self._show_from_start)
        context.origin_found.add(self._label)

    @property
    def conversation(self) -> Conversation:
        """The messages."""
        return self._selection.conversation

    def compose(self) -> ComposeResult:
        """Lay out the conversation."""
        yield self.conversation

    def show_example(self, message: int | None = None) -> None:
        """Show the example under the cursor, the cursor on a message or where it was."""
        selection = self._selection
        selection.shown = selection.position
        example = selection.example
        if example is None:
            self.conversation.show([])
            return
        cursor = self.conversation.cursor if message is None else message
        self.conversation.show(turns_of(example), cursor=cursor)
        self._label()
        self.make_room()

    def go_to(self, position: int) -> None:
        """Go to an example, its first message under the cursor."""
        self._selection.go_to(position, center=True)
        self.show_example(0)

    def jump(self, issue: Issue) -> None:
        """Go to the message a problem is in."""
        self.go_to(max(issue.line - 1, 0))
        document = self._selection.document
        if document is None or issue.place is None or issue.line < 1:
            return
        example = document.example(issue.line - 1)
        places = [m.place for m in example.messages] if isinstance(example, Example) else []
        if issue.place in places:
            self.show_example(places.index(issue.place))
        self.conversation.focus()

    def make_room(self) -> None:
        """On a narrow screen, give two answers side by side the room of the list."""
        example = self._selection.example if self._selection.in_conversation else None
        pair = isinstance(example, Example) and example.kind == "preference"
        self.screen.set_class(pair, "-pair")

    def _show_from_start(self) -> None:
        self.show_example(0)

    def _document_changed(self) -> None:
        if self._shared.only_grown:
            self._label()
        else:
            self.show_example()

    def _label(self) -> None:
        document, at = self._selection.document, self._selection.shown
        if document is None or at >= len(document):
            self.label("", "")
            return
        unsaved = " · not saved" if document.unsaved(at) else ""
        title = f"Example {at + 1} of {len(document):,}{unsaved}"
        origin = self._shared.origin
        words = [settings_words(document.example(at)), f"from {origin.words}" if origin else ""]
        self.label(title, one_line(" · ".join(filter(None, words)), 200).replace("[", r"\["))
