"""The base of all mode screens: the frame, the error panel, and the start of work."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Static

from tui.commands import LAST, MODES, command, commands_for, key_hint, key_line_order
from tui.core.text.text import visible
from tui.dispatch import Dispatcher
from tui.key_bindings import bindings_for, follow_keymap
from tui.loop_time import AfterLoopTime
from tui.screens.dead_ends import why_nothing
from tui.screens.host import Host, host_of
from tui.screens.not_offered import refusal
from tui.screens.reporting import carry_out, failure_of, log_error, panel_keys, show_worker_error
from tui.services.errors import InputError
from tui.tuning import take_styles_as_new
from tui.widgets.frame.error_panel import ErrorPanel
from tui.widgets.frame.key_line import KeyLine, look_idle
from tui.widgets.frame.mode_bar import ModeBar
from tui.widgets.frame.passing_remark import PassingRemark, Remark
from tui.widgets.frame.status_line import Status, StatusLine

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from textual.app import ComposeResult
    from textual.binding import BindingsMap
    from textual.dom import DOMNode
    from textual.events import Key
    from textual.worker import Worker

    from tui.services.provider.provider import Provider
    from tui.services.workspace import Workspace
    from tui.widgets.nothing_to_do import NothingToDo


class GuideLine(Static):
    """The line of the guided tour; takes no room while none is taken."""

    DEFAULT_CSS = """
    GuideLine {
        display: none; height: auto; max-height: 2; padding: 0 1;
        background: $accent-muted; color: $text; text-style: bold;
        &.-shown { display: block; }
    }
    """

    def __init__(self, mode: str) -> None:
        super().__init__(markup=False)
        self._mode = mode  # the one it stands in, whose keys it may name alone

    def on_mount(self) -> None:
        """Follow the tour, the profile it is taken with, and the keymap in use."""
        for name in ("tour", "workspace", "keymap"):
            self.watch(self.app, name, self._show)

    def _show(self) -> None:
        host = host_of(self)
        tour, profile = host.tour, None if host.workspace is None else host.workspace.profile
        if profile is not None and profile.kind != "lab":
            text = tour.line(self._mode, profile.name, bills=profile.bills)
        else:
            text = tour.line(self._mode)
        self.set_class(bool(text), "-shown")
        self.update(f"▸ {text}")


class RemarkLine(Static):
    """Says what is not safe about the configuration, until it is closed; hides nothing."""

    DEFAULT_CSS = """
    RemarkLine {
        display: none; height: auto; max-height: 4; padding: 0 1;
        background: $warning-muted; color: $text;
        &.-shown { display: block; }
    }
    """

    def on_mount(self) -> None:
        """Follow what is said, and the keymap in use."""
        for name in ("remarks", "keymap"):
            self.watch(self.app, name, self._show)

    def _show(self) -> None:
        remarks, closes = host_of(self).remarks, key_hint("app.escape", "closes")
        self.set_class(bool(remarks), "-shown")
        self.update(visible("\n".join(f"▲ {remark} · {closes}" for remark in remarks)))


# So long keys wait for the dialog that was open when the program ended.
_REOPENS_S = 2.0
_OF_FILES = frozenset({"datasets", "tokens"})  # modes whose errors are of no profile


class ModeScreen(Screen[None]):
    """A mode: subclasses give `MODE`, `compose_body`, and `on_workspace`."""

    MODE: ClassVar[str] = ""
    # Commands that work on rows, or would change how they are shown, unseen, while there are none.
    NEEDS_ROWS: ClassVar[frozenset[str]] = frozenset()
    # Commands whose dialog is opened again; what was typed in it is kept where texts are.
    REOPENS: ClassVar[frozenset[str]] = frozenset()
    waiting = 0  # commands that have not opened yet what the keys typed after them are meant for
    last_command = ""  # the id of the command of this mode that was given last
    _came_back = False
    _reopens = False  # the dialog that was open when the program ended is still to open
    error: BaseException | None = None  # the one shown
    _provider_used: Provider | None = None  # the provider of the profile in use
    _refused = False  # whether the error shown says only why a command could not be carried out
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Give each mode its keys from the one table of commands."""
        if "MODE" in cls.__dict__:
            cls.BINDINGS = [*bindings_for(cls.MODE)]
        super().__init_subclass__(**kwargs)

    def __init__(self, *, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        # What handles this mode's commands: the screen, and each pane and controller added.
        self.dispatcher = Dispatcher(self)
        take_styles_as_new(self)

    @property
    def _binding_chain(self) -> list[tuple[DOMNode, BindingsMap]]:
        """What has keys, from what has the focus to the app, with those of the keymap in use."""
        follow_keymap((self.focused or self).ancestors_with_self)
        return super()._binding_chain

    def compose(self) -> ComposeResult:
        """Lay the frame around the mode's own widgets."""
        current = next(title for _, mode, title in MODES if mode == self.MODE)
        yield ModeBar(_modes, current)
        yield GuideLine(self.MODE)
        yield RemarkLine(markup=False)
        with Vertical(id="body"):
            yield from self.compose_body()
        yield ErrorPanel(panel_keys())
        yield PassingRemark()
        yield StatusLine()
        yield KeyLine(partial(key_line_order, self.MODE), LAST, self.idle)

    def compose_body(self) -> ComposeResult:
        """Yield the mode's own widgets."""
        raise NotImplementedError

    async def complete(self) -> None:
        """Add what was left out of the program's first paint, before there is a workspace."""

    def on_workspace(self, workspace: Workspace) -> None:
        """Take up work: called once mounted with a workspace, and again for another profile."""

    def has_rows(self) -> bool:
        """Whether there is anything for the actions of `NEEDS_ROWS` to work on."""
        return True

    def show_one(self, one: str) -> None:
        """Put the cursor on one of the things of this mode, now or once it is listed."""

    # -- coming back -----------------------------------------------------------------

    def remembered(self) -> Mapping[str, Any]:
        """Return what is to come back at the next start, as JSON values.

        Values may be functions, which are called in a thread when they are written.
        """
        return {}

    def come_back(self, remembered: Mapping[str, Any]) -> None:
        """Take what `remembered` has given before the program ended. Anybody may have written it.

        Called once, when there is a workspace.
        """

    def _bring_back(self) -> None:
        if self._came_back:
            return
        self._came_back = True
        if remembered := self.host.remembered(self.MODE):
            if remembered.get("open"):
                self._reopens = True
                AfterLoopTime(_REOPENS_S, partial(setattr, self, "_reopens", False))
            self.come_back(remembered)
            if remembered.get("open") in self.REOPENS:
                self.call_after_refresh(self.action_command, remembered["open"])

    # -- the program around ----------------------------------------------------------

    @property
    def host(self) -> Host:
        """The program around this screen."""
        return host_of(self)

    @property
    def workspace(self) -> Workspace:
        """The workspace. Raises a ServiceError before `on_workspace`."""
        workspace = self.host.workspace
        if workspace is not None:
            return workspace
        raise self.host.unopened or InputError(
            "Not ready yet", "the profile is still being opened", "Try again in a moment."
        )

    def action_command(self, command_id: str) -> None:
        """Run a command of this mode, wherever its handler is.

        What an earlier one was refused for is closed: it may hold no longer, and has been read.
        """
        if self._refused:
            self.clear_error()
        self.last_command = command_id
        carry_out(self.dispatcher, command_id, self)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return whether a command can be given now; the key line and the keys follow it."""
        if action == "command":
            return self.available(str(parameters[0]))
        return True

    def available(self, command_id: str) -> bool | None:
        """Return whether a command of this mode can be given now; None has a reason.

        All are held back while there is no profile to work with, some while there are no rows,
        and what the provider is known not to offer.
        """
        name = command_id.partition(".")[2]
        held = self.host.workspace is None or (name in self.NEEDS_ROWS and not self.has_rows())
        held = held or bool(self.out_of_view(command_id))
        return None if held or refusal(self.host.workspace, command_id) else True

    def out_of_view(self, _command_id: str) -> str:
        """Say that what a command works on is not in view, and how it is; empty where it is."""
        return ""

    def idle(self) -> Collection[str]:
        """Return the ids of commands that find nothing to do now: the key line leaves them out.

        Their keys can be given all the same, and say so: they may wait for what is under way.
        """
        return ()

    def refuse(self, command_id: str) -> bool:
        """Say why a command cannot be given now; return whether there was anything to say."""
        if remark := self.out_of_view(command_id):
            self.notify(remark, timeout=4, markup=False)
            return True
        error = refusal(self.host.workspace, command_id)
        held = self.host.workspace is not None and self.available(command_id) is not True
        if error is not None:
            self.show_error(error)
        elif held:
            self.notify(self.nothing_words(), timeout=3)
        return error is not None or held

    def nothing_words(self) -> str:
        """Return why a command has nothing to work on."""
        return "There is nothing here yet to do that with"

    def on_nothing_to_do(self, event: NothingToDo) -> None:
        """Say why a key of a widget has nothing to do."""
        event.stop()
        self.notify(event.words or self.nothing_words(), timeout=3, markup=False)

    def on_key(self, event: Key) -> None:
        """Say of a key that does nothing here why that is so."""
        found = self.active_bindings.get(event.key)  # the user may have given it another command
        if words := why_nothing(self, found):
            self.notify(words, timeout=3)
            return
        if found is not None and found.binding.action.startswith("scroll_"):
            found = None  # of what scrolls, and does not sideways
        if found is not None and found.enabled:
            return
        for one in commands_for(self.MODE):
            meant = event.key in one.key_names
            if found is not None:
                meant = one.call == found.binding.action
            if meant and self.refuse(one.id):
                event.stop()

    @property
    def starts(self) -> bool:
        """Whether what the first keys are meant for is still to come."""
        if not self._came_back:
            return self.host.workspace is not None
        return self._reopens

    def on_mount(self) -> None:
        """Follow the program's status, tour and workspace."""
        self.watch(self.app, "status", self._show_status)
        self.watch(self.app, "said", self._show_said)
        self.watch(self.app, "keymap", self.refresh_bindings, init=False)
        self.watch(self.app, "keymap", self.query_one(ModeBar).keys_changed, init=False)
        self.watch(self.app, "workspace", self._take_workspace)
        if self.host.unopened is not None:
            self.show_error(self.host.unopened)

    def _show_status(self, status: Status) -> None:
        if (line := self._status_line) is not None:
            line.show(status)

    def _show_said(self, remark: Remark) -> None:
        """Show a remark that takes more than a toast; a dialog that is open shows it itself."""
        line = self.query_one_optional(PassingRemark)
        if line is not None and (self.is_current or not remark.text):
            line.show(remark)

    def on_screen_resume(self) -> None:
        """Show what a dialog has said, and was closed with."""
        self._show_said(self.host.said)

    def _take_workspace(self, workspace: Workspace | None) -> None:
        if workspace is not None:
            before, self._provider_used = self._provider_used, workspace.provider
            if before not in {None, self._provider_used} and self.MODE not in _OF_FILES:
                self.clear_error()  # it told of the profile before
            self.on_workspace(workspace)
            self._bring_back()
            self.refresh_bindings()

    def on_mode_bar_chosen(self, event: ModeBar.Chosen) -> None:
        """Go to the mode whose name was clicked."""
        self.host.show_mode(next(mode for _, mode, title in MODES if title == event.title))

    # -- errors, remarks, age --------------------------------------------------------

    @property
    def _status_line(self) -> StatusLine | None:
        """Where the status stands; None while the screen goes: a request may fail after that."""
        return self.query_one_optional(StatusLine)

    @property
    def _panel(self) -> ErrorPanel | None:
        """Where errors are shown; None while the screen goes: its workers may end after that."""
        return self.query_one_optional(ErrorPanel)

    def show_error(self, error: BaseException) -> None:
        """Show an error until it is closed."""
        profile = None if self.host.workspace is None else self.host.workspace.profile
        self._refused = type(error) is InputError
        self.error = error
        log_error(error)
        if (panel := self._panel) is not None:
            panel.show(failure_of(error, profile))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Show what a worker of this screen has raised."""
        show_worker_error(self, event)

    def clear_error(self) -> bool:
        """Close the error, if one is shown; return whether there was."""
        panel, self.error = self._panel, None
        return panel is not None and panel.hide()

    def note(self, text: str) -> None:
        """Say in the status line what this screen shows."""
        if (line := self._status_line) is not None:
            line.note(text)
        look_idle(self)

    def fetched(self, at: float | None) -> None:
        """Say when (unix time) the data shown was fetched."""
        if (line := self._status_line) is not None:
            line.fetched(at)

    def go_back(self) -> bool:
        """Close this screen's top layer, if there is one; return whether there was."""
        return self.clear_error()

    def copy_text(self) -> tuple[str, str]:
        """Return what `y` copies and what it is called; an empty text copies nothing."""
        return "", ""

    @property
    def failure_text(self) -> str:
        """The error shown, as text to copy."""
        failure = self._panel.failure if self._panel is not None else None
        return failure.as_text() if failure else ""


def _modes() -> list[tuple[str, str]]:
    """Return the keys by the keymap, empty for none, and the titles of the modes."""
    keys = [command(f"app.mode_{mode}").labels[:1] for _, mode, _ in MODES]
    return [("".join(key), title) for key, (_, _, title) in zip(keys, MODES, strict=True)]
