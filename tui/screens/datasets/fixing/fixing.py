"""Fixing: the problems grouped by rule, and the keys that mend one of them or all of a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import work
from textual.widgets import Static

from tui.core.text.text import one_line, plural, visible
from tui.screens.datasets.bulk.bulk import Bulk
from tui.screens.datasets.problems.checks import ProblemActions
from tui.screens.datasets.problems.rows import ProblemRows, all_rules, rule_of
from tui.services.errors import InputError
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from tui.core.bulk import Work
    from tui.core.checks import Issue

# So few problems are all shown at once; of more the rules first.
_ALL_OPEN = 8


class FixActions(Bulk, ProblemActions):
    """The list of problems, and their fixes."""

    problem_rows = ProblemRows(None, (), 0)
    _opened: set[str] | None = None  # rules whose problems are listed; None before the first list

    # -- the list --------------------------------------------------------------------

    def list_problems(self) -> None:
        """List the problems as they stand, the cursor on the same rule as before."""
        if self.document is None:
            return
        first = self._opened is None
        if self._opened is None:
            few = self.problems is not None and len(self.problems) <= _ALL_OPEN
            self._opened = all_rules() if few else set()
        listing = self.query_one("#problems", RecordList)
        self.problem_rows = ProblemRows(self.problems, self._opened, len(self.document))
        listing.show(len(self.problem_rows), self.problem_rows.text)
        self.show_problem()
        if first and self.problems is not None:
            self.problems_listed_first()

    def problems_listed_first(self) -> None:
        """See to what can only be told once a file has been checked."""

    def forget_problems(self) -> None:
        """Begin anew, for another document."""
        self._opened = None
        self.problem_rows = ProblemRows(None, (), 0)

    def show_problem(self) -> None:
        """Say all there is to say of the problem under the cursor."""
        row = self.query_one("#problems", RecordList).cursor
        rule, issue = self.problem_rows.rule_at(row), self.problem_rows.issue_at(row)
        if rule is None or issue is None:
            text = ""
        elif self.problem_rows.is_heading(row):
            text = f"{rule.explanation} ({rule.id}; enter lists them)"
        else:
            fixes = "; f fixes it" if rule.fixable else ""
            text = f"{issue.message} {rule.explanation} ({rule.id}{fixes})"
        self.query_one("#problem-detail", Static).update(visible(text))

    def problem_chosen(self, row: int) -> None:
        """Open or close a rule, or jump to a problem."""
        rule, issue = self.problem_rows.rule_at(row), self.problem_rows.issue_at(row)
        if rule is None or issue is None:
            return
        if not self.problem_rows.is_heading(row):
            self.jump(issue)
            return
        opened = self._opened if self._opened is not None else set()
        self._opened = opened ^ {rule.id}
        self.list_problems()

    def jump(self, issue: Issue) -> None:
        """Go to where a problem is."""

    # -- one problem, or all of its rule -----------------------------------------------

    @property
    def _asked_problem(self) -> Issue | None:
        """The problem under the cursor of their list; else the example's first that has a fix."""
        listing = self.query_one("#problems", RecordList)
        if self.focused is listing:
            return self.problem_rows.issue_at(listing.cursor)
        issues = self.problems.at(self.position + 1) if self.problems is not None else ()
        here = self.message.place if self.in_conversation and self.message else None
        fixable = [one for one in issues if one.fixable]
        return next((one for one in fixable if one.place == here), next(iter(fixable), None))

    @work(group="edit", exclusive=True, exit_on_error=False, description="fix a problem")
    async def action_fix(self) -> None:
        """Show what fixing this problem would change, and do it."""
        issue = self._asked_problem
        if issue is None or issue.rule == "foreign-format":
            self._tell_no_fix()
        elif not await self._whole_file(issue):
            await self._fix_one(issue)

    async def _fix_one(self, issue: Issue) -> None:
        document, at = self.document, issue.line - 1
        if document is None or not 0 <= at < len(document):
            return
        from tui.core.bulk import Sample
        from tui.core.bulk.run import taken_out
        from tui.core.fixes import CannotFix, fix
        from tui.screens.datasets.fixing.preview import BeforeAfter, taken_out_words
        from tui.services.datasets import Change

        version, before = document.version, document.line(at)
        try:
            result = fix(before, issue)
        except CannotFix as reason:
            raise _by_hand(issue, str(reason)) from None
        after = (result,) if isinstance(result, bytes) else tuple(result or ())
        rule = rule_of(issue.rule)
        facts = [f"{rule.title}. {issue.message}"]
        facts += taken_out_words(taken_out(issue.rule, at, before, after))
        dialog = BeforeAfter("Fix this problem", facts, [Sample(at, before, after)], "fixes it")
        if await self.app.push_screen_wait(dialog) and document.version == version:
            await document.change(f"fix: {rule.title}", [Change(at, 1, after)])
            self.tell(f"Fixed: {rule.title}; u takes it back")

    @work(group="edit", exclusive=True, exit_on_error=False, description="fix a rule")
    async def action_fix_all(self) -> None:
        """Show what fixing all problems of this rule would change, and do it in one step."""
        issue = self._asked_problem
        if issue is None or issue.rule == "foreign-format":
            self._tell_no_fix()
        elif not await self._whole_file(issue):
            await self._fix_rule(issue.rule)

    def _tell_no_fix(self) -> None:
        """Say why there is nothing to fix here."""
        from tui.core.formats.foreign import foreign_line

        document, at = self.document, self.position
        found = self.foreign
        if found is None and document is not None and at < len(document):
            found = foreign_line(document.line(at))
        self.tell(found.invitation if found else "No problem with a fix here; p lists all problems")

    async def _fix_rule(self, rule: str) -> None:
        problems = self.problems
        if problems is None:
            return
        title = rule_of(rule).title
        lines = [line for line in problems.lines_of(rule) if line]
        scope = f"{plural(problems.by_rule[rule], 'problem')} in {plural(len(lines), 'example')}"
        await self.do_in_bulk(
            f"Fix all: {title}", _fixing(rule), [n - 1 for n in lines], scope, "fixes them"
        )

    async def _whole_file(self, issue: Issue) -> bool:
        """See to problems that are not of single lines; tells whether this was one."""
        from tui.core.fixes import PLAIN_SAVES, RENAMES, needs_repair

        if not issue.fixable:
            raise _by_hand(issue, rule_of(issue.rule).explanation)
        if issue.rule in RENAMES:
            await self.offer_name()
        elif issue.rule in PLAIN_SAVES and self.document is not None and len(self.document) > 1:
            await self.offer_plain_save()
        elif needs_repair(issue.rule) and not self._is_whole_array(issue):
            await self.offer_repair()
        else:
            return False
        return True

    def _is_whole_array(self, issue: Issue) -> bool:
        """Whether the line holds all of its array, so that it can be mended on the spot."""
        if self.document is None or issue.rule != "json-array":
            return False
        line = self.document.line(issue.line - 1).strip()
        return line.endswith((b"]", b",")) and len(line) > 1

    async def offer_name(self) -> None:
        """Offer a name that ends in .jsonl."""

    async def offer_plain_save(self) -> None:
        """Offer to save with LF after each line and no byte order mark."""

    async def offer_repair(self) -> None:
        """Offer to repair the file into a new one."""


def _fixing(rule: str) -> Work:
    from tui.core.bulk import Arrange, EachRow
    from tui.core.fixes import mender

    label = f"fix all: {rule_of(rule).title}"
    if rule == "duplicate":
        return Arrange(label, lambda _rows: [])
    return EachRow(label, mender({rule}), rule)


def _by_hand(issue: Issue, reason: str) -> InputError:
    where = f"line {issue.line}" if issue.line else "the file"
    return InputError(
        "This one is fixed by hand",
        f"{rule_of(issue.rule).title} in {where}: {one_line(reason, 200)}",
        one_line(issue.message, 200),
    )
