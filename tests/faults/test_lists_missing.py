"""A list that does not come takes no other with it, and says why it did not."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.faults.server import DROP, Fault, FaultServer, html, page, problem, reply
from tests.faults.shapes import ABSENT, FAILING, JOBS, MODELS, NO_MODELS, SCOPE, answering, listing
from tests.json_values import any_json
from tui.services.chat.service import ChatRequest
from tui.services.errors import Malformed, NotOffered, Refused, ServiceError
from tui.services.provider.paging import parse_page

if TYPE_CHECKING:
    from tui.services.workspace import Workspace

TUNED = "ft:base:org:pirate:A1"


@pytest.mark.parametrize("how", ABSENT)
async def test_no_jobs_and_the_models_all_the_same(
    workspace: Workspace, server: FaultServer, how: str
) -> None:
    listing(server, {"id": "base"}, {"id": TUNED})
    server.always[JOBS] = ABSENT[how]
    seen = await workspace.models.look()
    assert isinstance(seen.jobs_problem, NotOffered), how
    assert seen.problem is None
    assert [model.id for model in seen.models] == ["base", TUNED]
    assert [model.id for model in seen.tuned] == [TUNED]
    offer = await workspace.models.chat_offer()
    assert [choice.id for choice in offer.choices] == [TUNED, "base"]


@pytest.mark.parametrize("how", FAILING)
async def test_jobs_that_may_not_be_seen_leave_the_models(
    workspace: Workspace, server: FaultServer, how: str
) -> None:
    listing(server, {"id": "base"})
    server.always[JOBS] = FAILING[how]
    seen = await workspace.models.look()
    assert seen.jobs_problem is not None
    assert not isinstance(seen.jobs_problem, NotOffered)
    assert [model.id for model in seen.models] == ["base"]
    if how == "restricted key":
        assert seen.jobs_problem.cause == SCOPE
    if how == "200 and a refusal":
        assert seen.jobs_problem.cause == "plan too small"


@pytest.mark.parametrize("how", NO_MODELS)
async def test_without_models_there_is_still_somebody_to_ask(
    workspace: Workspace, server: FaultServer, how: str
) -> None:
    server.always[MODELS] = NO_MODELS[how]
    server.always[JOBS] = ABSENT["FastAPI"]
    answering(server)
    assert (await workspace.models.chat_offer()).choices == ()
    reply_ = await workspace.chat.complete(
        ChatRequest("my/model", ({"role": "user", "content": "hi"},))
    )
    assert reply_.text == "Ahoy"
    offer = await workspace.models.chat_offer()  # what answered once is offered again
    assert [(choice.id, choice.kind) for choice in offer.choices] == [("my/model", "asked")]


async def test_without_models_the_jobs_name_what_they_made(
    workspace: Workspace, server: FaultServer
) -> None:
    server.always[MODELS] = ABSENT["FastAPI"]
    for name, status in (("ft:a", "succeeded"), ("ft:b", "succeeded"), (None, "failed")):
        server.new_job({"status": status, "model": "base", "fine_tuned_model": name})
    server.fault("DELETE /models/ft:b", reply(200, {"id": "ft:b", "deleted": True}))
    await workspace.models.look()
    await workspace.models.delete("ft:b")
    seen = await workspace.models.look()
    assert [(model.id, model.job_id, model.base) for model in seen.tuned] == [
        ("ft:a", "ftjob-1", "base")
    ]
    assert isinstance(seen.problem, NotOffered)


async def test_neither_list_tells_both_reasons(workspace: Workspace, server: FaultServer) -> None:
    server.always[JOBS] = reply(401, problem("wrong key"))
    server.always[MODELS] = DROP
    seen = await workspace.models.look()
    assert (seen.models, seen.tuned) == ((), ())
    assert isinstance(seen.jobs_problem, Refused)
    assert isinstance(seen.problem, ServiceError)
    assert "list the models" in str(seen.problem)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"data": [{"id": "a"}, {"id": "a", "created": 1}, {"id": "b"}]}, ["a", "b"]),
        ({"data": [{"name": "n", "model": "llama3:8b"}, {"name": "x"}]}, ["llama3:8b", "x"]),
        ({"models": [{"name": "llama3:8b"}]}, ["llama3:8b"]),  # as Ollama names it
        ({"models": [{"name": "a.gguf"}], "data": [{"id": "a"}]}, ["a"]),  # llama.cpp has both
        (["a", {"id": "b"}, None, 3, []], ["a", "b"]),
        ({"data": [{"object": "model"}, {"id": None}, {"id": 7}, {"id": "a"}]}, ["a"]),
        ({"data": [{"id": "a"}], "has_more": "yes"}, ["a"]),
        ({"data": [{"id": "a"}], "has_more": True}, ["a"]),  # and repeats itself for ever
        ({"data": [{"name": "a"}], "has_more": True}, ["a"]),
        (None, []),
        ({"data": None}, []),
    ],
)  # fmt: skip
async def test_lists_of_models_in_other_shapes(
    workspace: Workspace, server: FaultServer, body: Any, found: list[str]
) -> None:
    server.lists["/models"] = lambda _: body
    assert [model.id for model in await workspace.models.list()] == found


@pytest.mark.parametrize("what", ["jobs", "files", "models"])
async def test_an_entry_without_an_id_hides_no_other(
    workspace: Workspace, server: FaultServer, what: str
) -> None:
    path = "/fine_tuning/jobs" if what == "jobs" else f"/{what}"
    service: Any = getattr(workspace, what)
    server.lists[path] = lambda _: {"data": [{"object": "x"}, {"id": "one"}]}
    assert [one.id for one in await service.list()] == ["one"]
    server.lists[path] = lambda _: {"data": [{"object": "x"}]}
    with pytest.raises(Malformed, match="has no id"):
        await service.list()
    for body in ({"data": {"id": "one"}}, {"data": "one"}, '"one"', 7):
        server.lists[path] = lambda _, body=body: body
        with pytest.raises(Malformed, match="has no data"):
            await service.list()


async def test_models_in_pages(workspace: Workspace, server: FaultServer) -> None:
    models = [{"id": f"m{n}"} for n in range(45)]
    server.lists["/models"] = lambda query: page(models, query)
    assert [model.id for model in await workspace.models.list()] == [m["id"] for m in models]


JSON = any_json(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["", "a", "not found"]),
    st.sampled_from(["id", "data", "error", "models", "message", "code"]),
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(JSON)
def test_any_answer_is_a_page_or_an_error_that_says_why(value: object) -> None:
    with suppress(Malformed, Refused):
        assert all(isinstance(item, dict) for item in parse_page(value, "models", names=True).items)


@pytest.mark.parametrize("created", [0, -1, None, "soon", 1e30, 10**15, True])
async def test_a_time_that_is_none_is_unknown(
    workspace: Workspace, server: FaultServer, created: object
) -> None:
    listing(server, {"id": TUNED, "created": created})
    server.new_job({"created_at": created})
    server.lists["/files"] = lambda _: {"data": [{"id": "file-1", "created_at": created}]}
    assert [model.created for model in (await workspace.models.look()).tuned] == [None]
    assert [job.created_at for job in await workspace.jobs.list()] == [None]
    [file] = (await workspace.file_overview.look()).files
    assert file.age(1e9) is None


@pytest.mark.parametrize(
    "fault", [reply(200, {"error": "only owners may"}), reply(200, problem("only owners may"))]
)
async def test_an_error_that_comes_with_200_is_told_in_its_words(
    workspace: Workspace, server: FaultServer, fault: Fault
) -> None:
    server.always |= dict.fromkeys(
        (f"DELETE /models/{TUNED}", "DELETE /files/f", "GET /files/f", "GET /models/m"), fault
    )
    for ask in (
        workspace.models.delete(TUNED), workspace.files.delete("f"),
        workspace.files.retrieve("f"), workspace.models.retrieve("m"),
    ):  # fmt: skip
        with pytest.raises(ServiceError, match="only owners may"):
            await ask


async def test_a_missing_model_or_file_is_no_missing_feature(
    workspace: Workspace, server: FaultServer
) -> None:
    server.always["POST /chat/completions"] = reply(404, problem("no m", code="model_not_found"))
    with pytest.raises(Refused) as caught:
        await workspace.chat.complete(ChatRequest("m", ({"role": "user", "content": "hi"},)))
    assert not isinstance(caught.value, NotOffered)
    server.always["POST /fine_tuning/jobs"] = reply(404, problem("no file", param="training_file"))
    from tui.services.jobs.service import JobRequest

    with pytest.raises(Refused) as refused:
        await workspace.jobs.create(JobRequest("file-1", "base"))
    assert not isinstance(refused.value, NotOffered)
    server.always["GET /models"] = html(404)
    with pytest.raises(NotOffered):
        await workspace.models.list()
