"""The frame of a dialog: a titled box in the middle, closed with esc."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from textual import on
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, TextArea

from tui.commands import OF_WIDGETS, Command, commands_for, key_words
from tui.commands.contexts import SHARED
from tui.core.text.text import one_line
from tui.dispatch import Dispatcher, handles
from tui.key_bindings import bindings_for, bindings_in_dialogs, follow_keymap
from tui.screens.dead_ends import stuck, why_nothing
from tui.screens.dialogs.kept_fields import KeptFields, place_of
from tui.screens.reporting import carry_out, failure_of, log_error, panel_keys, show_worker_error
from tui.widgets.field import OneOf
from tui.widgets.frame.error_panel import ErrorPanel
from tui.widgets.frame.key_hints import KeyHints
from tui.widgets.frame.passing_remark import PassingRemark, Remark
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult
    from textual.await_complete import AwaitComplete
    from textual.binding import BindingsMap, BindingType
    from textual.dom import DOMNode
    from textual.events import Key
    from textual.widget import Widget
    from textual.worker import Worker

    from tui.widgets.nothing_to_do import NothingToDo

T = TypeVar("T")
_NOTHING = "Nothing is listed here."


class Dialog(ModalScreen[T | None]):
    """Subclasses yield their widgets from `compose_content`; `dismiss(None)` is a no.

    `WHERE` names a dialog's commands in the table: `@handles` methods of the dialog carry them
    out. `SHARED` names those it has in common with others, such as moving in a form, and the
    widgets in it whose keys its help lists: as `tui.commands.contexts` has it for that name.
    """

    WHERE: ClassVar[str] = ""
    CHOSEN: ClassVar[str] = ""  # the id of what is done with what is chosen in its list
    SHARED: ClassVar[tuple[str, ...]] = ()
    # Whether what is typed and chosen in it is there again after an end of the program.
    KEEPS: ClassVar[bool] = True
    CONTROLLERS: ClassVar[tuple[type, ...]] = ()  # classes that handle commands for it
    waiting = 0  # commands that have not opened yet what the keys typed after them are meant for

    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        & > .dialog {
            width: 76; max-width: 96%; height: auto; max-height: 94%;
            border: round $primary; border-title-color: $text;
            background: $surface; padding: 0 1;
        }
        & .question { height: auto; margin: 0 0 1 0; }
        & .note { height: auto; color: $text-muted; margin: 1 0 0 0; }
        & .problem { height: auto; color: $text-error; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_for("dialog"),
        *bindings_in_dialogs(),
    ]

    VERTICAL_BREAKPOINTS = [(0, "-low"), (24, "-middle"), (30, "-high")]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Give each dialog its keys from the one table of commands."""
        if "WHERE" in cls.__dict__:
            cls.SHARED = cls.__dict__.get("SHARED", SHARED.get(cls.WHERE, ()))
            cls.BINDINGS = [
                binding
                for where in (*cls.SHARED, cls.WHERE)
                if where not in OF_WIDGETS
                for binding in bindings_for(where)
            ]
        super().__init_subclass__(**kwargs)

    def __init__(self, title: str, *, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self.dispatcher = Dispatcher(self)
        self.opened_at = time.time()
        self._dialog_title = one_line(title, 70)
        self.kept_at = place_of(self._dialog_title)  # where what is typed here is kept, if it is
        self._kept: KeptFields | None = None

    @property
    def _binding_chain(self) -> list[tuple[DOMNode, BindingsMap]]:
        """What has keys, from what has the focus to the app, with those of the keymap in use."""
        follow_keymap((self.focused or self).ancestors_with_self)
        return super()._binding_chain

    def compose(self) -> ComposeResult:
        """Lay the box around the dialog's own widgets."""
        with Vertical(classes="dialog") as box:
            box.border_title = self._dialog_title.replace("[", r"\[")
            yield from self.compose_content()

    def compose_content(self) -> ComposeResult:
        """Yield the dialog's own widgets."""
        raise NotImplementedError

    # -- commands --------------------------------------------------------------------

    def commands(self) -> list[Command]:
        """Return the commands that work in this dialog now, without those of the app."""
        taken: set[str] = set()
        found = []
        for where in (self.WHERE, *self.SHARED, "dialog"):
            for one in commands_for(where):
                keys = set(one.key_names)
                # A key belongs to the first: what the dialog has itself hides what it shares.
                if (where in OF_WIDGETS or self.available(one.id)) and not keys <= taken:
                    taken |= keys
                    found.append(one)
        return found

    def key_hints(self, *said: str, **words: str | None) -> KeyHints:
        """Return the line of keys, behind what else is to be `said` in it.

        `words` say by a command's name, or its id, what it is called here: "" shows its key
        alone, None leaves it out.
        """
        order = [*(place for place in self.SHARED if place not in OF_WIDGETS), self.WHERE]
        order += [place for place in (*self.SHARED, "dialog") if place not in order]
        inside = sorted(self.commands(), key=lambda one: order.index(one.where))
        return KeyHints([*said, *key_words(inside, words)])

    def action_command(self, command_id: str) -> None:
        """Run a command of this dialog, wherever its handler is."""
        carry_out(self.dispatcher, command_id, self)
        self.keep_typed()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return whether a command can be given now; its keys follow it."""
        return action != "command" or self.available(str(parameters[0]))

    def available(self, _command_id: str) -> bool:
        """Return whether a command of this dialog can be given now."""
        return True

    @handles("dialog.cancel")
    def cancel(self) -> None:
        """Close without an answer."""
        self.dismiss(None)

    def on_record_list_chosen(self, event: RecordList.Chosen) -> None:
        """Do what is done with what is chosen, as its key does."""
        if self.CHOSEN:
            event.stop()
            self.action_command(self.CHOSEN)

    def on_nothing_to_do(self, event: NothingToDo) -> None:
        """Say why a key of a widget has nothing to do."""
        event.stop()
        self.notify(event.words or _NOTHING, timeout=3, markup=False)

    def on_key(self, event: Key) -> None:
        """Say of a key that does nothing here why that is so."""
        if words := why_nothing(self, self.active_bindings.get(event.key)):
            self.notify(words, timeout=3)

    @handles("form.next")
    def next_field(self) -> None:
        """Go to the next field of a form."""
        self.focus_next()

    @handles("form.previous")
    def previous_field(self) -> None:
        """Go to the field before in a form."""
        self.focus_previous()

    @handles("picker.up", "picker.down")
    def move_in_list(self, command_id: str) -> None:
        """Move in the list while the field keeps the focus."""
        self.query_one(RecordList).action_move(-1 if command_id == "picker.up" else 1)

    def scroll_part(self, part: Widget, by: int) -> None:
        """Scroll a part that has not the focus by some lines; say where it cannot be."""
        if words := stuck(part, by < 0):
            self.notify(words, timeout=3)
        part.scroll_relative(y=by, animate=False)

    def nothing_listed(self) -> None:
        """Say that a command for what the cursor is on has nothing to work on."""
        self.notify(_NOTHING, timeout=3)

    # -- what is typed and chosen in it -------------------------------------------------

    def remembered(self) -> Mapping[str, Any]:
        """Return what is chosen here and stands in no field, as JSON values by name."""
        return {}

    def come_back(self, remembered: Mapping[str, Any]) -> None:
        """Take what `remembered` gave before the program ended. Anybody may have written it."""

    def bring_back(self) -> None:
        """Put in what was typed when the program ended."""
        if self.KEEPS:
            self._kept = KeptFields(self, self.kept_at, self.remembered)
            if self._kept.bring_back(self.come_back):
                self.notify("Typed here when the program ended, and kept.", timeout=5)

    @on(Input.Changed)
    @on(OneOf.Changed)
    @on(TextArea.Changed)
    def keep_typed(self) -> None:
        """Keep what stands in its fields and what is chosen, if it is other than at first."""
        if self._kept is not None:
            self._kept.keep()

    def dismiss(self, result: T | None = None) -> AwaitComplete:
        """Close with an answer; what was typed is used, or dropped."""
        if self._kept is not None:
            self._kept.forget()
            self._kept = None
        return super().dismiss(result)

    # -- remarks and errors ------------------------------------------------------------

    def on_mount(self) -> None:
        """Follow what is said in passing while it is open."""
        self.watch(self.app, "said", self._show_said, init=False)
        self.bring_back()

    def _show_said(self, remark: Remark) -> None:
        """Show a remark that takes more than a toast, at the foot of the dialog."""
        box = self.query_one_optional(".dialog")
        if (
            box is None
            or (remark.text and not self.is_current)
            or not (remark.text or self.query(PassingRemark))
        ):
            return
        if not (shown := self.query(PassingRemark)):
            box.mount(remark_line := PassingRemark())
        else:
            remark_line = shown.first()
        remark_line.show(remark)

    def show_error(self, error: BaseException) -> None:
        """Show an error at the foot of the dialog."""
        log_error(error)
        if not (panels := self.query(ErrorPanel)):
            if (box := self.query_one_optional(".dialog")) is None:
                return  # the dialog goes, and with it whoever would read this
            panel = ErrorPanel(panel_keys())
            box.mount(panel)
        else:
            panel = panels.first()
        panel.show(failure_of(error))

    def on_resize(self) -> None:
        """Have the screens below go on, once Textual has laid them out with this one.

        It stops their next frame by that, and what they do after it, such as handing the next key
        on, would wait until something else happens to them.
        """
        for screen in self.app.screen_stack[:-1]:
            self.call_next(screen.check_idle)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Show what a worker of this dialog has raised."""
        show_worker_error(self, event)
