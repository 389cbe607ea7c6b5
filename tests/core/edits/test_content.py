"""Edits of content in parts: texts and images."""

from __future__ import annotations

import base64

import pytest

from tests.core.edits.examples import at, made
from tui.core import edits
from tui.core.dataset.example import Example, Place, parse
from tui.core.dataset.images import data_url
from tui.core.edits.content import image_words

PNG = b"\x89PNG\r\n\x1a\n" + bytes(1000)


def test_parts_are_not_flattened() -> None:
    example = parse(
        b'{"messages":[{"role":"user","content":[{"type":"text","text":"a"},'
        b'{"type":"image_url","image_url":{"url":"x"}}]}]}'
    )
    assert isinstance(example, Example)
    with pytest.raises(edits.EditError, match="parts"):
        edits.set_text(example, Place("messages", 0), "b")


def test_parts_are_edited_one_by_one() -> None:
    example = made({"messages": [{"role": "user", "content": "look"}]})
    example = edits.add_part(example, at(0), edits.image_part("https://x/y.png"))
    example = edits.set_detail(example, at(0), 1, "low")
    example = edits.set_url(example, at(0), 1, "https://x/z.png")
    example = edits.set_part_text(example, at(0), 0, "see")
    assert example.raw["messages"][0]["content"] == [
        {"type": "text", "text": "see"},
        {"type": "image_url", "image_url": {"url": "https://x/z.png", "detail": "low"}},
    ]
    assert len(edits.delete_part(example, at(0), 1).raw["messages"][0]["content"]) == 1
    with pytest.raises(edits.EditError, match="no text"):
        edits.set_part_text(example, at(0), 1, "x")


def test_an_image_is_told_by_type_and_size_never_by_its_bytes() -> None:
    url = data_url(PNG, "image/png")
    assert image_words(url) == "image image/png, 1.0 kB, in the line"
    lie = url.replace("image/png", "image/webp")
    assert "its bytes are image/png" in image_words(lie)
    parts = edits.parts_of([edits.image_part(url), {"type": "odd"}, 3])
    assert base64.b64encode(PNG).decode()[:20] not in "".join(p.words for p in parts)
