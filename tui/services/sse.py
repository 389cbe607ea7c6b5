"""Server-sent events of a chat answer, from servers of any manners."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tui.core.masking import KEYS
from tui.core.parsing import as_map, as_text
from tui.services.errors import Malformed, Refused

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    import httpx2

LONGEST_LINE = 16 * 1024 * 1024


async def read_chunks(response: httpx2.Response, doing: str) -> AsyncGenerator[Mapping[str, Any]]:
    """Yield the decoded chunks up to `[DONE]` or the end of the stream.

    A server that ignores `stream` and sends one JSON object gives one chunk. Raises Refused
    for an error sent in mid-stream, Malformed for what is neither stream nor JSON.
    """
    head = b""
    seen = False
    async for line in _lines(response):
        if line.startswith(b"data:"):
            seen = True
            data = line[5:].strip()
            if data == b"[DONE]":
                return
            if data:
                yield _chunk(data, doing)
        elif not seen and not line.startswith((b":", b"event:", b"id:", b"retry:")):
            head += line + b"\n"
    if not seen and (whole := head.strip()):
        yield _chunk(whole, doing)


async def _lines(response: httpx2.Response) -> AsyncGenerator[bytes]:
    # Split at line feeds only: the text decoder's notion of lines would cut JSON at U+2028.
    rest = b""
    async for data in response.aiter_bytes():
        *lines, rest = (rest + data).split(b"\n")
        if len(rest) > LONGEST_LINE:
            raise Malformed("The answer makes no sense", "a line of it never ends", "Try again.")
        for line in lines:
            yield line.rstrip(b"\r")
    if rest:
        yield rest


def _chunk(data: bytes, doing: str) -> Mapping[str, Any]:
    try:
        value = json.loads(data)
        chunk = as_map(KEYS.mask_json(value) if KEYS.may_hold(data) else value)
    except (ValueError, RecursionError):
        text = KEYS.mask(data.decode("utf-8", "replace"))[:120]
        raise Malformed(
            f"Cannot {doing}", f"the answer is neither a stream nor JSON: {text!r}",
            "Check the profile's base_url.",
        ) from None  # fmt: skip
    if error := chunk.get("error"):
        inner = as_map(error)
        raise Refused(
            f"Cannot {doing}",
            as_text(inner.get("message")) or as_text(error) or json.dumps(error),
            "Try again.",
            code=as_text(inner.get("code")),
        )
    return chunk
