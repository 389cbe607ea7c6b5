"""The problems of an open dataset are those of `check_source`, however they were found."""

from __future__ import annotations

import asyncio
import json
import os
import random
from importlib import resources
from typing import TYPE_CHECKING

import pytest

from tests.core.checks.reference import check_source
from tests.limits import file_limits
from tests.worker_tasks import check_but_die_once, die
from tui.core.checks import FileFacts
from tui.core.filtering.marks import Marks
from tui.services.checks import file_check, near_results
from tui.services.checks.checker import Checker
from tui.services.checks.near_finder import NearFinder, NearQuestion
from tui.services.datasets import Change, Document, open_rows
from tui.services.datasets.disk.file_lines import read_lines
from tui.services.datasets.row_filter import FilterFacts
from tui.services.workers import Pool
from tui.services.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from tui.services.checks.problems import Problems

SAMPLE = (resources.files("tui.data") / "samples" / "flawed.jsonl").read_bytes().split(b"\n")


def opened(path: Path, *, whole: bool = True) -> Document:
    return Document.open(path, path.parent / "journals", whole=whole)


def line(text: str) -> bytes:
    turns = [{"role": "user", "content": text}, {"role": "assistant", "content": f"{text}!"}]
    return json.dumps({"messages": turns}).encode()


def some_lines(count: int) -> list[bytes]:
    chance = random.Random(5)
    flawed = [row for row in SAMPLE if row]
    return [
        chance.choice(flawed) if chance.random() < 0.1 else line(f"question {n % (count - 9)}")
        for n in range(count)
    ]


def expected(document: Document) -> object:
    facts = FileFacts(document.path.name, document.size, document.head, document.ends_with_newline)
    return check_source(document.snapshot(), facts)


def agrees(problems: Problems, document: Document) -> bool:
    whole = list(problems)
    assert whole == expected(document)
    lines = {issue.line for issue in whole}
    for number in lines:
        at = [issue for issue in whole if issue.line == number]
        assert list(problems.at(number)) == at
        assert problems.worst(number) == at[0].severity
        assert sorted(problems.rules_at(number)) == sorted(issue.rule for issue in at)
    for rule, count in problems.by_rule.items():
        found = [issue.line for issue in whole if issue.rule == rule]
        assert len(found) == count
        assert problems.lines_of(rule) == sorted(set(found))
    return True


@pytest.fixture(params=["a thread", "processes"])
def path(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    if request.param == "processes":
        monkeypatch.setattr(file_check, "_WORTH_PROCESSES", 0)
        monkeypatch.setattr(file_check, "_STRETCH", 4000)
    target = tmp_path / "data.jsonl"
    target.write_bytes(b"\xef\xbb\xbf" + b"\r\n".join(some_lines(300)))
    return target


async def test_problems_follow_the_file_and_every_edit(workers: Pool, path: Path) -> None:
    document = opened(path)
    checker = Checker(document, workers)
    progress: list[tuple[int, int]] = []
    assert agrees(await checker.issues(lambda done, of: progress.append((done, of))), document)
    assert all(0 <= done <= of == 300 for done, of in progress)
    await document.change("edit", [Change(3, 2, (b"{", line("new"), line("question 7")))])
    await document.delete(0, 1, "delete")
    assert agrees(await checker.issues(), document)
    await document.undo()
    await document.undo()
    assert agrees(await checker.issues(), document)
    await document.delete(0, 300, "all")
    assert agrees(await checker.issues(), document)
    await document.close()


async def test_the_edit_before_is_given_up_for_the_next(workers: Pool, path: Path) -> None:
    document = opened(path)
    checker = Checker(document, workers)
    first = asyncio.create_task(checker.issues())
    await asyncio.sleep(0)
    assert agrees(await checker.issues(), document)
    with pytest.raises(asyncio.CancelledError):
        await first
    await document.close()


async def test_closing_ends_checks_that_run(workers: Pool, path: Path) -> None:
    document = opened(path)
    running = asyncio.create_task(Checker(document, workers).issues())
    await asyncio.sleep(0)
    await document.close()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_without_processes_a_thread_does_the_work(
    workers: Pool, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", str(path.parent / "absent"))
    document = opened(path)
    assert agrees(await Checker(document, workers).issues(), document)
    await document.close()


async def test_a_file_that_is_no_jsonl_says_so_once(workers: Pool, tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    path.write_text(json.dumps([json.loads(line("x"))] * 3, indent=1))
    document = opened(path)
    problems = await Checker(document, workers).issues()
    assert agrees(problems, document)
    assert problems.by_rule["json-array"] == 1
    await document.close()


async def test_what_the_provider_takes_is_only_worth_knowing(workers: Pool, path: Path) -> None:
    document = opened(path)
    azure = file_limits("custom", "https://mine.openai.azure.com/openai/v1/")
    checker = Checker(document, workers)
    before = await checker.issues()
    (mark,) = [issue for issue in before.at(1) if issue.rule == "bom"]
    assert mark.severity == "error"
    checker.limits = azure
    problems = await checker.issues()
    (mark,) = [issue for issue in problems.at(1) if issue.rule == "bom"]
    assert mark.severity == problems.severity("bom") == "info"
    assert mark.message.startswith("Microsoft Foundry / Azure OpenAI takes it; elsewhere: The file")
    taken = before.by_rule["bom"]
    assert problems.counts["error"] == before.counts["error"] - taken
    assert {i.severity for i in problems if i.rule in azure.takes} == {"info"}
    whole = [*problems]
    for severity, count in problems.counts.items():
        assert count == sum(issue.severity == severity for issue in whole)
    ranked = ["error", "warning", "info"]
    for number in {issue.line for issue in whole}:
        assert problems.worst(number) == min(
            (issue.severity for issue in problems.at(number)), key=ranked.index
        )
    rows = FilterFacts(Marks())
    rows.take_problems(problems)
    rows.prepare(tokens=False)
    assert ("bom", "info") in rows.problems(1)
    await document.close()


STORY = (
    "once there was a fox who lived beside the old mill and never slept before the moon rose; "
    "beneath seven hills some farmers planted corn while their children went fishing every day"
)


def told(text: str) -> bytes:
    turns = [{"role": "user", "content": "Tell."}, {"role": "assistant", "content": text}]
    return json.dumps({"messages": turns}).encode()


async def test_what_is_alike_in_a_small_file_follows_edits(workers: Pool, tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    rows = [told(STORY), line("x"), told(STORY.replace("fox", "hare")), line("y"), line("z")]
    path.write_bytes(b"\n".join(rows) + b"\n")
    document = opened(path)
    checker = Checker(document, workers)
    assert not (await checker.issues()).by_rule["near-duplicate"]
    assert await checker.look_alike()
    problems = await checker.issues()
    assert problems.lines_of("near-duplicate") == [3]
    assert [i.message for i in problems.at(3) if i.rule == "near-duplicate"] == [
        "This says nearly the same as line 1. Keep one, or both if meant."
    ]
    assert not await checker.look_alike()  # nothing new
    await document.insert(0, [line("at the top")], "insert")
    assert (await checker.issues()).lines_of("near-duplicate") == [4]
    await document.change("edit", [Change(3, 1, (line("of its own"),))])
    assert not (await checker.issues()).lines_of("near-duplicate")
    await document.change("edit", [Change(5, 1, (told(STORY.replace("mill", "pond")),))])
    assert not (await checker.issues()).lines_of("near-duplicate")
    assert await checker.look_alike()
    assert (await checker.issues()).lines_of("near-duplicate") == [6]
    await document.close()


async def test_looking_unasked_is_given_up_when_it_takes_long(
    workers: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"\n".join([told(STORY), told(STORY + " high")]) + b"\n")
    document = opened(path)
    checker = Checker(document, workers)
    await checker.issues()
    monkeypatch.setattr(near_results, "_WAIT_S", -1)
    assert not await checker.look_alike()
    monkeypatch.undo()
    assert not await checker.look_alike()  # once is enough
    finder = NearFinder()
    checker.near.take(await finder.find(document.snapshot(), NearQuestion("near")))
    assert (await checker.issues()).by_rule["near-duplicate"] == 1
    await document.close()


async def test_leaks_are_told_while_the_other_file_is_as_it_was(
    workers: Pool, tmp_path: Path
) -> None:
    path, valid = tmp_path / "data.jsonl", tmp_path / "valid.jsonl"
    path.write_bytes(b"\n".join([line("a"), line("b"), line("c")]) + b"\n")
    valid.write_bytes(b"\n".join([line("other"), line("b")]) + b"\n")
    document = opened(path)
    checker = Checker(document, workers)
    others = await read_lines(valid)
    found = await NearFinder().find(document.snapshot(), NearQuestion("leak"), others)
    others.close()
    checker.near.take(found, others, valid)
    problems = await checker.issues()
    assert problems.lines_of("leakage") == [2]
    assert any("Line 2 of valid.jsonl" in issue.message for issue in problems.at(2))
    valid.write_bytes(line("other") + b"\n")
    assert not (await checker.issues()).by_rule["leakage"]
    valid.unlink()
    assert not (await checker.issues()).by_rule["leakage"]
    await document.close()


async def test_a_long_line_is_read_off_the_loop(workers: Pool, tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    path.write_bytes(line("short") + b"\n" + line("long " * 200_000) + b"\n" + line("x ") + b"\n")
    document = opened(path)
    read = asyncio.Event()
    document.on_read(read.set)
    waiting = document.example(1)
    assert "2.0 MB and is being read" in getattr(waiting, "reason", "")
    await asyncio.wait_for(read.wait(), 60)
    assert document.example(1) is not waiting
    assert document.source.long_lines == [1]
    checker = Checker(document, workers)
    assert agrees(await checker.issues(), document)
    await document.insert(0, [line("longer " * 100_000)], "long")
    assert agrees(await checker.issues(), document)
    await document.close()


async def test_rows_are_shown_before_all_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_rows, "_INDEX_S", 0)
    path = tmp_path / "large.jsonl"
    row = line("x" * 4000)
    path.write_bytes((row + b"\n") * 9000)
    document = opened(path, whole=False)
    seen: list[tuple[int, float]] = []
    document.subscribe(lambda: seen.append((len(document), document.indexed)))
    assert 0 < len(document) < 9000
    assert document.line(len(document) - 1) == row
    document.grow()
    await document.insert(9000, [line("at the end")], "waits for the rows")
    assert len(document) == 9001
    assert document.indexed == 1
    assert seen[0][0] < 9000
    assert not document.growing
    await document.close()
    again = opened(path, whole=False)
    assert len(again) == 9001  # edits in the journal speak of any row, so all are there at once
    await again.close()


async def test_checks_end_also_while_keys_come(
    workers: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_check, "_WORTH_PROCESSES", 0)
    monkeypatch.setattr(file_check, "_STRETCH", 4000)
    target = tmp_path / "data.jsonl"
    target.write_bytes(b"\n".join(some_lines(300)))
    document = opened(target)
    checker = Checker(document, workers)
    problems = await checker.issues(lambda _done, _of: checker.give_way())
    assert agrees(problems, document)
    await document.close()


async def test_without_a_screen_checks_and_counts_run_at_the_usual_priority(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_check, "_WORTH_PROCESSES", 0)
    monkeypatch.setattr("tui.services.workspace._LARGE", 0)
    target = tmp_path / "data.jsonl"
    target.write_bytes(b"\n".join(some_lines(300)))
    environ = {"HOME": str(tmp_path), "FINETUI_HOME": str(tmp_path / "home")}
    workspace = await Workspace.open(environ=environ)
    document = await workspace.datasets.open(target)  # from then on a process gets ready to count
    assert agrees(await Checker(document, workspace.workers).issues(), document)
    assert workspace.workers.processes
    usual = os.getpriority(os.PRIO_PROCESS, 0)
    assert {os.getpriority(os.PRIO_PROCESS, pid) for pid in workspace.workers.processes} == {usual}
    await workspace.close()


async def test_lines_of_a_process_that_dies_are_checked_by_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_check, "_WORTH_PROCESSES", 0)
    monkeypatch.setattr(file_check, "_STRETCH", 4000)
    monkeypatch.setattr(file_check, "check", check_but_die_once)
    monkeypatch.setattr(file_check.FileCheck, "_check", None)  # no thread has to help
    mark = tmp_path / "mark"
    mark.touch()
    monkeypatch.setenv("MARK", str(mark))
    target = tmp_path / "data.jsonl"
    target.write_bytes(b"\n".join(some_lines(300)))
    document, pool, deaths = opened(target), Pool(), []
    pool.on_death = lambda: deaths.append(1)
    assert agrees(await Checker(document, pool).issues(), document)
    assert len(deaths) == 1
    await document.close()
    pool.close()


async def test_lines_of_which_every_process_dies_are_checked_by_a_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_check, "_WORTH_PROCESSES", 0)
    monkeypatch.setattr(file_check, "_STRETCH", 40_000)
    monkeypatch.setattr(file_check, "check", die)
    target = tmp_path / "data.jsonl"
    target.write_bytes(b"\n".join(some_lines(300)))
    document, pool = opened(target), Pool()
    assert agrees(await Checker(document, pool).issues(), document)
    await document.close()
    pool.close()
