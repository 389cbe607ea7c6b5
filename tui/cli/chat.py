"""`finetui chat`: one question to a model, the answer as it comes."""

from __future__ import annotations

import asyncio
import sys
from contextlib import aclosing
from typing import TYPE_CHECKING

from tui.cli.arguments import Commands, Parser, command
from tui.core.chat.parameters import ChatParameters
from tui.services.chat.service import STALLED_S, ChatRequest, Delta
from tui.services.errors import InputError, ServiceError, Unanswered

if TYPE_CHECKING:
    import argparse

    from tui.cli.output import Output
    from tui.core.chat.reply import Reply
    from tui.services.workspace import Workspace


def register(commands: Commands[Parser]) -> None:
    """Add the command."""
    parser = command(commands, "chat", _chat, "ask a model and print its answer")
    parser.add_argument("prompt", metavar="PROMPT", help="the question; - reads it from stdin")
    parser.add_argument("--model", required=True, help="the model to ask")
    parser.add_argument("--system", metavar="TEXT", help="the system prompt")
    parser.add_argument(
        "--temperature",
        type=float,
        metavar="T",
        help="0 to 2; 0 is greedy (default: 0 in the lab, else the provider's own)",
    )
    parser.add_argument("--top-p", type=float, metavar="P", help="0 to 1")
    parser.add_argument("--max-tokens", type=int, metavar="N", help="longest answer, in tokens")
    parser.add_argument("--seed", type=int, metavar="N", help="same seed, same answer")


async def _chat(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    prompt = await _prompt(options.prompt)
    messages = [{"role": "system", "content": options.system}] if options.system else []
    temperature = options.temperature
    if temperature is None and workspace.profile.kind == "lab":
        temperature = 0.0  # as in the app: what so small a model learned shows in likely words
    parameters = ChatParameters(
        temperature=temperature,
        top_p=options.top_p,
        max_tokens=options.max_tokens,
        seed=options.seed,
    )
    asked = (*messages, {"role": "user", "content": prompt})
    request = ChatRequest(options.model, asked, parameters)
    silence = _Silence(STALLED_S, out)
    try:
        async with aclosing(workspace.chat.stream(request)) as parts:
            async for part in parts:
                silence.over()
                if isinstance(part, Delta):
                    out.piece(part.text)
                else:
                    return _finish(options.model, part, out)
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
        """Begin to wait anew."""
        self._alarm.cancel()
        self._alarm = self._loop.call_later(self._seconds, self._tell)

    def end(self) -> None:
        """Wait for nothing more."""
        self._alarm.cancel()

    def _tell(self) -> None:
        self._out.note(f"finetui: no text for {self._seconds:g} s; ctrl+c stops")


def _finish(model: str, reply: Reply, out: Output) -> int:
    out.line("")
    out.document(
        {
            "model": model,
            "text": reply.text,
            "finish_reason": reply.finish_reason,
            "usage": None
            if reply.usage is None
            else {
                "prompt_tokens": reply.usage.prompt_tokens,
                "completion_tokens": reply.usage.completion_tokens,
                "total_tokens": reply.usage.total_tokens,
            },
            "latency": round(reply.latency_s, 3),
            "first_token": None if reply.first_token_s is None else round(reply.first_token_s, 3),
            "complete": reply.complete,
            "broken": reply.broken or None,
        }
    )
    if reply.complete:
        return 0
    cause = reply.broken or "its end never came"
    out.say(Unanswered("The answer broke off", cause, "Ask again.", request_id=reply.request_id))
    return ServiceError.exit_code


async def _prompt(given: str) -> str:
    if given != "-":
        if not given.strip():
            raise InputError("No prompt", "the question is empty", "Write one, or - for stdin.")
        return given
    try:
        text: str = await asyncio.to_thread(sys.stdin.read)
    except UnicodeDecodeError as error:
        raise InputError("Cannot read the prompt", f"stdin: {error}", "Send UTF-8.") from error
    if not text.strip():
        raise InputError("No prompt", "stdin was empty", "Write a question to it.")
    return text.rstrip("\n")
