"""Import of data in another format: choose, convert, preview, and only then write."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from tui.commands import key_hint
from tui.core.text.text import plural
from tui.dispatch import handles
from tui.screens.datasets.dataset_context import in_turn
from tui.screens.datasets.importing.preview import ConversionPreview
from tui.screens.dialogs.choose import Choice, Choose
from tui.screens.dialogs.path import PathDialog, short_path
from tui.screens.host import at_work
from tui.services.errors import ServiceError
from tui.services.settings.typed_texts import IMPORT_KEY

if TYPE_CHECKING:
    from pathlib import Path

    from tui.core.formats import ConvertedRows
    from tui.screens.datasets.dataset_context import DatasetContext
    from tui.screens.datasets.importing.begun import Begun, Choices
    from tui.screens.datasets.problems.checks import ProblemChecks
    from tui.services.transfer.importing import ForeignFiles


class Importing:
    """Makes examples of a foreign file or folder, in a new file or at the end of this one."""

    def __init__(self, context: DatasetContext, checks: ProblemChecks) -> None:
        self._context, self._checks = context, checks

    @handles("datasets.import_data", group="import")
    @in_turn
    async def ask(self) -> None:
        """Bring a foreign file, or a folder of them, into a dataset."""
        from tui.screens.datasets.importing.begun import Begun

        if (begun := Begun.parse(self._context.typed.get(IMPORT_KEY))) is not None:
            await self._go_on(begun)
            return
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
        from tui.services.datasets.repairing import is_for_import

        if open_ is None:
            return ""
        foreign = self._checks.foreign is not None or is_for_import(open_.path, open_.head)
        return short_path(open_.path) if foreign else ""

    async def import_path(self, path: Path) -> None:
        """Look at a file or a folder, convert it, and write what it becomes after a yes."""
        from tui.screens.datasets.importing.begun import Begun

        await self._go_on(Begun(path))

    async def _go_on(self, begun: Begun) -> None:
        """Go on with an import; an end of the program between leaves it to be gone on with."""
        try:
            await self._import(begun)
        except ServiceError:
            self._keep(None)
            raise
        self._keep(None)

    def _keep(self, begun: Begun | None) -> None:
        self._context.typed.put(IMPORT_KEY, None if begun is None else begun.as_json())

    async def _import(self, begun: Begun) -> None:
        self._keep(begun)
        found = await self._look(begun)
        if found is None:
            return
        looked, begun = found
        while True:
            taken = await self._ask_until_taken(looked, begun)
            if taken is None:
                return
            answer, begun, made = taken
            if answer == "append":
                await self._append(looked, made)
                return
            if answer == "write" and await self._write_new(begun.path, made):
                return
            if answer == "encoding" and (encoding := await self._ask_encoding(begun.path)):
                found = await self._look(replace(begun, encoding=encoding))
                looked, begun = found or (looked, begun)

    async def _look(self, begun: Begun) -> tuple[ForeignFiles, Begun] | None:
        """Look at what is to be imported; asks for the encoding of a text until it fits."""
        from tui.services.transfer.importing import NotDecoded, look

        while True:
            try:
                return await asyncio.to_thread(look, begun.path, begun.encoding), begun
            except NotDecoded as error:
                asked = await self._ask_encoding(begun.path, error.cause)
                if asked is None:
                    return None
                begun = replace(begun, encoding=asked)

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

    async def _ask_until_taken(
        self, looked: ForeignFiles, begun: Begun
    ) -> tuple[str, Begun, ConvertedRows] | None:
        """Ask for format, columns and rows until the preview is taken; None leaves.

        Who leaves a question asked from the preview comes back to the preview.
        """
        from tui.screens.datasets.importing.begun import STEPS

        chosen, about = begun.choices, begun.step
        if chosen is None:
            first = _first_choices(looked)
            about = {"": "format", "table": "columns"}.get(first.format, "")  # these are a guess
            self._keep(begun)
            chosen, about = await self._ask_choice(looked, first, about), ""
        while chosen is not None:
            self._keep(replace(begun, choices=chosen, step=about))
            chosen = await self._ask_choice(looked, chosen, about) or chosen
            begun = replace(begun, choices=chosen, step="")
            self._keep(begun)
            converted = await self._read(looked, chosen)
            about = await self._preview(looked, chosen.format, converted) or ""
            if about not in STEPS:
                return (about, begun, converted) if about else None
        return None

    async def _ask_choice(self, looked: ForeignFiles, now: Choices, about: str) -> Choices | None:
        """Ask about format, columns or rows, or nothing; None when the question was left."""
        from tui.screens.datasets.importing.columns_dialog import ColumnsDialog
        from tui.screens.datasets.importing.row_options_dialog import RowsDialog

        if about == "rows":
            options = await self._context.ask(RowsDialog(now.options))
            return None if options is None else replace(now, options=options)
        if about == "format":
            name = await self._ask_format(looked, now.format)
            if not name:
                return None
            now = replace(now, format=name)
        if about and now.format == "table":
            columns = await self._context.ask(ColumnsDialog(looked, now.columns))
            return None if columns is None else replace(now, columns=columns)
        return now

    async def _ask_format(self, looked: ForeignFiles, name: str) -> str | None:
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

    async def _read(self, looked: ForeignFiles, chosen: Choices) -> ConvertedRows:
        from tui.services.transfer.importing import read

        loop = asyncio.get_running_loop()

        def progress(done: int) -> None:
            said = f"reading: {plural(done, 'row')}"
            loop.call_soon_threadsafe(self._context.working, "import", said)

        try:
            return await asyncio.to_thread(
                read, looked, chosen.format, chosen.columns, progress, chosen.options
            )
        finally:
            # After the last report of the thread, which waits in the loop's queue.
            loop.call_soon(self._context.working, "import", "")

    async def _preview(
        self, looked: ForeignFiles, name: str, converted: ConvertedRows
    ) -> str | None:
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

    async def _write_new(self, source: Path, converted: ConvertedRows) -> bool:
        """Write the examples to a new file and open it; return whether a name was given."""
        from tui.core.formats.detection.packed import inner_name
        from tui.services.transfer.importing import write_lines

        folder = source.parent
        stem = PurePath(inner_name(source.name)).stem
        proposal = folder / f"{stem}.jsonl"
        if proposal == source or await asyncio.to_thread(proposal.exists):
            proposal = folder / f"{stem}.chat.jsonl"
        target = await self._context.ask_target("Write the examples to", short_path(proposal))
        if target is None:
            return False
        with at_work(self._context, "import", f"writing {target.name}"):
            await asyncio.to_thread(write_lines, target, converted.lines)
        await self._context.datasets.record_version(
            target, len(converted.lines), f"imported from {source.name}"
        )
        await self._context.datasets.open(target)
        self._context.clear_error()
        told = plural(len(converted.lines), "example")
        self._context.tell(f"Imported {told} into {target.name}")
        return True

    async def _append(self, looked: ForeignFiles, converted: ConvertedRows) -> None:
        document = self._context.document
        if document is None:
            return
        told = plural(len(converted.lines), "example")
        async with self._context.step():
            at = len(document)
            await document.insert(at, converted.lines, f"import {told} from {looked.path.name}")
        self._context.tell(f"Added {told}; {key_hint('datasets.undo', 'takes them out again')}")


def _first_choices(looked: ForeignFiles) -> Choices:
    from tui.core.formats import ReadOptions
    from tui.screens.datasets.importing.begun import Choices

    return Choices(looked.sniffed.format or "", looked.guess, ReadOptions())
