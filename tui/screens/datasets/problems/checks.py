"""The checks of the open dataset, run again as it changes."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

from tui.core.listeners import Listeners
from tui.core.text.problem_words import problem_words
from tui.screens.datasets.importing.inviting import invitation

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tui.core.catalog.providers import FileLimits
    from tui.core.checks import Issue, Severity
    from tui.core.formats.detection.foreign import Foreign
    from tui.screens.datasets.dataset_context import DatasetContext
    from tui.services.checks.checker import Checker
    from tui.services.checks.near_finder import NearGroups
    from tui.services.checks.problems import Problems
    from tui.services.datasets import Document
    from tui.services.datasets.disk.file_lines import FileLines


# Seconds without a change after which a small file is searched for near duplicates.
_REST_S = 0.5
# This many rows are looked at to tell the format of a file that is not OpenAI's.
_LOOKED_AT = 100


class ProblemChecks:
    """Keeps the problems current, in the background; `changed` is told when they are others."""

    def __init__(self, context: DatasetContext) -> None:
        self._context = context
        self.problems: Problems | None = None  # None until the first check has ended
        self.foreign: Foreign | None = None  # the other format that most of the rows are of
        self.changed = Listeners[[]]()
        self._checker: Checker | None = None
        context.document_opened.add(self._begin)
        context.document_changed.add(self._document_changed)
        context.selection.moved.add(self._give_way)

    # -- what was found ----------------------------------------------------------------

    @property
    def issues(self) -> Sequence[Issue]:
        """All problems found, by line; going through all of them checks a large file again."""
        return self.problems if self.problems is not None else ()

    def worst_at(self, position: int) -> Severity | None:
        """Return the worst severity found in a row."""
        return self.problems.worst(position + 1) if self.problems is not None else None

    def severities(self) -> Counter[Severity]:
        """Count the problems by severity."""
        return self.problems.counts if self.problems is not None else Counter()

    @property
    def words(self) -> str:
        """What was found, in a few words."""
        if self.problems is None:
            return "not checked yet"
        if self.foreign is not None:
            return invitation(self.foreign)
        return problem_words(self.severities())

    # -- checking ----------------------------------------------------------------------

    def judge_anew(self) -> None:
        """Tell problems as grave as they are at the provider of the profile in use."""
        if self._checker is not None and self._limits != self._checker.limits:
            self._checker.limits = self._limits
            self._check()

    @property
    def _limits(self) -> FileLimits:
        return self._context.workspace.files.limits

    def take_alike(
        self, found: NearGroups, others: FileLines | None = None, path: Path | None = None
    ) -> None:
        """List what a search has found, alike here or in another file, as problems."""
        if self._checker is not None:
            self._checker.near.take(found, others, path)
            self._check()

    def _begin(self) -> None:
        self.problems = self.foreign = None
        self._checker = None

    def _document_changed(self) -> None:
        if not self._context.only_grown:
            self._check()

    def _give_way(self) -> None:
        """Let the keys pressed now have a processor for themselves."""
        if self._checker is not None:
            self._checker.give_way()

    def _check(self) -> None:
        self._context.run(self._look, group="checks", description="check the dataset")

    async def _look(self) -> None:
        """Check what has changed and show the problems."""
        checker = await self._ensure_checker()
        if checker is None:
            return
        self._take(await checker.issues(self._progress))
        await asyncio.sleep(_REST_S)
        if await checker.look_alike():
            self._take(await checker.issues())

    async def _ensure_checker(self) -> Checker | None:
        """Return the checker of the open file; it is imported once the first rows are painted."""
        document = self._context.document
        if self._checker is None and document is not None:
            await self._context.until_painted()
            await self._context.load("tui.services.checks.checker")
            from tui.services.checks.checker import Checker

            if self._checker is None and document is self._context.document:
                self._checker = Checker(document, self._context.workspace.workers, self._limits)
        return self._checker

    def _progress(self, done: int, of: int) -> None:
        self._context.working("checks", f"checking {done * 100 // max(of, 1)} %")

    def _take(self, problems: Problems) -> None:
        self.problems = problems
        document = self._context.document
        self.foreign = _foreign_of(document, problems) if document is not None else None
        self._context.working("checks", "")
        self.changed.tell()


def _foreign_of(document: Document, problems: Problems) -> Foreign | None:
    """Return the format of the first row that is another's, if most of the rows are."""
    if problems.by_rule["foreign-format"] * 2 <= len(document):
        return None
    from tui.core.formats.detection.foreign import foreign_line

    first = range(min(len(document), _LOOKED_AT))
    lines = (document.line(at) for at in first if "foreign-format" in problems.rules_at(at + 1))
    return next(filter(None, map(foreign_line, lines)), None)
