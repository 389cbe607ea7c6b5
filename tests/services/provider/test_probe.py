"""What an endpoint offers is asked with reads, one list for itself, and remembered with its age."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults.server import DROP, FaultServer, html, problem, reply
from tests.faults.shapes import ABSENT, FILES, JOBS, MODELS, listing
from tui.core.catalog.abilities import Ability
from tui.core.provider.probed import parse_probe
from tui.services.provider.probe import last_probe, probe

if TYPE_CHECKING:
    from tests.faults.server import Fault
    from tui.services.workspace import Workspace


def everything(server: FaultServer) -> None:
    listing(server, {"id": "base"})
    server.lists["/files"] = lambda _: {"data": []}


async def offers(workspace: Workspace) -> dict[Ability, str]:
    found = await probe(workspace.provider, workspace.api, workspace.store)
    return dict(found.offers)


async def test_each_list_is_read_once(workspace: Workspace, server: FaultServer) -> None:
    everything(server)
    assert await offers(workspace) == {
        Ability.JOBS: "yes", Ability.FILES: "yes", Ability.MODELS: "yes",
    }  # fmt: skip
    asked = {(seen.method, seen.path): seen.query for seen in server.seen}
    assert len(server.seen) == 3
    assert {method for method, _ in asked} == {"GET"}
    assert asked["GET", "/fine_tuning/jobs"] == {"limit": "1"}


@pytest.mark.parametrize("how", [*ABSENT, "501", "a page with 200"])
async def test_what_is_absent_is_not_offered_whatever_files_says(
    workspace: Workspace, server: FaultServer, how: str
) -> None:
    everything(server)
    more = {"501": reply(501, problem("not implemented")), "a page with 200": html(200)}
    server.lists["/files"] = lambda _: {"data": [{"id": "f", "purpose": "fine-tune"}]}
    server.always[JOBS] = (ABSENT | more)[how]
    found = await offers(workspace)
    assert found == {Ability.JOBS: "no", Ability.FILES: "yes", Ability.MODELS: "yes"}


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (reply(401, problem("no key")), "the key is not accepted"),
        (reply(403, problem("no scope")), "may not see it"),
        (html(403), "may not see it"),
        (reply(429, problem("slow down")), "busy"),
        (reply(500, problem("oops")), "busy or broken"),
        (html(502), "busy or broken"),
        (reply(302, "", location="https://elsewhere.example/"), "a redirect"),
        (reply(200, "nonsense"), "not JSON"),
        (DROP, "no answer"),
    ],
    ids=str,
)
async def test_other_failures_say_nothing_about_the_offer(
    workspace: Workspace, server: FaultServer, fault: Fault, words: str
) -> None:
    everything(server)
    server.always[JOBS] = fault
    found = await probe(workspace.provider, workspace.api, workspace.store)
    assert found.offers[Ability.JOBS] == "unknown"
    [jobs] = [one for one in found.found if one.ability is Ability.JOBS]
    assert words in jobs.told
    assert server.count(JOBS) == 1


async def test_it_is_remembered_with_its_age(workspace: Workspace, server: FaultServer) -> None:
    everything(server)
    server.always[JOBS] = html(404)
    assert await last_probe(workspace.provider, workspace.store) is None
    found = await probe(workspace.provider, workspace.api, workspace.store)
    kept = await last_probe(workspace.provider, workspace.store)
    assert kept == found
    assert kept is not None
    assert kept.age(kept.at + 3 * 3600) == "asked 3 h ago"
    assert kept.age(kept.at) == "asked just now"
    # Of another address, and damaged, it is worth nothing.
    assert parse_probe(kept.to_json(), kept.at, "https://other.example/v1") is None
    assert parse_probe([{"ability": "jobs"}], kept.at, kept.address) is None
    abilities = workspace.profile.provider_entry.abilities.with_probed(kept.offers)
    assert not abilities.may(Ability.JOBS)


async def test_nothing_is_remembered_of_an_endpoint_that_is_gone(
    workspace: Workspace, server: FaultServer
) -> None:
    everything(server)
    before = await probe(workspace.provider, workspace.api, workspace.store)
    for what in (JOBS, FILES, MODELS):
        server.always[what] = DROP
    gone = await probe(workspace.provider, workspace.api, workspace.store)
    assert not gone.reached
    assert await last_probe(workspace.provider, workspace.store) == before
