"""Images by their bytes, and as URLs that hold them."""

from __future__ import annotations

import base64

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)


def image_type(data: bytes) -> str | None:
    """Return the MIME type of an image by its first 16 bytes, None when it is none known."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for magic, kind in _MAGIC if data.startswith(magic)), None)


def data_url(data: bytes, kind: str) -> str:
    """Return an image of a MIME type as a URL that holds it."""
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"
