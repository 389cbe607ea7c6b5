"""The frame of a dialog: a titled box in the middle, closed with esc."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from tui.core.text import one_line

if TYPE_CHECKING:
    from textual.app import ComposeResult

T = TypeVar("T")


class Dialog(ModalScreen[T | None]):
    """Subclasses yield their widgets from `compose_content`; `dismiss(None)` is a no."""

    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        & > .dialog {
            width: 76; max-width: 96%; height: auto; max-height: 94%;
            border: round $primary; background: $surface; padding: 0 1;
        }
        & .question { height: auto; margin: 0 0 1 0; }
        & .keys { height: 1; color: $text-muted; margin: 1 0 0 0; }
        & .problem { height: auto; color: $text-error; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", show=False),
        Binding("ctrl+q", "app.leave", "Quit", show=False, priority=True),
        Binding("q,ctrl+c", "app.help_quit", "How to quit", show=False),
    ]

    def __init__(self, title: str) -> None:
        super().__init__()
        self._dialog_title = one_line(title, 70)

    def compose(self) -> ComposeResult:
        """Lay the box around the dialog's own widgets."""
        with Vertical(classes="dialog") as box:
            box.border_title = self._dialog_title.replace("[", r"\[")
            yield from self.compose_content()

    def compose_content(self) -> ComposeResult:
        """Yield the dialog's own widgets."""
        raise NotImplementedError

    def action_cancel(self) -> None:
        """Close without an answer."""
        self.dismiss(None)
