"""Image files that the user names: what is read of one, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tui.core.chat.images import LARGEST_IMAGE
from tui.core.dataset.images import data_url
from tui.services.errors import InputError
from tui.services.image_files import ImageFile, read_image

if TYPE_CHECKING:
    from pathlib import Path

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


async def test_an_image_is_read_with_its_type_and_size(tmp_path: Path) -> None:
    path = tmp_path / "moss.png"
    path.write_bytes(PNG)
    assert await read_image(str(path)) == ImageFile("image/png", 28, data_url(PNG, "image/png"))


async def test_what_cannot_be_sent_is_refused_with_the_title_and_step_given(tmp_path: Path) -> None:
    path = tmp_path / "moss.png"
    path.write_bytes(b"%PDF-1.4")
    with pytest.raises(InputError) as caught:
        await read_image(str(path), "Title", "Step.")
    assert caught.value.title == "Title"
    assert caught.value.cause == f"{path} is not a PNG, JPEG, WEBP or GIF image"
    with path.open("wb") as file:
        file.truncate(LARGEST_IMAGE + 1)
    with pytest.raises(InputError, match="more than") as caught:
        await read_image(str(path), "Title", "Step.")
    assert (caught.value.title, caught.value.next_step) == ("Title", "Step.")
