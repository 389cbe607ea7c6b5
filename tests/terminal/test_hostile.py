"""The bytes that the program writes to a real terminal: none of them is somebody else's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.faults.conftest import write_config
from tests.hostile import SEQUENCES, HostileServer, Speaker, hostile_dataset, unsafe
from tests.terminal.program import SEQUENCE, Program

if TYPE_CHECKING:
    from pathlib import Path

# What the program itself may write as well: colours, places, the other screen.
_OWN = re.compile(r"\x1b(\[[0-9;?]*[mHhlnJ]|c)")


def test_only_its_own_sequences_are_written(tmp_path: Path) -> None:
    server = HostileServer()
    home = tmp_path / "home"
    write_config(home, server.url, "timeout = 20")
    path = hostile_dataset(tmp_path / "d\x1b]0;t\x07\u202e.jsonl", Speaker(2))
    try:
        with Program(home, str(path)) as program:
            program.see("⟨U+202E⟩")
            for mode in "3564":
                program.send(mode)
                program.see(f"[{mode} ")
                program.see("⟨U+" if mode != "4" else "Ask")
            program.send("hi\r")
            program.see("⟨U+", len(program.raw))
            program.send("\x11y")  # also where the answer has not ended
            program.wait()
    finally:
        server.close()
    written = bytes(program.raw).decode()
    hostile = [
        one for one in SEQUENCES if "\x1b" in one and len(one) > 3 and not _OWN.fullmatch(one)
    ]
    assert len(hostile) > 5
    assert [one for one in hostile if one in written] == []
    assert unsafe(SEQUENCE.sub("", written), "\r\n\x1b") == []
