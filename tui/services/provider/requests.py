"""One request to a provider, described and carried out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast
from urllib.parse import quote

from tui.core.text.text import encodable
from tui.services.errors import InputError

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Mapping

    import httpx2
    from openai import AsyncOpenAI

UPLOAD_ANSWER_S = 300.0  # how long the answer to an upload may take, once all of it was sent
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]


@dataclass(frozen=True, slots=True)
class Call:
    """One request, with all that is sent.

    `doing` completes "Cannot …" in error titles; `timeout` is in seconds.

    With neither `body` nor `content` it has no body at all, and no Content-Type. `expects` are
    statuses outside 2xx that are answers here and no errors, such as 302. `listed` is the command
    that lists what it changes ("deployments"), where its path does not tell.
    """

    method: Method
    path: str
    doing: str
    query: Mapping[str, object] | None = None
    body: Mapping[str, Any] | None = None
    content: AsyncIterable[bytes] | None = None
    headers: Mapping[str, str] | None = None
    timeout: float | None = None
    expects: frozenset[int] = frozenset()
    listed: str = ""


def segment(identifier: str) -> str:
    """Return an id as one segment of a path. Raises InputError for what cannot be one."""
    if identifier in {"", ".", ".."} or encodable(identifier) != identifier:
        raise InputError("Not an id", repr(identifier), "List the ids first.")
    return quote(identifier, safe=":")


async def perform(client: AsyncOpenAI, call: Call) -> httpx2.Response:
    """Make the request; the answer is unread. The library's own errors pass through."""
    import httpx2
    from openai import AsyncStream, Omit, Timeout

    bare = call.body is None and call.content is None
    # The library would declare JSON also where nothing is sent: a strict server refuses that.
    kind = Omit() if bare else "application/json"
    options: dict[str, Any] = {
        "headers": {"Accept": "application/json", "Content-Type": kind} | dict(call.headers or {}),
        "max_retries": 0,
    }
    if call.query:
        options["params"] = {k: v for k, v in call.query.items() if v is not None}
    if call.timeout is not None:
        own = client.timeout
        connect = own.connect if isinstance(own, Timeout) else call.timeout
        options["timeout"] = Timeout(call.timeout, connect=connect)
    arguments: dict[str, Any] = {"cast_to": httpx2.Response, "options": options}
    if call.method == "DELETE":
        return await client.delete(call.path, **arguments)
    body = None if call.body is None else _sendable(call.body)
    if call.method in {"PUT", "PATCH"}:  # which the library knows no streams of
        arguments |= {"body": body, "content": call.content}
        change = client.put if call.method == "PUT" else client.patch
        return await change(call.path, **arguments)
    arguments |= {"stream": True, "stream_cls": AsyncStream[Any]}
    if call.method == "GET":
        return cast("httpx2.Response", await client.get(call.path, **arguments))
    arguments |= {"body": body, "content": call.content}
    return cast("httpx2.Response", await client.post(call.path, **arguments))


def _sendable(value: object) -> object:
    """Return a body whose texts all can be encoded: a model's answer may hold what cannot."""
    if isinstance(value, str):
        return encodable(value)
    if isinstance(value, dict):
        return {_sendable(key): _sendable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_sendable(inner) for inner in value]
    return value
