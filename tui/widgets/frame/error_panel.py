"""The error panel: what happened, in whose words, and what to do next, until it is closed."""

from __future__ import annotations

from dataclasses import dataclass

from rich.text import Text
from textual.widgets import Static

from tui.core.text.text import visible


@dataclass(frozen=True, slots=True)
class Failure:
    """What an error panel shows."""

    title: str
    cause: str
    next_step: str
    request_id: str = ""

    def as_text(self) -> str:
        """Return everything as plain text, for copying."""
        parts = [self.title, self.cause, self.next_step]
        if self.request_id:
            parts.append(f"Request {self.request_id}")
        return "\n".join(part for part in parts if part)


class ErrorPanel(Static):
    """Shows the last failure at the bottom of a screen; takes no focus and hides nothing typed.

    `keys` says in its last line what can be done with it.
    """

    DEFAULT_CSS = """
    ErrorPanel {
        display: none; height: auto; max-height: 8; padding: 0 1; margin: 0;
        border-left: thick $error; background: $error-muted; color: $text;
        &.-shown { display: block; }
    }
    """

    failure: Failure | None = None

    def __init__(self, keys: str) -> None:
        super().__init__()
        self._keys = keys

    def show(self, failure: Failure) -> None:
        """Show a failure in place of the one before."""
        self.failure = failure
        text = Text()
        text.append(f"✗ {visible(failure.title)}\n", style="bold")
        if failure.cause:
            text.append(f"{visible(failure.cause)[:600]}\n")
        if failure.next_step:
            text.append(f"→ {visible(failure.next_step)}\n")
        tail = f"request {visible(failure.request_id)} · " if failure.request_id else ""
        text.append(f"{tail}{self._keys}", style="dim")
        self.update(text)
        self.add_class("-shown")

    def hide(self) -> bool:
        """Close the panel; tells whether there was one to close."""
        shown = self.has_class("-shown")
        self.remove_class("-shown")
        self.failure = None
        return shown
