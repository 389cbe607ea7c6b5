"""Ask about unsaved changes of a file that is about to be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.core.text.paths import path_line
from tui.screens.dialogs.confirm import Confirm
from tui.screens.host import at_work, host_of

if TYPE_CHECKING:
    from textual.app import App

    from tui.services.datasets import Document


async def saved_first(app: App[Any], document: Document) -> bool:
    """Save a document's changes after a yes; False when the answer was no.

    Call it from a worker. Raises InputError when it cannot be saved.
    """
    question = (
        f"{path_line(document.path.name, 40)} has unsaved changes; what is sent is the file on "
        "disk.\nSave it first?"
    )
    dialog = Confirm("Unsaved changes", question, "save and go on", "cancel")
    agreed = await app.push_screen_wait(dialog) is True
    if agreed:
        with at_work(host_of(app), "save", f"saving {document.path.name}"):
            await document.save()
    return agreed
