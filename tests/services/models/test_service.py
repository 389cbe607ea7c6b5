"""Where fine-tuned models come from, and what there is to chat with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.server import FaultServer, html, problem, reply
from tui.services.errors import Refused

if TYPE_CHECKING:
    from tui.services.workspace import Workspace

TUNED = "ft:base:org:pirate:A1"
MODELS: list[dict[str, Any]] = [
    {"id": "base", "created": 1_700_000_001, "owned_by": "lab", "shutdown_date": "2027-01-14"},
    {"id": TUNED, "created": 1_700_000_020},
    {"id": f"{TUNED}:ckpt-step-10", "created": 1_700_000_019},
    {"id": "own/name-of-a-result", "created": 1_700_000_030},
]


@pytest.fixture(autouse=True)
def _circle(server: FaultServer) -> None:
    server.lists["/models"] = lambda _: {"data": MODELS}
    server.new_job({"status": "succeeded", "model": "base", "fine_tuned_model": TUNED})
    other = {"fine_tuned_model": "own/name-of-a-result", "suffix": "mine"}
    server.new_job({"status": "succeeded", "model": "base", **other})
    server.new_job({"status": "failed", "model": "base"})
    points = [{"id": "c1", "fine_tuned_model_checkpoint": f"{TUNED}:ckpt-step-5", "step_number": 5}]
    server.lists["/fine_tuning/jobs/ftjob-1/checkpoints"] = lambda _: {"data": points}


async def test_fine_tuned_models_know_their_job(workspace: Workspace, server: FaultServer) -> None:
    tuned = (await workspace.models.look()).tuned
    assert [(model.id, model.base, model.job_id) for model in tuned] == [
        ("own/name-of-a-result", "base", "ftjob-2"),
        (TUNED, "base", "ftjob-1"),
    ]
    server.jobs.clear()  # a provider that forgets its jobs: the ledger remembers
    again = (await workspace.models.look()).tuned
    assert [model.job_id for model in again] == ["ftjob-2", "ftjob-1"]


async def test_what_there_is_to_chat_with(workspace: Workspace, server: FaultServer) -> None:
    choices = (await workspace.models.chat_offer()).choices
    assert [(choice.kind, choice.id, choice.step) for choice in choices] == [
        ("tuned", "own/name-of-a-result", None),
        ("tuned", TUNED, None),
        ("checkpoint", f"{TUNED}:ckpt-step-5", 5),
        ("checkpoint", f"{TUNED}:ckpt-step-10", 10),
        ("base", "base", None),
    ]
    asked = server.count("GET /fine_tuning/jobs/ftjob-1/checkpoints")
    await workspace.models.chat_offer()
    assert server.count("GET /fine_tuning/jobs/ftjob-1/checkpoints") == asked  # they are final


async def test_a_server_with_models_only(workspace: Workspace, server: FaultServer) -> None:
    server.fault("GET /fine_tuning/jobs", reply(404, "not found"))
    assert {choice.kind for choice in (await workspace.models.chat_offer()).choices} == {
        "base",
        "tuned",
        "checkpoint",
    }


async def test_a_deletion_is_believed_only_when_said(
    workspace: Workspace, server: FaultServer
) -> None:
    path = f"DELETE /models/{TUNED}"
    server.fault(path, reply(200, {"id": TUNED, "deleted": True}), reply(200, {"id": TUNED}))
    assert (await workspace.models.delete(TUNED)).deleted
    assert not (await workspace.models.delete(TUNED)).deleted
    server.fault(path, reply(403, problem("only owners may")), html(500))
    with pytest.raises(Refused, match="only owners may"):
        await workspace.models.delete(TUNED)
    with pytest.raises(Refused, match="web page"):
        await workspace.models.delete(TUNED)
    assert server.count(path) == 4


async def test_a_fine_tune_stops_when_its_base_does(
    workspace: Workspace, server: FaultServer
) -> None:
    seen = await workspace.models.look()
    days = {model: shutdown.day for model, shutdown in seen.shutdowns.items()}
    assert days == {model["id"]: "2027-01-14" for model in MODELS}
    server.fault(f"GET /models/{TUNED}", reply(200, MODELS[1]))
    server.fault("GET /models/base", reply(200, MODELS[0]))
    one = await workspace.models.retrieve(TUNED)
    assert (await workspace.models.shutdown(one)).words == "2027-01-14 with its base"
    server.fault("GET /models/base", html(500), html(500), html(500))
    assert (await workspace.models.shutdown(one)).words == "not announced"
