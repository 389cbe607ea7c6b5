"""The list of problems below the examples, and what there is to say of the one under the cursor."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from textual.widgets import Static

from tui.commands import key_hint
from tui.core.text.text import one_line, visible
from tui.dispatch import handles
from tui.screens.datasets.problems.problem_rows import ProblemRows, all_rules, rule_of
from tui.widgets.line_view import Pane
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult

    from tui.core.checks import Issue
    from tui.screens.datasets.dataset_context import DatasetContext
    from tui.screens.datasets.problems.checks import ProblemChecks

# Up to this many problems are all shown at once; of more the rules first.
_ALL_OPEN = 8
_DETAIL_LINES = 5  # height of the text on one problem, as in screen.tcss
_SENTENCE_END = re.compile(r"(?<=[.!?]) ")
_WORD = 12  # what a line may lose to the word that goes to the next
_SHORTEST = 40


class ProblemsPane(Pane):
    """The problems grouped by rule; hidden until asked for."""

    def __init__(
        self, context: DatasetContext, checks: ProblemChecks, jump: Callable[[Issue], None]
    ) -> None:
        super().__init__(id="problems-pane", classes="pane")
        self._shared, self._checks = context, checks
        self._jump = jump  # goes to where a problem is
        self.listing = RecordList(id="problems", empty="No problems found.")
        self.rows = ProblemRows(None, (), 0)
        self._opened: set[str] | None = None  # rules opened; None before the first list
        context.document_opened.add(self._begin)
        checks.changed.add(self._list)
        checks.changed.add(self._label_counts)

    def compose(self) -> ComposeResult:
        """Lay out the list, and below it what there is to say of one of them."""
        yield self.listing
        yield Static(id="problem-detail", markup=False)

    @handles("datasets.problems")
    def toggle(self) -> None:
        """Show or hide the problems."""
        if self._shared.document is None:
            return
        self.toggle_class("-shown")
        (self.listing if self.is_shown else self._shared.selection.listing).focus()

    @property
    def is_shown(self) -> bool:
        """Whether the problems are listed now."""
        return self.has_class("-shown")

    def asked(self) -> Issue | None:
        """Return the problem under the cursor of the list, else the example's first with a fix."""
        if self.screen.focused is self.listing:
            return self.rows.issue_at(self.listing.cursor)
        selection, problems = self._shared.selection, self._checks.problems
        issues = problems.at(selection.position + 1) if problems is not None else ()
        here = selection.message.place if selection.in_conversation and selection.message else None
        # One that is fixed by hand, though its rule has a fix, tells how.
        found = [one for one in issues if one.fixable]
        found = found or [one for one in issues if rule_of(one.rule).fixable]
        return next((one for one in found if one.place == here), next(iter(found), None))

    def _begin(self) -> None:
        self._opened = None
        self.rows = ProblemRows(None, (), 0)
        self._label_counts()

    def _list(self) -> None:
        """List the problems as they stand, the cursor on the same rule as before."""
        document, problems = self._shared.document, self._checks.problems
        if document is None:
            return
        if self._opened is None:
            few = problems is not None and len(problems) <= _ALL_OPEN
            self._opened = all_rules() if few else set()
        self.rows = ProblemRows(problems, self._opened, len(document))
        empty = "No problems found." if problems is not None else "The checks are under way …"
        self.listing.show(len(self.rows), self.rows.text, empty=empty)
        self._show_detail()

    def _label_counts(self) -> None:
        keys = [key_hint("lists.choose", "jumps")]
        if self._checks.foreign is None:
            keys.append(key_hint("datasets.fix", "fixes"))
        self.label(" · ".join([f"Problems: {self._checks.words}", *keys]))

    def _show_detail(self) -> None:
        """Say all there is to say of the problem under the cursor."""
        row = self.listing.cursor
        rule, issue = self.rows.rule_at(row), self.rows.issue_at(row)
        if rule is None or issue is None:
            text = ""
        elif self.rows.is_heading(row):
            lists = key_hint("lists.choose", "lists them")
            text = f"{rule.explanation} ({rule.id}; {lists})"
        else:
            fixes = f"; {key_hint('datasets.fix', 'fixes it')}" if issue.fixable else ""
            rest = f" {_beside(rule.explanation, issue.message)} ({rule.id}{fixes})"
            text = one_line(issue.message, max(self._room() - len(rest), _SHORTEST)) + rest
        self.query_one("#problem-detail", Static).update(visible(text))

    def _room(self) -> int:
        """Return how many characters the detail certainly holds, whole words to a line."""
        return (self.query_one("#problem-detail").size.width - _WORD) * _DETAIL_LINES

    def on_record_list_moved(self, event: RecordList.Moved) -> None:
        """Show what the problem under the cursor is about."""
        event.stop()
        self._show_detail()

    def on_record_list_chosen(self, event: RecordList.Chosen) -> None:
        """Open or close a rule, or jump to a problem."""
        event.stop()
        rule, issue = self.rows.rule_at(event.index), self.rows.issue_at(event.index)
        if rule is None or issue is None:
            return
        if not self.rows.is_heading(event.index):
            self._jump(issue)
            return
        self._opened = (self._opened or set()) ^ {rule.id}
        self._list()


def _beside(explanation: str, message: str) -> str:
    """Return of an explanation what the message before it does not say already."""
    parts = _SENTENCE_END.split(explanation)
    return " ".join(part for part in parts if part not in message)
