"""Offer a repaired copy of a file that is not JSONL yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.commands import key_hint
from tui.core.text.text import plural
from tui.screens.datasets.problems.problem_rows import rule_of
from tui.screens.dialogs.confirm import Confirm
from tui.screens.dialogs.path import short_path
from tui.screens.host import at_work
from tui.services.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from tui.core.fixes import RepairedFile
    from tui.screens.datasets.dataset_context import DatasetContext
    from tui.screens.datasets.files.opener import Opener
    from tui.screens.datasets.problems.checks import ProblemChecks
    from tui.services.datasets import Document

# With this damage on its first line a file is no lines at all.
_NO_LINES = ("utf-16", "json-array", "pretty-printed")


class Repairs:
    """Repairs into a new file, or saves under a better name or with plain line ends."""

    def __init__(
        self,
        context: DatasetContext,
        opener: Opener,
        import_path: Callable[[Path], Awaitable[None]],
    ) -> None:
        self._context, self._opener, self._import_path = context, opener, import_path

    async def offer_import(self, document: Document) -> bool:
        """Offer to import a file in another format; return whether it is one.

        Raises InputError for a notebook, which holds no rows: neither import nor repair has any.
        """
        from tui.core.formats.detection.notebooks import NOTEBOOK, WRITE_ROWS, is_notebook
        from tui.services.datasets.repairing import format_of_file

        if is_notebook(document.head):
            raise InputError("No rows in it", f"{document.path.name} is {NOTEBOOK}", WRITE_ROWS)

        found = await format_of_file(document.path)
        if found is None:
            return False
        question = (
            f"{document.path.name} looks like {found.words}. A repair would take its rows for "
            "damaged examples; an import converts them, into a new file."
        )
        title = f"This looks like {found.name}"
        dialog = Confirm(title, question, "imports it", "look at it as it is")
        if await self._context.ask(dialog):
            await self._import_path(document.path)
        return True

    async def offer_plain_save(self) -> None:
        """Offer to save with LF after each line and no byte order mark, or to repair a copy."""
        document = self._context.document
        if document is None:
            return
        question = (
            f"{document.path.name} would be saved with LF after each line, the last too, and "
            "without a byte order mark. The examples stay as they are."
        )
        title, copy = "Plain line ends", "repair into a copy instead"
        dialog = Confirm(title, question, "saves it so", copy, "saves nothing")
        answer = await self._context.ask(dialog)
        if answer is None:
            return
        if not answer:
            await self.offer_repair()
            return
        with at_work(self._context, "save", f"saving {document.path.name}"):
            await document.save(plain=True)
        await self._context.datasets.reopen()
        self._context.tell(f"Saved {document.path.name} with plain line ends")

    async def offer_repair(self) -> None:
        """Say what a repair would do, ask for a name, write the new file and open it."""
        document = self._context.document
        if document is None:
            return
        if document.modified:
            raise InputError(
                "Save first",
                "a repair works on the file on disk, and there are unsaved changes",
                f"{key_hint('datasets.save', 'saves them')}; "
                f"{key_hint('datasets.fix', 'then repairs it')}",
            )
        if await self.offer_import(document):
            return
        from tui.services.datasets.repairing import repaired, write_repaired

        with at_work(self._context, "repair", f"reading {document.path.name}"):
            made = await repaired(document.path)
        if not await self._repair_wanted(document.path, made):
            return
        target = await self._repair_target(document.path)
        if target is not None:
            with at_work(self._context, "save", f"writing {target.name}"):
                await write_repaired(made, target)
            await self._opener.open(target)

    async def _repair_wanted(self, path: Path, made: RepairedFile) -> bool:
        done = "\n".join(f"  · {one.text}" for one in made.done) or "  · nothing to repair"
        left = ""
        if made.left:
            some = ", ".join(map(str, made.left[:8])) + (" …" if len(made.left) > 8 else "")
            left = (
                f"\n{plural(len(made.left), 'line')} stay as they are, to be fixed by hand: {some}"
            )
        question = (
            f"A copy of {path.name} with {plural(len(made.lines), 'line')} would be written:\n"
            f"{done}{left}"
        )
        dialog = Confirm("Repair into a new file", question, "choose its name", "leave it")
        answer = await self._context.ask(dialog)
        return bool(answer)

    async def _repair_target(self, path: Path) -> Path | None:
        name = short_path(path.with_name(f"{path.stem}.repaired.jsonl"))
        target = await self._context.ask_target("Repair into", name, own=path)
        if target == path:
            raise InputError(
                "The same file", "a repair never replaces the file it reads", "Choose another name"
            )
        return target

    async def offer_name(self) -> None:
        """Offer to save under a name that ends in .jsonl."""
        document = self._context.document
        if document is None:
            return
        name = short_path(document.path.with_suffix(".jsonl"))
        path = await self._context.ask_target("Save as", name, own=document.path)
        if path is None or path == document.path:
            return
        with at_work(self._context, "save", f"saving {path.name}"):
            await document.save(path)
        await self._opener.open(path)


class RepairOffers:
    """Offers a repair when the file just opened is found not to be JSONL."""

    def __init__(self, context: DatasetContext, checks: ProblemChecks, repairs: Repairs) -> None:
        self._context, self._checks, self._repairs = context, checks, repairs
        self._is_new = False  # the file has not been checked since it was opened
        checks.changed.add(self._checked)
        context.when_opened(self._begin)

    def _begin(self) -> None:
        self._is_new = True
        self._checked()  # they may have been checked before this was loaded

    def _checked(self) -> None:
        document, problems = self._context.document, self._checks.problems
        if not self._is_new or document is None or problems is None:
            return
        self._is_new = False
        rule = next((r for r in _NO_LINES if problems.by_rule[r]), "")
        # The checks and what tells formats are imported by now; the first rows did not wait for it.
        from tui.services.datasets.repairing import is_for_import

        if is_for_import(document.path, document.head):
            rule = ""
        elif not rule or not _from_the_start(document, problems.lines_of(rule)[0]):
            return
        self._context.run(self._offer, document, rule, group="repair", description="offer a repair")

    async def _offer(self, document: Document, rule: str) -> None:
        """Offer an import of another format, else a repair of what breaks `rule`, if any."""
        if await self._repairs.offer_import(document) or not rule:
            return
        question = (
            f"{rule_of(rule).title}: {document.path.name} is not JSONL yet. "
            f"{rule_of(rule).explanation}\n\n"
            "Repair it into a new file? This one stays as it is."
        )
        dialog = Confirm(
            "This is not JSONL yet", question, "shows the repair", "look at it as it is"
        )
        if await self._context.ask(dialog):
            await self._repairs.offer_repair()


def _from_the_start(document: Document, line: int) -> bool:
    """Whether a line is the first that is not blank."""
    if not 1 <= line <= len(document):
        return False
    return all(not document.line(at).strip() for at in range(line - 1))
