"""Images in messages: data URLs as content parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.core.provider.parsing import as_map, as_text
from tui.core.text.text import size_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LARGEST_IMAGE = 10 * 1000**2  # bytes: what OpenAI takes of one image


def user_message(text: str, image_urls: Sequence[str] = ()) -> dict[str, Any]:
    """Return a question; with images its content is a list of parts."""
    if not image_urls:
        return {"role": "user", "content": text}
    images = [{"type": "image_url", "image_url": {"url": url}} for url in image_urls]
    said = [{"type": "text", "text": text}] if text else []
    return {"role": "user", "content": [*said, *images]}


def without_image_data(message: Mapping[str, Any]) -> dict[str, Any]:
    """Return a message in which a data URL is replaced by its type and size."""
    content = message.get("content")
    if not isinstance(content, list):
        return dict(message)
    return {**message, "content": [_short(part) for part in content]}


def _short(part: object) -> object:
    image = as_map(as_map(part).get("image_url"))
    url = as_text(image.get("url")) or ""
    if not isinstance(part, dict) or not url.startswith("data:"):
        return part
    kind = url[5:].partition(";")[0]
    return {**part, "image_url": {**image, "url": f"data:{kind} ({image_size(url)})"}}


def image_size(url: str) -> str:
    """Return the size in words of an image that a data URL holds."""
    data = url.partition(",")[2].rstrip("=")  # each byte is a third of four letters
    return size_words(len(data) * 3 // 4)
