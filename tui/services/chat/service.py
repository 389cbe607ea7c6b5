"""Send chat completions: the streamed answer, its usage and its timing."""

from __future__ import annotations

import time
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tui.core.catalog.abilities import Ability
from tui.core.chat.images import without_image_data
from tui.core.chat.parameters import ChatParameters
from tui.core.chat.refusals import adjusted, adjustment_words, next_adjustments, not_taken
from tui.core.chat.reply import Reply
from tui.core.provider.deployments import deployment_of
from tui.core.text.masking import KEYS, mask
from tui.services.chat.answer import Answer, Delta
from tui.services.errors import InputError, LedgerError, Malformed, Refused, ServiceError
from tui.services.provider.interface import check_offered
from tui.services.provider.requests import Call
from tui.services.provider.response_errors import request_id
from tui.services.provider.select import api_of
from tui.services.provider.sse import read_chunks
from tui.services.store.best_effort import record_best_effort

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Mapping

    import httpx2

    from tui.services.provider.interface import ProviderApi
    from tui.services.provider.provider import Provider
    from tui.services.store.store import Store

__all__ = ["ChatRequest", "ChatService", "Delta"]

FIRST_TOKEN_S = 120.0
STALLED_S = 10.0  # without any text, after which that is worth a word
_NOT_SERVED = {"model_not_available"}  # codes beside 404 for a model that has to be deployed
_REFUSING = {400, 422}  # what a request is refused with for what it holds


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
        """Return it as it is kept in the ledger: of images in it only how large they are."""
        asked = [without_image_data(message) for message in self.messages]
        return {"model": self.model, "messages": asked, **self.parameters.as_json()}


@dataclass(frozen=True, slots=True)
class _Opened:
    """An answer about to come, the moment it was asked for, and what was changed for it."""

    response: httpx2.Response
    asked_at: float
    note: str


class ChatService:
    """Chat completions of one profile. Without `keeps`, whoever asks keeps what came."""

    def __init__(
        self,
        provider: Provider,
        store: Store,
        api: ProviderApi | None = None,
        *,
        keeps: bool = True,
    ) -> None:
        self._provider = provider
        self._api = api or api_of(provider)
        self._store = store
        self._keeps = keeps

    async def stream(self, request: ChatRequest) -> AsyncGenerator[Delta | Reply]:
        """Yield the answer's pieces and then one Reply; `aclose()` stops the model.

        A stream that breaks after some of the answer ends in a Reply that is not complete. What
        a refusal says the model does not take is left out and asked once more; the Reply's note
        says so. Raises a ServiceError when the provider refuses, or when nothing at all came.
        """
        check_offered(self._api.abilities, Ability.CHAT, _doing(request))
        answer = Answer(time.monotonic())
        known_as: str | None = None
        note = ""
        try:
            async with (
                self._opened(request) as opened,
                aclosing(read_chunks(opened.response, _doing(request))) as chunks,
            ):
                answer.started, note = opened.asked_at, opened.note
                known_as = mask(request_id(opened.response) or "") or None
                async for chunk in chunks:
                    if delta := answer.take(chunk):
                        yield delta
        except ServiceError as error:
            error.request_id = error.request_id or known_as
            if not answer.anything:
                raise
            answer.breaks(error)
        if rest := answer.rest():
            yield rest
        if not answer.anything and not answer.ended:
            raise Malformed(
                f"Cannot {_doing(request)}",
                "the answer holds neither text nor an end",
                "Ask again; if it stays, check the profile's base_url.",
            )
        reply = answer.reply(note)
        if self._keeps:
            await self._remember(request, reply)
        yield reply

    async def complete(self, request: ChatRequest) -> Reply:
        """Return the whole answer at once. Raises like `stream`."""
        async for part in self.stream(request):
            if isinstance(part, Reply):
                return part
        raise AssertionError("a stream always ends in a reply")

    async def not_taken(self, model: str) -> frozenset[str]:
        """Return the names of the parameters that a model was found not to take."""
        return not_taken(await self._known_adjustments(model))

    async def _tell_deployment(self, error: Refused, model: str) -> None:
        """Say how a model is made to answer, where it is not there and has to be deployed."""
        deployments = self._api.deployments
        missing = error.status == 404 or error.code in _NOT_SERVED
        if not missing or not (step := deployments.next_step(model)):
            return
        try:
            deployed = deployment_of(model, await deployments.list())
        except ServiceError:  # the step tells what there is to do all the same
            deployed = None
        told = deployed.words if deployed is not None else step
        error.next_step = f"A tuned model does not answer by its name here. {told}"

    @asynccontextmanager
    async def _opened(self, request: ChatRequest) -> AsyncIterator[_Opened]:
        """Ask, leaving out what the model is known or says not to take, and give the answer."""
        body = request.body()
        known = used = await self._known_adjustments(request.model)
        tried: list[str] = []
        async with AsyncExitStack() as stack:
            while True:
                sent = adjusted(body, used)
                asked_at = time.monotonic()
                try:
                    call = self._call(request, sent)
                    response = await stack.enter_async_context(self._provider.stream(call))
                except Refused as error:
                    await self._tell_deployment(error, request.model)
                    found = None
                    if error.status in _REFUSING:
                        found = next_adjustments(
                            sent, error.cause, error.param, used=used, tried=tried
                        )
                    if found is None:
                        raise
                    used, new = found
                    tried.append(new)
                else:
                    break
            if used != known:
                ledger = self._store.refusals
                await record_best_effort(
                    ledger.remember(self._provider.profile.name, request.model, used)
                )
            yield _Opened(response, asked_at, adjustment_words(used, body))

    def _call(self, request: ChatRequest, body: Mapping[str, Any]) -> Call:
        return Call(
            "POST",
            self._provider.profile.provider_entry.paths.chat,
            _doing(request),
            body=body,
            headers={"Accept": "text/event-stream"},
            timeout=max(FIRST_TOKEN_S, self._provider.profile.timeout),
        )

    async def _known_adjustments(self, model: str) -> frozenset[str]:
        try:
            return await self._store.refusals.of(self._provider.profile.name, model)
        except LedgerError:  # the refusals will come again
            return frozenset()

    async def _remember(self, request: ChatRequest, reply: Reply) -> None:
        # A question may hold a key too; what came has been masked.
        asked = KEYS.mask_json(request.as_json())
        note = self._store.exchanges.add(
            self._provider.profile.name, request.model, asked, reply.as_json()
        )
        await record_best_effort(note)


def _doing(request: ChatRequest) -> str:
    return f"ask {request.model}"
