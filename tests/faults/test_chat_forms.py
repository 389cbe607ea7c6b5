"""Answers in the forms of different servers: reasoning, tool calls, parts, usage, log probs."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.server import Fault, FaultServer, reply, said, sse, stream
from tests.kept_chats import kept_chats
from tui.core.chat.parameters import ChatParameters
from tui.core.chat.reply import Reply, TokenLogprob
from tui.services.chat.service import ChatRequest, Delta

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui.services.workspace import Workspace

CHAT = "POST /chat/completions"
REQUEST = ChatRequest("org/base:free", ({"role": "user", "content": "hello"},))
DONE = b"data: [DONE]\n\n"


def delta(finish: str | None = None, **message: Any) -> bytes:
    return sse(choices=[{"index": 0, "delta": message, "finish_reason": finish}])


async def parts_of(workspace: Workspace) -> tuple[list[Delta], Reply]:
    *pieces, end = [part async for part in workspace.chat.stream(REQUEST)]
    assert isinstance(end, Reply)
    return [one for one in pieces if isinstance(one, Delta)], end


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
async def test_reasoning_in_a_field_of_its_own(
    workspace: Workspace, server: FaultServer, name: str
) -> None:
    server.fault(
        CHAT, stream(delta(**{name: "hm"}), delta(**{name: "m"}), delta("stop", content="yes"))
    )
    pieces, end = await parts_of(workspace)
    assert pieces == [Delta("", "hm"), Delta("", "m"), Delta("yes")]
    assert (end.text, end.reasoning, end.complete) == ("yes", "hmm", True)
    assert end.message() == {"role": "assistant", "content": "yes"}
    message = {"content": "yes", name: "hmm"}
    server.fault(CHAT, reply(200, {"choices": [{"message": message, "finish_reason": "stop"}]}))
    _, end = await parts_of(workspace)
    assert (end.text, end.reasoning) == ("yes", "hmm")


async def test_reasoning_between_tags_cut_anywhere(
    workspace: Workspace, server: FaultServer
) -> None:
    whole = "<think>\nhm, 1 < 2\n</think>\n\nyes"
    for at in range(1, len(whole)):
        server.fault(CHAT, stream(said(whole[:at]), said(whole[at:], "stop")))
        pieces, end = await parts_of(workspace)
        assert (end.text, end.reasoning) == ("yes", "hm, 1 < 2")
        assert "".join(one.text for one in pieces) == "yes"
        assert "".join(one.reasoning for one in pieces) == "\nhm, 1 < 2\n"


async def test_reasoning_only_is_an_answer_that_was_cut(
    workspace: Workspace, server: FaultServer
) -> None:
    server.fault(CHAT, stream(said("<think>on and on", "length")), stream(delta(reasoning="on")))
    _, end = await parts_of(workspace)
    assert (end.text, end.reasoning, end.finish_reason) == ("", "on and on", "length")
    _, end = await parts_of(workspace)
    assert (end.reasoning, end.complete) == ("on", False)


async def test_parts_of_a_content(workspace: Workspace, server: FaultServer) -> None:
    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}
    server.fault(
        CHAT, stream(delta(content=[thinking]), delta("stop", content=[{"text": "yes"}, 3]))
    )
    _, end = await parts_of(workspace)
    assert (end.text, end.reasoning) == ("yes", "hm")


async def test_tool_calls_in_pieces_and_whole(workspace: Workspace, server: FaultServer) -> None:
    first = {"index": 0, "id": "c1", "function": {"name": "look", "arguments": ""}}
    more = ({"index": 0, "function": {"arguments": part}} for part in ('{"at"', ': "ö"}'))
    server.fault(
        CHAT,
        stream(
            delta(role="assistant", content=None, tool_calls=[first]),
            *(delta(tool_calls=[one]) for one in more),
            delta("tool_calls"),
            DONE,
        ),
    )
    pieces, end = await parts_of(workspace)
    call = {
        "id": "c1",
        "type": "function",
        "function": {"name": "look", "arguments": '{"at": "ö"}'},
    }
    assert pieces == []
    assert (end.text, end.finish_reason, end.complete) == ("", "tool_calls", True)
    assert end.tool_calls == (call,)
    assert end.first_token_s is not None
    assert end.message() == {"role": "assistant", "tool_calls": [call]}
    whole = {"choices": [{"message": {"content": None, "tool_calls": [call]}}]}
    server.fault(CHAT, reply(200, whole))
    _, end = await parts_of(workspace)
    assert end.tool_calls == (call,)
    [(_, _, kept), _] = kept_chats(workspace.locations.ledger, "fault")
    assert kept["tool_calls"] == [call]


async def test_usage_late_elsewhere_or_missing(workspace: Workspace, server: FaultServer) -> None:
    counts = {"prompt_tokens": 3, "completion_tokens": 2}
    server.fault(
        CHAT,
        stream(said("a", "stop"), b": ping\n\n", sse(choices=[], usage=counts), DONE),
        stream(said("a"), sse(choices=[], x_groq={"usage": counts}), said("", "stop")),
        stream(said("a", "stop"), sse(choices=None, usage=None), DONE),
    )
    found = [(await parts_of(workspace))[1].usage for _ in range(3)]
    assert [usage and usage.total_tokens for usage in found] == [5, 5, None]


async def test_log_probabilities_are_those_of_the_text(
    workspace: Workspace, server: FaultServer
) -> None:
    def token(text: str, logprob: float = -0.5) -> dict[str, Any]:
        others = [{"token": text, "logprob": logprob}, {"token": "no", "logprob": -2}]
        return {"token": text, "logprob": logprob, "top_logprobs": others}

    def piece(*texts: str, finish: str | None = None) -> bytes:
        content = [token(text) for text in texts]
        one = {"delta": {"content": "".join(texts)}, "logprobs": {"content": content}}
        return sse(choices=[one | {"finish_reason": finish}])

    server.fault(
        CHAT,
        stream(piece("<think>", "hm"), piece("</think>", "\n"), piece("ye", "s", finish="stop")),
        stream(said("yes"), sse(choices=[{"delta": {}, "logprobs": {"content": [3]}}]), DONE),
    )
    _, end = await parts_of(workspace)
    assert [one.token for one in end.logprobs] == ["ye", "s"]
    assert end.logprobs[0] == TokenLogprob("ye", -0.5, (("ye", -0.5), ("no", -2)))
    _, end = await parts_of(workspace)
    assert (end.text, end.logprobs) == ("yes", ())


async def test_a_hundred_thousand_characters_in_one_chunk(
    workspace: Workspace, server: FaultServer
) -> None:
    text = "Ahoy ☂ " * 20_000
    server.fault(CHAT, stream(b": hello\n\n", said(text), said("", "stop")))
    pieces, end = await parts_of(workspace)
    assert (end.text, len(pieces), end.complete) == (text, 1, True)


async def test_all_parameters_are_sent_under_their_names(
    workspace: Workspace, server: FaultServer
) -> None:
    tool = {"type": "function", "function": {"name": "look"}}
    parameters = ChatParameters(
        0.5, 0.9, 30, ("END",), 7, "low", {"type": "json_object"}, 3, (tool,)
    )
    server.fault(CHAT, stream(said("{}", "stop")))
    await workspace.chat.complete(ChatRequest("org/base:free", REQUEST.messages, parameters))
    asked = json.loads(server.seen[-1].body)
    assert asked == {
        "model": "org/base:free", "messages": [{"role": "user", "content": "hello"}],
        "stream": True, "stream_options": {"include_usage": True}, "temperature": 0.5,
        "top_p": 0.9, "max_tokens": 30, "stop": ["END"], "seed": 7, "reasoning_effort": "low",
        "response_format": {"type": "json_object"}, "logprobs": True, "top_logprobs": 3,
        "tools": [tool],
    }  # fmt: skip


async def test_a_connection_that_is_cut_keeps_what_came(
    workspace: Workspace, server: FaultServer
) -> None:
    text = (said("half an ans") + said("wer", "stop")).decode()
    server.fault(CHAT, Fault("truncate", body=text))
    pieces, end = await parts_of(workspace)
    assert "".join(one.text for one in pieces) == "half an ans"
    assert (end.text, end.complete) == ("half an ans", False)
    assert end.broken


async def test_a_slow_trickle_is_an_answer(workspace: Workspace, server: FaultServer) -> None:
    def trickle() -> Iterator[bytes]:
        for letter in b": keep-alive\n\n" + said("slow", "stop"):
            time.sleep(0.02)  # in all, longer than any read of this profile may take
            yield bytes([letter])

    server.fault(CHAT, Fault("stream", body=trickle()))
    _, end = await parts_of(workspace)
    assert (end.text, end.complete) == ("slow", True)
    assert end.latency_s > workspace.profile.timeout
