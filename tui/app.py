"""The app: six modes on one workspace, the program's status, and what works everywhere."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import traceback
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual import work
from textual.reactive import var

from tui.commands import MODES as MODE_KEYS
from tui.commands import bindings_for
from tui.core.text.masking import mask
from tui.core.text.text import encodable, size_words, visible
from tui.dispatch import Dispatcher, handles
from tui.screens.base import ModeScreen
from tui.screens.reporting import ShowsErrors, show_worker_error
from tui.screens.tour import Tour
from tui.services.errors import ServiceError
from tui.terminal.colors import FEW, MANY, Readable, theme_for
from tui.terminal.endings import Endings
from tui.tuning import collect_from_now_on, not_collecting, share_the_interpreter
from tui.type_ahead import TypeAhead
from tui.warm import AFTER_S, warm
from tui.widgets.status_line import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import App
    from textual.await_remove import AwaitRemove
    from textual.binding import BindingType
    from textual.dom import DOMNode
    from textual.driver import Driver
    from textual.filter import LineFilter
    from textual.screen import Screen
    from textual.widget import Widget
    from textual.worker import Worker

    from tui.services.workspace import Workspace


_SOON_AFTER_KEY_S = 0.4
# Bytes that are sent to a terminal at most: more would hold up everything else for seconds.
_CLIPBOARD = 100_000
# Work that only reads: nothing is lost when it is not done to its end.
_READING = frozenset({"models", "files", "index", "checks", "open", "compare", "tokens", "repair"})


def _datasets() -> Screen[Any]:
    from tui.screens.datasets import DatasetsScreen

    return DatasetsScreen()


def _tokens() -> Screen[Any]:
    from tui.screens.tokens import TokensScreen

    return TokensScreen()


def _jobs() -> Screen[Any]:
    from tui.screens.jobs import JobsScreen

    return JobsScreen()


def _chat() -> Screen[Any]:
    from tui.screens.chat import ChatScreen

    return ChatScreen()


def _models() -> Screen[Any]:
    from tui.screens.models import ModelsScreen

    return ModelsScreen()


def _files() -> Screen[Any]:
    from tui.screens.files import FilesScreen

    return FilesScreen()


class FinetuiApp(TypeAhead):
    """The terminal program. Every mode keeps its own screens; the workspace outlives them."""

    TITLE = "finetui"
    CSS_PATH = "app.tcss"
    # Each mode is imported when it is first gone to: start-up pays for one.
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {
        "datasets": _datasets,
        "tokens": _tokens,
        "jobs": _jobs,
        "chat": _chat,
        "models": _models,
        "files": _files,
    }
    DEFAULT_MODE = "datasets"
    ENABLE_COMMAND_PALETTE = False  # ours opens on the same key, fed from the table of commands
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for("app")]

    workspace: var[Workspace | None] = var(None)
    status: var[Status] = var(Status())
    tour: var[Tour] = var(Tour())
    remarks: var[tuple[str, ...]] = var(())  # what is not safe, until it is closed

    def __init__(self, path: str | None = None, profile: str | None = None) -> None:
        super().__init__()
        self.dispatcher = Dispatcher(self)
        self._choose_colors()
        self._path, self._profile = path, profile
        self._work: dict[str, str] = {}
        self._loop_now: asyncio.AbstractEventLoop | None = None
        self._painted = False
        self._end_asked: int | None = None  # the exit code of an end asked for before that
        self.unopened: ServiceError | None = None  # why there is no workspace
        self.example_asked: int | None = None  # the row another mode has asked Datasets to show
        self.chat_model = ""  # the model another mode has asked Chat to take
        self._warned: set[str] = set()

    # -- colours ---------------------------------------------------------------------

    def _choose_colors(self) -> None:
        system = self.console.color_system
        self._readable = Readable(system)
        for theme in (MANY, FEW):
            self.register_theme(theme)
        if "TEXTUAL_THEME" not in os.environ:
            self.theme = theme_for(system).name

    def get_line_filters(self) -> Sequence[LineFilter]:
        """See to it that what all other filters leave can be read."""
        return [*super().get_line_filters(), self._readable]

    # -- start and end ---------------------------------------------------------------

    def get_driver_class(self) -> type[Driver]:
        """Take our own driver where Textual would take its own for terminals."""
        found = super().get_driver_class()
        if found.__name__ != "LinuxDriver":  # chosen by $TEXTUAL_DRIVER, or of another system
            return found
        from tui.terminal.driver import TerminalDriver

        return TerminalDriver

    def on_load(self) -> None:
        """Note where this runs, for signals; paint anew whenever the terminal is ours again."""
        self._loop_now = asyncio.get_running_loop()
        self.app_resume_signal.subscribe(self, self._paint_anew)

    def _paint_anew(self, _app: App[Any]) -> None:
        self.refresh(layout=True)

    def on_ready(self) -> None:
        """Open the workspace once the first frame is on the screen."""
        self._painted = True
        if self._end_asked is not None:
            self.exit(return_code=self._end_asked)
            return
        asyncio.get_running_loop().set_exception_handler(self._unheard)
        self._open_workspace()

    @work(group="workspace", exclusive=True, exit_on_error=False, description="open the workspace")
    async def _open_workspace(self) -> None:
        try:
            await self._open()
        finally:
            collect_from_now_on()

    async def _open(self) -> None:
        from tui.services.workspace import Workspace

        workspace, self.unopened = await Workspace.open_safely(self._profile)
        if self.unopened is not None:
            self._tell(self.unopened)
        await asyncio.to_thread(workspace.typed.load)
        if self._path is not None:
            try:
                await workspace.datasets.open(self._path)
            except ServiceError as error:
                self._tell(error)
        self._take(workspace)

    def _take(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.mutate_reactive(FinetuiApp.workspace)
        self._show_status()
        workspace.provider.subscribe(self._show_status)
        new = [remark for remark in workspace.remarks if remark not in self._warned]
        self._warned.update(new)
        self.remarks = (*self.remarks, *new)
        self.set_timer(AFTER_S, self._warm)

    @work(group="warm", exclusive=True, exit_on_error=False, description="load other screens")
    async def _warm(self) -> None:
        with not_collecting():
            await warm(self.stylesheet, lambda: self.quiet_for < _SOON_AFTER_KEY_S)

    async def on_unmount(self) -> None:
        """Give everything back; unsaved edits stay in the journal."""
        asyncio.get_running_loop().set_exception_handler(None)
        if self.workspace is not None:
            await self.workspace.close()

    # -- ending by a signal (tui.terminal.endings.Ending) --------------------------------

    def end_soon(self, code: int) -> bool:
        """Begin to end with an exit code; False when it does not run yet."""
        if self._loop_now is None:
            return False
        self._loop_now.call_soon_threadsafe(self._end, code)
        return True

    def _end(self, code: int) -> None:
        if self._painted:
            self.exit(return_code=code)
        else:  # a screen that is still being put together does not bear to be taken down
            self._end_asked = code

    def keep_typed(self) -> None:
        """Write what is typed to disk. Blocks."""
        if self.workspace is not None:
            self.workspace.typed.write()

    def terminal_gone(self) -> None:
        """End: nothing can be typed or read any more."""
        self._end(128 + signal.SIGHUP)

    @handles("app.suspend")
    def suspend_to_shell(self) -> None:
        """Stop, so that the shell has the terminal until `fg`."""
        from tui.terminal.endings import has_shell

        if self.is_headless or not has_shell():
            text = "There is no shell to go back to: finetui was started without one."
            self.notify(text, severity="warning", markup=False)
            return
        os.kill(0, signal.SIGTSTP)  # all of its group, as ctrl+z does in other programs

    @handles("app.help_quit")
    def tell_how_to_quit(self) -> None:
        """Say which key quits: others do, elsewhere."""
        self.notify("ctrl+q quits", markup=False, timeout=3)

    @handles("app.leave")
    def leave(self) -> None:
        """Quit. Edits are journalled; only running work would be lost, so that is asked about."""
        losing = [text for name, text in self._work.items() if name not in _READING]
        asked, look = self.workspace.may_be_done() if self.workspace else ("", "")
        if asked:
            losing.append(f"{asked}. {look}")
        if not losing:
            self._leave_if(True)
            return
        from tui.screens.dialogs.confirm import Confirm

        going_on = "\n".join(losing)
        question = f"Still at work:\n{going_on}\n\nLeave all the same? Jobs go on at the provider."
        self.push_screen(Confirm("Quit", question, "quit", "stay"), self._leave_if)

    def _leave_if(self, answer: bool | None) -> None:
        if answer:
            if self.workspace is not None:  # what was stopped before has been told
                self.workspace.provider.broken_off.clear()
            self.exit()

    # -- what screens ask of the program (tui.screens.host.Host) ------------------------

    def show_mode(self, mode: str) -> None:
        """Go to a mode."""
        self.switch_mode(mode)

    def show_example(self, position: int) -> None:
        """Go to Datasets, to a row of the open dataset."""
        self.example_asked = position
        self.switch_mode("datasets")

    def chat_with(self, model: str) -> None:
        """Go to Chat with this model chosen."""
        self.chat_model = model
        self.switch_mode("chat")

    def train_on(self, file_id: str) -> None:
        """Go to Jobs, with the form of a new job for an uploaded file."""
        self.show_mode("jobs")
        self.call_later(self._open_job_form, file_id)

    def _open_job_form(self, file_id: str) -> None:
        from tui.screens.jobs import JobsScreen

        if isinstance(self.screen, JobsScreen):  # else one has gone on meanwhile
            self.screen.new_from(file_id)

    async def use_profile(self, name: str) -> None:
        """Go on with another profile. Raises ServiceError."""
        if self.workspace is not None:
            await self.workspace.use_profile(name)
            self._take(self.workspace)

    def complete(self, event: str) -> None:
        """Complete a step of the tour."""
        self.tour = self.tour.after(event)

    def working(self, name: str, text: str) -> None:
        """Show background work; an empty text ends it."""
        if text:
            self._work[name] = text
        else:
            self._work.pop(name, None)
        self._show_status()

    def copy_out(self, text: str, what: str) -> None:
        """Copy by OSC 52, and to a file too: a terminal or tmux may drop the sequence silently."""
        whole = mask(encodable(text))
        if whole != encodable(text):
            what = f"{what}, its key masked,"
        if self._fits_clipboard(whole):
            self.copy_to_clipboard(whole)
        self._copy_to_file(whole, what)

    def _fits_clipboard(self, text: str) -> bool:
        return len(text) <= _CLIPBOARD and len(text.encode()) <= _CLIPBOARD

    @work(group="copy", exclusive=True, exit_on_error=False, thread=True, description="copy a text")
    def _copy_to_file(self, text: str, what: str) -> None:
        if self.workspace is None:
            return
        from tui.services.settings.locations import private_file, private_folder

        tmux = " (tmux needs set -s set-clipboard on)" if os.environ.get("TMUX") else ""
        said = f"{what} sent to the terminal's clipboard{tmux}"
        sent = self._fits_clipboard(text)
        if not sent:
            said = f"{what} is too large for a terminal's clipboard ({size_words(len(text))})"
        try:
            path = private_folder(self.workspace.locations.state) / "copied.txt"
            with private_file(path) as file:
                file.write(text.encode())
        except (OSError, ServiceError):  # a full disk: the clipboard has it all the same
            self.notify(f"{said}; it could not be written to a file", markup=False, timeout=6)
        else:
            there = f"{said}, and to {path}" if sent else f"{said}: it is in {path}"
            self.notify(there, markup=False, timeout=6)

    # -- actions -----------------------------------------------------------------------

    def action_command(self, command_id: str) -> None:
        """Run a command of the app."""
        self.dispatcher.run(command_id, self)

    @handles(*(f"app.mode_{mode}" for _, mode, _ in MODE_KEYS))
    def go_to_mode(self, command_id: str) -> None:
        """Go to the mode that a command names."""
        self.show_mode(command_id.removeprefix("app.mode_"))

    @handles("app.escape")
    def close_top(self) -> None:
        """Close the top layer: an error, the screen's own, what is not safe, the guide's end."""
        screen = self.screen
        if not isinstance(screen, ModeScreen) or screen.go_back():
            return
        if self.remarks:
            self.remarks = ()
        elif self.tour.at_end:
            self.tour = Tour()

    @handles("app.guide")
    def switch_guide(self) -> None:
        """Show or hide the guided tour."""
        self.tour = Tour(0) if self.tour.step < 0 else Tour()

    @handles("app.copy")
    def copy(self) -> None:
        """Copy the error shown, or else what the screen says its cursor is on."""
        screen = self.screen
        if not isinstance(screen, ModeScreen):
            return
        shown = screen.failure_text
        text, what = (shown, "The error") if shown else screen.copy_text()
        if text:
            self.copy_out(text, what)

    @handles("app.help")
    def help(self) -> None:
        """Explain this screen."""
        from tui.screens.dialogs.help import HelpDialog

        self.push_screen(HelpDialog(self.current_mode, self.screen))

    @handles("app.palette")
    def open_palette(self) -> None:
        """Find a command by name."""
        from tui.screens.dialogs.palette import palette_for

        if (palette := palette_for(self.screen, self.current_mode)) is not None:
            self.push_screen(palette, self._run_command)

    def _run_command(self, command: tuple[str, str] | None) -> None:
        if command is None:
            return
        where, action = command
        if where not in {"", "app", self.current_mode}:
            self.show_mode(where)
        self.call_later(self._run_in, where, action)

    async def _run_in(self, where: str, action: str) -> None:
        """Run an action of the app or of the mode shown, which may have a dispatcher."""
        screen = self.screen
        if isinstance(screen, ModeScreen) and f"{where}.{action}" in screen.dispatcher:
            action = f"command('{where}.{action}')"
        await self.run_action(action, self if where == "app" else screen)

    @handles("app.profile", group="profile")
    async def choose_profile(self) -> None:
        """Choose the provider to work with."""
        from tui.screens.dialogs.choose import Choice, Choose

        workspace = self.workspace
        if workspace is None:
            return
        if self.unopened is not None and len(workspace.profiles.names) == 1:
            raise self.unopened  # there is nothing to choose from until it is corrected
        choices = [
            Choice(p.name, p.name, p.base_url or "the built-in provider on this machine")
            for p in workspace.profiles.profiles.values()
        ]
        name = await self.push_screen_wait(Choose("Profile", choices, workspace.profile.name))
        if name and name != workspace.profile.name:
            try:
                await self.use_profile(name)
            except ServiceError as error:
                self._tell(error)

    # -- inside ------------------------------------------------------------------------

    def _show_status(self, *_: object) -> None:
        if self.workspace is None:
            return
        profile, provider = self.workspace.profile, self.workspace.provider.status
        state = "" if provider.state in {"idle", "ready"} else provider.state
        work_now = list(self._work.values())[-1] if self._work else ""
        self.status = Status(profile.name, state, profile.read_only, work_now)

    def _tell(self, error: BaseException) -> None:
        if isinstance(self.screen, ShowsErrors):
            self.screen.show_error(error)

    def show_error(self, error: BaseException) -> None:
        """Show an error of the app's own on the screen or dialog that is up."""
        self._tell(error)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Show what a worker of the app has raised."""
        show_worker_error(self, event)

    def _unheard(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Show what a task or a callback has raised that nobody waits for."""
        error = context.get("exception")
        if isinstance(error, Exception):
            self.call_later(self._tell, error)
        else:
            loop.default_exception_handler(context)

    def _prune(self, *nodes: Widget, parent: DOMNode | None = None) -> AwaitRemove:
        """Remove nodes; for a screen nothing else is laid out anew.

        Textual lays out the screen below twice when one has gone, although it has painted it
        whole by then: a dialog that closes cost two or three paints of everything in place of one.
        """
        gone = isinstance(parent, FinetuiApp)
        return super()._prune(*nodes, parent=None if gone else parent)

    # -- what leaves the program holds no key ------------------------------------------

    def copy_to_clipboard(self, text: str) -> None:
        """Offer text to the terminal, keys masked; what is too large for one goes to a file."""
        whole = mask(encodable(text))
        if self._fits_clipboard(whole):
            super().copy_to_clipboard(whole)
        else:
            self._copy_to_file(whole, "The selection")
        self._clipboard = text

    def notify(self, message: str, **options: Any) -> None:
        """Show a remark for a moment; text from outside is never markup."""
        super().notify(visible(mask(message)), **{"markup": False, **options})

    def _fatal_error(self) -> None:
        """End after an exception nobody caught, telling where it came from.

        Textual would print the values of all variables too: keys and headers are among them.
        """
        text = "".join(traceback.format_exception(self._exception)) if self._exception else ""
        self.bell()
        self.panic(Text(visible(mask(text)).rstrip()))


def run(path: str | None = None, profile: str | None = None) -> int:
    """Run the program on a terminal and return its exit code."""
    share_the_interpreter()
    app = FinetuiApp(path, profile)
    with Endings(app):
        app.run()
    if app.workspace is not None:
        asked, look = app.workspace.may_be_done(broken_off=True)
        if asked:  # cut off by leaving
            sys.stderr.write(f"finetui: {visible(asked)}. {visible(look)}\n")
    return app.return_code or 0
