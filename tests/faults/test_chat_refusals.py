"""Models that do not take a parameter or a role: asked once more without it, and remembered."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.server import FaultServer, problem, reply, said, sse, stream
from tui.core.chat.parameters import ChatParameters
from tui.services.chat.service import ChatRequest
from tui.services.errors import Refused

if TYPE_CHECKING:
    from tui.services.workspace import Workspace

CHAT = "POST /chat/completions"
ANSWER = stream(said("yes", "stop"))
SYSTEM = {"role": "system", "content": "Be brief."}
USER = {"role": "user", "content": "hello"}
TOOL = {"type": "function", "function": {"name": "look"}}
PARAMETERS = ChatParameters(0.5, 0.9, 30, ("END",), 7, "low", {"type": "json_object"}, 3, (TOOL,))
REQUEST = ChatRequest("m", (SYSTEM, USER), PARAMETERS)


def bodies(server: FaultServer) -> list[dict[str, Any]]:
    return [json.loads(seen.body) for seen in server.seen]


def detail(name: str) -> dict[str, Any]:
    words = {"type": "extra_forbidden", "loc": ["body", name], "msg": "Extra inputs are forbidden"}
    return {"detail": [words]}


@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("temperature", problem(
            "Unsupported value: 'temperature' does not support 0.5 with this model. Only the"
            " default (1) value is supported.", "unsupported_value", "temperature")),
        ("top_p", problem("Unsupported parameter: 'top_p' is not supported with this model.")),
        ("seed", detail("seed")),
        ("stream_options", detail("stream_options")),
        ("stream_options", problem("unknown field: stream_options")),
        ("stream_options", problem("no", None, "stream_options.include_usage")),
        ("reasoning_effort", problem("Unrecognized request argument: reasoning_effort")),
        ("stop", problem("Unsupported parameter: 'stop'.", None, "stop")),
        ("top_logprobs", problem("top_logprobs is not available")),
    ],
)  # fmt: skip
async def test_a_parameter_that_is_refused_is_left_out(
    workspace: Workspace, server: FaultServer, name: str, refusal: dict[str, Any]
) -> None:
    server.fault(CHAT, reply(400 if "error" in refusal else 422, refusal), ANSWER, ANSWER)
    end = await workspace.chat.complete(REQUEST)
    first, second = bodies(server)
    assert {key: value for key, value in first.items() if key != name} == second
    assert end.text == "yes"
    assert f"without {name}" in end.note
    assert await workspace.chat.not_taken("m") == {name}
    again = await workspace.chat.complete(REQUEST)
    assert bodies(server)[2] == second
    assert again.note == end.note
    # What a request does not have is not told of.
    server.fault(CHAT, ANSWER)
    plain = await workspace.chat.complete(ChatRequest("m", (USER,)))
    assert plain.note == ("" if name != "stream_options" else end.note)
    assert await workspace.chat.not_taken("other") == frozenset()


async def test_log_probabilities_refused_leave_their_alternatives_out_too(
    workspace: Workspace, server: FaultServer
) -> None:
    server.fault(CHAT, reply(400, problem("logprobs are not supported: 'logprobs'")), ANSWER)
    await workspace.chat.complete(REQUEST)
    assert not {"logprobs", "top_logprobs"} & bodies(server)[1].keys()


@pytest.mark.parametrize(
    ("sent", "wanted", "words"),
    [
        ("max_tokens", "max_completion_tokens",
         "Unsupported parameter: 'max_tokens' is not supported with this model. Use"
         " 'max_completion_tokens' instead."),
        ("max_completion_tokens", "max_tokens", "unknown field max_completion_tokens"),
    ],
)  # fmt: skip
async def test_the_length_goes_under_the_other_name(
    workspace: Workspace, server: FaultServer, sent: str, wanted: str, words: str
) -> None:
    if sent != "max_tokens":
        await workspace.store.refusals.remember("fault", "m", ["max_completion_tokens"])
    server.fault(CHAT, reply(400, problem(words)), ANSWER, ANSWER)
    end = await workspace.chat.complete(REQUEST)
    await workspace.chat.complete(REQUEST)
    first, second, third = bodies(server)
    assert first[sent] == second[wanted] == third[wanted] == 30
    assert sent not in second
    assert sent not in third
    assert ("max_completion_tokens for max_tokens" in end.note) == (sent == "max_tokens")


async def test_several_are_refused_one_after_the_other_each_once(
    workspace: Workspace, server: FaultServer
) -> None:
    names = ("temperature", "top_p", "seed")
    server.fault(CHAT, *(reply(400, problem(f"{one} is not supported")) for one in names), ANSWER)
    end = await workspace.chat.complete(REQUEST)
    assert server.count(CHAT) == 4
    assert all(f"without {name}" in end.note for name in names)
    # One that goes on complaining is not asked for ever.
    server.always[CHAT] = reply(400, problem("max_tokens and max_completion_tokens: unknown"))
    with pytest.raises(Refused):
        await workspace.chat.complete(REQUEST)
    assert server.count(CHAT) == 6


@pytest.mark.parametrize(
    ("status", "refusal"),
    [
        (400, problem("the model is tired")),
        (400, problem("temperature must be between 0 and 0.4", None, "temperature")),
        (400, problem("max_tokens is too large: 30. At most 20 are supported.", "x", "max_tokens")),
        (400, problem("temperature and top_p cannot both be given")),
        (400, problem("tools are not supported", None, "tools")),
        (400, problem("'response_format' is not supported with this model", None)),
        (400, problem("Unsupported value: gpt's 'mood'", None, "mood")),
        (400, problem("please stop asking")),
        (401, problem("temperature is not supported")),
        (429, problem("temperature is not supported")),
        (500, problem("temperature is not supported")),
    ],
)
async def test_what_the_refusal_does_not_say_to_be_the_cause_is_not_asked_again(
    workspace: Workspace, server: FaultServer, status: int, refusal: dict[str, Any]
) -> None:
    server.fault(CHAT, reply(status, refusal))
    with pytest.raises(Refused):
        await workspace.chat.complete(REQUEST)
    assert server.count(CHAT) == 1
    assert await workspace.chat.not_taken("m") == frozenset()


async def test_what_was_not_sent_is_not_left_out(workspace: Workspace, server: FaultServer) -> None:
    server.fault(CHAT, reply(400, problem("temperature is not supported", None, "temperature")))
    with pytest.raises(Refused):
        await workspace.chat.complete(ChatRequest("m", (USER,)))
    assert server.count(CHAT) == 1


async def test_an_error_in_the_stream_is_no_refusal(
    workspace: Workspace, server: FaultServer
) -> None:
    server.fault(CHAT, stream(sse(**problem("temperature is not supported"))))
    with pytest.raises(Refused):
        await workspace.chat.complete(REQUEST)
    assert server.count(CHAT) == 1


PARTS = [{"type": "text", "text": "hello"}]


@pytest.mark.parametrize(
    ("refusals", "sent"),
    [
        (["System role not supported"], [{"role": "user", "content": "Be brief.\n\nhello"}]),
        (["role 'system' is unknown: use 'developer' instead"],
         [{"role": "developer", "content": "Be brief."}, USER]),
        (["messages[0].role: 'system' is refused, use developer", "unknown role: developer"],
         [{"role": "user", "content": "Be brief.\n\nhello"}]),
    ],
)  # fmt: skip
async def test_a_system_role_that_is_refused(
    workspace: Workspace, server: FaultServer, refusals: list[str], sent: list[Any]
) -> None:
    server.fault(CHAT, *(reply(400, problem(words)) for words in refusals), ANSWER, ANSWER)
    request = ChatRequest("m", (SYSTEM, USER))
    end = await workspace.chat.complete(request)
    assert bodies(server)[-1]["messages"] == sent
    assert "the system prompt" in end.note
    await workspace.chat.complete(request)
    assert bodies(server)[-1]["messages"] == sent
    assert server.count(CHAT) == len(refusals) + 2


async def test_a_system_role_refused_by_its_place(
    workspace: Workspace, server: FaultServer
) -> None:
    words = "Unsupported value: 'messages[0].role' does not support 'system' with this model."
    server.fault(CHAT, reply(400, problem(words, "unsupported_value", "messages[0].role")), ANSWER)
    question = {"role": "user", "content": PARTS}
    await workspace.chat.complete(ChatRequest("m", (SYSTEM, question)))
    first = {"type": "text", "text": "Be brief."}
    assert bodies(server)[-1]["messages"] == [{"role": "user", "content": [first, *PARTS]}]


async def test_a_developer_role_that_is_refused(workspace: Workspace, server: FaultServer) -> None:
    server.fault(CHAT, reply(400, problem("Unexpected message role: developer")), ANSWER)
    end = await workspace.chat.complete(ChatRequest("m", ({**SYSTEM, "role": "developer"}, USER)))
    assert bodies(server)[-1]["messages"] == [SYSTEM, USER]
    assert "developer message as system prompt" in end.note


async def test_what_is_remembered_is_forgotten_after_a_month(
    workspace: Workspace, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.fault(CHAT, reply(400, problem("seed is not supported")), ANSWER, ANSWER)
    await workspace.chat.complete(REQUEST)
    monkeypatch.setattr("tui.services.store.tables.refusals_table.REMEMBERED_S", -1)
    end = await workspace.chat.complete(REQUEST)
    assert "seed" in bodies(server)[-1]
    assert end.note == ""
