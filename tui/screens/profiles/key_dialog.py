"""The dialog for a key that is typed for this run: kept in memory, shown nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Input, Static

from tui.core.text.text import visible
from tui.dispatch import handles
from tui.screens.dialogs.base import Dialog
from tui.services.settings.keys import read_key
from tui.widgets.text_fields import Entry

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from tui.services.settings.profile import Profile


class KeyDialog(Dialog[str]):
    """Answers with the key of a profile."""

    WHERE = "key"

    def __init__(self, profile: Profile) -> None:
        super().__init__(f"Key of {profile.name}")
        self._profile = profile

    def compose_content(self) -> ComposeResult:
        """Lay out why it is asked for, and the field."""
        why = self._profile.problem[0] if self._profile.problem else ""
        text = (
            f"{why[:1].upper()}{why[1:]}.\n\nIt is sent to {self._profile.base_url} and nowhere "
            "else, kept in memory until the program ends, and written nowhere."
        )
        yield Static(visible(text), classes="question", markup=False)
        yield Entry(password=True, id="key", placeholder="paste or type the key")
        yield Static("", classes="problem", markup=False)
        yield self.key_hints()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take what was typed."""
        event.stop()
        self.take()

    @handles("key.take")
    def take(self) -> None:
        """Take the key if it can be sent."""
        raw = self.query_one(Input).value
        found = read_key(raw)
        problem = found.problem or ("" if found.text else "nothing is typed")
        if problem:
            self.query_one(".problem", Static).update(f"✗ {problem}")
        else:
            self.dismiss(raw)
