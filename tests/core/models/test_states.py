"""The state of a model: decided from what is known, and never more than that."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from tui.core.catalog.shutdown import Shutdown
from tui.core.models.states import LISTED_AFTER_S, Evidence, ModelState, state_of
from tui.core.provider.deployments import Deployment

NOW, TODAY = 1_795_000_000, date(2026, 11, 18)
LONG_AGO = NOW - 90 * 86_400
PAST, COMING = Shutdown("2026-10-23"), Shutdown("2027-01-14")
UP = (Deployment("d", "m", "chat", "Succeeded", ready=True),)
DOWN = (Deployment("d", "m", "chat", "Creating", ready=False),)
UNSURE = (Deployment("d", "m", "chat", "Odd"),)
S = ModelState


@pytest.mark.parametrize(
    ("known", "state", "why"),
    [
        (Evidence(listed=True), S.LIVE, ""),
        (Evidence(listed=True, shutdown=COMING), S.LIVE, ""),
        (Evidence(listed=True, deployments=UP), S.DEPLOYED, ""),
        (Evidence(listed=True, deployments=UNSURE), S.DEPLOYED, ""),
        (Evidence(listed=True, deployments=(*DOWN, *UP)), S.DEPLOYED, ""),
        (Evidence(listed=True, deployments=DOWN), S.NOT_READY, "Creating"),
        (Evidence(listed=True, needs_deployment=True), S.NOT_READY, "needs a deployment"),
        (
            Evidence(listed=True, needs_deployment=True, deployments_known=False),
            S.LIVE,
            "not told",
        ),
        (Evidence(listed=False, lookup="found"), S.LIVE, "not listed"),
        (Evidence(listed=None, lookup="found"), S.LIVE, ""),
        # deleted from here
        (Evidence(listed=False, deleted_at=NOW), S.DELETED_HERE, ""),
        (Evidence(listed=True, deleted_at=NOW), S.DELETED_HERE, "still lists it"),
        (Evidence(listed=True, deleted_at=NOW, created=LONG_AGO), S.DELETED_HERE, "still lists"),
        (Evidence(listed=True, deleted_at=NOW, deployments=UP), S.DELETED_HERE, "still lists it"),
        (Evidence(listed=None, deleted_at=NOW, lookup="found"), S.DELETED_HERE, ""),
        # made again under the same name
        (Evidence(listed=True, deleted_at=LONG_AGO, created=NOW), S.LIVE, ""),
        (Evidence(listed=True, deleted_at=LONG_AGO, made_at=NOW), S.LIVE, ""),
        # its day has passed
        (Evidence(listed=False, shutdown=PAST, ever_listed=True), S.RETIRED, "2026-10-23"),
        (Evidence(listed=True, shutdown=PAST), S.RETIRED, "still lists it"),
        (Evidence(listed=True, shutdown=Shutdown("2026-10-23", "base")), S.RETIRED, "its base"),
        (Evidence(listed=True, shutdown=Shutdown("2026-10-23", "catalogue")), S.LIVE, ""),
        (Evidence(listed=True, shutdown=Shutdown("2026-11-18")), S.LIVE, ""),
        (Evidence(listed=False, shutdown=Shutdown("2026-11-18")), S.RETIRED, "2026-11-18"),
        (Evidence(listed=True, shutdown=Shutdown("01/14/2027")), S.LIVE, ""),
        # gone without us
        (Evidence(listed=False, ever_listed=True, lookup="gone"), S.DELETED_ELSEWHERE, "once"),
        (Evidence(listed=None, ever_listed=True, lookup="gone"), S.DELETED_ELSEWHERE, "once"),
        # what cannot be known
        (Evidence(listed=False, ever_listed=True), S.UNKNOWN, "not listed any more"),
        (Evidence(listed=None, ever_listed=True), S.UNKNOWN, "did not come"),
        (Evidence(listed=None), S.UNKNOWN, "did not come"),
        (Evidence(listed=False, ever_listed=True, lookup="forbidden"), S.HIDDEN, "refuses"),
        (Evidence(listed=None, lookup="forbidden"), S.HIDDEN, "refuses"),
        (Evidence(listed=False, made_at=LONG_AGO), S.HIDDEN, "never listed here"),
        (Evidence(listed=False, made_at=LONG_AGO, lookup="gone"), S.HIDDEN, "or deleted before"),
        (Evidence(listed=None, made_at=LONG_AGO, lookup="gone"), S.HIDDEN, "or deleted before"),
        # just made
        (Evidence(listed=False, made_at=NOW - 60), S.NOT_READY, "made just now"),
        (Evidence(listed=False, made_at=NOW - 60, lookup="gone"), S.NOT_READY, "made just now"),
        (Evidence(listed=False, made_at=NOW - LISTED_AFTER_S), S.HIDDEN, "never listed"),
    ],
)
def test_a_state_is_what_the_evidence_allows(known: Evidence, state: S, why: str) -> None:
    verdict = state_of(known, NOW, TODAY)
    assert verdict.state is state
    assert why in verdict.why
    assert bool(why) == bool(verdict.why)


def test_gone_elsewhere_is_said_only_of_what_was_listed_and_is_not_there() -> None:
    lookups = ("", "found", "gone", "forbidden")
    for listed, ever, look, shutdown in product(
        (True, False, None), (True, False), lookups, (None, PAST, COMING)
    ):
        known = Evidence(listed, ever, lookup=look, shutdown=shutdown, made_at=LONG_AGO)  # type: ignore[arg-type]
        state = state_of(known, NOW, TODAY).state
        if state is S.DELETED_ELSEWHERE:
            assert ever
            assert look == "gone"
            assert not listed
        if not listed and look == "" and state is not S.RETIRED:
            assert not state.there
            assert not state.gone


def test_every_state_has_a_mark_of_its_own_and_fits_its_column() -> None:
    assert len({state.mark for state in S}) == len(S)
    assert all(len(state.short) <= 11 for state in S)
    assert not any(state.there and state.gone for state in S)
