"""Edits of content made of parts: text, and images by address or by their own bytes."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.core.dataset.images import image_type
from tui.core.edits.base import EditError, message_object, with_message
from tui.core.text.text import one_line, size_words

if TYPE_CHECKING:
    from tui.core.dataset.example import Example, Place

# Enough base64 to see the beginning of any of them.
_LOOK = 24


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a message's content: its type, its text if it has one, and a description."""

    kind: str
    text: str | None
    words: str


def parts_of(content: object) -> list[Part]:
    """Return the parts of a message's content; a plain text is one text part."""
    if isinstance(content, list):
        return [_part(item) for item in content]
    if isinstance(content, str):
        return [Part("text", content, one_line(content, 60))]
    return []


def text_part(text: str) -> dict[str, Any]:
    """Return a new text part."""
    return {"type": "text", "text": text}


def image_part(url: str) -> dict[str, Any]:
    """Return a new image part for a web address or a data URL."""
    return {"type": "image_url", "image_url": {"url": url}}


def set_part_text(example: Example, place: Place, at: int, text: str) -> Example:
    """Return the example with the text of one part replaced. Raises EditError for an image."""
    part = _object(example, place, at)
    key = "refusal" if part.get("type") == "refusal" else "text"
    if key not in part and part.get("type") != "text":
        raise EditError("this part has no text; edit the example as JSON")
    return _with_part(example, place, at, {**part, key: text})


def set_url(example: Example, place: Place, at: int, url: str) -> Example:
    """Return the example with the image of one part replaced, its detail kept."""
    part = _object(example, place, at)
    return _with_part(example, place, at, {**part, "image_url": {**_image(part), "url": url}})


def set_detail(example: Example, place: Place, at: int, detail: str) -> Example:
    """Return the example with the detail of one image set; an empty one takes the key away."""
    part = _object(example, place, at)
    image = dict(_image(part))
    image.pop("detail", None)
    if detail:
        image["detail"] = detail
    return _with_part(example, place, at, {**part, "image_url": image})


def add_part(example: Example, place: Place, part: dict[str, Any]) -> Example:
    """Return the example with a part put at the end; plain text becomes the first part."""
    message = message_object(example, place)
    content = message.get("content")
    if isinstance(content, str):
        content = [text_part(content)] if content else []
    elif content is not None and not isinstance(content, list):
        raise EditError("the content is neither text nor parts; edit the example as JSON")
    return with_message(example, place, {**message, "content": [*(content or []), part]})


def delete_part(example: Example, place: Place, at: int) -> Example:
    """Return the example without one part."""
    _object(example, place, at)
    message = message_object(example, place)
    content = [*message["content"]]
    del content[at]
    return with_message(example, place, {**message, "content": content})


def image_words(url: str) -> str:
    """Return what an image is in a few words: type and size of a data URL, else its address."""
    if not url.startswith("data:"):
        return f"image {one_line(url, 60)}"
    head, _, data = url.partition(",")
    kind = head.removeprefix("data:").partition(";")[0] or "no type"
    if not head.endswith(";base64"):
        return f"image {one_line(kind, 30)}, not base64"
    size = len(data) * 3 // 4 - data[-2:].count("=")
    try:
        found = image_type(base64.b64decode(data[:_LOOK]))
    except (binascii.Error, ValueError):
        found = None
    odd = "" if found == kind else f", its bytes are {found or 'no image known here'}"
    return f"image {one_line(kind, 30)}, {size_words(size)}, in the line{odd}"


def _part(item: object) -> Part:
    if not isinstance(item, dict):
        return Part("?", None, f"{one_line(str(item), 40)} (no object)")
    kind = str(item.get("type", "?"))
    if kind == "image_url":
        image = item.get("image_url")
        url = image.get("url") if isinstance(image, dict) else image
        detail = image.get("detail") if isinstance(image, dict) else None
        words = image_words(url) if isinstance(url, str) else "image without an address"
        return Part(kind, None, f"{words}, detail {detail}" if detail else words)
    text = item.get("text", item.get("refusal"))
    if isinstance(text, str):
        return Part(kind, text, one_line(text, 60))
    return Part(kind, None, f"part of type {one_line(kind, 30)}")


def _object(example: Example, place: Place, at: int) -> dict[str, Any]:
    content = message_object(example, place).get("content")
    if not isinstance(content, list) or not 0 <= at < len(content):
        raise EditError("that part is not there any more; look at the message again")
    part = content[at]
    if not isinstance(part, dict):
        raise EditError("this part is not a JSON object; edit the example as JSON instead")
    return part


def _image(part: dict[str, Any]) -> dict[str, Any]:
    image = part.get("image_url")
    if part.get("type") != "image_url":
        raise EditError("this part is not an image; choose one that is")
    return image if isinstance(image, dict) else {}


def _with_part(example: Example, place: Place, at: int, part: dict[str, Any]) -> Example:
    message = message_object(example, place)
    content = [*message["content"]]
    content[at] = part
    return with_message(example, place, {**message, "content": content})
