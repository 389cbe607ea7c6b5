"""The view of duplicates: groups, their members, and how those differ word by word."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from rich.text import Text
from textual import work
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Static

from tui.commands import key_hint
from tui.core.text.text import one_line, plural
from tui.dispatch import handles
from tui.screens.controller_context import hold_keys
from tui.screens.datasets.near.words import (
    EMPTY,
    TITLES,
    differences,
    group_row,
    member_row,
    percent,
    title,
    whole,
)
from tui.screens.dialogs.base import Dialog
from tui.screens.dialogs.confirm import Confirm
from tui.services.errors import ServiceError, disk_words
from tui.widgets.frame.key_hints import KeyHints
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from textual.app import ComposeResult

    from tui.core.dataset.lines import Lines
    from tui.core.near.groups import Group
    from tui.services.checks.near_finder import NearFinder, NearGroups, NearQuestion
    from tui.services.datasets import Document, Snapshot

# What is decided about groups; there may be none.
_OF_GROUPS = frozenset(
    f"near.{name}"
    for name in (
        "keep_first",
        "keep_this",
        "delete_this",
        "delete_group",
        "leave",
        "all_groups",
        "go",
    )
)


class NearView(Dialog[int]):
    """Answers with the position of the example to go to, or None."""

    DEFAULT_CSS = """
    NearView > .dialog { width: 100%; max-width: 100%; height: 100%; max-height: 100%; }
    NearView #near-groups { width: 38%; height: 1fr; border-right: solid $surface-lighten-2; }
    NearView #near-right { width: 62%; height: 1fr; padding: 0 0 0 1; }
    NearView #near-members { height: 6; border-bottom: solid $surface-lighten-2; }
    NearView #near-text { border-left: blank; }
    NearView #near-text:focus { border-left: thick $primary; }
    NearView .keys { margin: 0; }
    """
    WHERE = "near"

    def __init__(
        self,
        document: Document,
        finder: NearFinder,
        question: NearQuestion,
        others: Lines | None = None,
        against: str = "",
    ) -> None:
        super().__init__(TITLES[question.kind])
        self._document, self._finder, self._question = document, finder, question
        self._others, self._against = others, against
        self.found: NearGroups | None = None
        self.groups: list[tuple[int, Group]] = []  # with their numbers in what was found
        self._shown: Group | None = None  # whose members are listed
        self._left: set[int] = set()  # numbers of groups that are to stay as they are
        self._snapshot: Snapshot = document.snapshot()
        self._stopped = False
        self._unsubscribe: Callable[[], None] = lambda: None

    def compose_content(self) -> ComposeResult:
        """Lay out groups, members and differences."""
        with Horizontal():
            yield RecordList(empty="Looking …", id="near-groups")
            with Vertical(id="near-right"):
                yield RecordList(empty="", id="near-members")
                with VerticalScroll(id="near-text", can_focus=True):
                    yield Static(id="near-differences", markup=False)
        yield Static("", classes="problem", markup=False)
        yield self._key_line()

    def _key_line(self) -> KeyHints:
        if self._question.kind == "leak":
            # The first one is in the other file: nothing here is kept instead of it.
            return self.key_hints(
                keep_first=None,
                keep_this=None,
                delete_this="delete here",
                delete_group="all here",
                undo="undo",
                go="",
                cancel="",
            )
        return self.key_hints(cancel="")

    def available(self, command_id: str) -> bool:
        """Return whether it can be done: without a group there is nothing to decide."""
        return command_id not in _OF_GROUPS or bool(self.groups)

    def on_mount(self) -> None:
        """Look for what is asked."""
        self._unsubscribe = self._document.subscribe(self._rows_changed)
        self._look()

    def on_unmount(self) -> None:
        """Stop looking."""
        self._stopped = True
        self._unsubscribe()

    # -- looking ---------------------------------------------------------------------

    @work(group="near-look", exclusive=True, exit_on_error=False, description="look for duplicates")
    async def _look(self) -> None:
        from tui.core.near import Stopped

        await self._document.ready()
        try:
            self.found = await self._finder.find(
                self._document.snapshot(),
                self._question,
                self._others,
                self._progress,
                lambda: self._stopped,
            )
        except Stopped:
            return
        except OSError as error:
            self._problem(f"The file cannot be read: {disk_words(error)}")
            return
        self._stand()

    def _progress(self, share: float) -> None:
        if self.is_mounted and self.found is None:
            text = f"Looking … {share:.0%}\n{key_hint('dialog.cancel', 'stops')}"
            self.query_one("#near-groups", RecordList).show(0, _no_row, empty=text)

    def _rows_changed(self) -> None:
        self._stand()

    @work(group="near-stand", exclusive=True, exit_on_error=False, description="follow the rows")
    async def _stand(self) -> None:
        """Show the groups as they stand among the rows of now."""
        from tui.services.checks.near_finder import standing

        found = self.found
        if found is None:
            return
        snapshot = self._document.snapshot()
        now: Mapping[int, Group] = await asyncio.to_thread(standing, found, snapshot)
        self._snapshot = snapshot
        self.groups = [(n, group) for n, group in now.items() if n not in self._left]
        self.query_one(KeyHints).take(self._key_line())
        listing = self.query_one("#near-groups", RecordList)
        done = "Nothing left to decide." if found.groups else EMPTY[self._question.kind]
        listing.show(
            len(self.groups),
            self._group_row,
            empty=f"{done}\n{key_hint('dialog.cancel', 'closes')}",
        )
        box = self.query_one(".dialog", Vertical)
        box.border_title = title(found, len(self.groups), self._against).replace("[", r"\[")
        if not self.groups:
            listing.focus()
        self._show_members()

    # -- showing ---------------------------------------------------------------------

    @property
    def group(self) -> Group | None:
        """The group under the cursor."""
        at = self.query_one("#near-groups", RecordList).cursor
        return self.groups[at][1] if at < len(self.groups) else None

    @property
    def member(self) -> int:
        """The number of the member under the cursor, those of the other file first."""
        return self.query_one("#near-members", RecordList).cursor

    def _group_row(self, row: int, width: int) -> Text:
        group = self.groups[row][1]
        return group_row(group, self._snapshot[group.rows[0]], width)

    def _member_row(self, row: int, width: int) -> Text:
        group = self._shown
        if group is None:
            return Text()
        at = row - len(group.others)
        if at < 0:
            return member_row(f"valid {group.others[row] + 1}", "", self._line(row), width)
        alike = percent(group.alike[at]) if at or group.others else "first"
        return member_row(str(group.rows[at] + 1), alike, self._line(row), width)

    def _line(self, member: int) -> bytes:
        group = self._shown
        if group is None:
            return b""
        if member < len(group.others):
            return self._others[group.others[member]] if self._others is not None else b""
        return self._snapshot[group.rows[member - len(group.others)]]

    def _show_members(self) -> None:
        group = self._shown = self.group
        members = self.query_one("#near-members", RecordList)
        count = len(group.rows) + len(group.others) if group else 0
        members.show(count, self._member_row)
        members.move_to(1)
        self._show_differences()

    @work(group="near-diff", exclusive=True, exit_on_error=False, description="compare two texts")
    async def _show_differences(self) -> None:
        text = Text()
        if self._shown is not None:
            first, this = self._line(0), self._line(self.member)
            if self.member:
                text = await asyncio.to_thread(differences, first, this)
            else:
                from tui.core.text.text import visible

                text = Text(visible(whole(first)))
        self.query_one("#near-differences", Static).update(text)
        self.query_one("#near-text", VerticalScroll).scroll_home(animate=False)

    def on_record_list_moved(self, event: RecordList.Moved) -> None:
        """Show what the cursor is on."""
        if event.record_list.id == "near-groups":
            self._show_members()
        else:
            self._show_differences()

    def on_record_list_chosen(self, event: RecordList.Chosen) -> None:
        """Go into the group, or to the example."""
        if event.record_list.id == "near-groups":
            self.query_one("#near-members", RecordList).focus()
        else:
            self.go()

    @handles("near.go")
    def go(self) -> None:
        """Go to the example under the cursor."""
        row = self._row()
        if row is None:
            self._problem("That example is in the other file; open it with o to see it there.")
        else:
            self.dismiss(row)

    @handles("near.other_pane")
    def other_pane(self) -> None:
        """Go from groups to members to the text and back."""
        panes = ["near-groups", "near-members", "near-text"]
        now = self.focused.id if self.focused is not None else None
        at = panes.index(now) if now in panes else -1
        self.query_one(f"#{panes[(at + 1) % 3]}").focus()

    @handles("dialog.cancel")
    def cancel(self) -> None:
        """Go back from the members to the groups, else close."""
        listing = self.query_one("#near-groups", RecordList)
        if self.focused is listing or not self.groups:
            self.dismiss(None)
        else:
            listing.focus()

    # -- deciding --------------------------------------------------------------------

    def _row(self) -> int | None:
        """Return the position of the member under the cursor, None in the other file."""
        group = self._shown
        at = self.member - len(group.others) if group is not None else -1
        return group.rows[at] if group is not None and at >= 0 else None

    @handles("near.keep_first", group="near-apply", exclusive=False)
    async def keep_first(self) -> None:
        """Delete what is like the first of the group."""
        from tui.services.checks.near_finder import deletable

        group, found = self.group, self.found
        if group is None or found is None:
            return
        if group.others:
            delete = key_hint("near.delete_group", "deletes what is here")
            one = key_hint("near.delete_this", "one of them")
            self._problem(f"The first is in the other file: {delete}, {one}.")
            return
        rows = await deletable(found, [group], self._snapshot)
        await self._delete(rows, "keep the first")

    @handles("near.keep_this", group="near-apply", exclusive=False)
    async def keep_this(self) -> None:
        """Delete all of the group but the member under the cursor."""
        group, row = self._shown, self._row()
        if row is None:
            self._say_elsewhere()
        elif group is not None:
            await self._delete([r for r in group.rows if r != row], "keep one of a group")

    @handles("near.delete_this", group="near-apply", exclusive=False)
    async def delete_this(self) -> None:
        """Delete the member under the cursor."""
        if (row := self._row()) is None:
            self._say_elsewhere()
        else:
            await self._delete([row], "delete one of a group")

    def _say_elsewhere(self) -> None:
        """Say why nothing is done with a member of the other file."""
        if self._shown is not None and self._shown.others:
            delete = key_hint("near.delete_group", "deletes what is here")
            self._problem(f"This one is in the other file and stays: {delete}.")

    @handles("near.delete_group", group="near-apply", exclusive=False)
    async def delete_group(self) -> None:
        """Delete every example of the group."""
        if self.group is not None:
            await self._delete(self.group.rows, "delete a group")

    @handles("near.leave")
    def leave(self) -> None:
        """Leave the group as it is, and out of what applies to all groups."""
        at = self.query_one("#near-groups", RecordList).cursor
        if at < len(self.groups):
            self._left.add(self.groups[at][0])
            self._stand()

    @handles("near.all_groups", group="near-apply", exclusive=False)
    async def all_groups(self) -> None:
        """Keep the first of every group shown, after a preview with counts."""
        from tui.services.checks.near_finder import deletable

        found, groups = self.found, [group for _, group in self.groups]
        if found is None or not groups:
            return
        with hold_keys(self):
            rows = await deletable(found, groups, self._snapshot)
        question = Confirm("All groups", self._preview(rows), "delete them", "leave them")
        if await self.app.push_screen_wait(question):
            await self._delete(rows, TITLES[found.question.kind].lower())

    def _preview(self, rows: Collection[int]) -> str:
        groups = [group for _, group in self.groups]
        total = len(self._snapshot)
        where = f" that {self._against} shares" if self._question.kind == "leak" else ""
        told = [
            f"{plural(len(groups), 'group')}: {plural(len(rows), 'example')}{where} will go.",
            f"Before {total:,}, after {plural(total - len(rows), 'example')}. One undo brings "
            "them back.",
        ]
        links = sum(len(g.rows) - (0 if g.others else 1) for g in groups) - len(rows)
        if links:
            told.append(f"{plural(links, 'example')} stay: alike only through others.")
        for group in groups[:3]:
            gone = [row + 1 for row in group.rows if row in set(rows)][:6]
            stays = "the other file's" if group.others else f"line {group.rows[0] + 1}"
            told.append(f"· {stays} stays, {', '.join(map(str, gone)) or 'none'} go")
        return "\n".join(told)

    async def _delete(self, rows: Collection[int], what: str) -> None:
        from tui.services.checks.near_finder import delete_rows

        if not rows:
            return
        label = f"{what}: delete {plural(len(rows), 'example')}"
        try:
            await delete_rows(self._document, rows, self._snapshot.version, label)
        except ServiceError as error:
            self._problem(f"{error.title}: {error.cause}. {error.next_step}")
            return
        self._problem("")
        self.notify(
            f"{plural(len(rows), 'example')} deleted; {key_hint('near.undo', 'brings back')}"
        )

    @handles("near.undo", group="near-apply", exclusive=False)
    async def undo(self) -> None:
        """Take the last change back; with it the rows return to their groups."""
        await self._history(self._document.undo)

    @handles("near.redo", group="near-apply", exclusive=False)
    async def redo(self) -> None:
        """Do the change last taken back again."""
        await self._history(self._document.redo)

    async def _history(self, move: Callable[[], object]) -> None:
        try:
            await move()  # type: ignore[misc]
        except ServiceError as error:
            self._problem(f"{error.title}: {error.cause}")

    def _problem(self, text: str) -> None:
        self.query_one(".problem", Static).update(one_line(text, 300))


def _no_row(_row: int, _width: int) -> Text:
    return Text()
