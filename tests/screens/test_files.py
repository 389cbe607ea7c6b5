"""Files by keyboard: who uses what, sending and going on, marks, pruning, offline."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import Input, Static

from tests.faults.server import DROP, HANG, reply
from tests.faults.server import problem as problem_said
from tests.faults.uploads import UploadServer
from tests.lab_process import chat_lines
from tests.screens.conftest import use_profile
from tests.until import problem_of, question_of, toasts, until
from tui.app import FinetuiApp
from tui.commands import command
from tui.screens.dialogs.confirm import Confirm
from tui.screens.dialogs.deletion import DeletionDialog
from tui.screens.dialogs.details import DetailsDialog
from tui.screens.dialogs.kept_fields import place_of
from tui.screens.dialogs.path import PathDialog
from tui.screens.files import FilesScreen
from tui.screens.files.pruning import PruneDialog
from tui.screens.jobs.form import NewJob
from tui.services.files import part_uploads
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from textual.pilot import Pilot

PARTS = "POST /uploads/upload-1/parts"
SIZES = "file_bytes = 100\npart_bytes = 1500"
TAKEN = reply(200, None, act=True)


@pytest.fixture
def server(app_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[UploadServer]:
    monkeypatch.setattr(part_uploads, "AGAIN_S", ())
    one = UploadServer()
    used = one.add_file("used.jsonl", 90)
    one.add_file("old.jsonl", 40)
    one.add_file("new.jsonl", 1)
    one.new_job({"training_file": used, "status": "running"})
    use_profile(app_home, one.url, extra="bills = false")
    yield one
    one.close()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "good.jsonl"
    path.write_bytes(chat_lines(60))  # with fewer there is a warning
    return path


@asynccontextmanager
async def files_screen(size: tuple[int, int] = (80, 24)) -> AsyncIterator[tuple[Pilot[Any], Any]]:
    app = FinetuiApp()
    async with app.run_test(size=size) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        await pilot.press("6")
        screen = app.screen
        assert isinstance(screen, FilesScreen)
        yield pilot, screen


def lines(screen: Any) -> list[str]:
    listing = screen.query_one(RecordList)
    return ["".join(s.text for s in listing.render_line(n)) for n in range(listing.count)]


def said(screen: Any, name: str) -> str:
    return str(screen.query_one(name, Static).render())


async def asked(pilot: Pilot[Any], kind: type, words: str = "") -> None:
    def shown() -> bool:
        screen = pilot.app.screen
        texts = [str(w.render()) for w in screen.query(Static)]
        return isinstance(screen, kind) and any(words in text for text in texts)

    await until(shown, pilot)


async def choose_file(pilot: Pilot[Any], path: Path) -> None:
    await pilot.press("u")
    assert isinstance(pilot.app.screen, PathDialog)
    pilot.app.screen.query_one("#path").value = str(path)  # type: ignore[attr-defined]
    await pilot.press("enter")


async def test_who_uses_what_and_pruning_what_nobody_does(server: UploadServer) -> None:
    async with files_screen() as (pilot, screen):
        await until(lambda: len(screen.listed.pane.entries) == 3, pilot)
        shown = lines(screen)
        assert [("orphan" in line) for line in shown] == [True, True, False]
        assert "40 d" in shown[1]
        await pilot.press("end")
        about = said(screen, "#files-about")
        assert "(training, running)" in about
        await pilot.press("enter")
        assert isinstance(pilot.app.screen, DetailsDialog)
        await pilot.press("escape", "d")
        await asked(pilot, DeletionDialog, "have not ended")
        # Whether its job has made a model, and it is there yet, is not known here.
        assert "Nothing else goes: no job, no model" in question_of(pilot.app.screen)
        await pilot.press("escape")
        assert server.count("DELETE /files/file-1") == 0

        kept = {"age": "1h", "chosen:orphans": False}
        pilot.app.workspace.typed.put(place_of("Clean up: what would be deleted"), kept)
        await pilot.press("p")  # as when the program ended with it open
        assert isinstance(pilot.app.screen, PruneDialog)
        await until(
            lambda: "all files that no running job needs" in said(pilot.app.screen, "#which"), pilot
        )
        assert pilot.app.screen.query_one("#age").value == "1h"
        await pilot.press("tab")
        assert pilot.app.workspace.typed.get(pilot.app.screen.kept_at) == {"age": "1h"}
        await pilot.press("escape", "p")  # left, and so forgotten
        # The word of the key stands in what it switches, with what it means.
        assert "orphans" in command("prune.orphans").word
        assert "only orphans, the files that no job" in said(pilot.app.screen, "#which")
        assert "1 file," in said(pilot.app.screen, "#which")
        await pilot.press(*"12h")  # in place of 30d
        await until(lambda: "2 files" in said(pilot.app.screen, "#which"), pilot)
        await pilot.press("x")
        await until(lambda: "not an age" in said(pilot.app.screen, ".problem"), pilot)
        assert not said(pilot.app.screen, "#which"), "nothing is said of files"
        await pilot.press("enter", "backspace", "enter")
        await asked(pilot, DeletionDialog, "delete 2")
        assert len(server.files) == 3
        await pilot.press(*"delete", "space", "2", "enter")
        await until(lambda: len(server.files) == 1 and not screen.deletion.running, pilot)


async def test_marks_deleting_with_a_result_each_and_a_download(
    server: UploadServer, tmp_path: Path
) -> None:
    async with files_screen() as (pilot, screen):
        await until(lambda: len(screen.listed.pane.entries) == 3, pilot)
        await pilot.press("v", "v", "o", "r", "p", "h", "enter")
        await until(lambda: screen.listed.marked == {"file-2", "file-3"}, pilot)
        await pilot.press("escape")
        assert not screen.listed.marked
        await pilot.press("home", "v", "down", "v")
        assert screen.listed.marked == {"file-2", "file-3"}
        await pilot.press("d")
        await asked(pilot, DeletionDialog, "delete 2")
        del server.files["file-3"]  # gone by the time it comes to it
        await pilot.press(*"delete", "space", "2", "enter")
        await until(
            lambda: len(screen.listed.pane.entries) == 1 and len(screen.deletion.outcomes) == 2,
            pilot,
        )
        results = said(screen, "#outcomes-text")
        assert "Deleted 1 of 2 files" in results
        assert "✗ not deleted file-3: no file file-3" in results

        target = tmp_path / "got.jsonl"
        target.write_text("mine")
        await pilot.press("x")
        pilot.app.screen.query_one("#path").value = str(target)
        await pilot.press("enter")
        await asked(pilot, Confirm, "Replace")
        assert server.count("GET /files/file-1/content") == 0
        await pilot.press("y")
        await until(lambda: target.read_text() == "{}\n", pilot)
        # A job is begun from the file under the cursor.
        results = server.add_file("result.csv", 0, purpose="fine-tune-results")
        await pilot.press("r")
        await until(lambda: len(screen.listed.pane.entries) == 2, pilot)
        screen.listed.pane.select(results)
        await pilot.press("n")
        assert "fine-tune-results" in problem_of(screen)
        screen.listed.pane.select("file-1")
        await pilot.press("n")
        await until(lambda: isinstance(pilot.app.screen, NewJob), pilot)
        form = pilot.app.screen
        assert form.query_one("#training", Input).value == "file-1"
        assert not problem_of(screen)
        await pilot.press("escape")  # back to where the form was asked for
        await until(lambda: pilot.app.screen is screen, pilot)


async def test_an_upload_is_stopped_and_goes_on(
    server: UploadServer, app_home: Path, data: Path
) -> None:
    use_profile(app_home, server.url, extra=f"bills = false\n{SIZES}")
    server.fault(PARTS, TAKEN, TAKEN, HANG)
    async with files_screen() as (pilot, screen):
        await until(lambda: len(screen.listed.pane.entries) == 3, pilot)
        await choose_file(pilot, data)
        await until(lambda: server.sent() == 3, pilot)
        await until(lambda: "expires in" in lines(screen)[0], pilot)
        assert "good.jsonl" in lines(screen)[0]
        await pilot.press("home", "d")
        await asked(pilot, Confirm, "Stop the upload?")
        await pilot.press("y")
        await until(lambda: "unfinished: 2 of" in lines(screen)[0], pilot)
        await pilot.press("home", "enter")
        await until(lambda: any("file-4" in e.id for e in screen.listed.files), pilot)
        assert server.contents["file-4"] == data.read_bytes()
        count = -(-data.stat().st_size // 1500)
        assert server.sent() == count + 1  # the one that hung, and each once
        # The same once more: asked, and enter takes what is there.
        await choose_file(pilot, data)
        await asked(pilot, Confirm, "file-4")
        await pilot.press("enter")
        await until(lambda: screen.listed.current.id == "file-4", pilot)
        assert server.sent() == count + 1


async def test_a_lost_line_leaves_an_upload_that_can_be_given_up(
    server: UploadServer, app_home: Path, data: Path
) -> None:
    use_profile(app_home, server.url, extra=f"bills = false\n{SIZES}")
    server.fault(PARTS, TAKEN, DROP)
    async with files_screen() as (pilot, screen):
        await until(lambda: len(screen.listed.pane.entries) == 3, pilot)
        await choose_file(pilot, data)
        await until(lambda: "part 2 of" in problem_of(screen), pilot)
        await until(lambda: "unfinished: 1 of" in "".join(lines(screen)), pilot)
        await pilot.press("escape", "home", "d")
        await asked(pilot, Confirm, "Give up the upload")
        await pilot.press("y")
        await until(lambda: len(screen.listed.pane.entries) == 3, pilot)
        assert server.uploads["upload-1"]["status"] == "cancelled"


async def test_an_upload_cut_off_at_its_beginning_is_told_and_settled(
    server: UploadServer, app_home: Path, data: Path
) -> None:
    use_profile(app_home, server.url, extra="bills = false")
    server.fault("POST /files", HANG)
    async with files_screen() as (pilot, screen):
        await until(lambda: len(screen.listed.pane.entries) == 3, pilot)
        await choose_file(pilot, data)
        await until(lambda: server.count("POST /files") == 1, pilot)
    async with files_screen() as (pilot, screen):  # the program ended meanwhile
        told = "good.jsonl: sent without an answer so far; 6 shows what to do."
        await until(lambda: told in toasts(pilot.app), pilot)
        await until(lambda: len(screen.listed.pane.entries) == 4, pilot)
        assert "without an answer" in lines(screen)[0]
        await pilot.press("home")
        await until(lambda: "not known whether it arrived" in said(screen, "#files-about"), pilot)
        await pilot.press("enter")  # it is not there: it is sent
        await until(lambda: server.count("POST /files") == 2, pilot)
        await until(lambda: "file-4" in {e.id for e in screen.listed.files}, pilot)
        assert len(screen.listed.pane.entries) == 4
        server.fault("POST /files", HANG)
        data.write_bytes(chat_lines(21))
        await choose_file(pilot, data)
        await until(lambda: server.count("POST /files") == 3, pilot)
        await pilot.press("home", "d")
        await asked(pilot, Confirm, "Stop the upload?")
        await pilot.press("y")
        await until(lambda: "without an answer" in lines(screen)[0], pilot)
        await pilot.press("home", "d")
        await asked(pilot, Confirm, "Forget that good.jsonl was sent")
        await pilot.press("y")
        await until(lambda: len(screen.listed.pane.entries) == 4, pilot)


async def test_what_is_wrong_with_the_data_is_asked_about(
    server: UploadServer, app_home: Path, data: Path
) -> None:
    use_profile(app_home, server.url, extra="bills = true")
    data.write_bytes(data.read_bytes() + b"{oops\n")
    async with files_screen() as (pilot, screen):
        await until(lambda: len(screen.listed.pane.entries) == 3, pilot)
        await choose_file(pilot, data)
        await until(lambda: "1 error" in problem_of(screen), pilot)
        assert not pilot.app.status.work
        assert server.count("POST /files") == 0
        await pilot.press("escape")
        data.write_bytes(chat_lines(20))
        await choose_file(pilot, data)
        await asked(pilot, Confirm, "1 warning")
        await pilot.press("enter")
        await until(lambda: len(screen.listed.pane.entries) == 4, pilot)
        # Esc neither uses an earlier upload nor sends it again.
        data.write_bytes(chat_lines(60))
        await choose_file(pilot, data)
        await until(lambda: len(screen.listed.pane.entries) == 5, pilot)
        sent = server.count("POST /files")
        listing = screen.query_one(RecordList)
        listing.move_to(3)
        await choose_file(pilot, data)
        await asked(pilot, Confirm, "Use that one?")
        await pilot.press("escape")
        await until(lambda: not pilot.app.status.work and pilot.app.screen is screen, pilot)  # type: ignore[attr-defined]
        await pilot.app.workers.wait_for_complete(
            [one for one in pilot.app.workers if one.group == "send"]
        )
        assert server.count("POST /files") == sent
        assert listing.cursor == 3
        assert not problem_of(screen)


async def test_what_was_seen_last_stays_without_the_provider(
    server: UploadServer, app_home: Path
) -> None:
    async with files_screen() as (pilot, screen):
        await until(lambda: len(screen.listed.pane.entries) == 3, pilot)
        server.fault("GET /files", *[reply(500, problem_said("boom"))] * 3)
        await pilot.press("r")
        await until(lambda: "boom" in problem_of(screen), pilot)
        assert len(screen.listed.pane.entries) == 3
        await pilot.press("r")
        await until(lambda: not problem_of(screen), pilot)
    use_profile(app_home, "http://127.0.0.1:1/v1")
    async with files_screen() as (pilot, screen):
        await until(lambda: len(screen.listed.pane.entries) == 3 and problem_of(screen), pilot)
        assert (
            "(training, running)" in screen.listed.files[-1].use_words
            or screen.listed.files[-1].uses
        )
        await until(lambda: "updated" in said(screen, "#status-age"), pilot)


async def test_a_read_only_profile_and_an_empty_list(app_home: Path) -> None:
    server = UploadServer()
    use_profile(app_home, server.url, extra="read_only = true")
    try:
        async with files_screen() as (pilot, screen):
            listing = screen.query_one(RecordList)
            await until(lambda: "No files" in listing.render_line(0).text, pilot)
            await pilot.press("u")
            assert "read-only" in problem_of(screen)
            assert pilot.app.screen is screen
            server.add_file("one.jsonl")
            await pilot.press("escape", "r")
            await until(lambda: len(screen.listed.pane.entries) == 1, pilot)
            await pilot.press("d")
            assert "read-only" in problem_of(screen)
    finally:
        server.close()


async def test_files_that_nobody_has_seen_are_not_said_to_be_nothing_to_clean_up(
    server: UploadServer,
) -> None:
    server.always["GET /files"] = reply(500, problem_said("away"))
    server.always["GET /fine_tuning/jobs"] = reply(403, problem_said("not yours"))
    async with files_screen() as (pilot, screen):
        await until(lambda: "away" in problem_of(screen), pilot)
        await pilot.press("p")
        await until(lambda: "the files are not listed" in problem_of(screen), pilot)
        assert pilot.app.screen is screen
        del server.always["GET /files"]
        await pilot.press("r")
        await until(lambda: len(screen.listed.pane.entries) == 3, pilot)
        # Without the jobs nothing is called an orphan.
        await until(lambda: "not yours" in problem_of(screen), pilot)
        assert "not known" in lines(screen)[0]
        await pilot.press("p")
        await until(lambda: isinstance(pilot.app.screen, PruneDialog), pilot)
        assert "0 files" in said(pilot.app.screen, "#which")


async def test_while_a_list_is_asked_for_nobody_says_that_there_is_nothing(
    server: UploadServer,
) -> None:
    server.always |= {"GET /files": HANG, "GET /fine_tuning/jobs": HANG}
    try:
        async with files_screen() as (pilot, screen):
            await pilot.press("d")
            assert toasts(pilot.app) == ["Asking for the files …"]
            pilot.app.clear_notifications()
            await pilot.press("3", "c")
            await until(lambda: toasts(pilot.app), pilot)
            assert toasts(pilot.app) == ["Asking the provider…"]
            server.always.clear()
            server.release()
            await pilot.press("6")
            await until(screen.has_rows, pilot)
    finally:
        server.release()
