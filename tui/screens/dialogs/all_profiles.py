"""A dialog that lists what all profiles have, each asked by itself, and answers with one of it."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from textual.widgets import Static

from tui.core.text.text import one_line, plural, visible
from tui.dispatch import handles, start_worker
from tui.screens.dialogs.base import Dialog
from tui.screens.dialogs.details import DetailsDialog
from tui.screens.reporting import failure_of
from tui.services.jobs.all_profiles import failure_words
from tui.widgets.frame.key_hints import KeyHints
from tui.widgets.record_list import RecordList
from tui.widgets.text_fields import Entry

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping, Sequence

    from rich.text import Text
    from textual.app import ComposeResult
    from textual.widgets import Input

    from tui.screens.controller_context import ScreenContext
    from tui.services.errors import ServiceError
    from tui.services.jobs.all_profiles import ProfileJobs
    from tui.services.models.all_profiles import ProfileModels

_FAILURES = 4  # told one by one
_NARROW = 56  # columns of the terminal in which the keys take one line only in short words
_LINES = 6  # all of them together take, where there is room
_UNEVEN = 10  # columns that a line broken between words may leave free
_LOW_REST = 10  # lines that all else takes in a low terminal, with the border
P = TypeVar("P", bound="ProfileJobs | ProfileModels")
R = TypeVar("R")


class AllProfilesDialog(Dialog[tuple[str, str]], Generic[P, R]):
    """Answers with a profile and the id of what it has. `ask` yields what each profile has."""

    DEFAULT_CSS = """
    AllProfilesDialog {
        & > .dialog { width: 96%; }
        & #head { height: 1; display: none; color: $text-muted; }
        & RecordList { height: auto; max-height: 10; min-height: 4; margin: 0 0 1 0; }
        &.-middle, &.-low {
            & > .dialog { height: 94%; }
            & RecordList { height: 1fr; }
        }
        &.-low {
            & Entry, & RecordList, & .keys { margin: 0; }
            & RecordList { min-height: 2; }
        }
        & #under { display: none; height: auto; max-height: 3; color: $text-muted; }
        &.-low #under { max-height: 2; }
        & #about { height: auto; color: $text-muted; }
    }
    """
    NOUN: ClassVar[str]
    HINT: ClassVar[str]  # what may be typed to narrow the list

    def __init__(self, profiles: int, ask: Callable[[], AsyncGenerator[P, None]]) -> None:
        super().__init__(f"{self.NOUN.capitalize()}s of all profiles")
        self._profiles, self._ask = profiles, ask
        self.found: dict[str, P] = {}
        self.rows: list[R] = []
        self._wishes = 0

    def compose_content(self) -> ComposeResult:
        """Lay out the field that narrows, the list, and which profiles were asked."""
        yield Entry(placeholder=self.HINT, id="narrow")
        yield Static(id="head", markup=False)
        yield RecordList(empty="asking …", id="all")
        yield Static("", id="under", markup=False)
        yield Static("", id="about", markup=False)
        yield self._keys()

    def _keys(self) -> KeyHints:
        words = {"go": "goes", "failures": "why"} if self.size.width < _NARROW else {}
        return self.key_hints(up=None, down=None, cancel="closes", **words)

    def available(self, command_id: str) -> bool:
        """Offer the failures only where there are some."""
        return command_id.rpartition(".")[2] != "failures" or bool(self._failed)

    @handles("all_jobs.failures", "all_models.failures")
    def show_failures(self) -> None:
        """Show the whole of why profiles could not be asked."""
        show_failures(self, {one.profile: one.error for one in self._failed})

    # -- what a list of one kind says ----------------------------------------------------

    def narrowed(self, found: Sequence[P], typed: str) -> list[R]:
        """Return the rows of these that fit what is typed, in their order. Runs in a thread."""
        raise NotImplementedError

    def key_of(self, row: R) -> tuple[str, str]:
        """Return the profile and the id of a row."""
        raise NotImplementedError

    def draw(self, row: R, width: int) -> Text:
        """Return one line of the list."""
        raise NotImplementedError

    def head(self, _width: int) -> Text | str:
        """Return the names of the columns; empty where they need none."""
        return ""

    def under(self, _row: R) -> str:
        """Return more of the row under the cursor."""
        return ""

    # -- the list ------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Ask all of them."""
        start_worker(self, self._list, "list", f"list the {self.NOUN}s of all profiles")

    async def _list(self) -> None:
        async with aclosing(self._ask()) as found:
            async for one in found:
                self.found[one.profile] = one
                await self._show(self.query_one(Entry).value)

    async def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list."""
        event.stop()
        await self._show(event.value)

    async def _show(self, typed: str) -> None:
        self._wishes += 1
        wish = self._wishes
        rows = await asyncio.to_thread(self.narrowed, [*self.found.values()], typed)
        if wish != self._wishes:
            return
        listing = self.query_one(RecordList)
        under = self.key_of(self.rows[listing.cursor]) if self.rows else None
        self.rows = rows
        nothing = "nothing fits" if typed.strip() else f"no {self.NOUN}s"
        listing.show(len(rows), self._draw_row, empty="asking …" if self._asking else nothing)
        if under is not None:  # what one was on stays under the cursor
            keys = [self.key_of(row) for row in rows]
            listing.move_to(keys.index(under) if under in keys else 0)
        self._tell()

    def _draw_row(self, row: int, width: int) -> Text:
        return self.draw(self.rows[row], width)

    def _tell(self) -> None:
        listing = self.query_one(RecordList)
        width = listing.scrollable_content_region.width
        self._put("#head", self.head(width) if self.rows else "")
        self._put("#under", self.under(self.rows[listing.cursor]) if self.rows else "")
        self._put("#about", "\n".join(self._about(width)))
        self.query_one(KeyHints).take(self._keys())

    def _put(self, part: str, text: Text | str) -> None:
        line = self.query_one(part, Static)
        line.update(text)
        line.display = bool(text)  # an empty one takes a line too

    def on_record_list_moved(self, event: RecordList.Moved) -> None:
        """Tell what the cursor is on."""
        event.stop()
        self._tell()

    def on_resize(self) -> None:
        """Fit the columns to a new width."""
        self.call_after_refresh(self._tell)

    def _about(self, width: int) -> list[str]:
        """Return which profiles were asked, and which could not be, with as much as has room."""
        found = list(self.found.values())
        asked = sum(one.asked for one in found)
        rows, waiting = plural(len(self.rows), self.NOUN), self._profiles - len(found)
        line = f"{rows} · {asked} of {self._profiles} profiles asked"
        line += f" · waiting for {waiting}" if waiting else ""
        if len(line) > width:
            line = f"{rows} · {asked}/{self._profiles} asked"
            line += f" · {waiting} to come" if waiting else ""
        lines = [line]
        failed = self._failed
        # The height itself: while the terminal is resized the class for it is that of before.
        room = max(min(_LINES, self.size.height * 94 // 100 - _LOW_REST), 1)
        most = min(_FAILURES, room)
        shown = failed if len(failed) <= most else failed[: most - 1]
        each = (room - (len(shown) < len(failed))) // max(len(shown), 1)  # lines
        for one in shown:
            before = " (as seen last)" if one.any_listed else ""
            told = (
                f"✗ {one_line(one.profile, 40)}{before}: {one_line(failure_words(one.error), 300)}"
            )
            lines.append(_within(told, each, width))
        if len(shown) < len(failed):
            names = ", ".join(one_line(one.profile, 40) for one in failed[len(shown) :])
            more = f"{len(failed) - len(shown)} {'more' if shown else 'failed'}"
            lines.append(_within(f"✗ {more}: {names}", room - len(shown) * each, width))
        return lines

    @property
    def _failed(self) -> list[P]:
        return [one for one in self.found.values() if one.error is not None]

    @property
    def _asking(self) -> bool:
        return len(self.found) < self._profiles

    def nothing_listed(self) -> None:
        """Say that nothing is listed, or not yet."""
        if self._asking:
            self.notify("Still asking: what is there is listed as it comes.", timeout=3)
        else:
            super().nothing_listed()

    def choose(self) -> None:
        """Answer with what is under the cursor."""
        if self.rows:
            self.dismiss(self.key_of(self.rows[self.query_one(RecordList).cursor]))
        else:
            self.nothing_listed()


def _within(text: str, lines: int, width: int) -> str:
    """Return what of a text has room in so many lines of this width (columns)."""
    return one_line(text, max(lines * width - (lines - 1) * _UNEVEN, 20))


def show_failures(dialog: Dialog[Any], errors: Mapping[str, ServiceError | None]) -> None:
    """Show the whole errors of profiles by their names, to be read and scrolled."""
    failed = {name: error for name, error in errors.items() if error is not None}
    told = [f"✗ {name}\n{failure_of(error).as_text()}" for name, error in failed.items()]
    title = f"Why {plural(len(told), 'profile')} could not be asked"
    dialog.app.push_screen(DetailsDialog(title, visible("\n\n".join(told))))


async def choose_of_all(
    context: ScreenContext, dialog: AllProfilesDialog[P, R], select: Callable[[str], object]
) -> None:
    """Let something of any profile be chosen; use its profile, then select it by its id."""
    chosen = await context.ask(dialog)
    if chosen is None:
        return
    name, chosen_id = chosen
    if name != context.workspace.profile.name and not await context.host.switch_profile(name):
        return
    context.app.call_later(select, chosen_id)  # once the screen has the profile
