"""Completion in real shells: bash, and zsh and fish where they are installed."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tui.cli.dispatch import dispatch

# What is typed up to the tab, and what is offered.
TYPED = [
    ("finetui toke", {"tokens"}),
    ("finetui jobs crea", {"create"}),
    ("finetui jobs create --training", {"--training-file"}),
    ("finetui jobs create --training-file some-d", {"some-data.jsonl"}),
    ("finetui check some-d", {"some-data.jsonl"}),
    ("finetui completion ", {"bash", "zsh", "fish"}),
]
BASH = """
source "$1"
shift
hook=$(complete -p finetui | sed 's/.*-F \\([^ ]*\\) .*/\\1/')
for line in "$@"; do
    read -ra COMP_WORDS <<< "$line"
    [ "${line: -1}" = " " ] && COMP_WORDS+=("")
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_LINE=$line COMP_POINT=${#line} COMPREPLY=()
    $hook finetui "${COMP_WORDS[COMP_CWORD]}"
    echo "${COMPREPLY[*]}"
done
"""
FISH = """
source $argv[1]
for line in $argv[2..]
    echo (complete -C $line | string replace -r "\\t.*" "")
end
"""


@pytest.fixture
def script(
    request: pytest.FixtureRequest, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> Path:
    shell: str = request.param
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    assert dispatch(["completion", shell]) == 0
    told = capfd.readouterr().out
    (tmp_path / "some-data.jsonl").write_text("{}\n")
    path = tmp_path / "_finetui"
    path.write_text(told)
    return path


def offered(command: list[str], script: Path) -> list[set[str]]:
    lines = [line for line, _ in TYPED]
    done = subprocess.run(
        [*command, str(script), *lines],
        cwd=script.parent,
        env={"PATH": os.environ["PATH"], "HOME": str(script.parent)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return [set(line.split()) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("script", ["bash"], indirect=True)
def test_bash_completes(script: Path) -> None:
    assert offered(["bash", "--norc", "-c", BASH, "bash"], script) == [found for _, found in TYPED]
    # A dataset is opened without a command: bash itself completes the file.
    assert b"complete -o bashdefault -o default -F" in script.read_bytes()


@pytest.mark.parametrize("script", ["fish"], indirect=True)
def test_fish_completes(script: Path) -> None:
    assert offered(["fish", "-N", "-c", FISH], script) == [found for _, found in TYPED]


@pytest.mark.parametrize("script", ["zsh"], indirect=True)
def test_zsh_completes(script: Path) -> None:
    """On a terminal of its own: zsh completes in its line editor only."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(script.parent)
        variables = {"PATH": os.environ["PATH"], "HOME": str(script.parent), "TERM": "dumb"}
        os.execvpe("zsh", ["zsh", "-f", "-i"], variables)
    seen = ""

    def see(words: str) -> None:
        nonlocal seen
        deadline = time.monotonic() + 60
        while words not in seen:
            assert time.monotonic() < deadline, seen[-2000:]
            if select.select([terminal], [], [], 0.1)[0]:
                seen += os.read(terminal, 1 << 16).decode("utf-8", "replace")
        seen = seen[seen.index(words) + len(words) :]

    try:
        os.write(terminal, b"fpath=($PWD $fpath); autoload -U compinit; compinit -u -D; ")
        os.write(terminal, b"PS1='re''ady> '\n")
        see("ready> ")
        for typed, found in TYPED[:-1]:  # the last would only be listed
            [whole] = found
            os.write(terminal, typed.encode() + b"\t")
            see(" ".join([*typed.split()[:-1], whole]))
            os.write(terminal, b"\x15")
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        os.close(terminal)
