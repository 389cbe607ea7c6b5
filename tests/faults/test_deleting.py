"""Deleting what is asked for once and looked for after: lost answers, refusals, stale lists."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.conftest import write_config
from tests.faults.models import ModelServer, tuned_id
from tests.faults.server import ACT_AND_DROP, DROP, HANG, html, problem, reply
from tests.home import Home
from tests.served import served
from tests.until import until
from tui.core.models.states import ModelState
from tui.core.provider.deletion import Fate, Outcome
from tui.services.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.faults.server import Fault

A, B, C = tuned_id(1), tuned_id(2), tuned_id(3)


server = served(partial(ModelServer, 3))


async def delete(workspace: Workspace, *ids: str, **more: Any) -> list[Outcome]:
    told: list[Outcome] = []
    done = await workspace.models.deletions().run(ids, lambda one, _: told.append(one), **more)
    assert [one.id for one in told] == [one.id for one in done]
    return done


REFUSAL = reply(403, problem("you need the Owner role"))
SETTLED: list[tuple[list[Fault], list[Fault], Fate, str, bool]] = [
    # faults of DELETE, faults of the look after it, what is said, words of it, and is it gone
    ([], [], Fate.DELETED, "", True),
    ([REFUSAL], [], Fate.REFUSED, "Owner role", False),
    ([reply(404, problem("gone"))], [], Fate.REFUSED, "gone", False),
    ([ACT_AND_DROP], [], Fate.DELETED, "not there any more", True),
    ([DROP], [], Fate.UNKNOWN, "still there", False),
    ([DROP], [REFUSAL], Fate.UNKNOWN, "looking for it failed: you need", False),
    ([reply(502, "bad gateway", act=True)], [], Fate.DELETED, "not there any more", True),
    ([html(act=True)], [], Fate.DELETED, "not there any more", True),
    ([reply(200, {"id": A})], [], Fate.REFUSED, "did not say that it is deleted", False),
    ([reply(200, {"id": A}, act=True)], [], Fate.DELETED, "not there any more", True),
]


@pytest.mark.parametrize(("asked", "looked", "fate", "words", "gone"), SETTLED)
async def test_what_an_answer_means(
    workspace: Workspace,
    server: ModelServer,
    asked: list[Fault],
    looked: list[Fault],
    fate: Fate,
    words: str,
    gone: bool,
) -> None:
    server.fault(f"DELETE /models/{A}", *asked)
    server.fault(f"GET /models/{A}", *looked * 4)  # reading is tried again
    (outcome,) = await delete(workspace, A, facts=lambda _: {"base": "base-1"})
    assert (outcome.fate, outcome.gone) == (fate, gone)
    assert words in outcome.cause
    assert (A not in server.models) == gone
    assert server.deletions(A) == 1
    kept = (await workspace.store.deletions.all("fault", "model"))[A]
    assert (kept.fate, dict(kept.facts)) == (fate, {"base": "base-1"})
    assert (A in await workspace.store.models.deleted("fault")) == gone


async def test_a_list_that_is_behind_is_told_and_nothing_is_asked_twice(
    workspace: Workspace, server: ModelServer
) -> None:
    server.behind = True
    assert [one.fate for one in await delete(workspace, A, B)] == [Fate.STILL_LISTED] * 2
    server.models[A] = server.deleted[A]  # it is even found by its id
    (again,) = await delete(workspace, A)
    assert again.fate is Fate.STILL_LISTED
    assert "not asked for again" in again.cause
    assert server.deletions(A) == 1
    server.models[A]["created"] = 4_000_000_000  # another one of the same name, made since
    assert (await delete(workspace, A))[0].gone
    assert server.deletions(A) == 2


async def test_a_lost_answer_is_looked_for_before_it_is_asked_again(
    workspace: Workspace, server: ModelServer, tmp_path: Path
) -> None:
    server.fault(f"DELETE /models/{A}", DROP)
    assert (await delete(workspace, A))[0].fate is Fate.UNKNOWN
    async with other_program(tmp_path) as other:
        gone = server.models.pop(A)
        (seen,) = await delete(other, A)
        assert (seen.fate, server.deletions(A)) == (Fate.DELETED, 1)
        assert "not there any more" in seen.cause
    server.fault(f"DELETE /models/{B}", DROP)
    assert (await delete(workspace, B))[0].fate is Fate.UNKNOWN
    assert (await delete(workspace, B))[0].fate is Fate.DELETED  # it was seen to be there
    assert server.deletions(B) == 2
    server.models[A] = gone
    server.fault(f"GET /models/{A}", *[REFUSAL] * 4)
    (unsure,) = await delete(workspace, A)
    assert unsure.fate is Fate.UNKNOWN
    assert server.deletions(A) == 1


async def test_a_server_that_only_lists(workspace: Workspace, server: ModelServer) -> None:
    for one in (A, B, C, "base-1"):
        server.always[f"GET /models/{one}"] = reply(404, problem("no such path"))
    server.fault(f"DELETE /models/{A}", DROP)
    server.fault(f"DELETE /models/{B}", ACT_AND_DROP)
    fates = [one.fate for one in await delete(workspace, A, B)]
    assert fates == [Fate.UNKNOWN, Fate.DELETED]


async def test_what_is_hidden_is_not_taken_for_gone(
    workspace: Workspace, server: ModelServer
) -> None:
    server.hidden = {A}
    server.fault(f"DELETE /models/{A}", DROP)
    assert (await delete(workspace, A))[0].fate is Fate.UNKNOWN


async def test_stopping_leaves_the_rest(workspace: Workspace, server: ModelServer) -> None:
    asked = server.deletions
    done = await delete(workspace, A, B, C, stopped=lambda: asked(A) == 1)
    assert [one.fate for one in done] == [Fate.DELETED, Fate.NOT_ASKED, Fate.NOT_ASKED]
    assert (asked(B), asked(C)) == (0, 0)


async def test_another_program_at_work_on_it_is_left_alone_and_one_killed_is_not(
    workspace: Workspace, server: ModelServer, tmp_path: Path
) -> None:
    server.fault(f"DELETE /models/{A}", HANG)
    other = Home(tmp_path).start("models", "delete", A, "--yes")
    try:
        await until(lambda: server.deletions(A) == 1)
        (left,) = await delete(workspace, A)
        assert "another finetui" in left.cause
        assert server.deletions(A) == 1
    finally:
        other.kill()
        other.communicate()
    assert (await delete(workspace, A))[0].gone
    assert server.deletions(A) == 2  # it was seen to be there still


def test_fifty_of_two_hundred_with_two_refusals_and_a_lost_answer(tmp_path: Path) -> None:
    server = ModelServer(200)
    ids = [tuned_id(number) for number in range(1, 51)]
    server.always[f"DELETE /models/{ids[7]}"] = REFUSAL
    server.always[f"DELETE /models/{ids[30]}"] = reply(409, problem("it is deployed as chat-eu"))
    server.fault(f"DELETE /models/{ids[20]}", ACT_AND_DROP)
    write_config(tmp_path, server.url, "timeout = 5")
    home = Home(tmp_path)
    try:
        told = home.json("models", "delete", *ids, code=4)
        assert "Add --yes" in told["error"]["next_step"]
        assert not any(map(server.deletions, ids))
        told = home.json("models", "delete", *ids, "--yes", code=3)["deleted"]
        assert sum(one["deleted"] for one in told) == 48
        assert [one["id"] for one in told if not one["deleted"]] == [ids[7], ids[30]]
        assert "Owner role" in told[7]["cause"]
        assert "chat-eu" in told[30]["error"]["cause"]
        assert "not there any more" in told[20]["cause"]
        assert all(server.deletions(one) == 1 for one in ids)
        assert len(server.models) == 152
        again = home.json("models", "delete", *ids[20:22], "--yes", code=3)["deleted"]
        assert all("deleted from here already" in one["cause"] for one in again)
        assert [server.deletions(one) for one in ids[20:22]] == [1, 1]
    finally:
        server.close()


def test_a_dry_run_names_what_goes_and_stays_and_files_go_only_when_asked(tmp_path: Path) -> None:
    server = ModelServer(2)
    for number, one in ((1, A), (2, B)):
        job = server.new_job({"training_file": "file-both", "validation_file": f"file-{number}"})
        job.update({"model": "base-1", "fine_tuned_model": one, "status": "succeeded"})
    for name in ("file-both", "file-1", "file-2"):
        server.files[name] = {"id": name, "object": "file", "deleted": True}  # the answer to both
    write_config(tmp_path, server.url, "timeout = 5")
    home = Home(tmp_path)
    try:
        dry = home.json("models", "delete", A, "base-1", "--dry-run")
        assert (dry["would_delete"], dry["files"]) == ([A], ["file-1"])
        assert "base model" in dry["held"][0]["why"]
        assert (
            "2 uploaded files (1 used by other jobs)"
            in home.run("models", "delete", A, "--dry-run").stdout
        )
        said = home.run("models", "delete", A, "--with-files", "--dry-run").stdout
        assert "Deletes too: 1 uploaded file." in said
        assert "comparisons, 1 uploaded file (1 used by other jobs)." in said
        assert not server.deletions(A)
        server.fault(f"DELETE /models/{B}", REFUSAL)
        told = home.json("models", "delete", A, B, "--with-files", "--yes", code=3)
        assert [one["deleted"] for one in told["deleted"]] == [True, False]
        # The files of the one that stays, stay with it.
        assert [one["id"] for one in told["files"]] == ["file-1"]
        assert server.count("DELETE /files/file-1") == 1
    finally:
        server.close()


@asynccontextmanager
async def other_program(home: Path) -> AsyncIterator[Workspace]:
    one = await Workspace.open(environ={"FINETUI_HOME": str(home)})
    try:
        yield one
    finally:
        await one.close()


async def test_what_a_closed_profile_had_not_sent_was_not_asked_for(
    workspace: Workspace, server: ModelServer, tmp_path: Path
) -> None:
    server.fault(f"DELETE /models/{B}", HANG)
    deleting = asyncio.ensure_future(delete(workspace, A, B, C))
    await until(lambda: server.deletions(B) == 1)
    await workspace.provider.close()  # as when another profile is used meanwhile
    server.release()
    assert [one.fate for one in await deleting] == [Fate.DELETED, Fate.UNKNOWN, Fate.NOT_ASKED]
    assert server.deletions(C) == 0
    async with other_program(tmp_path) as other:
        assert [one.fate for one in await delete(other, C)] == [Fate.DELETED]
    assert server.deletions(C) == 1


async def test_a_deletion_without_an_answer_is_told_and_settled_by_the_next_look(
    workspace: Workspace, server: ModelServer
) -> None:
    async def look() -> dict[str, Any]:
        return {one.id: one for one in (await workspace.inventory.whole()).entries}

    await look()  # all of them are listed once
    server.fault(f"DELETE /models/{C}", REFUSAL)
    await delete(workspace, C)
    for one in (A, B):  # as a kill leaves it: asked for, and no answer
        await workspace.store.deletions.asked("fault", "model", one, {"base": "base-1"})
    server.models.pop(A)
    found = await look()
    assert found[A].state is ModelState.DELETED_HERE
    assert found[A].deleted_at is not None
    kept = (await workspace.store.deletions.all("fault", "model"))[A]
    assert (kept.fate, kept.facts) == (Fate.DELETED, {"base": "base-1"})
    assert "it is not there any more" in kept.cause
    assert [found[one].state for one in (B, C)] == [ModelState.LIVE] * 2
    assert "no answer has come" in found[B].why
    assert "refused" in found[C].why
    assert "Owner role" in found[C].why
    assert [found[one].unanswered for one in (A, B, C)] == [False, True, False]
    server.models[B]["created"] = server.models[C]["created"] = 4_000_000_000  # made again
    found = await look()
    assert [(found[one].why, found[one].unanswered) for one in (B, C)] == [("", False)] * 2
