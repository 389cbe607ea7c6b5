"""The app: its modes on one workspace, the program's status, and what works everywhere."""

from __future__ import annotations

import asyncio
import logging
import signal
import traceback
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual import work
from textual.filter import NoColor
from textual.reactive import var

from tui.commands import MODES as MODE_KEYS
from tui.commands import command, key_hint
from tui.core.chat.start import ChatStart
from tui.core.text.masking import mask
from tui.core.text.text import encodable, visible
from tui.dispatch import Dispatcher, handles
from tui.fast import textual_calls
from tui.fast.stylesheet import FastStylesheet
from tui.key_bindings import bindings_for
from tui.program.activity import Activity
from tui.program.appearance import Appearance
from tui.program.copying import Copying, fits_clipboard
from tui.program.keys import Keys
from tui.program.leaving import Leaving
from tui.program.logbook import Logbook
from tui.program.notifications import DistinctNotifications
from tui.program.opening import Opening
from tui.program.palette import PaletteController
from tui.program.profiles import Profiles
from tui.program.program_context import ProgramContext
from tui.program.returning import Returning
from tui.screens.base import ModeScreen
from tui.screens.reporting import ShowsErrors, carry_out, show_worker_error
from tui.screens.tour import Tour
from tui.terminal.contrast import ContrastFilter
from tui.tuning import not_collecting
from tui.type_ahead import TypeAhead
from tui.warm import AFTER_S, warm
from tui.widgets.frame.passing_remark import Remark, joined, toast_width
from tui.widgets.frame.status_line import Status

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

    from tui.core.chat.saved import Chat
    from tui.core.compare.sides.compare_request import CompareAsked
    from tui.services.errors import ServiceError
    from tui.services.jobs.drafts import Draft
    from tui.services.settings.terminal_settings import TerminalSettings
    from tui.services.workspace import Workspace


textual_calls.install()

_SOON_AFTER_KEY_S = 0.4


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


def _compare() -> Screen[Any]:
    from tui.screens.compare import CompareScreen

    return CompareScreen()


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
        "compare": _compare,
    }
    DEFAULT_MODE = "datasets"
    ENABLE_COMMAND_PALETTE = False  # ours opens on the same key, fed from the table of commands
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for("app")]

    workspace: var[Workspace | None] = var(None)
    status: var[Status] = var(Status())
    tour: var[Tour] = var(Tour())
    remarks: var[tuple[str, ...]] = var(())  # of the configuration, until they are closed
    keymap: var[int] = var(0)  # the number of the keymap in use
    said: var[Remark] = var(Remark())  # what is said in passing and takes more than a toast

    def __init__(
        self,
        path: str | None = None,
        profile: str | None = None,
        chat: ChatStart | None = None,
        *,
        fresh: bool = False,
    ) -> None:
        super().__init__()
        self.animation_level = "none"  # each step of one is written, and keeps keys waiting
        context = ProgramContext(self)
        self.keys = Keys(context)
        self._contrast, self._colorless = ContrastFilter(self.console.color_system), NoColor()
        self.appearance = Appearance(context)
        self.appearance.begin()
        self.stylesheet = FastStylesheet(variables=self.get_css_variables())
        asked = path is not None or chat is not None
        self.returning = Returning(context, asked=asked, fresh=fresh)
        self.logbook = Logbook(context)
        self.opening = Opening(
            context, path, profile, self._load_the_rest, self.returning, self.logbook, self.keys
        )
        self.copying = Copying(context)
        self.activity = Activity(context)
        self.leaving = Leaving(context, self.activity.unfinished)
        use = self.opening.use_profile
        self.profiles = Profiles(context, use, self.activity.at_provider)
        self._notifications = DistinctNotifications(self)
        self.early, self.urgent = self.opening.is_early, self.opening.is_urgent
        self.acted, self.remembered = self.returning.note, self.returning.remembered
        palette = PaletteController(context, self.opening)
        parts = (self.leaving, self.profiles, self.logbook, self.appearance, self.keys, palette)
        self.dispatcher = Dispatcher(self, *parts)
        self.unopened: ServiceError | None = None  # why there is no workspace
        self.painted = False  # the first frame is on the terminal
        self.example_asked: int | None = None  # the row another mode has asked Datasets to show
        self.chat_start = chat  # what another mode or the command line asks Chat to begin with
        self.compare_asked: CompareAsked | None = None  # what another mode wants compared
        self.brought_back = False  # the open dataset is that of the last time

    # -- colours ---------------------------------------------------------------------

    def use_terminal(self, settings: TerminalSettings) -> None:
        """Use the terminal, and its colours, as the configuration says."""
        super().use_terminal(settings)
        self.appearance.use(settings.theme)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """See to it that what all other filters leave can be read, or has no colour at all."""
        filters = [*super().get_line_filters(), self._contrast]
        return [*filters, self._colorless] if self.no_color else filters

    # -- start and end ---------------------------------------------------------------

    def get_driver_class(self) -> type[Driver]:
        """Take our own driver where Textual would take its own for terminals."""
        found = super().get_driver_class()
        if found.__name__ != "LinuxDriver":  # chosen by $TEXTUAL_DRIVER, or of another system
            return found
        from tui.terminal.driver import TerminalDriver

        return TerminalDriver

    def on_load(self) -> None:
        """Note where this runs, for signals; paint again whenever the terminal is ours again."""
        self.leaving.started()
        self.app_resume_signal.subscribe(self, self._paint_anew)

    def _paint_anew(self, _app: App[Any]) -> None:
        self.refresh(layout=True)

    def on_ready(self) -> None:
        """Open the workspace once the first frame is on the screen."""
        self.painted = True
        if self.leaving.painted():
            asyncio.get_running_loop().set_exception_handler(self._unheard)
            self.opening.start()

    def show_workspace(self, workspace: Workspace) -> None:
        """Have all screens work with this workspace, or with its new profile."""
        self.workspace = workspace
        self.mutate_reactive(FinetuiApp.workspace)
        self.activity.show()
        workspace.provider.subscribe(self.activity.show)
        self.activity.running.start()
        remark = "A worker process has died, perhaps for want of memory. Another one goes on."
        workspace.workers.on_death = partial(  # called in any thread
            self.call_later, self.notify, remark, severity="warning"
        )

    def _load_the_rest(self) -> None:
        self.profiles.ask_at_start()
        self.set_timer(AFTER_S, self._warm)

    @work(group="warm", exclusive=True, exit_on_error=False, description="load other screens")
    async def _warm(self) -> None:
        with not_collecting():
            await warm(self.stylesheet, lambda: self.quiet_for < _SOON_AFTER_KEY_S)

    async def on_unmount(self) -> None:
        """Give everything back; unsaved edits stay in the journal."""
        asyncio.get_running_loop().set_exception_handler(None)
        from tui.services import pipes

        pipes.give_up()
        if self.workspace is not None:
            await self.workspace.close()
        await self.logbook.end()

    # -- what the terminal asks of the program (tui.terminal.driver) ---------------------

    def keep_typed(self) -> None:
        """Write what is typed to disk. Blocks."""
        self.leaving.keep_typed()

    def terminal_gone(self) -> None:
        """End: nothing can be typed or read any more."""
        self.leaving.end(128 + signal.SIGHUP)

    # -- what screens ask of the program (tui.screens.host.Host) ------------------------

    def show_mode(self, mode: str) -> None:
        """Go to a mode."""
        self.switch_mode(mode)

    def show_one(self, mode: str, one: str) -> None:
        """Go to a mode, to one of its things: a dataset by its path, the others by their ids."""
        self.show_mode(mode)

        def there() -> None:
            if isinstance(self.screen, ModeScreen) and mode == self.screen.MODE:
                self.screen.show_one(one)  # else one has gone on meanwhile

        self.call_later(there)

    def show_example(self, position: int) -> None:
        """Go to Datasets, to a row of the open dataset."""
        self.example_asked = position
        self.switch_mode("datasets")

    def chat_with(self, model: str) -> None:
        """Go to Chat with this model chosen."""
        self.chat_start = ChatStart(model, goes_on=True)
        self.switch_mode("chat")

    def open_chat(self, chat: Chat | int) -> None:
        """Go to Chat and go on there with a chat: one not saved yet, or a saved one by its id."""
        if isinstance(chat, int):
            self.chat_start = ChatStart(saved=chat)
        else:
            self.chat_start = ChatStart(chat.model, chat=chat)
        self.switch_mode("chat")

    def compare(self, asked: CompareAsked) -> None:
        """Go to Compare with these models or this prompt."""
        self.compare_asked = replace(asked, back=asked.back or self.current_mode)
        self.switch_mode("compare")

    def train_on(self, what: str | Draft, left: Callable[[], None] | None = None) -> None:
        """Go to Jobs, with the form of a new job for an uploaded file, or filled in like this.

        Whoever leaves the form comes back here; `left` is called in place of that.
        """
        back = left or partial(self.show_mode, self.current_mode)
        self.show_mode("jobs")

        def there() -> None:
            from tui.screens.jobs import JobsScreen

            if isinstance(self.screen, JobsScreen):  # else one has gone on meanwhile
                self.screen.new_from(what, back)

        self.call_later(there)

    async def switch_profile(self, name: str) -> bool:
        """Go on with another profile, after asking about what that ends; False for a no."""
        return await self.profiles.switch(name)

    def complete(self, event: str) -> None:
        """Complete a step of the tour."""
        self.tour = self.tour.after(event)
        self.returning.note()

    def working(self, name: str, text: str) -> None:
        """Show background work; an empty text ends it."""
        self.activity.working(name, text)

    def copy_out(self, text: str, what: str) -> None:
        """Copy by OSC 52, and to a file too: a terminal or tmux may drop the sequence silently."""
        self.copying.copy_out(text, what)

    # -- actions -----------------------------------------------------------------------

    def action_command(self, command_id: str) -> None:
        """Run a command of the app."""
        carry_out(self.dispatcher, command_id, self)

    @handles(*(f"app.mode_{mode}" for _, mode, _ in MODE_KEYS))
    def go_to_mode(self, command_id: str) -> None:
        """Go to the mode that a command names."""
        mode = command_id.removeprefix("app.mode_")
        if mode == self.current_mode:
            self.notify(f"This is {command(command_id).title}", timeout=3)
        self.show_mode(mode)

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
        else:
            self.notify(f"Nothing is open here; {key_hint('app.leave', 'quits')}.", timeout=3)

    @handles("app.guide")
    def switch_guide(self) -> None:
        """Show or hide the guided tour, which begins where the mode shown is its own."""
        # A key that leads to where one is does nothing.
        self.tour = Tour(0).after(self.current_mode) if self.tour.step < 0 else Tour()

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
        else:
            self.notify("There is nothing to copy here.", timeout=3)

    @handles("app.help")
    def help(self) -> None:
        """Explain this screen."""
        from tui.screens.dialogs.help import HelpDialog

        self.push_screen(HelpDialog(self.current_mode, self.screen))

    # -- inside ------------------------------------------------------------------------

    def show_error(self, error: BaseException) -> None:
        """Show an error of the app's own on the screen or dialog that is up."""
        if isinstance(self.screen, ShowsErrors):
            self.screen.show_error(error)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Show what a worker of the app has raised."""
        show_worker_error(self, event)

    def _unheard(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Show what a task or a callback has raised that nobody waits for."""
        error = context.get("exception")
        if isinstance(error, Exception):
            self.call_later(self.show_error, error)
        else:
            loop.default_exception_handler(context)

    def _prune(self, *nodes: Widget, parent: DOMNode | None = None) -> AwaitRemove:
        """Remove nodes; for a screen nothing else is laid out again.

        Textual lays out the screen below twice when one has gone, although it has painted it
        whole by then: a dialog that closes cost two or three paints of everything in place of one.
        """
        gone = isinstance(parent, FinetuiApp)
        return super()._prune(*nodes, parent=None if gone else parent)

    # -- what leaves the program holds no key ------------------------------------------

    def copy_to_clipboard(self, text: str) -> None:
        """Offer text to the terminal, keys masked; what is too large for one goes to a file."""
        whole = mask(encodable(text))
        if fits_clipboard(whole):
            super().copy_to_clipboard(whole)
        else:
            self.copying.copy_to_file(whole, "The selection")
        self._clipboard = text

    def notify(self, message: str, **options: Any) -> None:
        """Show a remark for a moment: a toast, or all of it where a line is too short.

        Text from outside is never markup.
        """
        options["title"] = visible(mask(options.get("title", "")))
        text = visible(mask(message)).strip()
        line = " ".join(text.split())
        if toast_width(cell_len(line)) <= self.size.width:
            super().notify(line, **{**options, "markup": False})
            return
        self.said = remark = joined(self.said, text, options.get("severity") == "warning")
        seconds = options.get("timeout") or self.NOTIFICATION_TIMEOUT

        def end() -> None:
            if self.said is remark:  # not one that came later
                self.said = Remark()

        self.set_timer(seconds, end)

    def _fatal_error(self) -> None:
        """End after an exception nobody caught, telling where it came from.

        Textual would print the values of all variables too: keys and headers are among them.
        """
        text = "".join(traceback.format_exception(self._exception)) if self._exception else ""
        logging.getLogger(__name__).error("it ends by a fault", exc_info=self._exception)
        self.bell()
        self.panic(Text(visible(mask(text)).rstrip()))
