"""Talking to a model: an answer as it comes, its usage, and how long it took."""

from __future__ import annotations

import time
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tui.core.chat.parameters import ChatParameters
from tui.core.chat.reply import Reply
from tui.core.provider.parsing import as_map, as_text
from tui.core.provider.records import Usage, parse_usage
from tui.core.text.masking import KEYS, StreamMask, mask
from tui.services.errors import InputError, Malformed, Refused, ServiceError
from tui.services.provider.error_mapping import request_id
from tui.services.provider.requests import Call
from tui.services.provider.sse import DONE, read_chunks
from tui.services.store.best_effort import record_best_effort

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from tui.services.provider.provider import Provider
    from tui.services.store.store import Store

CHAT = "/chat/completions"
FIRST_TOKEN_S = 120.0
STALLED_S = 10.0  # without any text, after which that is worth a word


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What to ask a model. A message is the JSON object of the protocol, as in a dataset."""

    model: str
    messages: tuple[Mapping[str, Any], ...]
    parameters: ChatParameters = field(default_factory=ChatParameters)

    def body(self) -> dict[str, Any]:
        """Return the request as it is sent. Raises InputError for values out of range."""
        problem = self.parameters.problem() if self.model else "a model is needed"
        if problem:
            raise InputError("Cannot ask the model", problem, "Correct it.")
        body = {
            "model": self.model,
            "messages": [dict(message) for message in self.messages],
            "stream": True,
            "stream_options": {"include_usage": True},
            **self.parameters.as_json(),
        }
        if (alternatives := self.parameters.logprobs) is not None:
            body |= {"logprobs": True, "top_logprobs": alternatives}
        return body

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept in the ledger."""
        asked = [dict(message) for message in self.messages]
        return {"model": self.model, "messages": asked, **self.parameters.as_json()}


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of the answer, as soon as it came; of its reasoning, where the model shows it."""

    text: str
    reasoning: str = ""


class ChatService:
    """Chat completions of one profile."""

    def __init__(self, provider: Provider, store: Store) -> None:
        self._provider = provider
        self._store = store

    async def stream(self, request: ChatRequest) -> AsyncGenerator[Delta | Reply]:
        """Yield the answer's pieces and then one Reply; `aclose()` stops the model.

        A stream that breaks after some text ends in a Reply that is not complete. Raises a
        ServiceError when the provider refuses, or when nothing at all came.
        """
        answer = _Answer(time.monotonic())
        call = Call(
            "POST",
            CHAT,
            f"ask {request.model}",
            body=request.body(),
            headers={"Accept": "text/event-stream"},
            timeout=max(FIRST_TOKEN_S, self._provider.profile.timeout),
        )
        known_as: str | None = None
        try:
            async with (
                self._provider.stream(call) as response,
                aclosing(read_chunks(response, call.doing)) as chunks,
            ):
                known_as = mask(request_id(response) or "") or None
                async for chunk in chunks:
                    if text := answer.take(chunk):
                        yield Delta(text)
        except ServiceError as error:
            error.request_id = error.request_id or known_as
            if not answer.text:
                raise
            answer.breaks(error)
        if rest := answer.rest():
            yield Delta(rest)
        if not answer.text and not answer.ended:
            raise Malformed(
                f"Cannot {call.doing}",
                "the answer holds neither text nor an end",
                "Ask again; if it stays, check the profile's base_url.",
            )
        reply = answer.reply()
        await self._remember(request, reply)
        yield reply

    async def complete(self, request: ChatRequest) -> Reply:
        """Return the whole answer at once. Raises like `stream`."""
        async for part in self.stream(request):
            if isinstance(part, Reply):
                return part
        raise AssertionError("a stream always ends in a reply")

    async def _remember(self, request: ChatRequest, reply: Reply) -> None:
        # A question may hold a key too; what came has been masked.
        asked = KEYS.mask_json(request.as_json())
        note = self._store.exchanges.add(
            self._provider.profile.name, request.model, asked, reply.as_json()
        )
        await record_best_effort(note)


@dataclass(slots=True)
class _Answer:
    """What has come of an answer so far."""

    started: float
    pieces: list[str] = field(default_factory=list)
    finish_reason: str | None = None
    usage: Usage | None = None
    first_token: float | None = None
    ended: bool = False
    mask: StreamMask = field(default_factory=lambda: StreamMask(KEYS))
    broken: ServiceError | None = None

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    def take(self, chunk: Mapping[str, Any]) -> str:
        """Add a chunk, of a stream or whole, and return the text it brought."""
        if chunk is DONE:  # some servers tell the end so, without a reason
            self.ended = self.ended or self.first_token is not None
        self.usage = parse_usage(chunk.get("usage")) or self.usage
        choices = chunk.get("choices")
        choice = as_map(choices[0]) if isinstance(choices, list) and choices else {}
        if reason := as_text(choice.get("finish_reason")):
            self.finish_reason, self.ended = reason, True
        message = as_map(choice.get("delta")) or as_map(choice.get("message"))
        text = as_text(message.get("content")) or as_text(message.get("refusal")) or ""
        if text:
            if self.first_token is None:
                self.first_token = time.monotonic()
            text = self.mask.feed(text)
            self.pieces.append(text)
        return text

    def rest(self) -> str:
        """Return the end of the text, which looked like the beginning of a key."""
        text = self.mask.end()
        self.pieces.append(text)
        return text

    def breaks(self, error: ServiceError) -> None:
        """Take note of what broke the stream off; after its end that is of no account."""
        if isinstance(error, Refused):
            self.finish_reason, self.ended = error.code or "error", False
        if not self.ended:
            self.broken = error

    def reply(self) -> Reply:
        broken = self.broken
        first = self.first_token
        return Reply(
            text=mask(self.text),  # fragments of a key that came in pieces too
            finish_reason=self.finish_reason,
            usage=self.usage,
            latency_s=time.monotonic() - self.started,
            first_token_s=None if first is None else first - self.started,
            complete=self.ended,
            broken="" if broken is None else broken.cause,
            request_id=None if broken is None else broken.request_id,
        )
