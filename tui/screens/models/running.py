"""What runs and costs by the hour, of this profile or all, and ending that."""

from __future__ import annotations

import time
from contextlib import aclosing
from typing import TYPE_CHECKING, ClassVar

from textual.widgets import Static

from tui.core.money.hourly import running_cost
from tui.core.provider.deployment_words import facts_of, in_order, statement, word_for
from tui.core.provider.deployments import Act
from tui.core.text.moments import moment_words
from tui.core.text.text import one_line, plural
from tui.dispatch import handles, start_worker
from tui.screens.app_words import in_app
from tui.screens.controller_context import DialogContext
from tui.screens.deleting import Batch, Deletion, DeletionQuestion, OutcomesPanel
from tui.screens.dialogs.all_profiles import show_failures
from tui.screens.dialogs.base import Dialog
from tui.screens.dialogs.details import DetailsDialog
from tui.screens.host import host_of
from tui.screens.models import running_rows
from tui.services.errors import ServiceError
from tui.services.models.all_profiles_acts import AllProfilesActs, DeploymentTarget
from tui.services.models.all_profiles_deployments import ProfileDeployments
from tui.services.models.deployments import in_cost_order
from tui.widgets.frame.error_panel import ErrorPanel
from tui.widgets.frame.key_hints import KeyHints
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from rich.text import Text
    from textual.app import ComposeResult

    from tui.screens.controller_context import ScreenContext
    from tui.services.models.all_profiles_deployments import AllProfilesDeployments
    from tui.services.workspace import Workspace

ASKING = "Asking what runs …"
NOTHING_DEPLOYED = "Nothing is deployed: nothing costs by the hour here."
_FAILURES = 3  # lines


class WhatRuns:
    """Shows what runs, and chats with what was chosen there."""

    def __init__(self, context: ScreenContext) -> None:
        self._context = context

    @handles("models.running", group="running")
    async def show(self) -> None:
        """Show what runs and costs; it can be ended there."""
        workspace = self._context.workspace
        every = workspace.all_profiles_deployments()
        try:
            chosen = await self._context.ask(RunningDialog(workspace, every))
        finally:
            await every.close()
        if chosen is None:
            return
        profile, name = chosen
        host = self._context.host
        if profile == workspace.profile.name or await host.switch_profile(profile):
            host.chat_with(name)


class RunningDialog(Dialog[tuple[str, str]]):
    """Answers with a profile and the name to chat with there.

    What is in use is looked at by the workspace's own service, so that the status line follows.
    """

    DEFAULT_CSS = """
    RunningDialog {
        & > .dialog { width: 96%; height: 94%; }
        & #running-head { height: 1; color: $text-muted; }
        & RecordList { height: 1fr; min-height: 3; }
        & #running-about {
            height: 4; border-top: dashed $surface-lighten-2;
            text-wrap: nowrap; text-overflow: ellipsis;
        }
        & #running-sum { height: auto; max-height: 5; color: $text-muted; }
    }
    """
    WHERE = "running"
    ACTS: ClassVar[dict[str, Act]] = {
        "running.stop": Act.STOP,
        "running.scale": Act.SCALE,
        "running.delete": Act.DELETE,
    }

    def __init__(self, workspace: Workspace, every: AllProfilesDeployments) -> None:
        super().__init__("What runs and costs")
        self._workspace, self._every = workspace, every
        self._all_profiles = False
        self._found: dict[str, ProfileDeployments] = {}
        self.rows: list[DeploymentTarget] = []
        self._marked: set[str] = set()
        self._done: dict[str, Act] = {}  # what was done by key, until a list that shows it
        self._at: float | None = None
        self.asking = True
        self._panel = OutcomesPanel()
        self.deletion = Deletion(DialogContext(self), self._panel, self, "deployment")

    def compose_content(self) -> ComposeResult:
        """Lay out the list, the one under the cursor, what came of acting, and the sum."""
        yield Static(id="running-head", markup=False)
        yield RecordList(empty=ASKING, id="running")
        yield Static(id="running-about", markup=False)
        yield self._panel
        yield Static(id="running-sum", markup=False)
        yield self._keys()

    def on_mount(self) -> None:
        """Show what was seen last, and ask."""
        self.query_one(RecordList).focus()
        service = self._workspace.deployments
        if (last := service.last) is not None:
            self._found[service.profile] = ProfileDeployments(service.profile, last)
            self._at = last.at
        self.refresh_list()

    def _keys(self) -> KeyHints:
        """Return the line of keys, without those for which nothing is listed."""
        offered = {act for placed in self.rows for act in placed.one.acts}
        if self._workspace.profile.read_only:
            offered = set()
        names = [name for name, act in self.ACTS.items() if act not in offered]
        names += [] if self.rows else ["running.mark"]
        return self.key_hints(**dict.fromkeys(names, None), cancel="closes")

    def available(self, command_id: str) -> bool:
        """Offer the failures only where there are some."""
        return command_id != "running.failures" or bool(self._failed())

    @handles("running.failures")
    def show_failures(self) -> None:
        """Show the whole of why profiles could not be asked."""
        show_failures(self, self._failed())

    def _failed(self) -> dict[str, ServiceError]:
        return {name: one.error for name, one in self._found.items() if one.error is not None}

    # -- asking ------------------------------------------------------------------------

    @handles("running.refresh")
    def refresh_list(self) -> None:
        """Ask now."""
        start_worker(self, self.fetch, "list", "list what runs")

    @handles("running.everywhere")
    def switch(self) -> None:
        """Switch between this profile and all."""
        self._all_profiles = not self._all_profiles
        if not self._all_profiles:
            own = self._workspace.profile.name
            self._found = {name: one for name, one in self._found.items() if name == own}
        self._show()
        self.refresh_list()

    async def fetch(self) -> None:
        """Look again at what runs; what fails is told below the list."""
        self.asking, done = True, {*self._done}
        self._show()
        host_of(self).working("running", "looking what runs")
        try:
            await self._look()
        finally:
            self.asking = False
            self._done = {key: act for key, act in self._done.items() if key not in done}
            host_of(self).working("running", "")  # shows what costs now, too
            self._at = time.time()
            self._show()

    async def _look(self) -> None:
        own = self._workspace.profile.name
        service = self._workspace.deployments
        try:
            self._found[own] = ProfileDeployments(own, await service.look())
        except ServiceError as error:
            self._found[own] = ProfileDeployments(own, error=error)
        self._show()
        if not self._all_profiles:
            return
        others = [one for one in self._workspace.all_profiles if one.name != own]
        async with aclosing(self._every.list(others)) as found:
            async for one in found:
                self._found[one.profile] = one
                self._show()

    # -- showing -----------------------------------------------------------------------

    def _show(self) -> None:
        listing = self.query_one(RecordList)
        under = self._under
        own = self._workspace.profile.name
        rows = [
            DeploymentTarget(
                self._workspace.deployments if name == own else self._every.service(name), one
            )
            for name, found in self._found.items()
            if found.seen is not None
            for one in found.seen.deployed
        ]
        self.rows = in_cost_order(rows, lambda one: one.one, lambda one: one.service.profile)
        keys = [placed.key for placed in self.rows]
        self._marked &= {*keys}
        listing.show(len(self.rows), self._row, empty=self._empty())
        if under is not None and under.key in keys:
            listing.move_to(keys.index(under.key))
        width = listing.scrollable_content_region.width
        head = running_rows.head_row(width, profiles=self._all_profiles) if self.rows else ""
        self.query_one("#running-head", Static).update(head)
        self.query_one(KeyHints).take(self._keys())
        self._tell()

    def _empty(self) -> str:
        if self.asking:
            return ASKING
        told = [one for one in self._found.values() if one.seen is not None]
        return NOTHING_DEPLOYED if told else "What runs is not told here."

    def _row(self, row: int, width: int) -> Text:
        placed = self.rows[row]
        return running_rows.running_row(
            placed.one, placed.service.profile, time.time(), width,
            marked=placed.key in self._marked, profiles=self._all_profiles,
        )  # fmt: skip

    @property
    def _under(self) -> DeploymentTarget | None:
        at = self.query_one(RecordList).cursor
        return self.rows[at] if 0 <= at < len(self.rows) else None

    def _tell(self) -> None:
        under, about = self._under, self.query_one("#running-about", Static)
        width = max(about.content_size.width, 20)
        about.update("" if under is None else running_rows.about(under.one, time.time(), width))
        self.query_one("#running-sum", Static).update("\n".join(self._sum()))

    def _sum(self) -> list[str]:
        """Return what it comes to, how old that is, and what could not be asked."""
        cost = running_cost([placed.one for placed in self.rows])
        parts = [cost.long] if self.rows else []
        parts += [f"{len(self._marked)} marked"] if self._marked else []
        at = moment_words(self._at, time.time())
        parts += ["asking …"] if self.asking else [f"as of {at}"] if at else []
        if self._all_profiles:
            told = sum(one.seen is not None for one in self._found.values())
            parts.append(f"{told} of {plural(len(self._workspace.profiles.names), 'profile')} tell")
        lines = [" · ".join(parts)]
        profile = self._workspace.profile
        if profile.read_only and not self._all_profiles:
            lines.append(f"{profile.name} is read-only: nothing is stopped or deleted with it.")
        failed = [one for one in self._found.values() if one.error is not None]
        for one in failed[:_FAILURES]:
            error = one.error
            step = f". {in_app(error.next_step)}" if error and not self._all_profiles else ""
            said = f"{one.profile}: {error.brief if error else ''}{step}"
            lines.append(f"✗ {one_line(said, 300)}")
        return lines

    def on_record_list_moved(self, event: RecordList.Moved) -> None:
        """Follow the cursor."""
        event.stop()
        self._tell()

    def on_resize(self) -> None:
        """Fit the columns to a new width."""
        self.call_after_refresh(self._show)

    def on_record_list_chosen(self, event: RecordList.Chosen) -> None:
        """Show all that is known of the one under the cursor."""
        event.stop()
        if (under := self._under) is not None:
            text = running_rows.full_text(under.one, under.service.profile, time.time())
            self.app.push_screen(DetailsDialog(under.one.title, text))

    # -- marks, and acting -------------------------------------------------------------

    def _nothing_to(self, do: str) -> bool:
        """Whether there is nothing to do that with, which is then said."""
        if not self.rows:
            said = self._empty() if self.asking else f"Nothing is listed to {do}."
            self.notify(said, timeout=4, markup=False)
        return not self.rows

    @handles("running.mark")
    def mark(self) -> None:
        """Mark the one under the cursor, or take the mark away, and go on to the next."""
        if not self._nothing_to("mark") and (under := self._under) is not None:
            self._marked ^= {under.key}
            listing = self.query_one(RecordList)
            listing.refresh_row(listing.cursor)
            listing.move_to(listing.cursor + 1)
            self._tell()

    async def take_gone(self, ids: Collection[str]) -> None:
        """Take the marks of these away, and do not do it to them again before they are listed."""
        self._done |= dict.fromkeys(ids, self.deletion.act)
        self._marked -= {*ids}

    @handles("running.stop", "running.scale", "running.delete")
    def act(self, command_id: str) -> None:
        """Do it to what is marked, or to the one under the cursor, after a typed word."""
        act = self.ACTS[command_id]
        chosen = [placed for placed in self.rows if placed.key in self._marked]
        if not chosen and self._under is not None:
            chosen = [self._under]
        if self._nothing_to(f"{act.words}") or self.deletion.busy():
            return
        for placed in chosen:
            placed.service.check_acts([placed.one], act)
        self._hide_error()
        wanted = [
            one for one in chosen if not one.one.done(act) and self._done.get(one.key) is not act
        ]
        if wanted:
            self._ask(act, wanted)
        else:
            self._tell_done(act, chosen)

    def _tell_done(self, act: Act, chosen: Sequence[DeploymentTarget]) -> None:
        names = ", ".join(one_line(placed.one.title, 40) for placed in chosen[:3])
        self.notify(f"{names}: {act.done} already, or being so.", markup=False)

    def _ask(self, act: Act, wanted: Sequence[DeploymentTarget]) -> None:
        ones = [placed.one for placed in wanted]
        by_key = {placed.key: placed for placed in wanted}
        order = [placed for one in in_order(ones, act) for placed in wanted if placed.one is one]
        word = word_for(ones, act)
        text = statement(
            ones, act, [placed.service.profile for placed in wanted],
            [placed.one for placed in self.rows],
        )  # fmt: skip
        title = act.to(plural(len(wanted), "deployment")).capitalize()
        also = (ones[0].id,) if len(ones) == 1 else ()
        self.deletion.ask(
            DeletionQuestion(title, text, word, also),
            [
                Batch(
                    AllProfilesActs(act, wanted),
                    "deployment",
                    lambda _: [placed.key for placed in order],
                    lambda key: facts_of(by_key[key].one),
                )
            ],
            act,
        )

    @handles("running.chat")
    def chat(self) -> None:
        """Chat with the one under the cursor."""
        if self._nothing_to("chat with") or self.deletion.busy():
            return
        if (under := self._under) is None:
            return
        if under.one.running is False and under.one.ready is False:  # no request wakes it
            name, state = one_line(under.one.title, 40), one_line(under.one.state, 40)
            self.notify(f"Nobody answers there: {name} is {state}.", timeout=4, markup=False)
        else:
            self.dismiss((under.service.profile, under.one.chat_name))

    @handles("running.copy")
    def copy(self) -> None:
        """Copy the error or the results while they are shown, else the id under the cursor."""
        panels = self.query(ErrorPanel)
        failure = panels.first().failure if panels else None
        host = host_of(self)
        if failure is not None:
            host.copy_out(failure.as_text(), "The error")
        elif (results := self.deletion.copy_text()) is not None:
            host.copy_out(*results)
        elif (under := self._under) is not None:
            host.copy_out(under.one.id, "The deployment's id")
        else:
            self._nothing_to("copy")

    @handles("dialog.cancel")
    def cancel(self) -> None:
        """Close the error, else the results, else take the marks away, else the dialog."""
        if self._hide_error() or self.deletion.close():
            return
        if self._marked:
            self._marked = set()
            self._show()
        else:
            self.dismiss(None)

    def _hide_error(self) -> bool:
        panels = self.query(ErrorPanel)
        return bool(panels) and panels.first().hide()
