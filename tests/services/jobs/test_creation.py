"""Creating a job without any form: what there is to ask, and one job whatever happens."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.faults.server import ACT_AND_DROP, FaultServer, problem, reply
from tui.core.money.pricing import Cost
from tui.core.money.terms import Budget
from tui.services.errors import InputError, NeedsConfirmation, Refused, ServiceError
from tui.services.jobs.creation import Consent, CreationEvents, Review, training_closed
from tui.services.jobs.drafts import Draft
from tui.services.jobs.preflight import Part, Preflight, Price

if TYPE_CHECKING:
    from tui.services.workspace import Workspace

JOB = "POST /fine_tuning/jobs"
DRAFT = Draft(training="file-1", model="base")
SECRETS = Part("secrets", "ask", "1 × API key")
SENDS = Part("sends", "ok", "uploads a.jsonl to near")


def price(amount: str | None) -> Price:
    cost = Cost(None if amount is None else Decimal(amount), "USD", None)
    return Price(60, 3, 9_000, cost, exact=True, chosen=True)


class Told(CreationEvents):
    """Keeps what it was told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    async def before_asking(self) -> None:
        self.told.append("asking")

    def lost(self, error: ServiceError) -> None:
        self.told.append("lost")


def test_every_question_says_what_it_takes_and_money_comes_last() -> None:
    parts = (Part("checks", "note", "1 warning"), SECRETS, SENDS)
    free = Review(DRAFT, Preflight(parts, bills=False))
    assert [(one.topic, one.takes) for one in free.questions] == [("secrets", "yes")]
    billed = Review(DRAFT, Preflight(parts, bills=True, price=price("1.5")))
    assert [(one.topic, one.takes) for one in billed.questions] == [
        ("secrets", "yes"),
        ("cost", "cost"),
    ]
    assert "uploads a.jsonl to near" in billed.questions[-1].text
    assert billed.amounts == ("1.50", "1.50 USD")


def test_a_job_of_unknown_cost_takes_an_amount_where_there_is_a_budget() -> None:
    budget = Budget("USD", Decimal(10), Decimal(0), 0)
    review = Review(DRAFT, Preflight((SENDS,), bills=True, price=price(None), budget=budget))
    assert [one.takes for one in review.questions] == ["amount"]
    assert review.amounts == ()


def test_what_was_not_agreed_to_stops_it() -> None:
    agreed = Preflight((SENDS,), bills=True, price=price("1"))
    Review(DRAFT, agreed).refuse_changed(agreed)
    for later in (
        Preflight((SECRETS, SENDS), bills=True, price=price("1")),
        Preflight((Part("cost", "ok", "2 USD"), SENDS), bills=True, price=price("2")),
    ):
        with pytest.raises(NeedsConfirmation, match="has changed since you were asked"):
            Review(DRAFT, later).refuse_changed(agreed)


async def test_nothing_is_sent_for_a_job_that_cannot_be(
    workspace: Workspace, server: FaultServer
) -> None:
    blocked = Review(DRAFT, Preflight((Part("data", "block", "no such file"),), bills=False))
    with pytest.raises(InputError, match="no such file"):
        await workspace.job_creation().create(blocked, Consent(), Told())
    assert server.seen == []


async def test_a_lost_answer_is_one_job_and_said(workspace: Workspace, server: FaultServer) -> None:
    server.files["file-1"] = {"id": "file-1", "object": "file", "bytes": 5}
    server.fault(JOB, ACT_AND_DROP)
    creation, told = workspace.job_creation(), Told()
    created = await creation.create(await creation.review(DRAFT), Consent(), told)
    assert (len(server.jobs), server.count(JOB)) == (1, 1)
    assert told.told == ["asking", "lost"]
    words = f"exists, once: {server.jobs[0]['id']} (found by its mark)"
    assert created.lost_words.endswith(words)
    again = await creation.create(await creation.review(DRAFT), Consent(), Told())
    assert again.lost_words == ""
    creation.close()


async def test_a_provider_that_has_closed_training_is_told_apart(
    workspace: Workspace, server: FaultServer
) -> None:
    server.files["file-1"] = {"id": "file-1", "object": "file", "bytes": 5}
    server.fault(JOB, reply(403, problem("no more", code="training_not_available")))
    creation = workspace.job_creation()
    with pytest.raises(Refused) as caught:
        await creation.create(await creation.review(DRAFT), Consent(), Told())
    assert training_closed(caught.value)
    assert creation.sent == []  # it was there before, so it is not offered for deletion
    creation.close()
