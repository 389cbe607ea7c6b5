"""Bringing foreign data in: the part of the Datasets screen that imports."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual import work

from tui.core.text.text import plural
from tui.screens.datasets.importing.preview import ConversionPreview
from tui.screens.datasets.problems.checks import ProblemActions
from tui.screens.dialogs.choose import Choice, Choose
from tui.screens.dialogs.path import PathDialog, short_path
from tui.screens.dialogs.target import ask_target

if TYPE_CHECKING:
    from pathlib import Path

    from tui.core.formats import Columns, Converted, ReadOptions
    from tui.services.transfer.importing import Looked


class ImportActions(ProblemActions):
    """Import: choose, look, convert, preview, and only then write."""

    @work(group="import", exclusive=True, exit_on_error=False, description="import data")
    async def action_import_data(self) -> None:
        """Bring a foreign file, or a folder of them, into a dataset."""
        dialog = PathDialog(
            "Import data",
            value=self._import_proposal(),
            folders=True,
            placeholder="JSONL, JSON, CSV, XLSX, Parquet, or a folder/",
        )
        path = await self.app.push_screen_wait(dialog)
        if path is not None:
            await self.import_path(path)

    def _import_proposal(self) -> str:
        """Return the path of the open file when that is what has to be imported."""
        open_ = self.document
        return short_path(open_.path) if open_ is not None and self.foreign is not None else ""

    async def import_path(self, path: Path) -> None:
        """Look at a file or a folder, convert it, and write what it becomes after a yes."""
        from tui.services.transfer.importing import look

        looked = await asyncio.to_thread(look, path)
        converted = await self._ask_import(looked)
        if converted is None:
            return
        answer, made = converted
        if answer == "write":
            await self._import_into_new(path, made)
        elif answer == "append":
            await self._import_append(looked, made)

    async def _ask_import(self, looked: Looked) -> tuple[str, Converted] | None:
        """Ask for format, columns and rows until the preview is taken; None leaves."""
        from tui.core.formats import ReadOptions
        from tui.screens.datasets.importing.columns import ColumnsDialog
        from tui.screens.datasets.importing.rows import RowsDialog

        name, columns, options = looked.sniffed.format, looked.guess, ReadOptions()
        answer = "" if name else "format"
        if name == "table":
            answer = "columns"  # a guess is only a proposal
        while True:
            if answer == "format":
                name = await self._ask_import_format(looked, name) or ""
            if name == "table" and answer in {"format", "columns"}:
                asked = await self.app.push_screen_wait(ColumnsDialog(looked, columns))
                name, columns = (name, asked) if asked else ("", columns)
            if not name:
                return None
            if answer == "rows":
                said = await self.app.push_screen_wait(RowsDialog(options))
                options = said or options
            converted = await self._import_rows(looked, name, columns, options)
            answer = await self._import_preview(looked, name, converted) or ""
            if answer not in {"format", "columns", "rows"}:
                return (answer, converted) if answer else None

    async def _ask_import_format(self, looked: Looked, name: str) -> str | None:
        from tui.core.formats import READERS

        sniffed = looked.sniffed
        choices = [
            Choice(f.id, f.title, f"found: {sniffed.reason}" if f.id == sniffed.format else f.hint)
            for f in READERS
            if f.id != "table" or looked.columns
        ]
        title = f"Format of {looked.what}" if sniffed.format else f"Format? {sniffed.reason}"
        # What no reader knows can still be read by its columns.
        current = name or ("table" if looked.columns else None)
        return await self.app.push_screen_wait(Choose(title, choices, current))

    async def _import_rows(
        self, looked: Looked, name: str, columns: Columns, options: ReadOptions
    ) -> Converted:
        from tui.services.transfer.importing import read

        loop = asyncio.get_running_loop()

        def progress(done: int) -> None:
            loop.call_soon_threadsafe(self.host.working, "import", f"reading: {done:,} rows")

        try:
            return await asyncio.to_thread(read, looked, name, columns, progress, options)
        finally:
            # After the last report of the thread, which waits in the loop's queue.
            loop.call_soon(self.host.working, "import", "")

    async def _import_preview(self, looked: Looked, name: str, converted: Converted) -> str | None:
        from tui.core.formats import format_of

        sniffed = looked.sniffed
        why = "chosen by you"
        if name == sniffed.format:
            why = f"{sniffed.words}: {sniffed.reason}"
        facts = [
            f"{looked.what} · {format_of(name).title} ({why})",
            f"{plural(converted.read, 'row')} read → {plural(len(converted.lines), 'example')}, "
            f"{len(converted.dropped):,} dropped",
        ]
        if looked.notice:
            facts.append(looked.notice)
        actions = [("write", "into a new file")]
        open_ = self.document
        if open_ is not None and not open_.read_only and open_.path != looked.path:
            actions.append(("append", f"to the end of {open_.path.name}"))
        actions.append(("format", "another format"))
        actions.append(("rows", "which rows"))
        if name == "table":
            actions.append(("columns", "columns"))
        return await self.app.push_screen_wait(
            ConversionPreview("Import: nothing is written yet", facts, converted, actions)
        )

    async def _import_into_new(self, source: Path, converted: Converted) -> None:
        from tui.services.transfer.importing import write_lines

        folder = source.parent
        proposal = folder / f"{source.stem}.jsonl"
        if proposal == source or await asyncio.to_thread(proposal.exists):
            proposal = folder / f"{source.stem}.chat.jsonl"
        target = await ask_target(self.app, "Write the examples to", short_path(proposal))
        if target is None:
            return
        await asyncio.to_thread(write_lines, target, converted.lines)
        await self.workspace.datasets.record_version(
            target, len(converted.lines), f"imported from {source.name}"
        )
        await self.workspace.datasets.open(target)
        self.clear_error()
        told = plural(len(converted.lines), "example")
        self.notify(f"Imported {told} into {target.name}", markup=False, timeout=3)

    async def _import_append(self, looked: Looked, converted: Converted) -> None:
        document = self.document
        if document is None:
            return
        at = len(document)
        told = plural(len(converted.lines), "example")
        await document.insert(at, converted.lines, f"import {told} from {looked.path.name}")
        self.notify(f"Added {told}; u takes them out again", markup=False, timeout=3)
