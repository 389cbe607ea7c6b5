"""Coming back: where the user was is kept while the program runs, and gone to at the next start."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.commands import key_hint
from tui.core.provider.parsing import as_int, as_map, as_text
from tui.core.text.paths import path_line
from tui.core.text.text import one_line
from tui.screens.tour import Tour, steps
from tui.services.background import start
from tui.services.errors import LedgerError, ServiceError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.program.program_context import ProgramContext
    from tui.screens.base import ModeScreen
    from tui.services.workspace import Workspace

_DAY_S = 24 * 3600.0
SOON_S = 0.05  # what a key has begun is done by then
AFTER_S = 1.0  # between two looks whether there is anything to write
_AT_PROVIDER = frozenset({"jobs", "chat", "models", "files", "compare"})


class Returning:
    """Notes where the user is whenever something was done, and brings that back at the start.

    `asked` is whether the command line says what to begin with: then only what belongs to the
    dataset it names comes back. `fresh` has nothing come back, for this start.
    """

    def __init__(self, context: ProgramContext, *, asked: bool, fresh: bool) -> None:
        self._context = context
        self.asked, self._fresh = asked, fresh
        self._before: Mapping[str, Any] = {}  # by mode, as the program ended
        self._state: Mapping[str, Any] = {}
        self._profile = ""  # whose jobs, models and files those are
        self._waiting: asyncio.TimerHandle | None = None
        self._looks = 0  # how often to look yet whether there is anything to write
        self._writing: asyncio.Task[None] | None = None
        context.ending.add(self._take_note)

    # -- coming back -------------------------------------------------------------------

    async def read(self, workspace: Workspace) -> None:
        """Read where the user was, and go on with the profile that was in use."""
        state = await asyncio.to_thread(workspace.session.load)
        if self._fresh or workspace.profiles.terminal.start == "fresh":
            return
        self._state, self._before = state, as_map(state.get("screens"))
        self._profile = as_text(state.get("profile")) or ""
        if workspace.session.held_back and not self.asked and await self._take_over(workspace):
            await self.read(workspace)

    async def _take_over(self, workspace: Workspace) -> bool:
        """Ask whether to go on here where another finetui is, which then ends."""
        session, other = workspace.session, workspace.session.other
        if other is None or not other.is_here:
            self._tell(f"Another finetui is open ({other.words if other else 'elsewhere'}).")
            return False
        from tui.screens.dialogs.confirm import GoOn
        from tui.services.session.taking_over import end_other

        question = (
            f"Another finetui is open: {other.words}. A line that was lost may have left it.\n\n"
            "End that one, and go on here where it is? What it has not saved comes along, and so "
            "does what is typed there. Else this one begins at the start page, beside it."
        )
        dialog = GoOn("Open elsewhere", question, "ends it, goes on here", "begins beside it")
        if not await self._context.ask(dialog):
            return False
        try:
            await end_other(other, partial(asyncio.to_thread, session.take))
        except ServiceError as error:
            self._context.show_error(error)
            return False
        await asyncio.to_thread(workspace.typed.load)
        return True

    def follow(self, workspace: Workspace) -> None:
        """Note which dataset is opened from now on, and which mode or dialog is gone to."""
        workspace.datasets.subscribe(self.note)
        app = self._context.app
        app.screen_change_signal.subscribe(app, self._arrived, immediate=True)

    async def take_profile(self, workspace: Workspace) -> None:
        """Go on with the profile that was chosen in the program."""
        if not self._profile or self._state.get("chosen") is not True:
            return
        if workspace.profile.name == self._profile:
            return
        if self._profile not in workspace.profiles.names:
            self._tell(f"The profile {self._profile} is not configured any more.")
            return
        try:
            await workspace.use_profile(self._profile)
        except ServiceError as error:
            self._tell(f"The profile {self._profile} cannot be used: {error.brief}")

    async def open_dataset(self, workspace: Workspace) -> None:
        """Open the dataset that was open."""
        path = as_text(self.remembered("datasets").get("path"))
        if path is None:
            return
        try:
            await workspace.datasets.open(path)
            self._context.program.brought_back = True
        except ServiceError as error:
            self._tell(f"{Path(path).name} was open and cannot be opened: {error.brief}")

    def tell_unanswered(self) -> None:
        """Tell in the background of uploads of the last day of which nobody knows the outcome."""
        if (workspace := self._context.workspace) is not None:
            self._context.run(
                self._tell_unanswered, workspace, group="unanswered", description="look for uploads"
            )

    async def _tell_unanswered(self, workspace: Workspace) -> None:
        await self._context.until_painted()
        await self._context.load("tui.services.files.service")
        try:
            asked = await workspace.files.unanswered()
        except LedgerError:  # whatever needs it tells so
            return
        late = [one for one in asked if one.at > time.time() - _DAY_S]
        if late:
            more = f" and {len(late) - 1} more" if len(late) > 1 else ""
            shows = key_hint("app.mode_files", "shows what to do")
            name = path_line(late[0].name, 30)
            self._tell(f"{name}{more}: sent without an answer so far; {shows}.")

    def go_back(self) -> None:
        """Go to the mode that was shown, and to where the tour was."""
        program, mode = self._context.program, as_text(self._state.get("mode"))
        step = as_int(self._state.get("tour"))
        if step is not None and 0 <= step < len(steps()):
            program.tour = Tour(step)
        if mode and mode in self._context.modes and mode != self._context.app.current_mode:
            program.show_mode(mode)

    def remembered(self, mode: str) -> Mapping[str, Any]:
        """Return what a mode's screen has kept, empty for nothing and of another profile."""
        workspace = self._context.workspace
        elsewhere = workspace is not None and workspace.profile.name != self._profile
        if mode in _AT_PROVIDER and elsewhere:
            return {}
        return as_map(self._before.get(mode))

    def tell_typed(self, workspace: Workspace) -> None:
        """Tell which dialogs were left with something typed in them, once those are open again."""
        if workspace.typed.names(""):
            self._context.app.set_timer(AFTER_S, partial(self._tell_typed, workspace))

    def _tell_typed(self, workspace: Workspace) -> None:
        from tui.screens.dialogs.kept_fields import titles_of  # not before the first paint

        is_open = {getattr(screen, "kept_at", "") for screen in self._context.app.screen_stack}
        titles = titles_of([one for one in workspace.typed.names("") if one not in is_open])
        if titles:
            shown = ", ".join(one_line(title, 60) for title in titles[:3])
            self._tell(f"Typed when the program ended, and kept: {shown}. Open it again.")

    def _tell(self, text: str) -> None:
        self._context.tell(one_line(text, 300), seconds=10, warning=True)

    # -- keeping -----------------------------------------------------------------------

    def note(self) -> None:
        """Have where the user is written soon, and again later: something was done.

        At once after a rest, else with what else is done within `AFTER_S`.
        """
        self._looks = 2
        if self._waiting is None:
            self._look_after(SOON_S)

    def _arrived(self, _screen: object) -> None:
        """Have where the user is written at once: another mode, or a dialog, is shown."""
        self._looks = max(self._looks, 1)
        self._look_after(SOON_S)

    def _look_after(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        if self._context.workspace is None:
            return
        if self._waiting is not None:
            if self._waiting.when() <= loop.time() + seconds:
                return
            self._waiting.cancel()
        self._waiting = loop.call_later(seconds, self._write)

    def _write(self) -> None:
        self._waiting = None
        workspace = self._context.workspace
        if self._looks and workspace is not None and self._context.runs:
            self._looks -= 1
            self._take_note()
            self._writing = start(self._write_out(workspace), "keep the place")
            self._look_after(AFTER_S)

    async def _write_out(self, workspace: Workspace) -> None:
        if await asyncio.to_thread(workspace.session.flush):
            # What was done may come to its end only now: a filter, a list asked for.
            self._looks = max(self._looks, 1)
            self._look_after(AFTER_S)

    def _take_note(self) -> None:
        """Note where the user is, to be written by whoever comes to it first."""
        context = self._context
        workspace = context.workspace
        if workspace is None:
            return
        name = workspace.profile.name
        kept = {mode: as_map(one) for mode, one in self._before.items()}
        if name != self._profile:
            kept = {mode: one for mode, one in kept.items() if mode not in _AT_PROVIDER}
        for screen in context.mode_screens():
            before = kept.get(screen.MODE, {})  # what is not listed again yet is kept
            now = {
                name: before.get(name) if value is None else value
                for name, value in screen.remembered().items()
            }
            kept[screen.MODE] = {**now, **self._opened_by(screen)}
        workspace.session.put(
            {
                "mode": context.app.current_mode,
                "tour": context.program.tour.step,
                "profile": name,
                "chosen": name != workspace.profiles.default,
                "screens": kept,
            }
        )

    def _opened_by(self, screen: ModeScreen) -> Mapping[str, str]:
        """Return the command whose dialog is open over a screen."""
        shown = self._context.app.screen_stack
        is_open = len(shown) > 1 and shown[0] is screen
        return {"open": screen.last_command} if is_open else {}
