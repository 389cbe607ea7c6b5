"""Attach images to the next question."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tui.core.chat.images import image_size
from tui.core.text.text import one_line
from tui.dispatch import handles
from tui.screens.dialogs.choose import Choice, Choose
from tui.screens.dialogs.path import PathDialog
from tui.services.errors import ServiceError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.screens.chat.asking.prompt import Prompt
    from tui.screens.controller_context import ScreenContext


class Attaching:
    """Keeps the images chosen, as (name, data URL), until the question is sent."""

    def __init__(self, context: ScreenContext, prompt: Prompt) -> None:
        self._context, self._prompt = context, prompt
        self._images: tuple[tuple[str, str], ...] = ()
        self._paths: dict[str, str] = {}  # of those read from a file, by their data URLs

    @property
    def paths(self) -> list[str]:
        """The files of the images that go with the next question."""
        return [self._paths[url] for _, url in self._images if url in self._paths]

    def come_back(self, paths: Sequence[str]) -> None:
        """Attach the images that were attached when the program ended; tell what is gone."""
        if paths:
            self._context.run(self._bring_back, paths, group="attach", description="attach images")

    async def _bring_back(self, paths: Sequence[str]) -> None:
        for path in paths:
            try:
                await self._read(Path(path))
            except ServiceError as error:
                name = one_line(Path(path).name, 60)
                text = f"{name} was attached and cannot be read: {one_line(error.cause, 200)}"
                self._context.tell(text, seconds=10, warning=True)

    @handles("chat.attach", group="attach")
    async def attach(self) -> None:
        """Attach an image by its path, or take one off again."""
        if self._images:
            choices = [Choice("", "Attach another image")]
            choices += [
                Choice(url, f"Take {name} off", image_size(url)) for name, url in self._images
            ]
            chosen = await self._context.ask(Choose("Images", choices))
            if chosen is None:
                return
            if chosen:
                self.give_back(tuple(one for one in self._images if one[1] != chosen))
                return
        dialog = PathDialog("Attach an image", placeholder="path of a PNG, JPEG, WEBP or GIF file")
        path = await self._context.ask(dialog)
        if path is not None:
            await self._read(path)
            self._prompt.focus()

    async def _read(self, path: Path) -> None:
        from tui.services.image_files import read_image

        url = (await read_image(str(path))).url
        self._paths[url] = str(path)
        self.give_back((*self._images, (path.name, url)))

    def take(self) -> tuple[tuple[str, str], ...]:
        """Return the images for a question that is sent; none are left."""
        images = self._images
        self.give_back(())
        return images

    def give_back(self, images: tuple[tuple[str, str], ...]) -> None:
        """Have these images go with the next question."""
        self._images = images
        named = ", ".join(f"{one_line(name, 30)} {image_size(url)}" for name, url in images)
        self._prompt.border_subtitle = f"with {named}".replace("[", r"\[") if named else ""
