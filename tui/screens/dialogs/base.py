"""The frame of a dialog: a titled box in the middle, closed with esc."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from tui.commands import bindings_for
from tui.core.text.text import one_line
from tui.dispatch import Dispatcher
from tui.screens.reporting import ReportsErrors, failure_of
from tui.widgets.error_panel import ErrorPanel

if TYPE_CHECKING:
    from textual.app import ComposeResult

T = TypeVar("T")


class Dialog(ReportsErrors, ModalScreen[T | None]):
    """Subclasses yield their widgets from `compose_content`; `dismiss(None)` is a no.

    `WHERE` names a dialog's commands in the table: `@handles` methods of the dialog carry them out.
    """

    WHERE: ClassVar[str] = ""

    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        & > .dialog {
            width: 76; max-width: 96%; height: auto; max-height: 94%;
            border: round $primary; border-title-color: $text;
            background: $surface; padding: 0 1;
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

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Give each dialog its keys from the one table of commands."""
        if cls.__dict__.get("WHERE"):
            cls.BINDINGS = [*bindings_for(cls.WHERE, dispatched=True)]
        super().__init_subclass__(**kwargs)

    def __init__(self, title: str) -> None:
        super().__init__()
        self.dispatcher = Dispatcher(self)
        self._dialog_title = one_line(title, 70)

    def compose(self) -> ComposeResult:
        """Lay the box around the dialog's own widgets."""
        with Vertical(classes="dialog") as box:
            box.border_title = self._dialog_title.replace("[", r"\[")
            yield from self.compose_content()

    def compose_content(self) -> ComposeResult:
        """Yield the dialog's own widgets."""
        raise NotImplementedError

    def action_command(self, command_id: str) -> None:
        """Run a command of this dialog, wherever its handler is."""
        self.dispatcher.run(command_id, self)

    def show_error(self, error: BaseException) -> None:
        """Show an error at the foot of the dialog."""
        if not (panels := self.query(ErrorPanel)):
            panel = ErrorPanel()
            self.query_one(".dialog").mount(panel)
        else:
            panel = panels.first()
        panel.show(failure_of(error))

    def action_cancel(self) -> None:
        """Close without an answer."""
        self.dismiss(None)
