"""The lab as a process: one a folder, private files, clean ends, plain words."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.lab_process import (
    ROOT,
    LabProcess,
    chat_lines,
    command,
    environment,
    finished,
    wait_for,
)

if TYPE_CHECKING:
    from pathlib import Path


def run(data_dir: Path, *arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(data_dir, *arguments),
        capture_output=True,
        text=True,
        env={**environment(), **extra},
        cwd=ROOT,
        timeout=60,
        check=False,
    )


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_second_lab_on_a_folder_says_where_the_first_is(lab: LabProcess) -> None:
    second = run(lab.data_dir, "--json")
    assert second.returncode == 2
    assert lab.base_url in json.loads(second.stdout)["error"]["cause"]
    assert second.stderr.count("\n") == 1
    assert lab.base_url in second.stderr


def test_files_are_private_and_tell_the_address(lab: LabProcess) -> None:
    assert mode(lab.data_dir) == 0o700
    for path in lab.data_dir.rglob("*"):
        assert mode(path) & 0o077 == 0, path
    assert (lab.data_dir / "api_key").read_text().strip() == lab.api_key
    told = json.loads((lab.data_dir / "server.json").read_text())
    assert told["base_url"] == lab.base_url
    assert told["pid"] == lab.pid
    assert told.keys() == {"base_url", "pid", "version", "started_at"}


def test_key_stays_and_address_goes_with_the_process(tmp_path: Path) -> None:
    lab = LabProcess(tmp_path / "lab").start()
    key = lab.api_key
    lab.kill()
    assert (lab.data_dir / "server.json").exists()
    (lab.data_dir / "api_key").chmod(0o644)
    lab.start()
    assert lab.api_key == key
    assert mode(lab.data_dir / "api_key") == 0o600
    assert lab.stop() == 0
    assert not (lab.data_dir / "server.json").exists()
    assert lab.stderr() == ""


def test_idle_lab_ends_by_itself(tmp_path: Path) -> None:
    lab = LabProcess(tmp_path / "lab", "--idle-minutes", "0.005").start()
    assert lab.wait() == 0
    assert not (lab.data_dir / "server.json").exists()


def test_port_in_use_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = run(tmp_path / "lab", "--json", "--port", str(port))
    assert ended.returncode == 2
    assert str(port) in json.loads(ended.stdout)["error"]["cause"]
    assert ended.stderr.count("\n") == 1
    assert str(port) in ended.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_folder_that_cannot_be_used_is_said_in_one_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    ended = run(tmp_path / "lab")
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1


def test_file_in_place_of_the_folder_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "lab").write_text("")
    ended = run(tmp_path / "lab")
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1


def test_words_for_people_name_address_and_key_file(tmp_path: Path) -> None:
    home = tmp_path / "home"
    arguments = [part for part in command(home) if part not in {"--data-dir", str(home)}]
    with subprocess.Popen(
        arguments,
        stdout=subprocess.PIPE,
        text=True,
        env={**environment(), "FINETUI_HOME": str(home)},
        cwd=ROOT,
    ) as process:
        wait_for((home / "lab" / "server.json").exists)
        process.terminate()
        assert process.stdout is not None
        said = process.stdout.read()
        assert process.wait(60) == 0
    assert "http://127.0.0.1:" in said
    assert str(home / "lab" / "api_key") in said
    assert "small language model" in said


def test_a_job_is_checked_and_trained_by_processes_that_are_started_anew(tmp_path: Path) -> None:
    # Other labs of tests are forks, and so are their validators and trainers.
    words = command(tmp_path / "lab", "--json")
    process = subprocess.Popen(
        words, stdout=subprocess.PIPE, text=True, env=environment(), cwd=tmp_path
    )
    lab = LabProcess(tmp_path / "lab").take(process)
    try:
        with lab.client() as client:
            file = client.files.create(file=("t.jsonl", chat_lines(10)), purpose="fine-tune")
            job = client.fine_tuning.jobs.create(
                model="lab-micro", training_file=file.id, hyperparameters={"n_epochs": 1}
            )
            assert finished(client, job.id).fine_tuned_model
        assert not (lab.data_dir / "jobs" / job.id / "log").read_bytes()
    finally:
        assert lab.stop() == 0
