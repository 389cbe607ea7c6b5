"""`finetui files` as a script uses it: who uses what, sent once, pruned after a yes."""

from __future__ import annotations

import contextlib
import re
import signal
import sqlite3
from typing import TYPE_CHECKING

import pytest

from tests.faults.conftest import write_config
from tests.faults.server import DROP, reply
from tests.faults.server import problem as problem_said
from tests.faults.uploads import UploadServer
from tests.home import Home
from tests.lab_process import chat_lines, wait_for
from tui.services.files import part_uploads

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def server() -> Iterator[UploadServer]:
    one = UploadServer()
    used = one.add_file("used.jsonl", 90)
    one.add_file("old.jsonl", 40)
    one.add_file("new.jsonl", 1)
    one.add_file("other.pdf", 90, purpose="assistants")
    result = one.add_file("metrics.csv", 80, purpose="fine-tune-results")
    one.new_job({"training_file": used, "status": "succeeded", "result_files": [result]})
    yield one
    one.close()


@pytest.fixture
def home(server: UploadServer, tmp_path: Path) -> Home:
    write_config(tmp_path, server.url, "timeout = 2\nbills = false")
    return Home(tmp_path)


def test_the_list_says_who_uses_what(home: Home, server: UploadServer) -> None:
    files = {file["filename"]: file for file in home.json("files", "list")["files"]}
    assert [name for name, file in files.items() if file["orphan"]] == ["new.jsonl", "old.jsonl"]
    assert files["used.jsonl"]["used_by"][0]["as"] == "training"
    assert files["metrics.csv"]["used_by"][0]["as"] == "result"
    lines = home.run("files", "list", "--orphans", "--older-than", "30d").stdout.splitlines()
    assert len(lines) == 1
    assert "40 d" in lines[0]
    server.jobs.clear()  # a provider that forgets: what was seen once still counts
    files = {file["filename"]: file for file in home.json("files", "list")["files"]}
    assert files["used.jsonl"]["used_by"][0]["status"] == "succeeded"


def test_a_file_is_written_to_standard_output(home: Home, server: UploadServer) -> None:
    (listed, *_) = home.json("files", "list")["files"]
    whole = home.path / "whole"
    assert home.run("files", "download", listed["id"], "-o", str(whole)).returncode == 0
    done = home.spawn("files", "download", listed["id"], "-o", "-")
    assert (done.returncode, done.stdout) == (0, whole.read_text()), done.stderr
    assert home.run("files", "download", listed["id"], "-o", "-", "--json").returncode == 2


def test_pruning_lists_first_and_wants_a_yes(home: Home, server: UploadServer) -> None:
    assert home.run("files", "prune").returncode == 2
    assert home.run("files", "prune", "--older-than", "month").returncode == 2
    prune = ("files", "prune", "--older-than", "30d", "--orphans")
    dry = home.json(*prune, "--dry-run")
    assert [file["filename"] for file in dry["files"]] == ["old.jsonl"]
    asked = home.run(*prune)
    assert asked.returncode == 4
    assert "would delete file file-2" in asked.stdout
    assert home.json(*prune, code=4)["files"] == dry["files"]
    assert len(server.files) == 5
    assert home.json(*prune, "--yes")["deleted"] == [
        {"id": "file-2", "deleted": True, "outcome": "deleted"}
    ]
    assert "nothing has been deleted" in home.run(*prune, "--yes").stdout
    assert len(server.files) == 4


def test_pruning_a_read_only_profile_says_that_it_would_not_begin(
    home: Home, server: UploadServer, tmp_path: Path
) -> None:
    write_config(tmp_path, server.url, "read_only = true")
    for words in (("--dry-run",), (), ("--yes",)):
        done = home.run("files", "prune", "--orphans", *words)
        assert (done.returncode, "is read-only" in done.stderr) == (3, True)
    assert not any(seen.method == "DELETE" for seen in server.seen)


def test_where_the_jobs_are_not_known_nothing_is_pruned(home: Home, server: UploadServer) -> None:
    server.fault("GET /fine_tuning/jobs", *[reply(403, problem_said("not yours"))] * 2)
    listed = home.run("files", "list", "--json")
    assert "not yours" in listed.stderr
    assert '"orphan": true' not in listed.stdout
    assert home.run("files", "prune", "--orphans", "--yes").returncode == 3
    assert len(server.files) == 5


def test_the_same_content_is_sent_once_unless_asked(
    home: Home, server: UploadServer, tmp_path: Path
) -> None:
    path = tmp_path / "good.jsonl"
    path.write_bytes(chat_lines(60))
    first = home.json("files", "upload", str(path))
    again = home.run("files", "upload", str(path), "--json")
    assert f'"id": "{first["id"]}"' in again.stdout
    assert "is uploaded already" in again.stderr
    assert home.json("files", "upload", str(path), "--again")["reused"] is False
    assert server.count("POST /files") == 2
    assert str(path) in home.run("files", "list", "--json").stdout


def test_errors_in_the_data_block_whatever_is_accepted(
    home: Home, server: UploadServer, tmp_path: Path
) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_bytes(chat_lines(12) + b"{oops\n")
    for words in ((), ("--accept", "warnings,secrets")):
        done = home.run("files", "upload", str(path), *words)
        assert done.returncode == 1
        assert "line 13" in done.stderr
    assert server.count("POST /files") == 0


def test_a_small_file_may_be_for_validation(
    home: Home, server: UploadServer, tmp_path: Path
) -> None:
    path = tmp_path / "valid.jsonl"
    path.write_bytes(chat_lines(5))
    done = home.run("files", "upload", str(path))  # nothing is billed: a note
    assert done.returncode == 0
    assert "Fewer than 10 examples" in done.stderr
    write_config(tmp_path, server.url, "bills = true")
    path.write_bytes(chat_lines(6))
    done = home.run("files", "upload", str(path))
    assert done.returncode == 4
    assert "Fewer than 10 examples" in done.stderr
    assert "--accept warnings" in done.stderr
    assert home.run("files", "upload", str(path), "--accept", "warnings").returncode == 0
    assert server.count("POST /files") == 2


def test_an_unfinished_upload_is_listed_and_can_be_given_up(
    home: Home, server: UploadServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part_uploads, "AGAIN_S", ())
    write_config(tmp_path, server.url, "file_bytes = 100\npart_bytes = 500\nbills = false")
    path = tmp_path / "good.jsonl"
    path.write_bytes(chat_lines(60))
    server.fault("POST /uploads/upload-1/parts", reply(200, None, act=True), DROP)
    assert home.run("files", "upload", str(path)).returncode == 3
    (one,) = home.json("files", "list")["unfinished"]
    assert (one["id"], one["bytes_taken"]) == ("upload-1", 500)
    assert "unfinished: 1 of" in home.run("files", "list").stdout
    assert home.run("files", "delete", "upload-1", "--yes").returncode == 0
    assert server.uploads["upload-1"]["status"] == "cancelled"
    assert home.json("files", "list")["unfinished"] == []


def test_too_large_is_refused_before_anything_is_sent(home: Home, tmp_path: Path) -> None:
    (tmp_path / "config" / "config.toml").write_text(
        '[profiles.azure]\nbase_url = "https://x.openai.azure.com/openai/v1/"\napi_key = "k"\n'
        "file_bytes = 100\n"
    )
    path = tmp_path / "good.jsonl"
    path.write_bytes(chat_lines(60))
    done = home.run("files", "upload", str(path), "--again", "--profile", "azure")
    assert done.returncode == 2
    assert "Azure OpenAI takes 100 B at most" in done.stderr
    assert "Blob" in done.stderr


def test_a_killed_upload_to_the_lab_goes_on(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    config = home.path / "config" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("[profiles.lab]\nfile_bytes = 100\npart_bytes = 6000\n")
    path = tmp_path / "many.jsonl"
    path.write_bytes(chat_lines(1200))
    count = -(-path.stat().st_size // 6000)
    process = home.start("files", "upload", str(path))
    try:
        wait_for(lambda: _parts(home) > 3)
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    try:
        taken = wait_for(lambda: _parts(home))
        done = home.run("files", "upload", str(path))
        (known,) = re.findall(rf"going on: (\d+) of {count} parts were there", done.stderr)
        # The answer to the last one may have been lost with the process.
        assert int(known) in {taken, taken - 1}
        target = tmp_path / "back.jsonl"
        assert home.run("files", "download", done.stdout.strip(), "-o", str(target)).returncode == 0
        assert target.read_bytes() == path.read_bytes()
    finally:
        home.end_lab()


def _parts(home: Home) -> int:
    """How many parts of uploads the lab holds now."""
    database = home.path / "lab" / "lab.db"
    if not database.exists():
        return 0
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        try:
            return int(db.execute("SELECT count(*) FROM upload_parts").fetchone()[0])
        except sqlite3.OperationalError:  # its tables are still being made
            return 0


def test_problems_are_as_grave_as_the_profiles_provider_has_them(
    home: Home, tmp_path: Path
) -> None:
    (tmp_path / "config" / "config.toml").write_text(
        '[profiles.azure]\nbase_url = "https://x.openai.azure.com/openai/v1/"\napi_key = "k"\n'
    )
    path = tmp_path / "good.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + chat_lines(60))
    (file,) = home.json("check", str(path), code=1)["files"]
    assert [(i["rule"], i["severity"]) for i in file["issues"]] == [("bom", "error")]
    (file,) = home.json("check", str(path), "--profile", "azure")["files"]
    assert [(i["rule"], i["severity"]) for i in file["issues"]] == [("bom", "info")]
    assert "Azure OpenAI takes it" in file["issues"][0]["message"]
    path.write_bytes(chat_lines(60))
    (file,) = home.json("check", str(path), "--profile", "azure")["files"]
    assert [(i["rule"], i["severity"]) for i in file["issues"]] == [("bom-missing", "info")]
