"""The preview of a change before it is made: counts, and examples before and after."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from tui.commands import key_of
from tui.core.dataset.example import parse
from tui.core.text.text import blanks_shown, one_line, plural, visible
from tui.dispatch import handles
from tui.screens.datasets.panes.example_text import turns_of
from tui.screens.dialogs.base import Dialog
from tui.widgets.conversation import Conversation
from tui.widgets.turn_block import Turn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual.app import ComposeResult

    from tui.core.bulk import Outcome, Sample
    from tui.core.bulk.run import TakenOut

_KEYS_NAMED = 3


class BeforeAfter(Dialog[bool]):
    """Answers with True when the change is to be done."""

    DEFAULT_CSS = """
    BeforeAfter > .dialog { width: 116; max-width: 98%; height: 94%; }
    BeforeAfter .facts { height: auto; max-height: 6; }
    BeforeAfter Horizontal { height: 1fr; }
    BeforeAfter .side {
        width: 1fr; height: 1fr; border-top: solid $surface-lighten-2; padding: 0;
        &:focus-within { border-top: heavy $primary; }
    }
    BeforeAfter .keys { margin: 0; }
    """
    WHERE = "before_after"

    def __init__(
        self, title: str, facts: Sequence[str], samples: Sequence[Sample], yes: str = "apply"
    ) -> None:
        super().__init__(title)
        self._facts, self._samples, self._yes = facts, samples, yes
        self._at = 0

    def compose_content(self) -> ComposeResult:
        """Lay out the counts, the two sides and the keys."""
        yield Static(visible("\n".join(self._facts)), classes="facts", markup=False)
        with Horizontal():
            for side in ("before", "after"):
                with Vertical(classes="side", id=f"{side}-pane"):
                    yield Conversation(id=side)  # empty until the sides have a size
        no = f"or {key_of('dialog.cancel')} leaves it"
        yield self.key_hints(yes=self._yes, no=no, cancel=None, **{"focus.next": "switches sides"})

    def on_mount(self) -> None:
        """Show the first example."""
        self.query_one("#after", Conversation).focus()
        self.call_after_refresh(self._show)  # once the sides have a size to scroll in

    def _show(self) -> None:
        if not self._samples:
            return
        sample = self._samples[self._at]
        before, after = sides(sample)
        first = next(
            (n for n, (one, other) in enumerate(zip(before, after, strict=False)) if one != other),
            min(len(before), len(after)),
        )
        which = f"line {sample.position + 1}"
        if len(self._samples) > 1:
            which += f", {self._at + 1} of the first {len(self._samples)}"
        gone = "" if sample.after else "the line goes"
        for side, turns in (("before", before), ("after", after)):
            self.query_one(f"#{side}", Conversation).show(turns, cursor=first, empty=gone)
            pane = self.query_one(f"#{side}-pane", Vertical)
            pane.border_title = f"before · {which}" if side == "before" else "after"

    def available(self, command_id: str) -> bool:
        """Return whether it can be done: one example has none beside it."""
        steps = {"before_after.next", "before_after.previous"}
        return command_id not in steps or len(self._samples) > 1

    @handles("before_after.next", "before_after.previous")
    def step(self, command_id: str) -> None:
        """Show the example after or before."""
        if self._samples:
            by = 1 if command_id == "before_after.next" else -1
            self._at = (self._at + by) % len(self._samples)
            self._show()

    @handles("before_after.yes")
    def yes(self) -> None:
        """Answer yes."""
        self.dismiss(True)

    @handles("before_after.no")
    def no(self) -> None:
        """Leave everything as it is."""
        self.dismiss(None)


def sides(sample: Sample) -> tuple[list[Turn], list[Turn]]:
    """Return what both sides show: messages, or the JSON where the messages look the same.

    Where two texts differ in nothing but blanks, those are drawn.
    """
    before = turns_of(parse(sample.before), preview=True)
    after = [turn for line in sample.after for turn in turns_of(parse(line), preview=True)]
    if before == after:
        before, after = [_raw(sample.before)], [_raw(line) for line in sample.after]
    for at, (one, other) in enumerate(zip(before, after, strict=False)):
        if one != other and one.text.split() == other.text.split():
            before[at] = replace(one, text=blanks_shown(one.text))
            after[at] = replace(other, text=blanks_shown(other.text))
    return before, after


def _raw(line: bytes) -> Turn:
    return Turn("line", line.decode("utf-8", "replace"), "as JSON")


def facts_of(outcome: Outcome, scope: str) -> list[str]:
    """Return the counts of an outcome in words; `scope` says which rows were looked at."""
    said = [
        f"{plural(count, noun)} {verb}"
        for count, noun, verb in (
            (outcome.changed, "example", "changed"),
            (outcome.removed, "example", "taken out"),
            (outcome.added, "example", "more"),
            (outcome.moved, "example", "moved"),
        )
        if count
    ]
    lines = [
        f"Of {scope}: {', '.join(said) or 'nothing changes'}.",
        f"Examples: {outcome.before:,} before, {outcome.after:,} after.",
    ]
    if outcome.refused:
        position, reason = outcome.refused[0]
        lines.append(
            f"{plural(len(outcome.refused), 'line')} left alone; the first, line {position + 1}: "
            f"{one_line(reason, 120)}."
        )
    return lines + taken_out_words(outcome.taken_out)


def taken_out_words(found: Mapping[str, TakenOut]) -> list[str]:
    """Say which texts a fix takes out: how many at each key, and the first of them."""
    said = [
        f"Takes out {plural(one.count, 'text')} at {one_line(key, 40)}, the first in line "
        f"{one.position + 1:,}: “{one_line(one.text, 40)}”."
        for key, one in found.items()
    ]
    if len(said) <= _KEYS_NAMED:
        return said
    rest = sum(one.count for one in [*found.values()][_KEYS_NAMED:])
    more = f" And {plural(rest, 'text')} at {plural(len(said) - _KEYS_NAMED, 'more key')}."
    return [*said[: _KEYS_NAMED - 1], said[_KEYS_NAMED - 1] + more]
