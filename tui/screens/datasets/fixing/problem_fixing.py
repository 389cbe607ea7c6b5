"""Fixing one problem, or all of its rule, after a look at what would change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.commands import key_hint
from tui.core.text.text import one_line, plural
from tui.dispatch import handles
from tui.screens.datasets.dataset_context import in_turn
from tui.screens.datasets.importing.inviting import invitation
from tui.screens.datasets.problems.problem_rows import rule_of
from tui.services.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.core.bulk import Work
    from tui.core.checks import Issue
    from tui.screens.datasets.bulk.runner import BulkRunner
    from tui.screens.datasets.dataset_context import DatasetContext
    from tui.screens.datasets.fixing.repair import Repairs
    from tui.screens.datasets.problems.checks import ProblemChecks
    from tui.services.datasets import Document


class Fixing:
    """Fixes the problem that `asked` names: under the cursor, or the example's first."""

    def __init__(
        self,
        context: DatasetContext,
        checks: ProblemChecks,
        asked: Callable[[], Issue | None],
        runner: BulkRunner,
        repairs: Repairs,
    ) -> None:
        self._context, self._checks, self._asked = context, checks, asked
        self._runner, self._repairs = runner, repairs

    @handles("datasets.fix", group="edit")
    @in_turn
    async def fix(self) -> None:
        """Show what fixing this problem would change, and make the change once it is agreed to."""
        issue = await self._issue_of_rows()
        if issue is not None:
            await self._fix_one(issue)

    @handles("datasets.fix_all", group="edit")
    @in_turn
    async def fix_all(self) -> None:
        """Show what fixing all problems of this rule would change; once agreed to, in one step."""
        issue = await self._issue_of_rows()
        if issue is not None:
            await self._fix_rule(issue.rule)

    async def _issue_of_rows(self) -> Issue | None:
        """Return the problem asked about; None when it was not of rows, and is seen to."""
        issue = self._asked()
        if issue is None or issue.rule == "foreign-format":
            self._tell_no_fix()
            return None
        return None if await self._whole_file(issue) else issue

    async def _fix_one(self, issue: Issue) -> None:
        document, at = self._context.document, issue.line - 1
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
        if await self._context.ask(dialog) and document.version == version:
            await document.change(f"fix: {rule.title}", [Change(at, 1, after)])
            self._context.tell(
                f"Fixed: {rule.title}; {key_hint('datasets.undo', 'takes it back')}", seconds=4
            )

    def _tell_no_fix(self) -> None:
        """Say why there is nothing to fix here."""
        from tui.core.formats.detection.foreign import foreign_line

        document, at = self._context.document, self._context.selection.position
        found = self._checks.foreign
        if found is None and document is not None and at < len(document):
            found = foreign_line(document.line(at))
        if self._checks.problems is None:
            text = "The checks are still under way; press it again when they are done"
        else:
            text = (
                f"No problem with a fix here; {key_hint('datasets.problems', 'lists all problems')}"
            )
        text = invitation(found) if found else text
        self._context.tell(text, seconds=4)

    async def _fix_rule(self, rule: str) -> None:
        problems = self._checks.problems
        if problems is None:
            return
        title = rule_of(rule).title
        lines = [line for line in problems.lines_of(rule) if line]
        scope = f"{plural(problems.by_rule[rule], 'problem')} in {plural(len(lines), 'example')}"
        await self._runner.run(
            f"Fix all: {title}", _fixing(rule), [n - 1 for n in lines], scope, "fixes them"
        )

    async def _whole_file(self, issue: Issue) -> bool:
        """See to problems that are not of single lines; return whether this was one."""
        from tui.core.fixes import PLAIN_SAVES, RENAMES, needs_repair

        document = self._context.document
        if not rule_of(issue.rule).fixable:
            raise _by_hand(issue, rule_of(issue.rule).explanation)
        if document is None:
            return True
        if issue.rule in RENAMES:
            await self._repairs.offer_name()
        elif issue.rule in PLAIN_SAVES and len(document) > 1:
            await self._repairs.offer_plain_save()
        elif needs_repair(issue.rule) and not _is_whole_array(document, issue):
            await self._repairs.offer_repair()
        else:
            return False
        return True


def _is_whole_array(document: Document, issue: Issue) -> bool:
    """Whether the line holds all of its array, so that it can be mended on the spot."""
    if issue.rule != "json-array":
        return False
    line = document.line(issue.line - 1).strip()
    return line.endswith((b"]", b",")) and len(line) > 1


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
