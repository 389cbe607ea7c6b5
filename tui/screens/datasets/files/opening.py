"""Open a dataset by path, or a recent one, and report what was recovered or found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.commands import key_hint
from tui.core.text.text import one_line, plural
from tui.dispatch import handles
from tui.screens.datasets.editing.example_rewriter import editor_place
from tui.screens.datasets.files.elsewhere import EditedElsewhere
from tui.screens.dialogs.confirm import Confirm
from tui.screens.dialogs.path import PathDialog

if TYPE_CHECKING:
    from pathlib import Path

    from tui.screens.datasets.dataset_context import DatasetContext
    from tui.screens.datasets.files.opener import Opener
    from tui.services.datasets import Document


class Opening:
    """Asks for a file and opens it; tells of recovered changes and texts."""

    def __init__(self, context: DatasetContext, opener: Opener) -> None:
        self._context, self._opener = context, opener
        self._elsewhere = EditedElsewhere(context)
        context.when_opened(self._opened)

    @handles("datasets.open")
    def ask(self) -> None:
        """Ask for a file and open it. The dialog is there at once, recent files come in later."""
        dialog = PathDialog("Open a dataset")
        self._context.open(dialog, self._chosen)
        self._context.run(self._offer, dialog, group="recents", description="offer recent files")

    async def _offer(self, dialog: PathDialog) -> None:
        dialog.offer(await self._context.datasets.recents())

    def _chosen(self, path: Path | None) -> None:
        if path is not None:
            self._opener.open_soon(path)

    def _opened(self) -> None:
        document = self._context.document
        if document is not None:
            self._context.run(
                self._tell_opened, document, group="recovered", description="tell of recovery"
            )

    async def _tell_opened(self, document: Document) -> None:
        """Say what the opening found: recovered changes, or why edits are off."""
        if document.held_elsewhere:
            await self._elsewhere.decide(document)
        elif document.notice:
            self._context.tell(document.notice, warning=True, seconds=10)
        if not self._context.reopens:
            self._tell_typed(document)
        if not document.recovered:
            return
        if self._context.host.brought_back:  # nobody has asked for this file: one goes on in it
            changes = plural(document.recovered, "unsaved change")
            undoes = key_hint("datasets.undo", "takes one back")
            self._context.tell(f"{changes} from last time recovered; {undoes}.", seconds=10)
            return
        question = (
            f"{plural(document.recovered, 'unsaved change')} from last time recovered:\n"
            "in the rows you see, not yet in the file."
        )
        answer = await self._context.ask(
            Confirm(
                "Unsaved changes recovered",
                question,
                "keep",
                "drop (redo brings them back)",
                "keep",
            )
        )
        if answer is False:
            await document.drop_changes()

    def _tell_typed(self, document: Document) -> None:
        """Say which editors were open with something typed when the program ended."""
        places = self._context.typed.names(editor_place(document.path))
        if places:
            titles = ", ".join(one_line(place.rpartition(":")[2], 60) for place in places[:3])
            text = f"Typed in an editor when the program ended, and kept: {titles}. Edit it again."
            self._context.tell(text, seconds=10)
