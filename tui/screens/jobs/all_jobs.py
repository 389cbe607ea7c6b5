"""The dialog of the jobs of all profiles, each with its profile."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from rich.text import Text
from textual.widgets import Static

from tui.core.text.moments import date_words
from tui.core.text.text import one_line, plural
from tui.dispatch import handles, start_worker
from tui.screens.dialogs.base import Dialog
from tui.services.jobs.every_profile import ProfileJobs, failure_words, newest_first
from tui.widgets.record_list import RecordList
from tui.widgets.text_fields import Entry

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from textual.app import ComposeResult
    from textual.widgets import Input

    from tui.core.jobs.jobs import Job

_FAILURES = 4  # lines


class AllJobsDialog(Dialog[tuple[str, str]]):
    """Answers with a profile and the id of a job of it. `ask` yields what each profile has."""

    DEFAULT_CSS = """
    AllJobsDialog {
        & > .dialog { width: 96%; }
        & RecordList { height: auto; max-height: 14; min-height: 4; }
        &.-middle RecordList { max-height: 10; }
        &.-low RecordList { max-height: 5; }
        & #about {
            height: auto;
            margin: 1 0 0 0;
            color: $text-muted;
            text-wrap: nowrap;
            text-overflow: ellipsis;
        }
    }
    """
    WHERE = "all_jobs"
    CHOSEN = "all_jobs.go"

    def __init__(self, profiles: int, ask: Callable[[], AsyncGenerator[ProfileJobs, None]]) -> None:
        super().__init__("Jobs of all profiles")
        self._profiles, self._ask = profiles, ask
        self.found: dict[str, ProfileJobs] = {}
        self.rows: list[tuple[str, Job]] = []

    def compose_content(self) -> ComposeResult:
        """Lay out the field that narrows, the list, and which profiles were asked."""
        yield Entry(placeholder="type to narrow: profile, status, model, id", id="narrow")
        yield RecordList(empty="asking …", id="jobs")
        yield Static("", id="about", markup=False)
        yield self.key_hints(up=None, down=None, cancel="closes")

    def on_mount(self) -> None:
        """Ask all of them."""
        start_worker(self, self._list, "list", "list the jobs of all profiles")

    async def _list(self) -> None:
        async with aclosing(self._ask()) as found:
            async for one in found:
                self.found[one.profile] = one
                self._show(self.query_one(Entry).value)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list."""
        event.stop()
        self._show(event.value)

    def _show(self, typed: str) -> None:
        listing = self.query_one(RecordList)
        under = self.rows[listing.cursor] if self.rows else None
        words = typed.casefold().split()
        self.rows = [row for row in newest_first(self.found.values()) if _fits(row, words)]
        done = len(self.found) == self._profiles
        empty = "no jobs" if done and not words else "nothing fits" if done else "asking …"
        listing.show(len(self.rows), self._row, empty=empty)
        if under is not None:  # what one was on stays under the cursor
            at = [(name, job.id) for name, job in self.rows]
            key = (under[0], under[1].id)
            listing.move_to(at.index(key) if key in at else 0)
        self.query_one("#about", Static).update(self._about())

    def _row(self, row: int, width: int) -> Text:
        name, job = self.rows[row]
        text = Text(f"{one_line(name, 13):<14}{one_line(job.status or '–', 15):<16}")
        text.append(f"{date_words(job.created_at):<18}", style="dim")
        text.append(one_line(job.suffix or job.fine_tuned_model or job.id, 40))
        text.append(f"  {one_line(job.model or '', 60)}", style="dim")
        text.truncate(width, overflow="ellipsis")
        return text

    def _about(self) -> str:
        found = list(self.found.values())
        asked = sum(one.asked for one in found)
        lines = [f"{plural(len(self.rows), 'job')} · {asked} of {self._profiles} profiles asked"]
        waiting = self._profiles - len(found)
        if waiting:
            lines[0] += f" · waiting for {waiting}"
        failed = [one for one in found if one.error is not None]
        shown = failed if len(failed) <= _FAILURES else failed[: _FAILURES - 1]
        for one in shown:
            kept = " (as seen last)" if one.jobs else ""
            name = one_line(one.profile, 40)
            lines.append(f"✗ {name}{kept}: {one_line(failure_words(one), 300)}")
        if len(shown) < len(failed):
            names = ", ".join(one_line(one.profile, 40) for one in failed[len(shown) :])
            lines.append(f"✗ {len(failed) - len(shown)} more: {names}")
        return "\n".join(lines)

    @handles("all_jobs.go")
    def go(self) -> None:
        """Answer with the job under the cursor."""
        if self.rows:
            name, job = self.rows[self.query_one(RecordList).cursor]
            self.dismiss((name, job.id))
        else:
            self.nothing_listed()


def _fits(row: tuple[str, Job], words: list[str]) -> bool:
    name, job = row
    text = f"{name} {job.status} {job.model} {job.id} {job.suffix} {job.fine_tuned_model}"
    return all(word in text.casefold() for word in words)
