"""Parts of a message: texts one by one, and images by address or from a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tui.commands import key_of
from tui.core import edits
from tui.core.text.paths import path_line
from tui.core.text.text import size_words
from tui.screens.dialogs.choose import Choice, Choose
from tui.screens.dialogs.confirm import Confirm
from tui.screens.dialogs.editor import LineEditor
from tui.services.errors import InputError
from tui.services.image_files import read_image

if TYPE_CHECKING:
    from tui.core.dataset.example import Message
    from tui.screens.datasets.dataset_context import DatasetContext
    from tui.screens.datasets.editing.example_rewriter import ExampleRewriter

_ADDRESSES = ("http://", "https://", "data:")


class MessageParts:
    """Edits, adds and deletes the parts of a message."""

    def __init__(self, context: DatasetContext, rewriter: ExampleRewriter) -> None:
        self._context, self._rewriter = context, rewriter

    async def edit(self, message: Message, number: int, at: int) -> None:
        """Edit one part: a text in the editor, an image by choosing what to do with it."""
        content = message.raw["content"] if isinstance(message.raw, dict) else []
        part = edits.parts_of(content)[number]
        place = message.place
        if part.kind == "image_url":
            await self._edit_image(message, number, at, part.words)
        elif part.text is None:
            raise InputError(
                "Not edited here",
                f"this is a {part.words}",
                f"Press {key_of('datasets.raw_menu')} for the raw JSON",
            )
        else:
            title = f"{message.role}, part {number + 1} · example {at + 1}"
            text = await self._rewriter.ask_text(title, part.text)
            if text is not None and text != part.text:
                await self._rewriter.rewrite(
                    "edit text", lambda e: edits.set_part_text(e, place, number, text), at
                )

    async def _edit_image(self, message: Message, number: int, at: int, words: str) -> None:
        choices = [
            Choice("replace", "Replace it", "by another file or address"),
            Choice("detail", "Detail", "low costs few tokens, high sees more"),
            Choice("delete", "Delete it"),
        ]
        what = await self._context.ask(Choose(f"Part {number + 1}: {words}", choices))
        place = message.place
        if what == "delete":
            await self._rewriter.rewrite(
                "delete part", lambda e: edits.delete_part(e, place, number), at
            )
        elif what == "replace" and (url := await self._ask_image()):
            await self._rewriter.rewrite(
                "replace image", lambda e: edits.set_url(e, place, number, url), at
            )
        elif what == "detail":
            details = [Choice("low", "low"), Choice("high", "high"), Choice("auto", "auto")]
            none = Choice("", "not set", "the provider decides")
            detail = await self._context.ask(Choose("Detail", [*details, none]))
            if detail is not None:
                await self._rewriter.rewrite(
                    "image detail", lambda e: edits.set_detail(e, place, number, detail), at
                )

    async def add_image(self, message: Message, at: int) -> None:
        """Put an image at the end of a message."""
        if url := await self._ask_image():
            part = edits.image_part(url)
            await self._rewriter.rewrite(
                "add image", lambda e: edits.add_part(e, message.place, part), at
            )

    async def add_text(self, message: Message, at: int) -> None:
        """Put a text part at the end of a message."""
        if text := await self._rewriter.ask_text(f"new part · example {at + 1}", ""):
            part = edits.text_part(text)
            await self._rewriter.rewrite(
                "add part", lambda e: edits.add_part(e, message.place, part), at
            )

    async def delete(self, message: Message, at: int) -> None:
        """Choose a part and take it out."""
        number = await self._context.ask(Choose("Delete which part?", part_choices(message)))
        if number is not None:
            await self._rewriter.rewrite(
                "delete part", lambda e: edits.delete_part(e, message.place, number), at
            )

    async def _ask_image(self) -> str | None:
        hint = "An address (https://…), or the path of a PNG, JPEG or WEBP file."
        typed = await self._context.ask(LineEditor("Image", "", hint))
        if not typed or typed.startswith(_ADDRESSES):
            return typed
        step = "Make it smaller, or give an address."
        image = await read_image(typed, "Cannot read the image", step)
        question = (
            f"{path_line(Path(typed).name, 60)}: {image.kind}, {size_words(image.size)}.\n"
            f"It goes into the line itself, as {size_words(len(image.url))} of text."
        )
        if image.kind == "image/gif":
            question += "\nExamples with a GIF are skipped in training: convert it to PNG first."
        agreed = await self._context.ask(Confirm("Put the image in?", question, "put in"))
        return image.url if agreed else None


def part_choices(message: Message) -> list[Choice[int]]:
    """Return the parts of a message, to choose one by its number."""
    content = message.raw.get("content") if isinstance(message.raw, dict) else None
    parts = enumerate(edits.parts_of(content))
    return [Choice(number, f"{number + 1} {part.kind}", part.words) for number, part in parts]
