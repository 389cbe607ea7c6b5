"""Ask for one answer of a run, with retries, and measure it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tui.core.chat.parameters import ChatParameters
from tui.core.compare.answers import answer_of
from tui.core.compare.measures import measure
from tui.core.compare.result_row import Row, Slot
from tui.services.chat.service import ChatRequest
from tui.services.errors import (
    InputError,
    LabFailed,
    LedgerError,
    Malformed,
    NotOffered,
    ReadOnly,
    Refused,
    ServiceError,
    Unforeseen,
    Unreachable,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tui.core.chat.reply import Reply
    from tui.core.compare.plan import Candidate
    from tui.core.compare.prompts import Prompt
    from tui.services.chat.service import ChatService
    from tui.services.compare.retry_policy import RetryPolicy, SharedPause

# These concern every prompt: asking for the others would end in the same way.
_FATAL = (InputError, LabFailed, LedgerError, NotOffered, ReadOnly, Unforeseen)
_FATAL_STATUS = frozenset({401, 402, 403, 404, 405})
_LIMITED = 429


class StoppedByProvider(ServiceError):  # noqa: N818
    """The provider wants a pause that is too long to wait for."""


def request_of(candidate: Candidate, prompt: Prompt) -> ChatRequest:
    """Return what is sent for a prompt; its own tools stand in place of the parameters'."""
    parameters = candidate.parameters
    if prompt.tools:
        raw = parameters.as_json() | {"tools": [dict(tool) for tool in prompt.tools]}
        parameters = ChatParameters.from_json(raw)
    return ChatRequest(candidate.model, prompt.messages, parameters)


class Asker:
    """Asks for single answers. `again` is called before one is asked for that may bill twice."""

    def __init__(
        self,
        chat: ChatService,
        pause: SharedPause,
        retry_policy: RetryPolicy,
        again: Callable[[Slot], Awaitable[None]],
    ) -> None:
        self._chat = chat
        self._pause = pause
        self._retry_policy = retry_policy
        self._again = again

    async def answer(self, slot: Slot, candidate: Candidate, prompt: Prompt) -> Row:
        """Return the answer, or the row of one that failed for good.

        Raises ServiceError for what concerns all prompts: a key, a model that is not there.
        """
        request = request_of(candidate, prompt)
        failures = limited = 0
        while True:
            await self._pause.ready()
            try:
                reply = await self._chat.complete(request)
            except ServiceError as error:
                failed, billed = error, not isinstance(error, Refused | Unreachable)
            else:
                if reply.complete:
                    return await asyncio.to_thread(_row, slot, prompt, reply)
                failed, billed = _broken(reply, candidate.model), True
            if _is_limit(failed):
                limited += 1
                self._hold_all(failed, limited)
                if limited < self._retry_policy.limited:
                    continue
            _check_fatal(failed)
            failures += 1
            if not _passing(failed) or failures >= self._retry_policy.tries or _is_limit(failed):
                if isinstance(failed, Unreachable):
                    raise failed
                return _failed(slot, prompt, failed)
            await asyncio.sleep(self._retry_policy.backoff(failures))
            if billed:
                await self._again(slot)

    def _hold_all(self, error: ServiceError, times: int) -> None:
        wait = error.retry_after
        if wait is not None and wait > self._retry_policy.too_long_s:
            raise StoppedByProvider(
                "Stopped", f"{error.cause} (it asks to wait until {error.wait_words})",
                "Run the same again then: it goes on where it is.", request_id=error.request_id,
            ) from error  # fmt: skip
        self._pause.pause(self._retry_policy.backoff(times) if wait is None else wait)


def _is_limit(error: ServiceError) -> bool:
    if not isinstance(error, Refused) or error.code == "insufficient_quota":
        return False
    return error.status == _LIMITED or (error.status >= 500 and error.retry_after is not None)


def _check_fatal(error: ServiceError) -> None:
    if isinstance(error, _FATAL):
        raise error
    if isinstance(error, Refused) and (
        error.status in _FATAL_STATUS or error.code == "insufficient_quota"
    ):
        raise error


def _passing(error: ServiceError) -> bool:
    return error.passing or isinstance(error, Malformed)


def _broken(reply: Reply, model: str) -> ServiceError:
    cause = reply.broken or "the end of the answer never came"
    return Malformed(f"Cannot ask {model}", cause, "Ask again.", request_id=reply.request_id)


def _row(slot: Slot, prompt: Prompt, reply: Reply) -> Row:
    answer = answer_of(reply.message())
    usage = reply.usage
    return Row(
        slot,
        prompt.fingerprint,
        answer,
        reply.finish_reason,
        None if usage is None else usage.prompt_tokens,
        None if usage is None else usage.completion_tokens,
        reply.latency_s,
        reply.first_token_s,
        measure(answer, prompt.expected),
        logprobs=reply.logprobs,
    )


def _failed(slot: Slot, prompt: Prompt, error: ServiceError) -> Row:
    said = error.cause if error.request_id is None else f"{error.cause} ({error.request_id})"
    return Row(slot, prompt.fingerprint, error=said, again=_passing(error))
