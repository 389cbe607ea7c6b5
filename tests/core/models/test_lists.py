"""Order and filter of the inventory, what ends, and what a clean-up would take."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tui.core.catalog.shutdown import Shutdown
from tui.core.jobs.jobs import parse_job
from tui.core.models.cleanup import clean_up, continued_by
from tui.core.models.days import days_left, ends_words
from tui.core.models.ending import ending
from tui.core.models.entry import FileOfJob, ModelEntry, Usage
from tui.core.models.listing import ORDERS, filtered, ordered, searched_text
from tui.core.models.states import ModelState
from tui.core.provider.deployments import Deployment

DAY = 86_400
NOW = 1_795_000_000
LIVE = ModelState.LIVE
OLD = ModelEntry("ft:base-a:org:moss:1", "tuned", LIVE, "base-a", "moss", created=NOW - 200 * DAY)
NEW = ModelEntry("ft:base-b:org:fern:2", "tuned", LIVE, "base-b", "fern", created=NOW - 2 * DAY)
ENDING = replace(OLD, id="ft:base-a:org:ivy:3", suffix="ivy", shutdown=Shutdown("2027-01-14"))
BASE = ModelEntry("base-a", "base", LIVE, "base-a", shutdown=Shutdown("2027-01-02"))
UP = (Deployment("d", OLD.id, "moss-chat", "Succeeded", ready=True),)


def test_ones_own_come_before_bases_in_every_order() -> None:
    for order in ORDERS:
        assert ordered([BASE, NEW, ENDING, OLD], order)[-1] is BASE
    assert ordered([OLD, ENDING, NEW], "newest")[0] is NEW
    assert ordered([NEW, OLD], "oldest") == [OLD, NEW]
    assert ordered([NEW, OLD, ENDING], "ends")[0] is ENDING
    assert [one.suffix for one in ordered([OLD, ENDING, NEW], "name")] == ["fern", "ivy", "moss"]
    chatted = replace(OLD, usage=Usage(last_chatted=NOW))
    assert ordered([NEW, chatted], "chatted") == [chatted, NEW]
    gone = replace(NEW, state=ModelState.DELETED_HERE)
    assert ordered([gone, OLD], "state") == [OLD, gone]


def test_every_state_has_its_place_in_the_order() -> None:
    every = [replace(OLD, state=state) for state in ModelState]
    assert len(ordered(every, "state")) == len(ModelState)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", [OLD, NEW]),
        ("MOSS", [OLD]),
        ("moss base-b", []),
        ("base:base-b", [NEW]),
        ("-moss", [NEW]),
        ("-suffix:fern", [OLD]),
        ("state:live", [OLD, NEW]),
        ("state:retired", []),
        ("data/train.jsonl", [OLD]),
        ("nofield:x", []),
        ("-", [NEW]),
    ],
)
def test_words_narrow_the_list(typed: str, found: list[ModelEntry]) -> None:
    old = replace(OLD, training_file=FileOfJob("file-1", ("/data/train.jsonl",)))
    old = replace(old, id=OLD.id.replace("-", "_"), base="base_a")
    expected = [old if one is OLD else one for one in found]
    assert filtered([old, NEW], typed) == expected
    texts = {one.id: searched_text(one) for one in (old, NEW)}
    assert filtered([old, NEW], typed, texts) == expected


def test_what_ends_comes_soonest_first_and_without_what_is_gone() -> None:
    gone = replace(ENDING, id="gone", state=ModelState.RETIRED, shutdown=Shutdown("2026-10-23"))
    today = date(2026, 12, 18)
    past = replace(ENDING, id="past", shutdown=Shutdown("2026-12-01", "catalogue"))
    assert ending([past, ENDING, NEW, gone, BASE], today) == [BASE, ENDING, past]
    for day, words in {
        "2027-01-14": "27 days",
        "2026-12-19": "1 day",
        "2026-12-18": "today",
        "2026-10-23": "ended 2026-10-23",
        None: "–",
        "soon": "soon",
    }.items():
        assert ends_words(Shutdown(day), today) == words
    assert days_left(Shutdown("soon"), today) is None


def test_only_what_is_known_to_be_old_and_unused_goes() -> None:
    chatted = replace(OLD, id="chatted", usage=Usage(last_chatted=NOW - DAY))
    chatted_once = replace(OLD, id="once", usage=Usage(last_chatted=NOW - 100 * DAY))
    undated = replace(OLD, id="undated", created=None)
    deployed = replace(OLD, id="deployed", state=ModelState.DEPLOYED, deployments=UP)
    waking = replace(OLD, id="waking", state=ModelState.NOT_READY, deployments=UP)
    lost = replace(OLD, id="lost", state=ModelState.UNKNOWN)
    parent = replace(OLD, id="parent")
    deleted = replace(OLD, id="deleted", state=ModelState.DELETED_HERE, listed=True)
    point = replace(OLD, id="point", kind="checkpoint")
    jobs = [
        parse_job({"id": "j1", "status": "running", "model": "parent"}),
        parse_job({"id": "j2", "status": "failed", "model": OLD.id}),
    ]
    everything = [
        OLD, NEW, chatted, chatted_once, undated, deployed, waking, lost, parent, deleted, point,
        BASE,
    ]  # fmt: skip
    found = clean_up(everything, NOW, 90 * DAY, continued_by(jobs))
    assert {one.entry.id: one.why for one in found.going} == {
        OLD.id: "made 6 mo ago, never chatted with from here",
        "once": "made 6 mo ago, last chatted with 3 mo ago",
    }
    why = {one.entry.id: one.why for one in found.staying}
    assert why == {
        NEW.id: "made 2 d ago",
        "chatted": "chatted with 1 d ago",
        "undated": "when it was made is not known",
        "deployed": "it is deployed as moss-chat",
        "waking": "it is deployed as moss-chat",
        "lost": "whether it is there is not known: unknown",
        "parent": "job j1 continues from it and has not ended",
    }
