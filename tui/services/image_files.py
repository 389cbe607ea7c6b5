"""Read image files that the user names, for a question or an example."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from tui.core.chat.images import LARGEST_IMAGE
from tui.core.dataset.images import data_url, image_type
from tui.services.errors import InputError
from tui.services.given_files import expanded, read_given


@dataclass(frozen=True, slots=True)
class ImageFile:
    """An image as a data URL, with its MIME type and the size of its file in bytes."""

    kind: str
    size: int
    url: str = field(repr=False)


async def read_image(
    path: str,
    title: str = "Cannot attach the image",
    step: str = "Name an image file, or a smaller one.",
) -> ImageFile:
    """Return an image. Raises InputError with this title for what cannot be sent as one.

    `step` is what to do about a file that cannot be read or is too large.
    """
    return await asyncio.to_thread(_read, path, title, step)


def _read(given: str, title: str, step: str) -> ImageFile:
    path = expanded(given, title)
    data = read_given(path, title, LARGEST_IMAGE, step=step)
    kind = image_type(data)
    if kind is None:
        cause = f"{path} is not a PNG, JPEG, WEBP or GIF image"
        raise InputError(title, cause, "Convert it to one of them.")
    return ImageFile(kind, len(data), data_url(data, kind))
