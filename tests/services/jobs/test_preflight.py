"""What is found out before a job is created, against a provider that answers as it is told."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.counted import counted, tokens
from tests.faults.conftest import write_config
from tests.faults.server import FaultServer, page
from tests.lab_process import chat_lines, preference_lines
from tui.core.money.terms import Forecast
from tui.services.errors import InputError, Unfit
from tui.services.jobs import unanswered
from tui.services.jobs.drafts import Draft
from tui.services.jobs.preflight import Preflight, refuse_blocked
from tui.services.store.process_token import own_token
from tui.services.store.store import Store
from tui.services.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


pytestmark = pytest.mark.xdist_group("preflight")  # counting is started once
__all__ = ["counted", "tokens"]
MODEL = "gpt-4.1-mini-2025-04-14"
BUDGET = 'bills = true\ncurrency = "EUR"\nrate = 0.9\nbudget = 5\ntimeout = 2\n'


@pytest.fixture
def server(server: FaultServer) -> FaultServer:
    server.lists["/models"] = lambda q: page([{"id": MODEL, "shutdown_date": "2027-01-14"}], q)
    return server


@pytest.fixture
async def workspace(server: FaultServer, tmp_path: Path) -> AsyncIterator[Workspace]:
    one = await Workspace.open(environ=write_config(tmp_path / "home", server.url, BUDGET))
    yield one
    await one.close()


@pytest.fixture
def draft(tmp_path: Path) -> Draft:
    (tmp_path / "train.jsonl").write_bytes(chat_lines(60, "Arr, {}, the sea is wide."))
    (tmp_path / "valid.jsonl").write_bytes(_others(12))
    return Draft(
        training=str(tmp_path / "train.jsonl"),
        validation=str(tmp_path / "valid.jsonl"),
        model=MODEL,
        settings={"n_epochs": "2"},
    )


def _others(count: int) -> bytes:
    return chat_lines(count, "Aye {}.").replace(b"Say", b"Please tell me of whales and")


async def look(workspace: Workspace, draft: Draft) -> Preflight:
    found = await workspace.preflight().look(draft)
    assert found.complete
    return found


def part(found: Preflight, topic: str) -> tuple[str, str]:
    return next((one.level, one.text) for one in found.parts if one.topic == topic)


async def test_all_of_it_at_once(workspace: Workspace, draft: Draft, server: FaultServer) -> None:
    told: list[Preflight] = []
    found = await workspace.preflight().look(draft, told.append)
    assert [one.topic for one in found.parts] == [
        *("data", "checks", "leakage", "tokens", "cost", "model", "sends"),
    ]
    assert {one.level for one in found.parts} == {"ok"}, found.parts
    assert "60 examples" in part(found, "data")[1]
    assert "× 2 epochs" in part(found, "tokens")[1]
    assert "budget 5.00 EUR: nothing spent" in part(found, "cost")[1]
    assert "until 2027-01-06" in part(found, "model")[1]
    assert "on 2027-01-14" in part(found, "model")[1]
    assert server.url in part(found, "sends")[1]
    assert found.confirms_money
    assert not told[0].complete
    assert {seen.method for seen in server.seen} == {"GET"}
    value = found.to_json()
    assert (value["blocked"], value["examples"], value["cost"]["currency"]) == (False, 60, "EUR")


async def test_the_cost_is_told_with_what_it_is_without(
    workspace: Workspace, draft: Draft, tmp_path: Path
) -> None:
    train = tmp_path / "train.jsonl"
    assert "tool definitions" not in part(await look(workspace, draft), "cost")[1]
    texts = " ".join(f"word {n}" for n in range(400))
    function = {"name": "look_up", "description": texts, "parameters": {}}
    tools = [{"type": "function", "function": function}]
    rows = [{**json.loads(one), "tools": tools} for one in train.read_bytes().splitlines()]
    train.write_text("".join(json.dumps(row) + "\n" for row in rows))
    text = part(await look(workspace, draft), "cost")[1]
    assert re.search(r"\+ tool definitions, not counted in: about \d+\.\d\d EUR", text)


async def test_errors_block_and_warnings_want_a_yes(
    workspace: Workspace, draft: Draft, tmp_path: Path
) -> None:
    (tmp_path / "train.jsonl").write_bytes(chat_lines(12) + b'{"messages": []}\n')
    found = await look(workspace, draft)
    assert part(found, "checks")[0] == "block"
    assert "line 13" in part(found, "checks")[1]
    with pytest.raises(Unfit, match="line 13"):
        refuse_blocked(found)
    (tmp_path / "train.jsonl").write_bytes(chat_lines(12, "sk-proj-4f9AexampleNotARealKey0000{}"))
    found = await look(workspace, draft)
    level, text = part(found, "secrets")
    assert level == "ask"
    assert "× API key, which would be sent to fault" in text
    level, text = part(found, "checks")
    assert level == "ask"
    assert "Fewer than 50 examples" in text
    (tmp_path / "valid.jsonl").write_bytes(_others(3))  # a validation file may be small
    (tmp_path / "train.jsonl").write_bytes(chat_lines(60))
    assert part(await look(workspace, draft), "checks")[0] == "ok"


async def test_validation_examples_that_are_trained_on(
    workspace: Workspace, draft: Draft, tmp_path: Path
) -> None:
    lines = chat_lines(60, "Arr, {}, the sea is wide.").splitlines(keepends=True)
    (tmp_path / "valid.jsonl").write_bytes(b"".join(lines[:4]) + _others(8))
    level, text = part(await look(workspace, draft), "leakage")
    assert level == "ask"
    assert text.startswith("4 of 12 validation examples stand in the training file too")
    same = await look(workspace, replace(draft, validation=draft.training))
    assert part(same, "data")[0] == "block"


async def test_the_wrong_method_for_the_data(
    workspace: Workspace, draft: Draft, tmp_path: Path
) -> None:
    assert part(await look(workspace, replace(draft, method="dpo")), "data")[0] == "block"
    (tmp_path / "train.jsonl").write_bytes(preference_lines(60))
    with pytest.raises(InputError, match="Method dpo trains on them"):
        refuse_blocked(await look(workspace, draft))


async def test_data_for_a_grader_blocks_no_reinforcement(
    workspace: Workspace, draft: Draft, tmp_path: Path
) -> None:
    turns = [[{"role": "user", "content": f"{n}?"}] for n in range(60)]
    rows = [json.dumps({"messages": one, "label": n}) for n, one in enumerate(turns)]
    (tmp_path / "train.jsonl").write_text("\n".join(rows) + "\n")
    assert part(await look(workspace, draft), "checks")[0] == "block"
    graded = replace(draft, method="reinforcement")
    assert part(await look(workspace, graded), "checks")[0] != "block"


async def test_a_file_that_is_not_there_or_too_large(
    workspace: Workspace, draft: Draft, tmp_path: Path
) -> None:
    found = await look(workspace, replace(draft, training=str(tmp_path / "none.jsonl")))
    assert part(found, "data")[0] == "block"
    found = await look(workspace, replace(draft, training="file-none"))
    assert "nothing at /files/file-none" in part(found, "data")[1]
    small = replace(workspace.profile, file_bytes=100)
    workspace.provider.profile = small
    workspace.files.__dict__.pop("limits", None)
    limits = replace(workspace.files.limits, upload_bytes=None)
    workspace.files.__dict__["limits"] = limits
    assert "at most" in part(await look(workspace, draft), "data")[1]


async def test_an_uploaded_file_is_known_by_its_source(
    workspace: Workspace, draft: Draft, tmp_path: Path, server: FaultServer
) -> None:
    info = await workspace.files.upload(draft.training)
    uploaded = replace(draft, training=info.id)
    found = await look(workspace, uploaded)
    assert part(found, "data")[1].startswith(f"{info.id} = train.jsonl: 60 examples")
    assert found.price is not None
    (tmp_path / "train.jsonl").write_bytes(chat_lines(61))  # no longer what was uploaded
    found = await look(workspace, uploaded)
    assert found.price is None
    assert part(found, "tokens")[0] == "note"
    assert part(found, "leakage")[0] == "note"
    assert server.count("POST /files") == 1


@pytest.mark.parametrize(
    ("model", "level", "says"),
    [
        ("gpt-4.1-nano", "ask", "takes? no new jobs since 2026-10-23"),
        ("gpt-4o-mini-2024-07-18", "note", "not among the 1 model listed here"),
        (f"ft:{MODEL}:org:suffix:id", "note", "until 2027-01-06"),
        ("llama", "note", "whether it can be trained is not known"),
    ],
)
async def test_what_is_known_of_the_model(
    workspace: Workspace, draft: Draft, model: str, level: str, says: str
) -> None:
    found = await look(workspace, replace(draft, model=model))
    assert part(found, "model")[0] == level
    assert re.search(says, part(found, "model")[1])


async def test_the_budget_counts_jobs_seen_and_expected(workspace: Workspace, draft: Draft) -> None:
    raw = {"id": "ftjob-1", "model": MODEL, "status": "succeeded", "trained_tokens": 1_000_000}
    await workspace.store.jobs.asked("fault", "n1", {})
    await workspace.store.jobs.made("fault", "n1", raw)
    found = await look(workspace, draft)
    assert "4.50 spent by 1 job" in part(found, "cost")[1]
    assert not found.above_budget
    running = {"id": "ftjob-2", "model": MODEL, "status": "running"}
    await workspace.store.jobs.asked("fault", "n2", {})
    await workspace.store.forecasts.add("fault", "n2", Forecast(3, 10, Decimal(1), "EUR"))
    await workspace.store.jobs.made("fault", "n2", running)
    found = await look(workspace, draft)
    assert found.above_budget
    assert part(found, "cost")[0] == "ask"
    assert "above it" in part(found, "cost")[1]


async def test_a_job_of_unknown_outcome_is_remembered(
    workspace: Workspace, draft: Draft, server: FaultServer
) -> None:
    request = draft.request(workspace.profile.terms, "file-1").body("nonce-1")
    await workspace.store.jobs.asked("fault", "nonce-1", request)
    assert "it may yet come" in part(await look(workspace, draft), "earlier")[1]
    server.new_job({"model": MODEL, "metadata": {"finetui_nonce": "nonce-1"}})
    for _ in range(2):  # and asked about until somebody has gone on knowing of it
        found = await look(workspace, draft)
        level, text = part(found, "earlier")
        assert (level, text.endswith("exists: ftjob-1 (found by its mark)")) == ("ask", True)
    other = await look(workspace, replace(draft, suffix="another"))
    assert "earlier" not in [one.topic for one in other.parts]
    await workspace.store.jobs.accept_lost("fault", found.lost)
    found = await look(workspace, draft)  # settled now
    assert "earlier" not in [one.topic for one in found.parts]


async def test_a_job_whose_answer_is_waited_for_is_no_reason_to_ask(
    workspace: Workspace, draft: Draft
) -> None:
    await workspace.store.jobs.asked("fault", "nonce-1", {}, own_token())
    found = await look(workspace, draft)
    assert "earlier" not in [one.topic for one in found.parts]


async def test_a_job_that_was_never_made_frees_what_was_reserved(
    workspace: Workspace, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger, keep = workspace.store.reservations, lambda _books: None
    await ledger.reserve("fault", "nonce-1", Decimal(2), "EUR", keep)
    await workspace.store.jobs.asked("fault", "nonce-1", {})
    found = await look(workspace, draft)
    assert "2.00 reserved for 1 job" in part(found, "cost")[1]
    assert "2.00 EUR stay reserved for it" in part(found, "earlier")[1]
    monkeypatch.setattr(unanswered, "NEVER_MADE_S", -1)
    found = await look(workspace, draft)
    assert "was never made; the 2.00 EUR reserved for it are free" in part(found, "earlier")[1]
    assert part(found, "earlier")[0] == "note"
    assert "reserved" not in part(found, "cost")[1]
    assert await workspace.store.jobs.all("fault") == []


async def test_unknown_cost_counts_as_above_the_budget(
    workspace: Workspace, draft: Draft, tmp_path: Path
) -> None:
    for doubtful in (replace(draft, model="llama"), replace(draft, method="dpo")):
        if doubtful.method == "dpo":
            (tmp_path / "train.jsonl").write_bytes(preference_lines(60))
        found = await look(workspace, replace(doubtful, model="llama", validation=""))
        assert (found.above_budget, found.amount) == (True, None)
        level, text = part(found, "cost")
        assert (level, text.endswith("so it counts as above the budget")) == ("ask", True)


async def test_a_ledger_that_cannot_be_read_keeps_to_no_budget(
    workspace: Workspace, draft: Draft
) -> None:
    await workspace.store.close()
    workspace.store = Store(workspace.locations.config_file)  # no database
    found = await workspace.preflight().look(draft)
    assert part(found, "cost")[0] == "block"
    with pytest.raises(InputError, match="the budget cannot be kept to"):
        refuse_blocked(found)


async def test_offline_the_rest_is_still_said(
    workspace: Workspace, draft: Draft, server: FaultServer
) -> None:
    server.close()
    found = await look(workspace, draft)
    assert part(found, "checks")[0] == "ok"
    assert part(found, "cost")[0] == "ok"
    assert "until 2027-01-06" in part(found, "model")[1]
