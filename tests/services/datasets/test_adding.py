"""Examples made of answers go into datasets: whole, once, checked, undoable, their origin kept."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import string
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import forks
from tests.rows import rows_of
from tui.core.dataset.from_answers import Origin, beside, chat_example, longest_run, preference_pair
from tui.services.datasets import Document
from tui.services.datasets.adding import AddedExample, AlreadyThere, WrongKind, find
from tui.services.errors import InputError
from tui.services.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tui.core.dataset.from_answers import MadeExample

ORIGIN = Origin("chat", "12", model="lab-micro")
USER = {"role": "user", "content": "Which way?"}
TOOL = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}


def answer(text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": text}


def chat(text: str = "Left.", question: str = "Which way?") -> MadeExample:
    return chat_example([{**USER, "content": question}, answer(text)], [], ORIGIN)


def pair(better: str = "Left.", worse: str = "Right.") -> MadeExample:
    return preference_pair([USER], [TOOL], answer(better), answer(worse), ORIGIN)


def dataset(path: Path, *examples: MadeExample, **how: Any) -> Path:
    path.write_text("".join(json.dumps(dict(one.raw), **how) + "\n" for one in examples))
    return path


@pytest.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[Workspace]:
    one = await Workspace.open("lab", environ={"FINETUI_HOME": str(tmp_path / "home")})
    yield one
    await one.close()


async def added(workspace: Workspace, path: Path, made: MadeExample, **how: Any) -> AddedExample:
    result = await workspace.adding.add(path, made, **how)
    assert isinstance(result, AddedExample)
    return result


async def test_a_new_file_is_made_and_holds_the_pair_in_openais_format(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "new.jsonl"
    os.umask(before := os.umask(0o022))
    result = await added(workspace, path, pair())
    assert (result.number, result.saved, result.is_open) == (1, True, False)
    assert rows_of(path) == [
        {
            "input": {"messages": [USER], "tools": [TOOL]},
            "preferred_output": [answer("Left.")],
            "non_preferred_output": [answer("Right.")],
        }
    ]
    assert path.stat().st_mode & 0o777 == 0o666 & ~before
    assert result.checked == "no problems"
    assert await workspace.datasets.recents() == [path]
    # Its lock is given back, and nothing is left to recover.
    document = await workspace.datasets.open(path)
    assert (document.read_only, document.modified, document.notice) == (False, False, "")


async def test_the_open_dataset_is_changed_in_its_journal_and_undone(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = dataset(tmp_path / "train.jsonl", chat("a"))
    before = path.read_bytes()
    document = await workspace.datasets.open(path)
    result = await added(workspace, path, chat("b"))
    assert (result.number, result.saved, result.is_open) == (2, False, True)
    assert path.read_bytes() == before
    # What a kill leaves behind: the journal has it.
    journals = workspace.locations.state / "journals"
    copies = tmp_path / "journals"
    copies.mkdir()
    for file in journals.iterdir():
        (copies / file.name).write_bytes(file.read_bytes())
    killed = Document.open(path, copies)
    assert json.loads(killed.line(1)) == chat("b").raw
    await killed.close()
    await document.undo()
    assert len(document) == 1
    assert not document.modified


async def test_another_file_is_saved_at_once_and_the_last_one_is_taken_back(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = dataset(tmp_path / "other.jsonl", chat("a"), separators=(",", ":"))
    first = path.read_bytes()
    await added(workspace, path, chat("b"))
    assert path.read_bytes().startswith(first)
    assert b'"content":"b"' in path.read_bytes()  # spaced as the file is
    assert "row 2 of other.jsonl" in await workspace.adding.take_back()
    assert path.read_bytes() == first
    assert "Nothing" in await workspace.adding.take_back()
    # Undo in Datasets does the same, also after a restart.
    await added(workspace, path, chat("c"))
    document = await workspace.datasets.open(path)
    await document.undo()
    assert [*document.snapshot()] == first.splitlines()


async def test_taking_back_from_the_open_dataset_after_further_edits(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = dataset(tmp_path / "train.jsonl", chat("a"), chat("b"))
    document = await workspace.datasets.open(path)
    await added(workspace, path, chat("c"))
    await document.delete(0, 1, "delete")
    assert "row 2" in await workspace.adding.take_back()
    assert [json.loads(row)["messages"][-1]["content"] for row in document.snapshot()] == ["b"]
    await added(workspace, path, chat("d"))
    await document.undo()
    assert "not in train.jsonl any more" in await workspace.adding.take_back()
    before = document.changes
    await added(workspace, path, chat("e"))
    await workspace.adding.take_back()
    assert document.changes == before  # undone, not deleted: the step is gone


async def test_the_same_example_is_not_added_twice_unasked(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "train.jsonl"
    turned = {
        "messages": [{"content": m["content"], "role": m["role"]} for m in (USER, answer("ä"))]
    }
    path.write_text(json.dumps(dict(chat("x").raw)) + "\n" + json.dumps(turned, indent=None) + "\n")
    before = path.read_bytes()
    found = await workspace.adding.add(path, chat("ä"))
    assert isinstance(found, AlreadyThere)
    assert found.words == "already there as row 2 of train.jsonl"
    assert path.read_bytes() == before
    assert (await added(workspace, path, chat("ä"), again=True)).number == 3


@pytest.mark.parametrize(("made", "other"), [(pair(), chat()), (chat(), pair())])
async def test_a_file_of_one_kind_takes_none_of_the_other(
    workspace: Workspace, tmp_path: Path, made: MadeExample, other: MadeExample
) -> None:
    path = dataset(tmp_path / "train.jsonl", other)
    before = path.read_bytes()
    with pytest.raises(WrongKind) as error:
        await workspace.adding.add(path, made)
    assert path.read_bytes() == before
    assert error.value.beside == beside(path, made.kind)
    assert error.value.beside.name in error.value.next_step
    assert (await added(workspace, error.value.beside, made)).number == 1


def test_names_of_files_beside() -> None:
    train = Path("/a/train.jsonl")
    assert beside(train, "preference") == Path("/a/train.pairs.jsonl")
    assert beside(Path("/a/train.pairs.jsonl"), "chat") == Path("/a/train.chats.jsonl")
    assert beside(Path("/a/train.chats.jsonl"), "preference") == Path("/a/train.pairs.jsonl")


async def test_files_that_are_no_datasets_stay_as_they_are(
    workspace: Workspace, tmp_path: Path
) -> None:
    for name, text in {
        "array.json": '[{"messages": []}]\n',
        "table.csv": "prompt,answer\na,b\n",
        "notes.txt": "once upon a time\n",
    }.items():
        path = tmp_path / name
        path.write_text(text)
        with pytest.raises(InputError):
            await workspace.adding.add(path, chat())
        assert path.read_text() == text
    # A file that could not be used is not left behind.
    with pytest.raises(InputError):
        await workspace.adding.add(tmp_path / "new.csv", chat())
    with pytest.raises(InputError, match="Cannot make the file"):
        await workspace.adding.add(tmp_path / "nowhere" / "new.jsonl", chat())
    assert not (tmp_path / "new.csv").exists()


async def test_a_file_edited_in_another_window_is_left_alone(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = dataset(tmp_path / "train.jsonl", chat("a"))
    before = path.read_bytes()
    other = Document.open(path, workspace.locations.state / "journals")
    with pytest.raises(InputError, match="Read only"):
        await workspace.adding.add(path, chat("b"))
    assert path.read_bytes() == before
    await other.close()
    await added(workspace, path, chat("b"))


async def test_changes_never_saved_are_not_saved_on_the_way(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = dataset(tmp_path / "train.jsonl", chat("a"))
    before = path.read_bytes()
    document = await workspace.datasets.open(path)
    await document.insert(1, [b'{"messages": []}'], "mine")
    await workspace.datasets.open(dataset(tmp_path / "next.jsonl", chat("z")))
    result = await added(workspace, path, chat("b"))
    assert (result.number, result.saved) == (3, False)
    assert path.read_bytes() == before
    again = await workspace.datasets.open(path)
    assert (len(again), again.changes) == (3, 2)


async def test_a_full_disk_loses_nothing(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "train.jsonl"

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tempfile.mkstemp", full)
    result = await added(workspace, path, chat("b"))
    assert (result.saved, result.trouble) == (False, f"{path}: No space left on device")
    monkeypatch.undo()
    document = await workspace.datasets.open(path)
    assert json.loads(document.line(0)) == chat("b").raw
    await document.save()
    assert rows_of(path) == [chat("b").raw]


async def test_a_row_that_answers_the_same_prompt_differently_is_named(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = dataset(tmp_path / "train.jsonl", chat("Up.", "And where?"), chat("Right."))
    result = await added(workspace, path, chat("Left."))
    assert result.checked == "row 2 answers the same prompt differently"
    assert (await added(workspace, path, chat("Down.", "From here?"))).checked == "no problems"
    again = await added(workspace, path, chat("Up.", "And where?"), again=True)
    assert again.checked == "no problems", "the same answer does not contradict"
    pairs = dataset(tmp_path / "pairs.jsonl", pair("Left.", "Right."), pair("Up.", "Left."))
    assert (await added(workspace, pairs, pair("Up.", "Down."))).checked == "no problems"
    judged = await added(workspace, pairs, pair("Right.", "Left."))
    assert judged.checked == "row 1 answers the same prompt differently"


async def test_it_is_checked_at_once_and_its_origin_kept(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "train.jsonl"
    result = await added(workspace, path, chat("My key is sk-proj-" + "aB3dE6gH9" * 5))
    assert result.issues
    assert result.checked != "no problems"
    (origin, file, at), *_ = await workspace.adding.origins(path.read_bytes().strip())
    assert (origin, file) == (ORIGIN, str(path))
    assert at > 0
    assert origin.words == "chat 12, answered by lab-micro"


async def test_many_at_once_and_whoever_is_cancelled(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    tasks = [asyncio.create_task(workspace.adding.add(path, chat(f"answer {n}"))) for n in range(6)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await workspace.adding.close()
    said = sorted(row["messages"][-1]["content"] for row in rows_of(path))
    assert said == [f"answer {n}" for n in range(6)]


@given(st.text(max_size=30), st.booleans(), st.booleans())
def test_the_same_example_is_found_however_it_is_written(
    text: str, compact: bool, ascii_only: bool
) -> None:
    raw = {"messages": [USER, {"role": "assistant", "content": text}]}
    try:
        line = json.dumps(raw).encode()
        how: dict[str, Any] = {"separators": (",", ":")} if compact else {"indent": 1}
        other = json.dumps(raw, ensure_ascii=ascii_only, **how).replace("\n", " ").encode()
    except UnicodeEncodeError:
        return
    assert find([b"", b"{", line[:-1], other], line) == 3
    run = longest_run(text)
    assert run.decode() in text
    assert set(run.decode()) <= {*string.ascii_letters, *string.digits, " "}


async def test_what_was_confirmed_survives_a_kill(workspace: Workspace, tmp_path: Path) -> None:
    path = dataset(tmp_path / "train.jsonl", chat("a"))
    before = path.read_bytes()
    words = (str(tmp_path / "home"), str(path), "the new answer")
    process = forks.start("tests.faults.adding", *words, env={**os.environ})
    assert process.stdout is not None
    assert await asyncio.to_thread(process.stdout.readline) == "added\n"
    process.kill()
    process.communicate()
    assert path.read_bytes() == before
    document = await workspace.datasets.open(path)
    assert (document.read_only, document.changes) == (False, 1)
    assert json.loads(document.line(1))["messages"][-1]["content"] == "the new answer"
    await document.undo()
    assert not document.modified
