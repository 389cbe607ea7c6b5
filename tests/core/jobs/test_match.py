"""Which of the jobs listed was asked for, with a mark and without."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tui.core.jobs.jobs import parse_job
from tui.core.jobs.match import MADE_WITHIN_S, match

if TYPE_CHECKING:
    from tui.core.jobs.jobs import Job

KEY, AT = "mark", 1_700_000_000
REQUEST = {"training_file": "file-1", "model": "base", "suffix": "fern", "seed": 7}
LIKE: dict[str, Any] = {
    "id": "j", "training_file": "file-1", "model": "base", "suffix": "fern", "seed": 7,
    "created_at": AT + 2,
}  # fmt: skip


def job(**changes: Any) -> Job:
    return parse_job(LIKE | changes)


def mark_of(job: Job) -> str | None:
    return job.metadata.get(KEY)


def test_the_mark_is_proof() -> None:
    found = match([job(), job(id="m", metadata={KEY: "n"}, model="x")], mark_of, "n", REQUEST, AT)
    assert (found.job and found.job.id, found.words) == ("m", "found by its mark")


def test_without_metadata_the_same_job_is_very_likely_it() -> None:
    found = match([job()], mark_of, "n", REQUEST, AT)
    assert found.job is not None
    assert not found.sure
    assert found.words.startswith("very likely this one: same file, model, suffix, made ")


@pytest.mark.parametrize(
    "changes",
    [
        {"training_file": "file-2"},
        {"training_file": None},
        {"model": "other"},
        {"model": "basement"},
        {"suffix": "moss"},
        {"seed": 8},
        {"validation_file": "file-9"},
        {"created_at": AT - 61},
        {"created_at": AT + MADE_WITHIN_S + 1},
        {"created_at": None},
        {"metadata": {"team": "a"}},  # it is kept here, and ours would stand there
        {"metadata": {KEY: "another"}},
    ],
)
def test_what_speaks_against_it(changes: dict[str, Any]) -> None:
    assert match([job(**changes)], mark_of, "n", REQUEST, AT).job is None


@pytest.mark.parametrize(
    "changes", [{"suffix": None}, {"seed": None}, {"model": "base-2026-01-01"}, {"metadata": {}}]
)
def test_what_is_not_told_speaks_neither_way(changes: dict[str, Any]) -> None:
    assert match([job(**changes)], mark_of, "n", REQUEST, AT).job is not None


def test_where_marks_are_kept_nothing_is_guessed() -> None:
    other = job(id="other", metadata={KEY: "another"})
    assert match([job(), other], mark_of, "n", REQUEST, AT).job is None


def test_two_that_are_alike_are_both_named_and_known_ones_left_out() -> None:
    both = [job(id="a"), job(id="b")]
    assert match(both, mark_of, "n", REQUEST, AT).others == ("a", "b")
    found = match(both, mark_of, "n", REQUEST, AT, known={"a"})
    assert (found.job and found.job.id, found.others) == ("b", ())
