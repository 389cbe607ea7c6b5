"""Attach images to the next question."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tui.core.chat.images import image_size
from tui.core.text.text import one_line
from tui.dispatch import handles
from tui.screens.dialogs.choose import Choice, Choose
from tui.screens.dialogs.path import PathDialog

if TYPE_CHECKING:
    from tui.screens.chat.asking.prompt import Prompt
    from tui.screens.controller_context import ScreenContext


class Attaching:
    """Keeps the images chosen, as (name, data URL), until the question is sent."""

    def __init__(self, context: ScreenContext, prompt: Prompt) -> None:
        self._context, self._prompt = context, prompt
        self._images: tuple[tuple[str, str], ...] = ()

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
        if path is None:
            return
        from tui.services.chat.images import read_image

        url = await read_image(str(path))
        self.give_back((*self._images, (Path(path).name, url)))
        self._prompt.focus()

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
