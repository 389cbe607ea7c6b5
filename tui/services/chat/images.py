"""Read image files into content parts of a message."""

from __future__ import annotations

import asyncio

from tui.core.chat.images import LARGEST_IMAGE
from tui.core.dataset.images import data_url, image_type
from tui.services.errors import InputError
from tui.services.given_files import expanded, read_given


async def read_image(path: str) -> str:
    """Return an image as a data URL. Raises InputError for what cannot be sent as one."""
    return await asyncio.to_thread(_read, path)


def _read(given: str) -> str:
    title = "Cannot attach the image"
    path = expanded(given, title)
    data = read_given(path, title, LARGEST_IMAGE, step="Name an image file, or a smaller one.")
    kind = image_type(data)
    if kind is None:
        cause = f"{path} is not a PNG, JPEG, WEBP or GIF image"
        raise InputError(title, cause, "Convert it to one of them.")
    return data_url(data, kind)
