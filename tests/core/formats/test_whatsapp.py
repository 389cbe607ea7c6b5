"""WhatsApp's exports: each day a conversation, read by who answers, never fixed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.any_format import absent
from tui.cli import main

ANDROID = """\
12/31/23, 10:14\u202fPM - Messages and calls are end-to-end encrypted. (no. 1)
12/31/23, 10:15\u202fPM - Ann Lee: Is tap water fine? (no. 2)
12/31/23: and rain? (no. 3)

12/31/23, 10:16\u202fPM - Moss Support: Yes: both are. (no. 4)
12/31/23, 10:17\u202fPM - Ann Lee: <Media omitted (no. 5)>
1/1/24, 9:00\u202fAM - Ann Lee: Next? (no. 6)
1/1/24, 9:01\u202fAM - Moss Support: Sure (no. 7)
"""
IOS = (
    "\u200e[31.12.23, 22:14:03] Moss Support: \u200eMessages and calls are encrypted. (no. 1)\r\n"
    "[31.12.23, 22:15:03] ~\u202fAnn: Is tap water fine? (no. 2)\r\n12/31/23: and rain? (no. 3)\r\n"
    "\r\n[31.12.23, 22:16:03] Moss Support: Yes: both are. (no. 4)\r\n"
    "\u200e[31.12.23, 22:17:03] ~\u202fAnn: \u200eimage omitted (no. 5)\r\n"
    "[01.01.24, 09:00:00] ~\u202fAnn: Next? (no. 6)\r\n"
    "[01.01.24, 09:01:00] Moss Support: Sure (no. 7)\r\n"
)
ASKED, TOLD = "Is tap water fine? (no. 2)\n12/31/23: and rain? (no. 3)", "Yes: both are. (no. 4)"


@pytest.mark.parametrize("text", [ANDROID, IOS], ids=["android", "ios"])
@pytest.mark.parametrize("name", ["_chat.txt", "Chat", "chat.json"])
def test_each_day_is_a_conversation(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, name: str
) -> None:
    path, target = tmp_path / name, tmp_path / "out.jsonl"
    path.write_bytes(text.encode())
    lost = tmp_path / "lost.jsonl"
    words = ["--answers-by", "Moss Support", "--dropped", str(lost), "-o", str(target)]
    assert main(["convert", str(path), *words]) == 0
    report = capsys.readouterr().err + lost.read_text()
    first, second = map(json.loads, target.read_text().splitlines())
    assert [(m["role"], m["content"]) for m in first["messages"]] == [
        ("user", ASKED),
        ("assistant", TOLD),
    ]
    assert [m["content"] for m in second["messages"]] == ["Next? (no. 6)", "Sure (no. 7)"]
    assert absent(text, target.read_text(), report) == []


@pytest.mark.parametrize("text", [ANDROID, IOS], ids=["android", "ios"])
def test_what_refuses_it_names_the_command_that_reads_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    path = tmp_path / "chat.txt"
    path.write_bytes(text.encode())
    for words in (["fix", str(path)], ["check", str(path)], ["edit", str(path), "--shuffle"]):
        assert main(words) != 0
        told = "".join(capsys.readouterr())
        assert f"finetui convert {path} --from table --answers-by 'Moss Support' -o" in told, words
    assert path.read_bytes() == text.encode()


@pytest.mark.parametrize(
    "text",
    [
        "[2024-01-01] Release\n- fixed: a thing\n",
        "12/31/23, a day to remember - Ann: no time here\n",
        "User: hi\nAssistant: hello\n12/31/23, 10:15 - Ann: quoted\n",
        '[12, 13]\n{"messages": []}\n',
    ],
)
def test_other_texts_are_no_exports(text: str) -> None:
    from tui.core.formats.detection.containers import container_of

    assert container_of("notes.txt", text.encode()) != "whatsapp"
