"""What is said of a file before it is sent, the same in a thread and in processes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.lab_process import chat_lines
from tui.services.checks import file_check
from tui.services.checks.file_verdict import verdict_of
from tui.services.errors import InputError

KEY = b"sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH"
SECRET = chat_lines(1, "My key is " + KEY.decode())


@pytest.mark.parametrize("least", [0, 10**9])
async def test_errors_and_secrets_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, least: int
) -> None:
    monkeypatch.setattr(file_check, "_WORTH_PROCESSES", least)
    path = tmp_path / "data.jsonl"
    path.write_bytes(chat_lines(20) + b"{broken\n" + SECRET + b'{"messages":[]}\n' + SECRET)
    told: list[tuple[int, int]] = []
    found = await verdict_of(path, lambda *now: told.append(now))
    assert found.examples >= 22
    assert found.size == path.stat().st_size
    assert found.count("error") >= 2
    assert found.first_error is not None
    assert found.first_error.line == 21
    assert sum(found.secrets.values()) == 2
    assert told[-1] == (24, 24)


async def test_a_sound_file_has_no_error(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    path.write_bytes(chat_lines(20))
    found = await verdict_of(path)
    assert (found.examples, found.first_error, found.secrets) == (20, None, {})
    with pytest.raises(InputError, match="folder"):
        await verdict_of(tmp_path)


async def test_another_format_is_named_with_what_converts_it(tmp_path: Path) -> None:
    path = tmp_path / "alpaca.jsonl"
    row = b'{"instruction": "Name a colour.", "input": "", "output": "Blue."}\n'
    path.write_bytes(row * 30)
    said = (await verdict_of(path)).error_words()
    assert said.startswith("30 lines of alpaca.jsonl look like Alpaca (instruction and output): ")
    assert f"`finetui convert {path} --from alpaca -o {tmp_path / 'alpaca.chat.jsonl'}`" in said
    path.write_text(json.dumps([json.loads(row)] * 3000, indent=2))
    said = (await verdict_of(path)).error_words()
    assert said.startswith("alpaca.jsonl looks like Alpaca (instruction and output): `finetui")
    assert "error" not in said
    path.write_bytes(chat_lines(20) + row + b"{broken\n")
    said = (await verdict_of(path)).error_words()
    assert said.startswith("1 line of alpaca.jsonl looks like Alpaca")
    assert said.endswith("alpaca.alpaca.chat.jsonl`, and 1 error")


async def test_data_for_reinforcement_is_forgiven_where_it_is_offered(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    turns = [[{"role": "user", "content": f"{n}?"}] for n in range(60)]
    rows = [json.dumps({"messages": one, "label": n}) for n, one in enumerate(turns)]
    path.write_text("\n".join(rows) + "\n")
    found = await verdict_of(path)
    assert found.error_words()
    forgiven = found.forgiven(["supervised", "reinforcement"])
    assert (found.error_words(forgiven), found.warning_words(forgiven)) == ("", "")
    assert not found.forgiven(["supervised", "dpo"])
    path.write_bytes(chat_lines(20) + b"{broken\n")
    assert not (await verdict_of(path)).forgiven(["reinforcement"])
