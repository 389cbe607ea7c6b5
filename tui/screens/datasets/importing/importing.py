"""Import of data in another format: choose, convert, preview, and only then write."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tui.commands import key_hint
from tui.core.text.text import plural
from tui.dispatch import handles
from tui.screens.datasets.dataset_context import in_turn
from tui.screens.datasets.importing.preview import ConversionPreview
from tui.screens.dialogs.choose import Choice, Choose
from tui.screens.dialogs.path import PathDialog, short_path

if TYPE_CHECKING:
    from pathlib import Path

    from tui.core.formats import Columns, Converted, ReadOptions
    from tui.screens.datasets.dataset_context import DatasetContext
    from tui.screens.datasets.problems.checks import ProblemChecks
    from tui.services.transfer.importing import Looked


class Importing:
    """Makes examples of a foreign file or folder, in a new file or at the end of this one."""

    def __init__(self, context: DatasetContext, checks: ProblemChecks) -> None:
        self._context, self._checks = context, checks

    @handles("datasets.import_data", group="import")
    @in_turn
    async def ask(self) -> None:
        """Bring a foreign file, or a folder of them, into a dataset."""
        dialog = PathDialog(
            "Import data",
            value=self._proposal(),
            folders=True,
            placeholder="JSONL, JSON, CSV, XLSX, Parquet, text, or a folder/",
        )
        path = await self._context.ask(dialog)
        if path is not None:
            await self.import_path(path)

    def _proposal(self) -> str:
        """Return the path of the open file when that is what has to be imported."""
        open_ = self._context.document
        return (
            short_path(open_.path) if open_ is not None and self._checks.foreign is not None else ""
        )

    async def import_path(self, path: Path) -> None:
        """Look at a file or a folder, convert it, and write what it becomes after a yes."""
        looked = await self._look(path)
        converted = None if looked is None else await self._ask_until_taken(looked)
        while converted is not None and converted[0] == "encoding":
            encoding = await self._ask_encoding(path)
            if encoding is not None:
                looked = await self._look(path, encoding) or looked
            converted = await self._ask_until_taken(looked) if looked is not None else None
        if converted is None or looked is None:
            return
        answer, made = converted
        if answer == "write":
            await self._write_new(path, made)
        elif answer == "append":
            await self._append(looked, made)

    async def _look(self, path: Path, encoding: str = "") -> Looked | None:
        """Look at what is to be imported; asks for the encoding of a text until it fits."""
        from tui.services.transfer.importing import NotDecoded, look

        while True:
            try:
                return await asyncio.to_thread(look, path, encoding)
            except NotDecoded as error:
                asked = await self._ask_encoding(path, error.cause)
                if asked is None:
                    return None
                encoding = asked

    async def _ask_encoding(self, path: Path, why: str = "") -> str | None:
        """Ask for the encoding of a text; each is shown by what the text reads like in it."""
        from tui.services.transfer.importing import encodings_of

        found = await asyncio.to_thread(encodings_of, path)
        choices = [Choice(one.encoding, one.encoding, one.sample) for one in found]
        title = f"Encoding? {why}" if why else "Encoding: the one in which the words are right"
        likeliest = choices[0].value if choices else None
        dialog = Choose(
            title, choices, likeliest, typed=str.strip, placeholder="or type another name"
        )
        return await self._context.ask(dialog)

    async def _ask_until_taken(self, looked: Looked) -> tuple[str, Converted] | None:
        """Ask for format, columns and rows until the preview is taken; None leaves."""
        from tui.core.formats import ReadOptions
        from tui.screens.datasets.importing.columns import ColumnsDialog
        from tui.screens.datasets.importing.row_options_dialog import RowsDialog

        name, columns, options = looked.sniffed.format, looked.guess, ReadOptions()
        answer = "" if name else "format"
        if name == "table":
            answer = "columns"  # a guess is only a proposal
        while True:
            if answer == "format":
                name = await self._ask_format(looked, name) or ""
            if name == "table" and answer in {"format", "columns"}:
                asked = await self._context.ask(ColumnsDialog(looked, columns))
                name, columns = (name, asked) if asked else ("", columns)
            if not name:
                return None
            if answer == "rows":
                said = await self._context.ask(RowsDialog(options))
                options = said or options
            converted = await self._read(looked, name, columns, options)
            answer = await self._preview(looked, name, converted) or ""
            if answer not in {"format", "columns", "rows"}:
                return (answer, converted) if answer else None

    async def _ask_format(self, looked: Looked, name: str) -> str | None:
        from tui.core.formats import READERS

        sniffed = looked.sniffed
        choices = [
            Choice(f.id, f.title, f"found: {sniffed.reason}" if f.id == sniffed.format else f.hint)
            for f in READERS
            if f.id != "table" or looked.columns
        ]
        if not sniffed.format:  # what no reader knows can still be read by its columns
            choices.sort(key=lambda choice: choice.value != "table")
        title = f"Format of {looked.what}" if sniffed.format else f"Format? {sniffed.reason}"
        current = name or ("table" if looked.columns else None)
        return await self._context.ask(Choose(title, choices, current))

    async def _read(
        self, looked: Looked, name: str, columns: Columns, options: ReadOptions
    ) -> Converted:
        from tui.services.transfer.importing import read

        loop = asyncio.get_running_loop()

        def progress(done: int) -> None:
            said = f"reading: {plural(done, 'row')}"
            loop.call_soon_threadsafe(self._context.working, "import", said)

        try:
            return await asyncio.to_thread(read, looked, name, columns, progress, options)
        finally:
            # After the last report of the thread, which waits in the loop's queue.
            loop.call_soon(self._context.working, "import", "")

    async def _preview(self, looked: Looked, name: str, converted: Converted) -> str | None:
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
        open_ = self._context.document
        if open_ is not None and not open_.read_only and open_.path != looked.path:
            actions.append(("append", f"to the end of {open_.path.name}"))
        actions.append(("format", "another format"))
        actions.append(("rows", "which rows"))
        if looked.decoded is not None:
            actions.append(("encoding", "encoding"))
        if name == "table":
            actions.append(("columns", "columns"))
        return await self._context.ask(
            ConversionPreview("Import: nothing is written yet", facts, converted, actions)
        )

    async def _write_new(self, source: Path, converted: Converted) -> None:
        from tui.services.transfer.importing import write_lines

        folder = source.parent
        proposal = folder / f"{source.stem}.jsonl"
        if proposal == source or await asyncio.to_thread(proposal.exists):
            proposal = folder / f"{source.stem}.chat.jsonl"
        target = await self._context.ask_target("Write the examples to", short_path(proposal))
        if target is None:
            return
        await asyncio.to_thread(write_lines, target, converted.lines)
        await self._context.datasets.record_version(
            target, len(converted.lines), f"imported from {source.name}"
        )
        await self._context.datasets.open(target)
        self._context.clear_error()
        told = plural(len(converted.lines), "example")
        self._context.tell(f"Imported {told} into {target.name}")

    async def _append(self, looked: Looked, converted: Converted) -> None:
        document = self._context.document
        if document is None:
            return
        told = plural(len(converted.lines), "example")
        async with self._context.step():
            at = len(document)
            await document.insert(at, converted.lines, f"import {told} from {looked.path.name}")
        self._context.tell(f"Added {told}; {key_hint('datasets.undo', 'takes them out again')}")
