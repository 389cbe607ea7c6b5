"""Chat completions: what the learner generates, in the protocol's shapes."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from tui.lab import ids
from tui.lab.http.errors import ApiError, context_exceeded
from tui.lab.instance import version

if TYPE_CHECKING:
    import threading
    from collections.abc import Generator, Iterator, Mapping

    from tui.lab.activity import Activity
    from tui.lab.chat_request import ChatRequest
    from tui.lab.learner import Model, Piece

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Completion:
    """A request made ready: the model is loaded and the prompt is in tokens."""

    request: ChatRequest
    model: Model
    prompt: list[int]
    id: str
    created: int

    def head(self, kind: str) -> dict[str, Any]:
        """Return what every object of this completion begins with."""
        return {
            "id": self.id,
            "object": kind,
            "created": self.created,
            "model": self.request.model,
            "service_tier": "default",
            "system_fingerprint": ids.derived("fp_", self.request.model, version(), length=10),
        }

    def usage(self, generated: int) -> dict[str, Any]:
        """Return the ``usage`` object."""
        return {
            "prompt_tokens": len(self.prompt),
            "completion_tokens": generated,
            "total_tokens": len(self.prompt) + generated,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {
                "reasoning_tokens": 0,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        }

    def pieces(self) -> Iterator[tuple[int, Piece]]:
        """Yield the tokens of all choices with the choice's index, in turns."""
        from tui.lab.learner import generate

        asked = self.request
        running = {
            index: generate(
                self.model,
                self.prompt,
                max_tokens=asked.max_tokens,
                temperature=asked.temperature,
                top_p=asked.top_p,
                stop=asked.stop,
                seed=None if asked.seed is None else asked.seed + index,
                top_logprobs=asked.top_logprobs,
            )
            for index in range(asked.n)
        }
        while running:
            for index in list(running):
                piece = next(running[index], None)
                if piece is None:
                    del running[index]
                else:
                    yield index, piece


def prepare(request: ChatRequest, model: Model) -> Completion:
    """Make a request ready. Raises a 400 for a prompt that leaves no room for an answer."""
    from tui.lab.learner import CONTEXT_WINDOW, ContextExceededError, prompt_tokens

    try:
        prompt = prompt_tokens(request.messages)
    except ContextExceededError as error:
        raise context_exceeded(CONTEXT_WINDOW, error.tokens) from error
    return Completion(request, model, prompt, ids.new("chatcmpl-", 29), int(time.time()))


def complete(completion: Completion, activity: Activity, stop: threading.Event) -> dict[str, Any]:
    """Return the whole ``chat.completion`` object; cut short when ``stop`` is set."""
    count = completion.request.n
    texts: list[list[str]] = [[] for _ in range(count)]
    logprobs: list[list[dict[str, Any]]] = [[] for _ in range(count)]
    reasons = ["stop"] * count
    generated = 0
    with activity.generation():
        for index, piece in completion.pieces():
            if stop.is_set():
                break
            texts[index].append(piece.text)
            if piece.token:
                generated += 1
                logprobs[index].append(_logprob(piece))
            if piece.finish_reason:
                reasons[index] = piece.finish_reason
    choices: list[dict[str, Any]] = [
        {
            "index": index,
            "message": {
                "role": "assistant",
                "content": "".join(texts[index]),
                "refusal": None,
                "annotations": [],
            },
            "logprobs": _logprobs(logprobs[index]) if completion.request.logprobs else None,
            "finish_reason": reasons[index],
        }
        for index in range(count)
    ]
    return {
        **completion.head("chat.completion"),
        "choices": choices,
        "usage": completion.usage(generated),
    }


def stream(completion: Completion, activity: Activity) -> Generator[bytes, None, None]:
    """Yield the server-sent events of a streamed completion. Closing it ends the generation."""
    head = completion.head("chat.completion.chunk")
    if completion.request.include_usage:
        head["usage"] = None
    generated = 0
    with activity.generation():
        try:
            for index in range(completion.request.n):
                delta = {"role": "assistant", "content": "", "refusal": None}
                yield _event({**head, "choices": [_chunk_choice(index, delta)]})
            for index, piece in completion.pieces():
                generated += bool(piece.token)
                for choice in _piece_choices(index, piece, completion.request.logprobs):
                    yield _event({**head, "choices": [choice]})
        except Exception:  # the status line is long sent: the error goes into the stream
            log.exception("generation failed")
            error = ApiError(500, "The model failed while generating.", code="server_error")
            yield _event(error.body())
            return
    if completion.request.include_usage:
        yield _event({**head, "choices": [], "usage": completion.usage(generated)})
    yield b"data: [DONE]\n\n"


def _piece_choices(index: int, piece: Piece, logprobs: bool) -> Iterator[dict[str, Any]]:
    told = _logprobs([_logprob(piece)]) if logprobs and piece.token else None
    if piece.text or told is not None:
        yield _chunk_choice(index, {"content": piece.text}, told)
    if piece.finish_reason is not None:
        yield _chunk_choice(index, {}, None, piece.finish_reason)


def _chunk_choice(
    index: int,
    delta: Mapping[str, Any],
    logprobs: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> dict[str, Any]:
    return {"index": index, "delta": delta, "logprobs": logprobs, "finish_reason": reason}


def _logprobs(content: list[dict[str, Any]]) -> dict[str, Any]:
    return {"content": content, "refusal": None}


def _logprob(piece: Piece) -> dict[str, Any]:
    top = [_token(token, logprob) for token, logprob in piece.top]
    return {**_token(piece.token, piece.logprob), "top_logprobs": top}


def _token(token: str, logprob: float) -> dict[str, Any]:
    return {
        "token": token,
        "logprob": max(logprob, -9999.0),
        "bytes": list(token.encode("utf-8", "replace")),
    }


def _event(document: Mapping[str, Any]) -> bytes:
    return b"data: " + orjson.dumps(document) + b"\n\n"
