"""The checks of a file: one report, the same in a thread, in processes and in the editor."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.lab_process import chat_lines
from tests.rows import answer, chat, user
from tests.worker_tasks import die
from tui.core.checks.repeated_issues import FORMATS
from tui.core.checks.run import WHOLE_DAMAGE
from tui.core.checks.whole_file.reinforcement import GRADED
from tui.core.fixes import repair
from tui.services.checks import file_check, file_words
from tui.services.checks.checker import Checker
from tui.services.checks.file_report import CheckedFile, check_file, checking
from tui.services.checks.review import ReviewedFile, review
from tui.services.datasets import Document
from tui.services.errors import InputError
from tui.services.settings.profiles import Profile

if TYPE_CHECKING:
    from tui.core.checks import Issue
    from tui.services.workers import Pool

KEY = b"sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH"
SECRET = chat_lines(1, "My key is " + KEY.decode())


async def told_of(checked: CheckedFile) -> list[Issue]:
    return [one async for part in checked.issues() for one in part]


@pytest.mark.parametrize("least", [0, 10**9])
async def test_errors_and_secrets_are_counted(
    workers: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, least: int
) -> None:
    monkeypatch.setattr(file_check, "_WORTH_PROCESSES", least)
    path = tmp_path / "data.jsonl"
    path.write_bytes(chat_lines(20) + b"{broken\n" + SECRET + b'{"messages":[]}\n' + SECRET)
    told: list[tuple[int, int]] = []
    found = await check_file(path, workers, on_progress=lambda *now: told.append(now))
    assert found.examples >= 22
    assert found.size == path.stat().st_size
    assert found.count("error") >= 2
    assert found.first_error is not None
    assert found.first_error.line == 21
    assert sum(found.secrets.values()) == 2
    assert told[-1] == (24, 24)


async def test_a_sound_file_has_no_error(workers: Pool, tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    path.write_bytes(chat_lines(20))
    found = await check_file(path, workers)
    assert (found.examples, found.first_error, found.secrets) == (20, None, {})
    with pytest.raises(InputError, match="folder"):
        await check_file(tmp_path, workers)


async def test_another_format_is_named_with_what_converts_it(workers: Pool, tmp_path: Path) -> None:
    path = tmp_path / "alpaca.jsonl"
    row = b'{"instruction": "Name a colour.", "input": "", "output": "Blue."}\n'
    path.write_bytes(row * 30)
    said = (await check_file(path, workers)).error_words()
    assert said.startswith("30 lines of alpaca.jsonl look like Alpaca (instruction and output): ")
    assert f"`finetui convert {path} --from alpaca -o {tmp_path / 'alpaca.chat.jsonl'}`" in said
    path.write_text(json.dumps([json.loads(row)] * 3000, indent=2))
    said = (await check_file(path, workers)).error_words()
    assert said.startswith("alpaca.jsonl looks like Alpaca (instruction and output): `finetui")
    assert "error" not in said
    path.write_bytes(chat_lines(20) + row + b"{broken\n")
    said = (await check_file(path, workers)).error_words()
    assert said.startswith("1 line of alpaca.jsonl looks like Alpaca")
    assert said.endswith("alpaca.chat.jsonl`, and 1 error")


def broken_array() -> bytes:
    rows = [json.loads(row) for row in (chat_lines(3) + SECRET).splitlines()]
    return json.dumps(rows, indent=1).encode()


@pytest.mark.parametrize(
    "data",
    [
        (resources.files("tui.data") / "samples" / "flawed.jsonl").read_bytes(),
        broken_array(),
        b"\n \n" + broken_array(),
        (b"\xff\xfe" + (chat_lines(3) + SECRET).decode().encode("utf-16-le")),
        chat_lines(60) + SECRET * 2 + chat_lines(1),
        b"",
    ],
    ids=["flawed", "array", "array after blanks", "utf-16", "secrets", "empty"],
)
async def test_a_file_is_told_the_same_as_when_it_is_open_in_the_editor(
    workers: Pool, tmp_path: Path, data: bytes
) -> None:
    path = tmp_path / "data.jsonl"
    path.write_bytes(data)
    document = Document.open(path, tmp_path / "journals")
    edited = list(await Checker(document, workers).issues())
    await document.close()
    async with checking(path, workers) as checked:
        told = await told_of(checked)
        assert sum(checked.report.by_rule.values()) == len(edited)
    once = {*FORMATS, "pretty-printed"}  # told once, with how many there are
    assert [_without_command(one) for one in told if one.rule not in once] == [
        one for one in edited if one.rule not in once
    ]
    assert {one.rule for one in told} == {one.rule for one in edited}


def _without_command(one: Issue) -> Issue:
    return replace(one, message=one.message.partition(" To mend: ")[0])


SPREAD = b"""{"messages":[{"role":"user","content":"a?"},{"role":"assistant","content":"One."}]}
{ // reviewed
  "messages": [
    {"role": "user", "content": "b?"}, // from the forum
    {"role": "assistant", "content": "Two {a brace}."}
  ]
}
{"messages":[{"role":"user","content":"c?"},{"role":"assistant","content":"Three."}]}
[
  {"role": "user", "content": "d?"},
  {"role": "assistant", "content": "Four."}
]
{
  "messages": [
"""


async def test_an_object_over_several_lines_is_one_problem(workers: Pool, tmp_path: Path) -> None:
    path = tmp_path / "my data.jsonl"
    path.write_bytes(SPREAD)
    async with checking(path, workers) as checked:
        told = [one for one in await told_of(checked) if one.severity == "error"]
        assert checked.report.objects == 2
    first, *others = [one for one in told if one.line]
    assert (first.line, first.rule, first.lines) == (2, "pretty-printed", 2)
    assert first.message.startswith("Lines 2 to 7 are one object or list.")
    target = tmp_path / "my data.fixed.jsonl"
    assert f"1 more likewise. To mend: `finetui fix '{path}' -o '{target}'`" in first.message
    # What nothing closes is told line by line, as it stands.
    assert [(one.line, one.rule) for one in others] == [
        (13, "pretty-printed"),
        (14, "pretty-printed"),
    ]
    made = repair(SPREAD)
    assert made.left == (5, 6)
    texts = [(line, one.rule, one.text) for line, one in made.removed]
    assert texts == [(2, "comment", "// reviewed"), (2, "comment", "// from the forum")]


async def test_a_sound_line_hides_nothing_of_the_lines_behind_an_indented_object(
    workers: Pool, tmp_path: Path
) -> None:
    indented, path = b"\n".join(SPREAD.split(b"\n")[1:7]), tmp_path / "data.jsonl"
    path.write_bytes(indented + b'\n{"messages": []}\n')
    async with checking(path, workers) as checked:
        told = [(one.line, one.rule) for one in await told_of(checked) if one.severity == "error"]
    assert [one for one in told if one[0]] == [(1, "pretty-printed"), (7, "messages-empty")]


async def test_secrets_in_an_array_are_told_beside_what_is_wrong_with_it(
    workers: Pool, tmp_path: Path
) -> None:
    path = tmp_path / "data.json"
    path.write_bytes(broken_array())
    async with checking(path, workers) as checked:
        told = {one.rule for one in await told_of(checked)}
    assert "secret-api-key" in told
    assert told & WHOLE_DAMAGE
    assert sum(checked.report.secrets.values()) == 1


async def test_a_table_is_told_once_with_the_secrets_in_it(workers: Pool, tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_bytes(b"question,answer\n" + b"a,b\n" * 50 + b"key," + KEY + b"\n")
    async with checking(path, workers) as checked:
        assert [one.rule for one in await told_of(checked)] == ["foreign-format", "secret-api-key"]
    assert checked.report.error_words().startswith("data.csv looks like a table (CSV): `finetui")
    path = tmp_path / "data.parquet"
    path.write_bytes(b"PAR1" + KEY + b"\0\n" * 20)
    async with checking(path, workers) as checked:
        assert [one.rule for one in await told_of(checked)] == ["foreign-format"]


async def test_of_many_formats_each_is_told_once(workers: Pool, tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    alpaca = b'{"instruction": "Name a colour.", "input": "", "output": "Blue."}\n'
    completion = b'{"prompt": "a", "completion": "b"}\n'
    path.write_bytes((alpaca + completion + b'{"a": 1}\n') * 20 + chat_lines(2))
    async with checking(path, workers) as checked:
        told = {
            one.rule: (one.line, one.lines) for one in await told_of(checked) if one.rule in FORMATS
        }
    assert told == {
        "foreign-format": (1, 20),
        "legacy-completion": (2, 20),
        "unknown-format": (3, 20),
    }
    assert checked.report.by_rule["legacy-completion"] == 20


async def test_what_processes_put_into_words_is_the_same(
    workers: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "data.jsonl"
    flawed = (resources.files("tui.data") / "samples" / "flawed.jsonl").read_bytes()
    path.write_bytes(flawed + chat_lines(200) + b"{broken\r\n" + SECRET + chat_lines(100) + flawed)
    async with checking(path, workers) as checked:
        alone = await told_of(checked)
    monkeypatch.setattr(file_check, "_WORTH_PROCESSES", 0)
    monkeypatch.setattr(file_check, "_STRETCH", 4000)
    async with checking(path, workers) as checked:
        assert await told_of(checked) == [replace(one, place=None) for one in alone]
    monkeypatch.setattr(file_words, "word", die)
    async with checking(path, workers) as checked:
        assert [one.message for one in await told_of(checked)] == [one.message for one in alone]


async def test_data_for_a_grader_is_told_as_that_and_not_as_chats_without_answers(
    workers: Pool, tmp_path: Path
) -> None:
    path = tmp_path / "graded.jsonl"
    rows = [chat(user(f"How far is it to {n}?"), ground_truth=f"{n} km") for n in range(12)]
    path.write_bytes(b"".join(row + b"\n" for row in rows))
    async with checking(path, workers) as checked:
        told = [one.rule async for part in checked.issues() for one in part]
        report = checked.report
    assert set(told) & GRADED == {"reinforcement-data"}
    assert report.count("error") == 0
    # What it may not be used for says so, in place of an error a line.
    lab = Profile("lab", kind="lab")
    for method in ("supervised", "dpo"):
        (concern,) = review([ReviewedFile(report, "training")], lab, method)
        assert (concern.topic, concern.takes) == ("errors", "repair")
        assert concern.text == (
            "graded.jsonl is data for reinforcement, which ends with the question and has keys "
            f"for a grader; {method} training learns answers"
        )
    assert all(
        one.takes != "repair" for one in review([ReviewedFile(report)], lab, "reinforcement")
    )


async def test_an_answer_among_data_for_a_grader_is_told(workers: Pool, tmp_path: Path) -> None:
    path = tmp_path / "graded.jsonl"
    rows = [chat(user(f"How far is it to {n}?"), ground_truth=f"{n} km") for n in range(12)]
    rows[3] = chat(user("How far?"), answer("4 km"), ground_truth="4 km")
    path.write_bytes(b"".join(row + b"\n" for row in rows))
    async with checking(path, workers) as checked:
        told = [(one.line, one.rule) async for part in checked.issues() for one in part]
    assert (4, "reinforcement-answer") in told
    assert not [rule for _, rule in told if rule == "unknown-key"]
