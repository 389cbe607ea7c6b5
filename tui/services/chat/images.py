"""Read image files into content parts of a message."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tui.core.chat.images import LARGEST_IMAGE, data_url, image_type
from tui.core.text.text import size_words
from tui.services.errors import InputError


async def read_image(path: str) -> str:
    """Return an image as a data URL. Raises InputError for what cannot be sent as one."""
    return await asyncio.to_thread(_read, path)


def _read(given: str) -> str:
    title = "Cannot attach the image"
    path = Path(given)
    try:
        path = path.expanduser()
        if path.exists() and not path.is_file():  # a pipe would be waited for
            raise InputError(title, f"{path} is not a file", "Name an image file.")
        with path.open("rb") as file:
            data = file.read(LARGEST_IMAGE + 1)
    except (OSError, ValueError, RuntimeError) as error:
        cause = getattr(error, "strerror", None) or str(error)
        raise InputError(title, f"{path}: {cause}", "Name a file that can be read.") from error
    if len(data) > LARGEST_IMAGE:
        most = size_words(LARGEST_IMAGE)
        raise InputError(title, f"{path} has more than {most}", "Make it smaller.")
    kind = image_type(data)
    if kind is None:
        cause = f"{path} is not a PNG, JPEG, WEBP or GIF image"
        raise InputError(title, cause, "Convert it to one of them.")
    return data_url(data, kind)
