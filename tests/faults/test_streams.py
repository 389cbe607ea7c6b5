"""Answers that come in pieces, and those that break off."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.faults.server import DROP, FaultServer, html, problem, reply, said, sse, stream
from tests.kept_chats import kept_chats
from tests.until import until
from tui.core.chat.parameters import ChatParameters
from tui.core.chat.reply import Reply
from tui.services.chat.service import ChatRequest, Delta
from tui.services.errors import InputError, Malformed, Refused, Unanswered

if TYPE_CHECKING:
    from tui.services.workspace import Workspace

CHAT = "POST /chat/completions"
REQUEST = ChatRequest(
    "base", ({"role": "user", "content": "hello"},), ChatParameters(temperature=0, max_tokens=5)
)
USAGE = sse(choices=[], usage={"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5})
DONE = b"data: [DONE]\n\n"


async def test_a_whole_answer(workspace: Workspace, server: FaultServer) -> None:
    pieces = [b": a comment\n\n", said("Ar\u2028"), said("r"), said("", "stop"), USAGE, DONE]
    server.fault(CHAT, stream(*pieces))
    parts = [part async for part in workspace.chat.stream(REQUEST)]
    assert parts[:2] == [Delta("Ar\u2028"), Delta("r")]
    end = parts[2]
    assert isinstance(end, Reply)
    assert (end.text, end.finish_reason, end.complete) == ("Ar\u2028r", "stop", True)
    assert end.usage is not None
    assert end.usage.total_tokens == 5
    assert end.first_token_s is not None
    assert 0 < end.first_token_s <= end.latency_s
    asked = json.loads(server.seen[0].body)
    assert asked["stream_options"] == {"include_usage": True}
    assert asked["temperature"] == 0
    assert "seed" not in asked
    [(model, _, kept)] = kept_chats(workspace.locations.ledger, "fault")
    assert (model, kept["text"]) == ("base", "Ar\u2028r")


async def test_pieces_split_anywhere(workspace: Workspace, server: FaultServer) -> None:
    whole = said("naïve ☂") + said("!", "stop") + DONE
    server.fault(CHAT, stream(*(whole[i : i + 1] for i in range(len(whole)))))
    assert (await workspace.chat.complete(REQUEST)).text == "naïve ☂!"


async def test_a_stream_cut_without_an_end(workspace: Workspace, server: FaultServer) -> None:
    server.fault(CHAT, stream(said("half an ans")))
    end = await workspace.chat.complete(REQUEST)
    assert (end.text, end.finish_reason, end.complete) == ("half an ans", None, False)


async def test_an_error_in_mid_stream_keeps_what_came(
    workspace: Workspace, server: FaultServer
) -> None:
    server.fault(CHAT, stream(said("half"), sse(**problem("overloaded", code="busy"))))
    end = await workspace.chat.complete(REQUEST)
    assert (end.text, end.finish_reason, end.complete) == ("half", "busy", False)
    assert end.broken == "overloaded"
    [(_, _, kept)] = kept_chats(workspace.locations.ledger, "fault")
    assert kept["broken"] == "overloaded"
    server.fault(CHAT, stream(sse(**problem("overloaded"))))
    with pytest.raises(Refused, match="overloaded"):
        await workspace.chat.complete(REQUEST)


# What a server sends for an error after half an answer, words of what is told, and the reason kept.
IN_MID_STREAM: tuple[tuple[bytes, str, str | None], ...] = (
    (b'event: error\ndata: {"message": "worker died"}\n\n', "worker died", "error"),
    (b'data: {"object": "error", "message": "no room", "code": 507}\n\n', "no room", "error"),
    (b'data: {"error": "plain", "error_type": "x"}\n\n', "plain", "error"),
    (b'error: {"code": 500, "message": "in llama.cpp\'s way"}\n\n', "llama.cpp", "error"),
    (
        b'data: {"type": "error", "error": {"type": "overloaded_error", "message": "O"}}\n\n',
        "O",
        "overloaded_error",
    ),
    (b'data: {"error": {"status": 1}}\n\n', '{"status": 1}', "error"),
    (b'data: {"detail": "no GPU is left"}\n\n', "no GPU is left", "error"),
    (b'data: {"detail": [{"msg": "too long"}]}\n\n', "too long", "error"),
    (b'data: {"message": "quota", "type": "limit"}\n\n', "quota", "limit"),
    (b"Internal Server Error\n", "the stream ended in 'Internal Server Error'", None),
    (b"upstream died", "the stream ended in 'upstream died'", None),
    (b"<html>\n<h1>502</h1>\n</html>\n", "502", None),
    (b"data: nonsense\n\n", "a chunk of the answer is not JSON: 'nonsense'", None),
)


async def test_errors_in_mid_stream_in_every_form(
    workspace: Workspace, server: FaultServer
) -> None:
    for last, words, reason in IN_MID_STREAM:
        server.fault(CHAT, stream(said("half"), last))
        end = await workspace.chat.complete(REQUEST)
        assert (end.text, end.finish_reason, end.complete) == ("half", reason, False), last
        assert words in end.broken, last


CHUNK = said("more ☂", "stop").rstrip()


async def test_a_stream_cut_anywhere_in_a_chunk_is_cut_off(
    workspace: Workspace, server: FaultServer
) -> None:
    for at in range(6, len(CHUNK)):
        cut = CHUNK[:at]
        server.fault(CHAT, stream(said("half"), cut))
        end = await workspace.chat.complete(REQUEST)
        assert (end.text, end.complete) == ("half", False), cut
        assert end.broken in {"", "the stream ended in the middle of a chunk"}, cut
        if CHUNK[5:at].strip():
            assert end.broken, cut
            server.fault(CHAT, stream(cut))
            with pytest.raises(Unanswered, match="in the middle of a chunk"):
                await workspace.chat.complete(REQUEST)


async def test_an_answer_at_once_that_is_cut_is_cut_off(
    workspace: Workspace, server: FaultServer
) -> None:
    whole = json.dumps(
        {"choices": [{"message": {"content": "ï"}, "finish": True}], "n": 12}
    ).encode()
    for at in range(1, len(whole)):
        server.fault(CHAT, stream(whole[:at]))
        with pytest.raises(Unanswered):
            await workspace.chat.complete(REQUEST)


async def test_done_is_an_end_without_a_reason(workspace: Workspace, server: FaultServer) -> None:
    server.fault(CHAT, stream(said("all"), DONE))
    end = await workspace.chat.complete(REQUEST)
    assert (end.text, end.finish_reason, end.complete, end.broken) == ("all", None, True, "")


async def test_an_end_that_came_is_not_taken_back(
    workspace: Workspace, server: FaultServer
) -> None:
    for rest in (b'data: {"usa', b"Internal Server Error"):
        server.fault(CHAT, stream(said("all", "stop"), rest))
        end = await workspace.chat.complete(REQUEST)
        assert (end.text, end.finish_reason, end.complete, end.broken) == ("all", "stop", True, "")


async def test_a_server_that_does_not_stream(workspace: Workspace, server: FaultServer) -> None:
    message = {"role": "assistant", "content": "at once"}
    whole = {"choices": [{"message": message, "finish_reason": "length"}], "usage": {}}
    server.fault(CHAT, reply(200, json.dumps(whole, indent=1)))
    end = await workspace.chat.complete(REQUEST)
    assert (end.text, end.finish_reason, end.usage) == ("at once", "length", None)


async def test_no_answer_at_all(workspace: Workspace, server: FaultServer) -> None:
    server.fault(CHAT, DROP, html(), reply(404, problem("no such model", code="model_not_found")))
    with pytest.raises(Unanswered):
        await workspace.chat.complete(REQUEST)
    with pytest.raises(Malformed):
        await workspace.chat.complete(REQUEST)
    with pytest.raises(Refused, match="no such model"):
        await workspace.chat.complete(REQUEST)
    assert server.count(CHAT) == 3


async def test_an_answer_of_nothing_is_an_error(workspace: Workspace, server: FaultServer) -> None:
    server.fault(CHAT, stream(b"data: [DONE]\n\n"), reply(200, {"id": "x"}))
    for _ in range(2):
        with pytest.raises(Malformed) as caught:
            await workspace.chat.complete(REQUEST)
        assert "neither text nor an end" in caught.value.cause


async def test_stopping_ends_the_connection(workspace: Workspace, server: FaultServer) -> None:
    server.fault(CHAT, stream(said("once upon"), endless=True))
    parts = workspace.chat.stream(REQUEST)
    assert await anext(parts) == Delta("once upon")
    await parts.aclose()
    await until(server.gone.is_set)


@pytest.mark.parametrize(
    "request_",
    [
        ChatRequest("", ()),
        ChatRequest("m", (), ChatParameters(temperature=2.5)),
        ChatRequest("m", (), ChatParameters(top_p=-0.1)),
        ChatRequest("m", (), ChatParameters(max_tokens=0)),
    ],
)
async def test_nonsense_is_not_sent(
    workspace: Workspace, server: FaultServer, request_: ChatRequest
) -> None:
    with pytest.raises(InputError):
        await workspace.chat.complete(request_)
    assert server.seen == []


async def test_half_a_surrogate_pair_is_sent_as_its_escape(
    workspace: Workspace, server: FaultServer
) -> None:
    # A model may answer with one, and the answer goes back with the next question.
    half = said("a?").replace(b"?", rb"\ud800")
    server.fault(CHAT, stream(half, said("", "stop")))
    assert (await workspace.chat.complete(REQUEST)).text == "a\ud800"
    again = ChatRequest(
        "base", ({"role": "assistant", "content": "a\ud800"}, {"role": "user", "content": "b"})
    )
    server.fault(CHAT, stream(said("c", "stop")))
    await workspace.chat.complete(again)
    assert json.loads(server.seen[-1].body)["messages"][0]["content"] == "a\\ud800"
    with pytest.raises(InputError, match="Not an id"):
        await workspace.models.retrieve("a\ud800")
