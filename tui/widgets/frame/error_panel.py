"""The error panel: what happened, in whose words, and what to do next, until it is closed."""

from __future__ import annotations

from dataclasses import dataclass

from rich.text import Text
from textual.widget import Widget
from textual.widgets import Static

from tui.core.text.text import visible

_LINES = 8  # height of the panel at most
_LONGEST = 600  # characters of each part
_SIDES = 3  # columns of the border and the padding
_NARROWEST = 20  # columns, before it is laid out


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
        self._paint(failure)
        self.add_class("-shown")

    def on_resize(self) -> None:
        """Divide the lines again."""
        if self.failure is not None:
            self._paint(self.failure)

    def _paint(self, failure: Failure) -> None:
        title = Text(f"✗ {visible(failure.title)[:_LONGEST]}", style="bold")
        step = Text(f"→ {visible(failure.next_step)[:_LONGEST]}" if failure.next_step else "")
        tail = f"request {visible(failure.request_id)[:80]} · " if failure.request_id else ""
        keys = Text(f"{tail}{self._keys}", style="dim")
        # What to do stands whole, however much a server has said.
        room = max(_LINES - sum(len(self._lines(part)) for part in (title, step, keys)), 1)
        lines = self._lines(Text(visible(failure.cause)[:_LONGEST]))
        cause = [line.plain.rstrip() for line in lines[:room]]
        if len(lines) > room:
            last = Text(f"{cause[-1]} …")
            last.truncate(self._width, overflow="ellipsis")
            cause[-1] = last.plain
        parts = (title, Text("\n".join(cause)), step, keys)
        self.update(Text("\n").join(part for part in parts if part))

    @property
    def _width(self) -> int:
        around = self.parent.content_size.width if isinstance(self.parent, Widget) else 0
        return max(around - _SIDES, _NARROWEST)

    def _lines(self, text: Text) -> list[Text]:
        return [*text.wrap(self.app.console, self._width)] if text else []

    def hide(self) -> bool:
        """Close the panel; return whether there was one to close."""
        shown = self.has_class("-shown")
        self.remove_class("-shown")
        self.failure = None
        return shown
