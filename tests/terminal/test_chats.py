"""A chat survives the end of the program, whatever ends it."""

from __future__ import annotations

import os
import signal
import sqlite3
from typing import TYPE_CHECKING

from tests.faults.conftest import write_config
from tests.faults.server import FaultServer, said, stream
from tests.lab_process import wait_for
from tests.terminal.program import Program
from tui.services.settings.locations import Locations

if TYPE_CHECKING:
    from pathlib import Path


def saved(ledger: Path, words: str) -> bool:
    """Whether a message with these words is on disk."""
    connection = sqlite3.connect(ledger, timeout=5)
    try:
        found = connection.execute(
            "SELECT count(*) FROM chat_messages WHERE instr(folded, ?)", (words,)
        ).fetchone()
    finally:
        connection.close()
    return bool(found[0])


def test_a_kill_leaves_the_question_and_what_came_of_the_answer(
    tmp_path: Path, server: FaultServer
) -> None:
    home = tmp_path / "home"
    write_config(home, server.url, "timeout = 20")
    pieces = [said(f"word{n} ") for n in range(30)]
    server.fault("POST /chat/completions", stream(*pieces, endless=True))
    with Program(home, "chat", "--model", "base-one") as program:
        program.see("base-one")
        program.send("Go on?\r")
        program.see("word29")
        ledger = Locations.standard({"FINETUI_HOME": str(home)}).ledger
        wait_for(lambda: saved(ledger, "word29"))
        os.kill(program.pid, signal.SIGKILL)
        assert program.wait() == -signal.SIGKILL
    with Program(home) as program:
        program.see("take the tour")
        program.send("4")
        program.see("word29")
        program.see("cut off: the program ended while it came")
        program.see("Go on?")
