"""`finetui chat`: one question to a model, the answer as it comes."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from tui.cli.arguments import Commands, Parser, command
from tui.cli.chat_input import read_chat_parameters, read_question, wants_app
from tui.cli.chat_parameters import add_parameters
from tui.core.chat.parameters import EFFORTS
from tui.core.money.answers import answer_cost
from tui.services.chat.service import STALLED_S, ChatRequest, Delta
from tui.services.errors import InputError, ServiceError, Unanswered

if TYPE_CHECKING:
    import argparse

    from tui.cli.output import Output
    from tui.core.catalog.models import ModelFacts
    from tui.core.chat.reply import Reply
    from tui.services.workspace import Workspace


def register(commands: Commands[Parser]) -> None:
    """Add the command."""
    parser = command(commands, "chat", _chat)
    parser.add_argument(
        "prompt",
        nargs="?",
        metavar="PROMPT",
        help="the question; - reads it from stdin; without one, on a terminal, the app is opened",
    )
    parser.add_argument("--model", metavar="MODEL", default="", help="the model to ask")
    parser.add_argument("--system", metavar="TEXT", help="the system prompt")
    parser.add_argument(
        "--messages", metavar="FILE", help="a conversation to go on with, as JSON; - is stdin"
    )
    parser.add_argument(
        "--image", metavar="PATH", action="append", default=[], help="an image for the question"
    )
    add_parameters(parser, "functions the model may call, as JSON")
    parser.add_argument(
        "--stop", metavar="TEXT", action="append", default=[], help="a text that ends the answer"
    )
    parser.add_argument("--effort", choices=EFFORTS, help="how long a reasoning model may think")
    parser.add_argument("--json-schema", metavar="FILE", help="the schema the answer has to follow")
    parser.add_argument(
        "--logprobs", type=int, metavar="N", help="log probabilities, with N alternatives a token"
    )
    parser.set_defaults(json=False, opens_app=wants_app)


async def _chat(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    if not options.model:
        raise InputError("Usage", "--model is needed", "See finetui models list.")
    messages, tools = await read_question(options)
    parameters = await read_chat_parameters(options, workspace.profile.kind, tools)
    request = ChatRequest(options.model, messages, parameters)
    silence = _Silence(STALLED_S, out)
    try:
        async with aclosing(workspace.chat.stream(request)) as parts:
            async for part in parts:
                silence.over()
                if isinstance(part, Delta):
                    out.piece(part.text)
                else:
                    facts = (
                        await workspace.chat_prices.facts(options.model) if out.as_json else None
                    )
                    return _finish(options.model, part, facts, out)
    finally:
        silence.end()
    raise AssertionError("a stream always ends in a reply")


class _Silence:
    """Says on the error stream, once a silence, that no text has come for some seconds."""

    def __init__(self, seconds: float, out: Output) -> None:
        self._seconds = seconds
        self._out = out
        self._loop = asyncio.get_running_loop()
        self._alarm = self._loop.call_later(seconds, self._tell)

    def over(self) -> None:
        """Start waiting again."""
        self._alarm.cancel()
        self._alarm = self._loop.call_later(self._seconds, self._tell)

    def end(self) -> None:
        """Wait for nothing more."""
        self._alarm.cancel()

    def _tell(self) -> None:
        self._out.note(f"finetui: no text for {self._seconds:g} s; ctrl+c stops")


def _finish(model: str, reply: Reply, facts: ModelFacts | None, out: Output) -> int:
    if reply.text or not reply.tool_calls:
        out.line("")
    for call in reply.tool_calls:
        function = call["function"]
        out.line(f"{function['name']}({function['arguments']})")
    out.document(_document(model, reply, facts))
    if reply.note:
        out.note(f"finetui: {reply.note}")
    if reply.complete:
        return 0
    cause = reply.broken or "its end never came"
    out.say(Unanswered("The answer broke off", cause, "Ask again.", request_id=reply.request_id))
    return ServiceError.exit_code


def _document(model: str, reply: Reply, facts: ModelFacts | None) -> dict[str, Any]:
    cost = answer_cost(reply.usage, facts)
    rate = reply.tokens_per_second
    return {
        "model": model,
        "text": reply.text,
        "reasoning": reply.reasoning or None,
        "tool_calls": list(reply.tool_calls),
        "finish_reason": reply.finish_reason,
        "usage": reply.as_json()["usage"],
        "latency": round(reply.latency_s, 3),
        "first_token": None if reply.first_token_s is None else round(reply.first_token_s, 3),
        "tokens_per_second": None if rate is None else round(rate, 2),
        "cost": None
        if cost.amount is None
        else {"amount": str(cost.amount), "currency": cost.currency},
        "logprobs": [
            {"token": one.token, "logprob": one.logprob, "alternatives": dict(one.alternatives)}
            for one in reply.logprobs
        ],
        "note": reply.note or None,
        "complete": reply.complete,
        "broken": reply.broken or None,
    }
