"""The problems of the open dataset: checked as it changes, counted, listed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual import work

from tui.screens.datasets.selection import PlaceInDataset
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence
    from pathlib import Path

    from tui.core.catalog.providers import FileLimits
    from tui.core.checks import Issue, Severity
    from tui.core.formats.foreign import Foreign
    from tui.services.checks.checker import Checker
    from tui.services.checks.near import Found
    from tui.services.checks.problems import Problems
    from tui.services.datasets import Document
    from tui.services.datasets.file_lines import FileLines


# So long nothing may have changed before a small file is looked through for what is alike.
_REST_S = 0.5
# So many rows are looked at to tell the format of a file that is not OpenAI's.
_LOOKED_AT = 100


class ProblemActions(PlaceInDataset):
    """Keep the problems current, in the background."""

    problems: Problems | None = None  # None until the first check has ended
    foreign: Foreign | None = None  # the other format that most of the rows are of
    _checker: Checker | None = None
    _limits: FileLimits | None = None  # of the profile's provider

    @property
    def issues(self) -> Sequence[Issue]:
        """All problems found, by line; going through all of them checks a large file anew."""
        return self.problems if self.problems is not None else ()

    def start_checks(self, document: Document) -> None:
        """Begin with another document."""
        from tui.services.checks.checker import Checker

        self.problems = self.foreign = None
        self._checker = Checker(document, self._limits)

    def judge_for(self, limits: FileLimits) -> None:
        """Tell problems as grave as they are at a provider."""
        if limits == self._limits:
            return
        self._limits = limits
        if self._checker is not None:
            self._checker.limits = limits
            self.check()

    def keys_come(self) -> None:
        """Let the keys pressed now have a processor for themselves."""
        if self._checker is not None:
            self._checker.give_way()

    def worst_at(self, position: int) -> Severity | None:
        """Return the worst severity found in a row."""
        return self.problems.worst(position + 1) if self.problems is not None else None

    def severities(self) -> Counter[Severity]:
        """Count the problems by severity."""
        from collections import Counter

        return self.problems.counts if self.problems is not None else Counter()

    @work(group="checks", exclusive=True, exit_on_error=False, description="check the dataset")
    async def check(self) -> None:
        """Check what has changed and show the problems."""
        if self._checker is None:
            return
        self._show_problems(await self._checker.issues(self._check_progress))
        await asyncio.sleep(_REST_S)
        if await self._checker.look_alike():
            self._show_problems(await self._checker.issues())

    def take_alike(
        self, found: Found, others: FileLines | None = None, path: Path | None = None
    ) -> None:
        """List what somebody has looked for, found alike or in another file, as problems."""
        if self._checker is not None:
            self._checker.likeness.take(found, others, path)
            self.check()

    def _show_problems(self, problems: Problems) -> None:
        self.problems = problems
        self.foreign = self._foreign_of(problems)
        self.host.working("checks", "")
        self.query_one("#examples", RecordList).refresh()
        self.list_problems()
        self.problems_found()

    def _foreign_of(self, problems: Problems) -> Foreign | None:
        """Return the format of the first row that is another's, if most of the rows are."""
        document = self.document
        if document is None or problems.by_rule["foreign-format"] * 2 <= len(document):
            return None
        from tui.core.formats.foreign import foreign_line

        first = range(min(len(document), _LOOKED_AT))
        lines = (document.line(at) for at in first if "foreign-format" in problems.rules_at(at + 1))
        return next(filter(None, map(foreign_line, lines)), None)

    def _check_progress(self, done: int, of: int) -> None:
        self.host.working("checks", f"checking {done * 100 // max(of, 1)} %")

    def list_problems(self) -> None:
        """List the problems as they stand."""

    def problems_found(self) -> None:
        """Show what depends on the problems."""
