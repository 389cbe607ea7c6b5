"""The inventory: every model an account ever had, and what became of each."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.server import DROP, FaultServer, html, problem, reply
from tui.core.compare.answers import Answer
from tui.core.compare.measures import Measures
from tui.core.compare.plan import Candidate, Plan
from tui.core.compare.result_row import Row, Slot
from tui.core.models.entry import Usage
from tui.core.models.states import ModelState
from tui.services.store.tables.files_table import UploadRecord
from tui.services.store.tables.versions_table import VersionRecord

if TYPE_CHECKING:
    from tui.core.models.entry import ModelEntry
    from tui.services.models.inventory import InventorySeen
    from tui.services.workspace import Workspace

S = ModelState
MOSS, FERN = "ft:base:org:moss:A1", "ft:base:org:fern:B2"
LONG_AGO = int(time.time()) - 90 * 86_400


@pytest.fixture
def models(server: FaultServer) -> list[dict[str, Any]]:
    """The models that the server lists and tells of by their ids."""
    listed = [
        {"id": "base", "created": 1_700_000_001, "owned_by": "lab"},
        {"id": MOSS, "created": LONG_AGO},
        {"id": FERN, "created": LONG_AGO + 60},
        {"id": f"{MOSS}:ckpt-step-10", "created": LONG_AGO},
    ]
    server.lists["/models"] = lambda _: {"data": listed}
    server.lists["/models/base"] = lambda _: listed[0]
    new_job(server, MOSS, training_file="file-1")
    new_job(server, FERN)
    return listed


def new_job(server: FaultServer, model: str, **more: Any) -> None:
    server.new_job(
        {
            "status": "succeeded", "model": "base", "fine_tuned_model": model,
            "created_at": LONG_AGO - 60, "finished_at": LONG_AGO, "trained_tokens": 1200, **more,
        }
    )  # fmt: skip


def named(seen: InventorySeen, name: str) -> ModelEntry:
    return next(one for one in seen.entries if one.id == name)


async def test_models_come_with_their_origin(
    workspace: Workspace, models: list[dict[str, Any]]
) -> None:
    del models
    seen = await workspace.inventory.whole()
    assert [(one.id, one.kind, one.state) for one in seen.entries] == [
        ("base", "base", S.LIVE),
        (MOSS, "tuned", S.LIVE),
        (FERN, "tuned", S.LIVE),
        (f"{MOSS}:ckpt-step-10", "checkpoint", S.LIVE),
    ]
    moss = named(seen, MOSS)
    assert (moss.job, moss.base, moss.suffix, moss.trained_tokens) == (
        "ftjob-1", "base", "moss", 1200,
    )  # fmt: skip
    assert [(one.model, one.step) for one in moss.checkpoints or ()] == [
        (f"{MOSS}:ckpt-step-10", 10)
    ]
    assert seen.entries[3].job == "ftjob-1"
    assert named(seen, FERN).checkpoints is None  # nobody told
    assert moss.deployments is None
    assert seen.complete
    assert seen.problem is None


async def test_what_vanishes_is_gone_only_when_the_provider_says_so(
    workspace: Workspace, server: FaultServer, models: list[dict[str, Any]]
) -> None:
    await workspace.inventory.whole()
    del models[1]
    server.always[f"GET /models/{MOSS}"] = reply(500, problem("oops"))
    seen = await workspace.inventory.whole()
    assert named(seen, MOSS).state is S.UNKNOWN
    assert named(seen, MOSS).created == LONG_AGO
    server.always[f"GET /models/{MOSS}"] = reply(403, problem("not for this key"))
    assert named(await workspace.inventory.whole(), MOSS).state is S.HIDDEN
    # One that may not be seen is not asked for again at once, but is by and by.
    asked = server.count(f"GET /models/{MOSS}")
    await workspace.inventory.whole()
    assert server.count(f"GET /models/{MOSS}") == asked
    await workspace.store.models.looked_up("fault", [(MOSS, "")])
    server.always[f"GET /models/{MOSS}"] = reply(404, problem("no such model"))
    assert named(await workspace.inventory.whole(), MOSS).state is S.DELETED_ELSEWHERE
    asked = server.count(f"GET /models/{MOSS}")
    assert named(await workspace.inventory.whole(), MOSS).state is S.DELETED_ELSEWHERE
    assert server.count(f"GET /models/{MOSS}") == asked  # that is settled
    models.append({"id": MOSS, "created": LONG_AGO})
    assert named(await workspace.inventory.whole(), MOSS).state is S.LIVE


async def test_a_server_with_a_list_only_proves_nothing_by_404(
    workspace: Workspace, server: FaultServer, models: list[dict[str, Any]]
) -> None:
    await workspace.inventory.whole()
    del server.lists["/models/base"]  # 404 for every id
    del models[1]
    seen = await workspace.inventory.whole()
    assert named(seen, MOSS).state is S.UNKNOWN
    assert "nobody says why" in named(seen, MOSS).why


async def test_a_model_that_no_list_ever_had_is_not_visible(
    workspace: Workspace, server: FaultServer, models: list[dict[str, Any]]
) -> None:
    del models
    new_job(server, "ft:base:org:hidden:C3")
    new_job(server, "ft:base:org:fresh:D4", finished_at=int(time.time()) - 5)
    server.new_job({"status": "failed", "model": "base", "fine_tuned_model": "ft:base:org:no:E5"})
    seen = await workspace.inventory.whole()
    assert named(seen, "ft:base:org:hidden:C3").state is S.HIDDEN
    assert named(seen, "ft:base:org:fresh:D4").state is S.NOT_READY
    assert "ft:base:org:no:E5" not in {one.id for one in seen.entries}
    server.lists["/models/ft:base:org:hidden:C3"] = lambda _: {"id": "ft:base:org:hidden:C3"}
    await workspace.store.models.looked_up("fault", [("ft:base:org:hidden:C3", "")])
    shown = named(await workspace.inventory.whole(), "ft:base:org:hidden:C3")
    assert shown.state is S.LIVE
    assert "not listed" in shown.why


async def test_what_was_deleted_from_here_stays_deleted_while_it_is_listed(
    workspace: Workspace, server: FaultServer, models: list[dict[str, Any]]
) -> None:
    moss = named(await workspace.inventory.whole(), MOSS)
    server.fault(f"DELETE /models/{MOSS}", reply(200, {"id": MOSS, "deleted": True}))
    await workspace.models.delete(MOSS, moss.to_json())
    await workspace.models.look()  # another look at the list does not bring it back
    seen = named(await workspace.inventory.whole(), MOSS)
    assert (seen.state, seen.still_listed) == (S.DELETED_HERE, True)
    del models[1]
    seen = named(await workspace.inventory.whole(), MOSS)
    assert (seen.state, seen.still_listed, seen.job) == (S.DELETED_HERE, False, "ftjob-1")
    assert server.count(f"GET /models/{MOSS}") == 0  # nobody has to be asked
    kept = (await workspace.store.models.all("fault"))[MOSS]
    assert kept.facts["trained_tokens"] == 1200
    models.append({"id": MOSS, "created": int(time.time()) + 5})  # made again under its name
    assert named(await workspace.inventory.whole(), MOSS).state is S.LIVE
    assert (await workspace.store.models.all("fault"))[MOSS].deleted_at is None


async def test_each_list_may_be_missing(
    workspace: Workspace, server: FaultServer, models: list[dict[str, Any]]
) -> None:
    del models
    await workspace.inventory.whole()
    server.always["GET /models"] = reply(403, problem("no list for this key"))
    server.always[f"GET /models/{MOSS}"] = reply(200, {"id": MOSS})
    seen = await workspace.inventory.whole()
    assert seen.problem is not None
    assert "no list for this key" in seen.problem.cause
    assert named(seen, MOSS).state is S.LIVE
    assert named(seen, FERN).state is S.DELETED_ELSEWHERE  # the server tells of others by id
    server.always["GET /fine_tuning/jobs"] = html(503)
    seen = await workspace.inventory.whole()
    assert seen.jobs_problem is not None
    assert named(seen, MOSS).job == "ftjob-1"  # as it was seen last
    server.always["GET /models"] = server.always[f"GET /models/{MOSS}"] = DROP
    await workspace.store.models.looked_up("fault", [(MOSS, ""), (FERN, "")])
    seen = await workspace.inventory.whole()
    assert {one.state for one in seen.entries} == {S.UNKNOWN}
    assert [one.id for one in (await workspace.inventory.remembered()).entries] == [
        one.id for one in seen.entries
    ]


async def test_models_are_shown_before_slow_jobs(
    workspace: Workspace, server: FaultServer, models: list[dict[str, Any]]
) -> None:
    del models
    await workspace.jobs.list()
    pages = server.lists

    def slow(_: dict[str, str]) -> Any:
        assert shown.wait(60)
        return {"data": server.jobs}

    import threading

    shown = threading.Event()
    pages["/fine_tuning/jobs"] = slow
    looks = []
    async for seen in workspace.inventory.look():
        looks.append(seen)
        shown.set()
    assert [one.complete for one in looks] == [False, True]
    assert [one.id for one in looks[0].entries] == [one.id for one in looks[1].entries]
    assert named(looks[0], MOSS).job == "ftjob-1"  # the jobs seen before


async def test_what_was_done_with_a_model_is_told(
    workspace: Workspace, models: list[dict[str, Any]]
) -> None:
    del models
    store = workspace.store
    upload = UploadRecord("file-1", "t.jsonl", "/data/t.jsonl", "d1", 9, "fine-tune", 5)
    await store.files.add("fault", upload)
    await store.versions.add(VersionRecord("d1", "/data/older.jsonl", 9, 2, "saved", 4))
    await store.exchanges.add("fault", MOSS, {}, {})
    plan = Plan((Candidate("moss", MOSS), Candidate("fern", FERN)), ())
    for run, picked in (("r1", 1.0), ("r2", 1.0), ("r3", None)):
        await store.comparisons.begin(run, "fault", plan, None)
        rows = [
            Row(Slot(1, "moss", 1), answer=Answer("a"), measures=Measures(picked=picked)),
            Row(
                Slot(1, "fern", 1),
                answer=Answer("b"),
                measures=Measures(picked=None if picked is None else 0.0),
            ),
        ]
        await store.comparisons.answered(run, rows)
    seen = await workspace.inventory.whole()
    moss, fern = named(seen, MOSS), named(seen, FERN)
    assert moss.training_file is not None
    assert moss.training_file.paths == ("/data/t.jsonl", "/data/older.jsonl")
    assert moss.usage.last_chatted is not None
    assert time.time() - moss.usage.last_chatted < 60
    assert moss.usage == Usage(moss.usage.last_chatted, 0, compared=3, decided=2, won=2)
    assert fern.usage == Usage(None, 0, compared=3, decided=2, won=0)
