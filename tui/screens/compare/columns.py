"""The columns side by side: each shows one model's answers, with differences marked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual.containers import Container
from textual.widgets import Static

from tui.commands import key_hint, key_of
from tui.core.compare.sides.repeats import collapsed
from tui.core.compare.sides.side_by_side import MOST_COLUMNS, measures_words
from tui.core.dataset.example import INSTRUCTING_ROLES
from tui.core.text.text import one_line
from tui.widgets.conversation import Conversation
from tui.widgets.line_view import Pane
from tui.widgets.turn_block import Turn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult

    from tui.core.compare.sides.marking import MarkedText
    from tui.core.compare.sides.side_by_side import Column, Comparison, Try

    # Answers with what differs marked, by the text they are compared with and their own.
    Known = Mapping[tuple[str, str], MarkedText]

_ASKED_CHARACTERS = 400
ENOUGH = 6  # lines of a column with its border
NARROWEST = 38  # cells of a column; with less they stand above each other


def nothing_asked() -> str:
    """Return what is said above columns that nothing was asked yet, with the keys in use."""
    keys = (
        key_hint("compare.run", "asks a whole dataset"),
        key_hint("compare.add", "adds a model"),
        key_hint("compare.earlier", "opens earlier runs"),
    )
    return (
        "Type a question below: all of these models answer it.\n"
        f"After {key_of('app.escape')}: {', '.join(keys)}."
    )


class ColumnPane(Pane):
    """One candidate: its name and how it is asked on the border, its answers below."""

    DEFAULT_CSS = """
    ColumnPane { width: 1fr; height: 1fr; min-height: 4; }
    ColumnPane Conversation { height: 1fr; }
    """

    def __init__(self, number: int) -> None:
        super().__init__(id=f"column-{number}", classes="pane")
        self.number = number
        self.text = Conversation(id=f"answers-{number}")

    def compose(self) -> ComposeResult:
        """Lay out the answers."""
        yield self.text

    def show_column(self, comparison: Comparison, column: Column, known: Known) -> None:
        """Show the answers that have come, and what is known of them."""
        hidden = comparison.hidden
        candidate = column.candidate
        how = "" if hidden or not candidate.parameters.as_json() else candidate.parameters.words
        won = "★ " if comparison.winner is column else ""
        name = one_line(comparison.name(column), 60)
        self.label(
            f"{won}{name}{f' · {how}' if how else ''}".replace("[", r"\["),
            measures_words(column, hidden=hidden).replace("[", r"\["),
        )
        self._show(_turns(comparison, column, known))

    def show_reference(self, text: str) -> None:
        """Show the answer that was expected."""
        self.label("expected")
        self._show([Turn("assistant", text, "the reference", markdown=True)])

    def _show(self, turns: list[Turn]) -> None:
        before = self.text.turns
        if [*before] == turns:
            return
        if len(before) == len(turns) and turns and [*before[:-1]] == turns[:-1]:
            self.text.update_last(turns[-1])
        else:
            self.text.show(turns, cursor=min(self.text.cursor, max(len(turns) - 1, 0)))


class ColumnsView(Container):
    """What was asked, and the columns below; they stand above each other where it is narrow."""

    DEFAULT_CSS = """
    ColumnsView {
        layout: vertical; height: 1fr;
        & > #asked { height: auto; max-height: 3; padding: 0 1; color: $text-muted; }
        & > #columns { layout: horizontal; height: 1fr; }
        &.-stacked > #columns { layout: vertical; overflow-y: auto; scrollbar-size: 1 1; }
        &.-stacked.-many ColumnPane { height: 4; }
        &.-stacked.-many ColumnPane.-current { height: 1fr; min-height: 5; }
        & > #columns.-empty { display: none; }
        & > #no-columns { height: 1fr; padding: 1 2; color: $text-muted; display: none; }
        & > #no-columns.-shown { display: block; }
    }
    """

    def __init__(self, empty: str, known: Known) -> None:
        super().__init__(id="side-by-side")
        self._known = known
        self._asked = Static("", id="asked", markup=False)
        self._empty = Static(empty, id="no-columns", markup=False)
        self._columns = Container(id="columns")
        self._expected = ColumnPane(MOST_COLUMNS)
        self.panes = [ColumnPane(number) for number in range(MOST_COLUMNS)]
        for pane in (self._expected, *self.panes):
            pane.display = False

    def compose(self) -> ComposeResult:
        """Lay out the question, the expected answer, and the columns."""
        yield self._asked
        yield self._empty
        with self._columns:
            yield self._expected
            yield from self.panes

    def show_all(self, comparison: Comparison) -> None:
        """Show every column; those that are not there take no room."""
        prompt = comparison.prompt
        said = "" if prompt is None else one_line(prompt.title, _ASKED_CHARACTERS)
        system = "" if prompt is None else _system(prompt.messages)
        asked = [f"system: {system}"] if system else []
        self._asked.update("\n".join([*asked, f"▸ {said}"]) if said else nothing_asked())
        self._asked.display = bool(said or comparison.columns)
        self._empty.set_class(not comparison.columns, "-shown")
        self._columns.set_class(not comparison.columns, "-empty")
        reference = comparison.reference
        expected = reference is not None and not reference.empty and bool(comparison.columns)
        self._expected.display = expected
        if reference is not None and expected:
            self._expected.show_reference(reference.shown)
        for pane in self.panes:
            pane.display = pane.number < len(comparison.columns)
        self._stack()
        self.show_texts(comparison)

    def on_resize(self) -> None:
        """Put the columns above each other where they would be too narrow to read."""
        self._stack()

    def _stack(self) -> None:
        count = sum(pane.display for pane in (self._expected, *self.panes))
        self.set_class(self.size.width < NARROWEST * count, "-stacked")
        # Where all would have less than a few lines, the one in focus has more of them.
        self.set_class(self.size.height < ENOUGH * count, "-many")

    def show_focus(self, number: int) -> None:
        """Give the column that keys work on the most room, where there is little."""
        for pane in self.panes:
            pane.set_class(pane.number == number, "-current")

    def show_texts(self, comparison: Comparison) -> None:
        """Show the answers as they are now."""
        for pane, column in zip(self.panes, comparison.columns, strict=False):
            pane.show_column(comparison, column, self._known)


def _system(messages: object) -> str:
    first = messages[0] if isinstance(messages, tuple) and messages else {}
    if first.get("role") not in INSTRUCTING_ROLES:
        return ""
    return one_line(str(first.get("content") or ""), 60)


def _turns(comparison: Comparison, column: Column, known: Known) -> list[Turn]:
    """Return the answers as they are shown: the same ones as one, those that come at the end."""
    base = comparison.base_of(column)
    found = []
    done = [one.answer for one in column.ended]
    for count, answer in collapsed(done):
        remark = f"{count} × the same" if count > 1 else "once" if len(done) > 1 else ""
        one = next(t for t in column.ended if t.answer == answer)
        text = answer.shown
        if base is None:
            found.append(_turn(text, remark, _note(one)))
        else:
            found.append(_marked_turn(text, base, remark, _note(one), known))
    found += [
        _turn(one.answer.shown, _state(one), one.error)
        for one in column.tries
        if one.state != "done" and (one.pieces or one.error or one.state == "streaming")
    ]
    waiting = sum(one.state == "waiting" for one in column.tries)
    if waiting:
        found.append(Turn("assistant", "", f"{waiting} to come" if waiting > 1 else "asking …"))
    return found


def _state(one: Try) -> str:
    return {
        "streaming": f"answering, {key_hint('app.escape', 'stops')}",
        "stopped": "stopped",
        "failed": "failed",
    }.get(one.state, "")


def _note(one: Try) -> str:
    reply = one.reply
    if reply is None:
        return ""
    told = [] if reply.finish_reason in {None, "", "stop"} else [f"finish: {reply.finish_reason}"]
    if reply.note:
        told.append(reply.note)
    return " · ".join(told)


def _turn(text: str, remark: str, note: str) -> Turn:
    if not text and not note:
        note = "(empty answer)"
    return Turn("assistant", text, remark, note=note, markdown=True)


def _marked_turn(text: str, base: str, remark: str, note: str, known: Known) -> Turn:
    found = known.get((base, text))
    if found is None:
        return replace(_turn(text, remark, note), markdown=False)
    lacks = "" if found.marks or base == text else "lacks some of it"
    remark = " · ".join(filter(None, (remark, lacks)))
    note = note or ("" if text else "(empty answer)")
    return Turn("assistant", found.text, remark, note=note, marks=found.marks)
