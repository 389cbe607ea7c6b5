"""The dialog of the models of all profiles, each with its profile."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from typing import TYPE_CHECKING

from textual.widgets import Static

from tui.core.models.listing import filtered, ordered
from tui.core.text.text import one_line, plural
from tui.dispatch import handles, start_worker
from tui.screens.dialogs.base import Dialog
from tui.screens.models.everywhere_rows import everywhere_row, head_row
from tui.services.errors import InputError
from tui.widgets.record_list import RecordList
from tui.widgets.text_fields import Entry

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from rich.text import Text
    from textual.app import ComposeResult
    from textual.widgets import Input

    from tui.core.models.entry import ModelEntry
    from tui.services.models.every_profile import ProfileModels

_FAILURES = 4  # lines


class AllModelsDialog(Dialog[tuple[str, str]]):
    """Answers with a profile and the id of a model of it. `ask` yields what each profile has."""

    DEFAULT_CSS = """
    AllModelsDialog {
        & > .dialog { width: 96%; }
        & #head { height: 1; color: $text-muted; }
        & RecordList { height: auto; max-height: 14; min-height: 4; }
        &.-middle RecordList { max-height: 10; }
        &.-low RecordList { max-height: 5; }
        & #about { height: auto; max-height: 6; margin: 1 0 0 0; color: $text-muted; }
    }
    """
    WHERE = "all_models"
    CHOSEN = "all_models.go"

    def __init__(
        self, profiles: int, ask: Callable[[], AsyncGenerator[ProfileModels, None]]
    ) -> None:
        super().__init__("Models of all profiles")
        self._profiles, self._ask = profiles, ask
        self.found: dict[str, ProfileModels] = {}
        self.rows: list[ModelEntry] = []
        self._wishes = 0

    def compose_content(self) -> ComposeResult:
        """Lay out the field that narrows, the list, and which profiles were asked."""
        yield Entry(placeholder="words, profile:azure, state:deployed, -word …", id="narrow")
        yield Static(id="head", markup=False)
        yield RecordList(empty="asking …", id="models")
        yield Static("", id="about", markup=False)
        yield self.key_hints(up=None, down=None, cancel="closes")

    def on_mount(self) -> None:
        """Ask all of them."""
        start_worker(self, self._list, "list", "list the models of all profiles")

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
        wish, found = self._wishes, list(self.found.values())

        def narrowed() -> list[ModelEntry]:
            own = [one for name in found for one in name.seen.entries if one.kind == "tuned"]
            return ordered(filtered(own, typed), "newest")

        rows = await asyncio.to_thread(narrowed)
        if wish != self._wishes:
            return
        listing = self.query_one(RecordList)
        under = self.rows[listing.cursor] if self.rows else None
        self.rows = rows
        done = len(self.found) == self._profiles
        empty = "no models" if done and not typed else "nothing fits" if done else "asking …"
        listing.show(len(rows), self._row, empty=empty)
        if under is not None:  # what one was on stays under the cursor
            keys = [(one.profile, one.id) for one in rows]
            key = under.profile, under.id
            listing.move_to(keys.index(key) if key in keys else 0)
        self._tell()

    def _tell(self) -> None:
        width = self.query_one(RecordList).scrollable_content_region.width
        self.query_one("#head", Static).update(head_row(width) if self.rows else "")
        self.query_one("#about", Static).update("\n".join(self._about()))

    def on_record_list_moved(self, event: RecordList.Moved) -> None:
        """Tell what the cursor is on."""
        event.stop()
        self._tell()

    def on_resize(self) -> None:
        """Fit the columns to a new width."""
        self.call_after_refresh(self._tell)

    def _row(self, row: int, width: int) -> Text:
        return everywhere_row(self.rows[row], time.time(), width)

    def _about(self) -> list[str]:
        found = list(self.found.values())
        asked = sum(one.asked for one in found)
        lines = [f"{plural(len(self.rows), 'model')} · {asked} of {self._profiles} profiles asked"]
        if waiting := self._profiles - len(found):
            lines[0] += f" · waiting for {waiting}"
        if self.rows:
            under = self.rows[self.query_one(RecordList).cursor]
            of = f" · base {under.base}" if under.base else ""
            lines.insert(0, one_line(f"{under.id}{of}", 200))
        failed = [one for one in found if one.error is not None]
        shown = failed if len(failed) <= _FAILURES else failed[: _FAILURES - 1]
        lines += [_failed_line(one) for one in shown]
        if len(failed) > len(shown):
            lines.append(f"✗ and {len(failed) - len(shown)} more")
        return lines

    @handles("all_models.go")
    def go(self) -> None:
        """Answer with the model under the cursor."""
        if self.rows:
            model = self.rows[self.query_one(RecordList).cursor]
            self.dismiss((model.profile, model.id))
        else:
            self.notify("There is nothing here to go to.", timeout=4)


def _failed_line(one: ProfileModels) -> str:
    error = one.error
    assert error is not None
    words = error.cause if isinstance(error, InputError) else error.brief
    kept = " (as seen last)" if one.seen.entries else ""
    return f"✗ {one.profile}{kept}: {one_line(words, 120)}"
