"""Which files nobody needs, and what must not be called so."""

from __future__ import annotations

import pytest

from tui.core.jobs.jobs import parse_job
from tui.core.provider.files import (
    DAY,
    FileUse,
    StoredFile,
    age_words,
    prunable,
    read_age,
    uses_of,
    warning_of,
)
from tui.core.provider.records import parse_file

NOW = 20_000 * DAY


def stored(name: str, days: float | None = 40, **more: object) -> StoredFile:
    purpose = more.pop("purpose", "fine-tune")
    created = None if days is None else NOW - int(days * DAY)
    raw = {"id": name, "filename": f"{name}.jsonl", "purpose": purpose, "created_at": created}
    return StoredFile(parse_file(raw), **{"uses": (), **more})  # type: ignore[arg-type]


def use(job: str = "ftjob-1", *, is_open: bool = False) -> FileUse:
    return FileUse(job, "training", "running" if is_open else "succeeded", is_open)


def test_uses_are_found_by_file() -> None:
    jobs = [
        parse_job({"id": "j1", "status": "running", "training_file": "a", "validation_file": "b"}),
        parse_job({"id": "j2", "status": "succeeded", "training_file": "a", "result_files": ["r"]}),
        parse_job({"id": "j1", "status": "queued", "training_file": "a"}),  # known twice
    ]
    found = uses_of(jobs)
    assert [(one.job_id, one.role, one.open) for one in found["a"]] == [
        ("j1", "training", True),
        ("j2", "training", False),
    ]
    assert [one.role for one in (*found["b"], *found["r"])] == ["validation", "result"]


def test_only_what_certainly_nobody_uses_is_an_orphan() -> None:
    assert stored("a").orphan
    assert stored("a", purpose="fine-tune-results").orphan
    assert not stored("a", uses=None).orphan
    assert not stored("a", uses=(use(),)).orphan
    assert not stored("a", purpose="assistants").orphan
    assert not stored("a", finishing=True).orphan
    assert stored("a").use_words == "orphan"
    assert stored("a", uses=(use(), use("ftjob-2"))).use_words == "ftjob-1 +1"
    assert stored("a", uses=None).use_words == "not known"


def test_pruning_takes_what_is_old_and_never_what_is_needed() -> None:
    files = [
        stored("old"),
        stored("new", 3),
        stored("undated", None),
        stored("used", uses=(use(),)),
        stored("busy", uses=(use(is_open=True),)),
        stored("unknown", uses=None),
        stored("other", purpose="assistants"),
    ]

    def ids(older_than: float | None, *, orphans: bool) -> list[str]:
        return [f.id for f in prunable(files, NOW, older_than=older_than, orphans=orphans)]

    assert ids(30 * DAY, orphans=True) == ["old"]
    assert ids(None, orphans=True) == ["old", "new", "undated"]
    assert ids(30 * DAY, orphans=False) == ["old", "used"]
    assert "ftjob-1" in warning_of(files)
    assert warning_of(files[:3]) == ""


def test_ages() -> None:
    assert [read_age(text) for text in ("30d", "12 h", "2W", "90m")] == [
        30 * DAY, 12 * 3600, 14 * DAY, 5400,
    ]  # fmt: skip
    for text in ("30", "d", "-3d", "3 years", ""):
        with pytest.raises(ValueError, match="not an age"):
            read_age(text)
    spans = [(5, "now"), (120, "2 min"), (7200, "2 h"), (40 * DAY, "40 d"), (90 * DAY, "3 mo")]
    assert [age_words(seconds) for seconds, _ in spans] == [words for _, words in spans]
    assert (age_words(800 * DAY), age_words(None)) == ("2 y", "–")
