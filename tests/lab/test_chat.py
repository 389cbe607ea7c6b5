"""Chat: what the parameters do, and that nobody generates for a client that left."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from openai import BadRequestError

from tests.lab_process import wait_for
from tui.lab.activity import Activity
from tui.lab.chat_request import read_chat_request
from tui.lab.completions import complete, prepare, stream
from tui.lab.learner import load_base

if TYPE_CHECKING:
    from openai import OpenAI
    from openai.types.fine_tuning import FineTuningJob

    from tests.lab_process import LabProcess

ASK = [{"role": "user", "content": "Tell me a story"}]
WILD = {"model": "lab-micro", "messages": ASK, "n": 8, "temperature": 2, "seed": 1}


def text_of(client: OpenAI, **options: object) -> str:
    answer = client.chat.completions.create(
        **{"model": "lab-micro", "messages": ASK, "max_tokens": 12, **options}  # type: ignore[call-overload]
    )
    return answer.choices[0].message.content or ""


def test_seed_and_temperature(client: OpenAI) -> None:
    assert text_of(client, temperature=0) == text_of(client, temperature=0)
    assert text_of(client, seed=5) == text_of(client, seed=5)
    assert len({text_of(client, seed=seed, temperature=2) for seed in range(4)}) > 1


def test_length_stop_and_choices(client: OpenAI) -> None:
    answer = client.chat.completions.create(
        model="lab-micro", messages=ASK, max_tokens=3, n=3, seed=1, temperature=1
    )
    assert [choice.index for choice in answer.choices] == [0, 1, 2]
    assert answer.usage is not None
    assert answer.usage.completion_tokens <= 9
    whole = text_of(client, temperature=0)
    assert len(whole) > 4
    for stop in (whole[2:4], ["never there", whole[2:4]]):
        cut = client.chat.completions.create(
            model="lab-micro", messages=ASK, temperature=0, stop=stop, max_tokens=12
        ).choices[0]
        assert cut.message.content == whole[: whole.index(whole[2:4])]
        assert cut.finish_reason == "stop"


def test_unknown_parameters_parts_and_tools_are_taken(client: OpenAI) -> None:
    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
    answer = client.chat.completions.create(
        model="lab-micro",
        max_tokens=4,
        tools=[tool],  # type: ignore[list-item]
        reasoning_effort="high",
        presence_penalty=1,
        messages=[
            {"role": "developer", "content": "Be brief."},
            {"role": "user", "content": [{"type": "text", "text": "Hi \x00\U0001f600"}]},
        ],
        extra_body={"colour": "blue"},
    )
    assert answer.choices[0].message.tool_calls is None


def test_a_prompt_longer_than_the_context_is_refused_as_a_provider_does(client: OpenAI) -> None:
    long: Any = [{"role": "user", "content": "word " * 20_000}]
    for streamed in (False, True):
        with pytest.raises(BadRequestError) as refused:
            client.chat.completions.create(model="lab-micro", messages=long, stream=streamed)
        assert (refused.value.code, refused.value.param) == ("context_length_exceeded", "messages")
        assert "maximum context length is 1024 tokens" in refused.value.message
    # What leaves room for one token only is answered with one.
    empty: Any = [{"role": "user", "content": ""}] * 511
    answer = client.chat.completions.create(model="lab-micro", messages=empty)
    assert answer.usage is not None
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (1023, 1)


def test_streamed_choices_take_turns(client: OpenAI) -> None:
    plain = client.chat.completions.create(**WILD)  # type: ignore[call-overload]
    texts = [""] * 8
    reasons: dict[int, str] = {}
    for chunk in client.chat.completions.create(**WILD, stream=True):  # type: ignore[call-overload]
        for choice in chunk.choices:
            texts[choice.index] += choice.delta.content or ""
            if choice.finish_reason:
                reasons[choice.index] = choice.finish_reason
    assert texts == [choice.message.content for choice in plain.choices]
    assert reasons == {choice.index: choice.finish_reason for choice in plain.choices}


def test_stream_ends_with_done(lab: LabProcess) -> None:
    with httpx2.stream(
        "POST",
        f"{lab.base_url}/chat/completions",
        headers={"authorization": f"Bearer {lab.api_key}"},
        json={"model": "lab-micro", "messages": ASK, "stream": True, "max_tokens": 2},
    ) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        lines = list(response.iter_lines())
    assert lines[-2:] == ["data: [DONE]", ""]


async def test_client_that_leaves_stops_its_generation(lab: LabProcess) -> None:
    async with lab.async_client() as client:
        for _ in range(3):
            stream = await client.chat.completions.create(**WILD, stream=True)  # type: ignore[call-overload]
            await anext(aiter(stream))
            await stream.close()
    health = lab.base_url.removesuffix("/v1") + "/health"
    wait_for(lambda: httpx2.get(health).json()["generating"] == 0)


def test_generation_stops_when_told() -> None:
    activity, gone = Activity(), threading.Event()
    ready = prepare(read_chat_request(WILD), load_base("lab-micro"))
    whole = complete(ready, activity, gone)
    gone.set()
    cut = complete(ready, activity, gone)
    assert cut["usage"]["completion_tokens"] < whole["usage"]["completion_tokens"]
    events = stream(ready, activity)
    next(events)
    assert activity.generating == 1
    events.close()
    assert activity.generating == 0


def test_server_answers_while_training(client: OpenAI, tuned: FineTuningJob) -> None:
    job = client.fine_tuning.jobs.create(
        model="lab-micro",
        training_file=tuned.training_file,
        hyperparameters={"n_epochs": 50, "batch_size": 1},
    )
    wait_for(lambda: client.fine_tuning.jobs.retrieve(job.id).status == "running")
    assert text_of(client, model=tuned.fine_tuned_model, temperature=0)
    assert client.fine_tuning.jobs.retrieve(job.id).status == "running"
    client.fine_tuning.jobs.cancel(job.id)
