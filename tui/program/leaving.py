"""Leaving: quitting by key or by signal, and stopping for a while in favour of the shell."""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
from typing import TYPE_CHECKING

from tui.commands import key_hint
from tui.core.text.text import plural
from tui.dispatch import handles
from tui.terminal.endings import has_shell

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.program.program_context import ProgramContext


_LOOK_EVERY_S = 0.05  # whether what is typed can be kept
_KNOWN_S = 60.0  # a list of jobs older than this says nothing of now


class Leaving:
    """Ends the program: asked about where running work would be lost, at once on a signal."""

    def __init__(self, context: ProgramContext, unfinished: Callable[[], list[str]]) -> None:
        self._context = context
        self._unfinished = unfinished
        self._loop: asyncio.AbstractEventLoop | None = None
        self._painted = False
        self._end_asked: int | None = None  # the exit code of an end asked for before that

    def started(self) -> None:
        """Note the event loop, which a signal has to wake."""
        self._loop = asyncio.get_running_loop()

    def painted(self) -> bool:
        """Note that the first frame is on the screen; False when the program ends already."""
        self._painted = True
        if self._end_asked is not None:
            self._context.exit(self._end_asked)
        return self._end_asked is None

    def end_soon(self, code: int) -> bool:
        """Begin to end with an exit code; False when the app does not run yet."""
        if self._loop is None:
            return False
        self._loop.call_soon_threadsafe(self.end, code)
        return True

    def end(self, code: int, looks: int = 40) -> None:
        """End with an exit code, without a question.

        While the workspace is being opened it is waited for: what is typed already is kept in it.
        What was typed before and has not come to its field yet is waited for too.
        """
        waits = self._context.workspace is None or self._context.program.holds_typed
        if not self._painted:  # a screen that is being put together does not bear to be taken down
            self._end_asked = code
        elif waits and looks and self._loop is not None:
            self._loop.call_later(_LOOK_EVERY_S, self.end, code, looks - 1)
        else:
            self._context.exit(code)

    def keep_typed(self) -> None:
        """Write what is typed, and where one is, to disk. Blocks."""
        if (workspace := self._context.workspace) is not None:
            workspace.keep_now()

    @property
    def last_words(self) -> list[str]:
        """What is to be said in the shell once the program has ended, in lines."""
        if (workspace := self._context.workspace) is None:
            return []
        asked, look = workspace.may_be_done(broken_off=True)  # cut off by leaving
        said = [f"{asked}. {look}"] if asked else []
        if count := workspace.services.jobs_at_work(_KNOWN_S):
            profile = workspace.profile.name
            again = ["finetui"]
            if profile != workspace.profiles.default:
                again += ["--profile", profile]
            goes, it = ("goes", "it") if count == 1 else ("go", "them")
            shows = f"`{shlex.join(again)}` shows {it} again"
            said.append(f"{plural(count, 'job')} {goes} on at {profile}; {shows}.")
        return said

    @handles("app.suspend")
    def suspend_to_shell(self) -> None:
        """Stop, so that the shell has the terminal until `fg`."""
        if self._context.app.is_headless or not has_shell():
            text = "There is no shell to go back to: finetui was started without one."
            self._context.tell(text, warning=True)
            return
        os.kill(0, signal.SIGTSTP)  # all of its group, as ctrl+z does in other programs

    @handles("app.help_quit")
    def tell_how_to_quit(self) -> None:
        """Say which key quits: others do, elsewhere."""
        self._context.tell(f"{key_hint('app.leave', 'quits')}", seconds=3)

    @handles("app.leave")
    def leave(self) -> None:
        """Quit. Edits are journalled; only running work would be lost, so that is asked about."""
        losing = self._unfinished()
        workspace = self._context.workspace
        asked, look = workspace.may_be_done() if workspace else ("", "")
        if asked:
            losing.append(f"{asked}. {look}")
        if not losing:
            self._leave_if(True)
            return
        from tui.screens.dialogs.confirm import Confirm

        going_on = "\n".join(losing)
        rest = "Jobs go on at the provider, and what came of a comparison is kept."
        question = f"Still at work:\n{going_on}\n\nLeave all the same? {rest}"
        self._context.open(Confirm("Quit", question, "quit", "stay"), self._leave_if)

    def _leave_if(self, answer: bool | None) -> None:
        if not answer:
            return
        if (workspace := self._context.workspace) is not None:
            workspace.provider.broken_off.clear()  # what was stopped before has been told
        if workspace is None and self._has_typed():
            self.end(0)
        else:
            self._context.exit()

    def _has_typed(self) -> bool:
        """Whether there is text, in a field or on its way to one, that the workspace will keep."""
        from textual.widgets import TextArea

        fields = (one for screen in self._context.mode_screens() for one in screen.query(TextArea))
        return self._context.program.holds_typed or any(one.text for one in fields)
