"""Export, split and compare; each step is previewed before anything is written."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tui.core.text.text import plural
from tui.dispatch import handles
from tui.screens.datasets.dataset_context import in_turn
from tui.screens.datasets.importing.preview import ConversionPreview
from tui.screens.dialogs.choose import Choice, Choose
from tui.screens.dialogs.confirm import Confirm
from tui.screens.dialogs.path import PathDialog, short_path
from tui.screens.host import at_work

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tui.core.formats import ConvertedRows, Format
    from tui.screens.datasets.dataset_context import DatasetContext
    from tui.screens.datasets.filtering.marked_rows import MarkedRows
    from tui.services.datasets import Document

_OPENAI_LIKE = {"openai", "azure", "nebius", "together", "fireworks"}
_MENU = (
    Choice("export", "Export", "write examples for another program or provider"),
    Choice("split", "Split", "into a training and a validation file"),
    Choice("compare", "Compare", "with another dataset, example by example"),
)


class Exporting:
    """Export, split, compare: each says what it would do before it writes."""

    def __init__(self, context: DatasetContext, marked: MarkedRows) -> None:
        self._context, self._marked = context, marked

    @handles("datasets.export", group="export")
    @in_turn
    async def choose(self) -> None:
        """Ask what to do with the examples, and do it."""
        document = self._context.document
        if document is None:
            return
        chosen = await self._context.ask(Choose("Export and split", _MENU))
        if chosen == "export":
            await self._export_rows(document)
        elif chosen == "split":
            await self._context.check_rows()
            await self._split_dataset(document)
        elif chosen == "compare":
            await self._compare_dataset(document)

    # -- export ----------------------------------------------------------------------

    async def _export_rows(self, document: Document) -> None:
        from tui.core.formats import format_of

        positions = await self._ask_export_rows(document)
        if positions is None:
            return
        name = await self._ask_export_format("openai")
        while name is not None:
            converted = await self._exported(document, positions, name)
            answer = await self._preview_export(format_of(name), converted)
            if answer == "format":  # who leaves that question keeps the format
                name = await self._ask_export_format(name) or name
                continue
            form = format_of(name)
            if answer != "write" or await self._write_export(document, form, converted):
                return

    async def _ask_export_rows(self, document: Document) -> Sequence[int] | None:
        """Ask which rows, where there is a choice at all; None leaves."""
        every = range(len(document))
        choices = [Choice("all", "All", plural(len(document), "example"))]
        if self._context.rows.filtered:
            choices.insert(
                0, Choice("filtered", "Filtered", plural(self._context.rows.matching, "example"))
            )
        if marked := len(self._marked):
            choices.insert(0, Choice("marked", "Marked", plural(marked, "example")))
        if len(choices) == 1:
            return every
        chosen = await self._context.ask(Choose("Export which?", choices))
        if chosen == "marked":
            return self._marked.scope()
        if chosen == "filtered":
            return self._context.rows.positions()
        return every if chosen else None

    async def _ask_export_format(self, current: str) -> str | None:
        from tui.core.formats import WRITERS

        choices = [Choice(f.id, f.title, f.hint) for f in WRITERS]
        return await self._context.ask(Choose("Export as", choices, current))

    async def _exported(
        self, document: Document, positions: Sequence[int], name: str
    ) -> ConvertedRows:
        from tui.core.formats import export

        snapshot = document.snapshot()
        with at_work(self._context, "export", "converting"):
            return await asyncio.to_thread(
                lambda: export(
                    (snapshot[at] for at in positions),
                    name,
                    positions=(at + 1 for at in positions),
                )
            )

    async def _preview_export(self, form: Format, converted: ConvertedRows) -> str | None:
        lost = len(converted.dropped)
        facts = [
            f"as {form.title}: {form.hint}",
            f"{plural(converted.read, 'example')} → {len(converted.lines):,} written, "
            f"{lost:,} cannot be held",
        ]
        facts += [
            f"{remark.text}, in {plural(remark.count, 'example')}"
            for remark in converted.remarks[:2]
        ]
        actions = [("write", "to a file"), ("format", "another format")]
        preview = ConversionPreview(
            "Export: nothing is written yet",
            facts,
            converted,
            actions,
            foreign=form.id not in _OPENAI_LIKE,
        )
        return await self._context.ask(preview)

    async def _write_export(
        self, document: Document, form: Format, converted: ConvertedRows
    ) -> bool:
        """Write the examples to a file; return whether a name was given."""
        from tui.services.transfer.exporting import write_export

        proposal = document.path.with_name(f"{document.path.stem}.{form.id}{form.suffix}")
        target = await self._context.ask_target(f"Write {form.title} to", short_path(proposal))
        if target is None:
            return False
        with at_work(self._context, "export", f"writing {target.name}"):
            await asyncio.to_thread(write_export, target, converted.lines, form)
        await self._context.datasets.record_version(
            target, len(converted.lines), f"exported from {document.path.name}"
        )
        told = plural(len(converted.lines), "example")
        self._context.tell(f"Wrote {told} to {short_path(target)}", seconds=4)
        return True

    # -- split -----------------------------------------------------------------------

    async def _split_dataset(self, document: Document) -> None:
        from tui.screens.datasets.exporting.split_dialog import SplitDialog, split_words
        from tui.services.transfer.exporting import plan_split, write_split

        form = await self._context.ask(SplitDialog(len(document)))
        if form is None:
            return
        with at_work(self._context, "split", "splitting"):
            lines = await asyncio.to_thread(_filled, document)
            made = await plan_split(
                self._context.store, lines, form.wanted, near=form.near, fresh=form.fresh
            )
        question = Confirm("Split", split_words(made, form), "choose the files")
        if not await self._context.ask(question):
            return
        targets = await self._ask_split_files(document.path)
        if targets is None:
            return
        names = " and ".join(path.name for path in targets)
        with at_work(self._context, "split", f"writing {names}"):
            await write_split(
                self._context.store, self._context.datasets, lines, made, targets,
                document.path.name, near=form.near,
            )  # fmt: skip
        self._context.tell(f"Wrote {names}", seconds=4)

    async def _ask_split_files(self, path: Path) -> tuple[Path, Path] | None:
        """Ask for both files before either is written."""
        found: list[Path] = []
        for title, word in (("Write training to", "train"), ("Write validation to", "valid")):
            proposal = path.with_name(f"{path.stem}.{word}.jsonl")
            target = await self._context.ask_target(title, short_path(proposal))
            if target is None:
                return None
            found.append(target)
        if found[0] == found[1]:
            text = "Both parts would be the same file."
            self._context.tell(text, warning=True, seconds=5)
            return None
        return found[0], found[1]

    # -- compare ---------------------------------------------------------------------

    async def _compare_dataset(self, document: Document) -> None:
        from tui.core.dataset.diff import compare
        from tui.screens.datasets.exporting.diff import DiffDialog
        from tui.services.datasets.disk.file_lines import read_rows

        recents = [p for p in await self._context.datasets.recents() if p != document.path]
        title = f"Compare {document.path.name} with an older dataset"
        path = await self._context.ask(PathDialog(title, recents))
        if path is None:
            return
        after = document.snapshot()
        self._context.working("compare", f"comparing with {path.name}")
        before = await asyncio.to_thread(read_rows, path)
        try:
            found = await asyncio.to_thread(compare, before, after)
            self._context.working("compare", "")
            title = f"{path.name} → {document.path.name}, as it stands"
            position = await self._context.ask(DiffDialog(title, found, before, after))
        finally:
            self._context.working("compare", "")
            before.close()
        if position is not None and position < len(document):
            self._context.selection.go_to(position, center=True)


def _filled(document: Document) -> list[bytes]:
    return [line for line in document.snapshot() if line.strip()]
