"""Server-sent events of a chat answer, from servers of any manners."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from tui.core.provider.parsing import as_map, as_text
from tui.core.text.masking import KEYS
from tui.services.errors import Malformed, Refused, ServiceError, Unanswered
from tui.services.provider.response_errors import words_in

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    import httpx2

LONGEST_LINE = 16 * 1024 * 1024
# Stands for `data: [DONE]`: the server says that the answer is whole.
DONE: Mapping[str, Any] = MappingProxyType({})
_FIELDS = (b":", b"event:", b"id:", b"retry:")
# What may stand at the end of JSON that was cut within a word of it, such as `tru`.
_WORD = 6


async def read_chunks(response: httpx2.Response, doing: str) -> AsyncGenerator[Mapping[str, Any]]:
    """Yield the decoded chunks up to `[DONE]`, which is yielded as DONE, or the stream's end.

    A server that ignores `stream` and sends one JSON object gives one chunk. Raises Refused
    for an error sent in mid-stream, Unanswered where the stream is cut within a chunk, Malformed
    for what is neither stream nor JSON, and for such text after the chunks.
    """
    head: list[bytes] = []  # lines of no stream: all of the answer, or what follows the chunks
    size = 0
    seen = failing = False
    async for line, whole in _lines(response):
        if line.startswith((b"data:", b"error:")):
            first, seen, head = not seen, True, []
            name, _, data = line.partition(b":")
            data = data.strip()
            if data == b"[DONE]":
                yield DONE
                return
            if data:
                chunk = _chunk(data, doing, whole=whole, first=first)
                _check(chunk, doing, failing=failing or name == b"error")
                yield chunk
        elif line.startswith(b"event:"):
            failing = line[6:].strip() == b"error"
        elif not line.startswith(_FIELDS):
            head.append(line)
            if (size := size + len(line) + 1) > LONGEST_LINE:
                raise _endless()
    if text := b"\n".join(head).strip():
        if seen:
            _check_rest(text, doing)
            return
        chunk = _chunk(text, doing, whole=True, first=True)
        _check(chunk, doing, failing=False)
        yield chunk


def _check_rest(text: bytes, doing: str) -> None:
    """Raise Malformed for text after the chunks, in which a server may say why it broke off."""
    if not _begins_field(text):
        said = KEYS.mask(text.decode("utf-8", "replace"))[:300]
        raise Malformed(f"Cannot {doing}", f"the stream ended in {said!r}", "Ask again.")


def _begins_field(text: bytes) -> bool:
    """Whether this may be a line of a stream that was cut within the name of its field."""
    return any(name.startswith(text) for name in (b"data:", b"error:", *_FIELDS))


async def _lines(response: httpx2.Response) -> AsyncGenerator[tuple[bytes, bool]]:
    """Yield each line, and whether it came to its end."""
    # Split at line feeds only: the text decoder's notion of lines would cut JSON at U+2028.
    rest = b""
    async for data in response.aiter_bytes():
        *lines, rest = (rest + data).split(b"\n")
        if len(rest) > LONGEST_LINE:
            raise _endless()
        for line in lines:
            yield line.rstrip(b"\r"), True
    if rest:
        yield rest, False


def _endless() -> Malformed:
    return Malformed("The answer makes no sense", "a line of it never ends", "Try again.")


def _chunk(data: bytes, doing: str, *, whole: bool, first: bool) -> Mapping[str, Any]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:  # the latter for brackets without end
        raise _unreadable(data, error, doing, whole=whole, first=first) from None
    return as_map(KEYS.mask_json(value) if KEYS.may_hold(data) else value)


def _unreadable(
    data: bytes, error: Exception, doing: str, *, whole: bool, first: bool
) -> ServiceError:
    title, text = f"Cannot {doing}", KEYS.mask(data.decode("utf-8", "replace"))[:120]
    if not whole or _breaks_off(data, error):
        return Unanswered(title, "the stream ended in the middle of a chunk", "Ask again.")
    if not first:
        return Malformed(title, f"a chunk of the answer is not JSON: {text!r}", "Ask again.")
    return Malformed(
        title, f"the answer is neither a stream nor JSON: {text!r}", "Check the profile's base_url."
    )


def _breaks_off(data: bytes, error: Exception) -> bool:
    """Whether it is the beginning of JSON."""
    if not data.startswith((b"{", b"[")):
        return False
    if isinstance(error, UnicodeDecodeError):  # within a character
        return error.reason == "unexpected end of data"
    if not isinstance(error, json.JSONDecodeError):
        return False
    left = error.doc[error.pos :].strip()
    return error.msg.startswith("Unterminated") or (len(left) < _WORD and not left.endswith("}"))


def _check(chunk: Mapping[str, Any], doing: str, *, failing: bool) -> None:
    """Raise Refused when a chunk is an error; `failing` says that the server called it one."""
    error = chunk.get("error")
    if not error and not failing and not _complains(chunk):
        return
    inner = as_map(error) or chunk
    said = words_in(chunk) or json.dumps(error or dict(chunk), ensure_ascii=False)[:300]
    code = as_text(inner.get("code")) or as_text(inner.get("type"))
    raise Refused(f"Cannot {doing}", said, "Try again.", code=code)


def _complains(chunk: Mapping[str, Any]) -> bool:
    """Whether it has words of the server's in the place of an answer, as FastAPI and vLLM do."""
    if chunk.get("object") == "error":
        return True
    answers = not chunk.keys().isdisjoint(("choices", "usage", "object", "id"))
    said = chunk.get("detail") or chunk.get("message")
    return not answers and bool(said) and isinstance(said, (str, list))
