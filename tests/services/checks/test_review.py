"""What stands against sending a file, and what it takes to go on: the same wherever it is asked."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.lab_process import chat_lines
from tests.limits import file_limits
from tui.core.near import Group
from tui.services.checks.file_report import check_file
from tui.services.checks.review import ReviewedFile, review, review_file, review_leakage
from tui.services.settings.profiles import Profile

if TYPE_CHECKING:
    from pathlib import Path

    from tui.services.workers import Pool

KEY = "sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH"
BILLED = Profile("far", "custom", "http://127.0.0.1:9/v1", bills=True)
FREE = replace(BILLED, bills=False)
LAB = Profile("lab", "lab")
LIMITS = file_limits("custom", "http://127.0.0.1:9/v1")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data.jsonl"


async def topics(
    path: Path, workers: Pool, profile: Profile, purpose: str = "fine-tune"
) -> list[tuple[str, str]]:
    found = await review_file(path, workers, profile, LIMITS, purpose)
    return [(one.topic, one.takes) for one in found]


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        (BILLED, [("secrets", "accept"), ("warnings", "accept")]),
        (FREE, [("secrets", "accept"), ("warnings", "nothing")]),
        (LAB, [("secrets", "nothing"), ("warnings", "nothing")]),
    ],
)
async def test_secrets_are_asked_about_where_they_leave_and_warnings_where_it_bills(
    path: Path, workers: Pool, profile: Profile, expected: list[tuple[str, str]]
) -> None:
    path.write_bytes(chat_lines(20) + chat_lines(1, f"My key is {KEY}"))
    assert await topics(path, workers, profile) == expected
    path.write_bytes(chat_lines(60))
    assert await topics(path, workers, profile) == []


async def test_a_file_that_another_command_reads_has_one_next_step(
    path: Path, workers: Pool
) -> None:
    for data, says_how in ((gzip.compress(chat_lines(20)), True), (b"{broken\n" * 20, False)):
        path.write_bytes(data)
        (found,) = await review_file(path, workers, LAB, LIMITS)
        assert (found.topic, found.takes, found.says_how) == ("errors", "repair", says_how)
        assert ("finetui convert" in found.text) is says_how


async def test_errors_come_alone_and_have_to_be_repaired(path: Path, workers: Pool) -> None:
    path.write_bytes(chat_lines(20) + chat_lines(1, KEY) + b"{broken\n")
    (concern,) = await review_file(path, workers, LAB, LIMITS)
    assert (concern.topic, concern.takes) == ("errors", "repair")
    assert concern.text.startswith("data.jsonl has 1 error, the first in line 22: ")


async def test_a_file_may_be_small_unless_it_is_to_be_trained_on(workers: Pool, path: Path) -> None:
    path.write_bytes(chat_lines(5))
    report = await check_file(path, workers, LIMITS)
    told = {
        role: [one.topic for one in review([ReviewedFile(report, role)], BILLED)]
        for role in ("training", "validation", "either")
    }
    assert told == {"training": ["errors"], "validation": [], "either": ["warnings"]}


async def test_of_a_file_that_is_there_already_secrets_are_a_warning(
    workers: Pool, path: Path
) -> None:
    path.write_bytes(chat_lines(60, KEY + " {}"))
    report = await check_file(path, workers, LIMITS)
    (concern,) = review([ReviewedFile(report, "training", sent=False)], BILLED)
    assert (concern.topic, concern.text) == ("warnings", "60 warnings: 60 × API key")


async def test_for_other_purposes_only_secrets_count(path: Path, workers: Pool) -> None:
    path.write_bytes(b"{broken\n")
    assert await topics(path, workers, BILLED, "evals") == []
    path.write_text(f"name,key\nmia,{KEY}\n")
    assert await topics(path, workers, BILLED, "evals") == [("secrets", "accept")]
    path.write_bytes(b"%PDF-1.7 \0")
    (concern,) = await review_file(path, workers, BILLED, LIMITS, "evals")
    assert "cannot be looked through" in concern.predicate


async def test_data_for_a_grader_is_as_it_should_be_where_it_is_trained_on(
    workers: Pool, path: Path
) -> None:
    turns = [[{"role": "user", "content": f"{n}?"}] for n in range(60)]
    path.write_text(
        "".join(json.dumps({"messages": t, "label": n}) + "\n" for n, t in enumerate(turns))
    )
    report = [ReviewedFile(await check_file(path, workers, LIMITS))]
    offers = replace(BILLED, methods=("supervised", "reinforcement"))
    assert not {"reinforcement"} & {*BILLED.terms.methods}
    assert [one.topic for one in review(report, BILLED)] == ["errors"]
    assert review(report, offers) == ()
    assert review(report, BILLED, "reinforcement") == ()
    assert [one.topic for one in review(report, offers, "supervised")] == ["errors"]


def test_leakage_is_asked_about_where_it_bills() -> None:
    group = Group("same", (0,), (1.0,), (3,))
    (concern,) = review_leakage([group], 12, BILLED)
    assert (concern.topic, concern.takes) == ("leakage", "accept")
    assert concern.text.startswith("1 of 12 validation examples stand in the training file too")
    assert review_leakage([group], 12, FREE)[0].takes == "nothing"
    assert review_leakage([], 12, BILLED) == ()
