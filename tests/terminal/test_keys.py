"""Escape and a key in one go: read from raw bytes, and done as two keys, in a field or not."""

from __future__ import annotations

import os
import select
import termios
import time
import tty
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from textual import events
from textual.binding import Binding
from textual.widgets import Input, TextArea

import tui
from tests.lab_process import chat_lines
from tests.until import LIMIT_S, until
from tui.app import FinetuiApp
from tui.terminal.keys import KeyParser, sends_words, typed_after_escape
from tui.terminal.typed_ahead import TypedAhead

if TYPE_CHECKING:
    from textual.pilot import Pilot


def read(*packets: str) -> list[tuple[str, str | None]]:
    """Return the keys that these packets of input make, the last followed by a pause."""
    parser = KeyParser()
    found = [message for packet in packets for message in parser.feed(packet)]
    parser._timeout_time = time.monotonic() if parser._timeout_time else None
    found += parser.tick()
    return [(m.key, m.character) for m in found if isinstance(m, events.Key)]


def test_enter_typed_before_the_program_has_the_terminal_is_enter() -> None:
    ours, terminal = os.openpty()
    ahead = TypedAhead()
    os.write(ours, b"o/tmp/a.jsonl\rx")
    select.select([terminal], [], [], LIMIT_S)  # the kernel hands it on when it has time
    ahead.look(terminal)
    tty.setraw(terminal, termios.TCSANOW)
    ahead.taken(terminal)
    os.write(ours, b"\n\r")
    assert ahead.as_typed(os.read(terminal, 5)) == b"o/tmp"
    rest = b""
    while len(rest) < len(b"/a.jsonl\rx\n\r"):  # it may come in two pieces
        rest += ahead.as_typed(os.read(terminal, 99))
    assert rest == b"/a.jsonl\rx\n\r"
    os.write(ours, b"\n")
    ahead.look(terminal)  # it has the terminal already: a new line is ctrl+j
    assert ahead.as_typed(os.read(terminal, 99)) == b"\n"
    os.close(ours)
    os.close(terminal)


def test_enter_typed_while_the_program_takes_the_terminal_is_enter() -> None:
    """Between the look at what waits and the change of the mode, a new line is made of it too."""
    ours, terminal = os.openpty()
    ahead = TypedAhead()
    ahead.look(terminal)  # nothing has come
    os.write(ours, b"o/tmp/a.jsonl\r")
    select.select([terminal], [], [], LIMIT_S)
    tty.setraw(terminal, termios.TCSANOW)
    ahead.taken(terminal)
    assert ahead.as_typed(os.read(terminal, 99)) == b"o/tmp/a.jsonl\r"
    os.write(ours, b"\n")
    assert ahead.as_typed(os.read(terminal, 99)) == b"\n"
    os.close(ours)
    os.close(terminal)


@pytest.fixture(autouse=True)
def _no_mac(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TERM_PROGRAM", "LC_TERMINAL", "TMUX"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        *((f"\x1b{digit}", [f"alt+{digit}"]) for digit in "0123456789"),
        ("\x1bm", ["alt+m"]),
        ("\x1bF", ["alt+shift+f"]),
        ("\x1bb", ["alt+b"]),
        ("\x1bf", ["alt+f"]),
        ("\x1b/", ["alt+slash"]),
        ("\x1b=", ["alt+equals_sign"]),
        ("\x1b-", ["alt+minus"]),
        ("\x1b?", ["alt+question_mark"]),
        ("\x1b]", ["alt+right_square_bracket"]),
        ("\x1b[", ["alt+left_square_bracket"]),
        ("\x1bO", ["alt+shift+o"]),
        ("\x1b ", ["alt+space"]),
        ("\x1b\r", ["alt+enter"]),
        ("\x1b\t", ["alt+tab"]),
        ("\x1b\x13", ["alt+ctrl+s"]),
        ("\x1b\x11", ["alt+ctrl+q"]),
        ("\x1bé", ["alt+é"]),
        ("\x1b5\x1b6", ["alt+5", "alt+6"]),
        ("\x1bdd", ["alt+d", "d"]),
        ("\x1b\x1b5", ["escape", "alt+5"]),
        ("\x1b", ["escape"]),
        ("\x1b\x1b", ["escape", "escape"]),
        # One key each, as before.
        ("\x1b[A", ["up"]),
        ("\x1b[1;3D", ["alt+left"]),
        ("\x1b[1;5C", ["ctrl+right"]),
        ("\x1b\x1b[A", ["escape", "up"]),
        ("\x1bOP", ["f1"]),
        ("\x1b[3~", ["delete"]),
        ("\x1b[53;3u", ["alt+5"]),
        ("\x1b\x7f", ["ctrl+w"]),
        ("∞™", ["∞", "™"]),
    ],
)
def test_what_a_terminal_sends(text: str, keys: list[str]) -> None:
    found = [
        character if character and not character.isascii() else key for key, character in read(text)
    ]
    assert found == keys


def test_packets_cut_anywhere() -> None:
    assert read("\x1b", "5") == read("\x1b5")
    assert read("\x1b", "[", "1", ";3D") == read("\x1b[1;3D")


def test_alt_alone_types_nothing() -> None:
    assert [character for _, character in read("\x1b5\x1bm\x1bQ\x1b/")] == [None] * 4


def test_words_are_moved_over_on_a_mac_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM_PROGRAM", "Apple_Terminal")
    assert [key for key, _ in read("\x1bb\x1bf\x1bd")] == ["ctrl+left", "ctrl+right", "alt+d"]
    assert sends_words({"LC_TERMINAL": "iTerm2"})
    assert not sends_words({"LC_TERMINAL": "iTerm2", "TMUX": "/tmp/tmux-0/default,1,0"})
    assert not sends_words({"TERM_PROGRAM": "vscode"})


@pytest.mark.parametrize(
    ("key", "second"),
    [
        ("alt+5", ("5", "5")),
        ("alt+m", ("m", "m")),
        ("alt+shift+f", ("F", "F")),
        ("alt+slash", ("slash", "/")),
        ("alt+space", ("space", " ")),
        ("alt+enter", ("enter", "\r")),
        ("alt+ctrl+s", ("ctrl+s", "\x13")),
        ("alt+left", None),
        ("alt+f1", None),
        ("alt+delete", None),
        ("alt+backspace", None),
        ("alt+home", None),
        ("alt+pageup", None),
        ("5", None),
    ],
)
def test_the_key_typed_with_it(key: str, second: tuple[str, str] | None) -> None:
    found = typed_after_escape(key)
    assert (found and (found.key, found.character)) == second


# -- in the program ----------------------------------------------------------------------


async def send(pilot: Pilot[None], text: str) -> None:
    """Give the program what the driver would make of this input."""
    parser = KeyParser()
    for message in parser.feed(text):
        pilot.app.post_message(message)
    await pilot.pause()


async def test_the_filter_is_left_and_the_command_done(app_home: Path, tmp_path: Path) -> None:
    data = tmp_path / "data.jsonl"
    data.write_bytes(chat_lines(12))
    app = FinetuiApp(path=str(data))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: getattr(app.screen, "document", None), pilot)
        await pilot.press("slash")
        await until(lambda: isinstance(app.focused, Input), pilot)
        field = app.focused
        assert isinstance(field, Input)
        await send(pilot, "ab\x1b2")
        await until(lambda: app.current_mode == "tokens", pilot)
        assert "2" not in field.value
        assert "™" not in field.value


async def test_the_prompt_or_whatever_it_is_typed_in_is_left_and_the_command_done(
    app_home: Path,
) -> None:
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace, pilot)
        await pilot.press("alt+5")  # outside a field
        await until(lambda: app.current_mode == "models", pilot)
        await pilot.press("f1")
        await until(lambda: len(app.screen_stack) == 2, pilot)
        await pilot.press("alt+6")  # esc closes the help, then 6
        await until(lambda: app.current_mode == "files", pilot)
        await pilot.press("4")
        await until(lambda: isinstance(app.focused, TextArea), pilot)
        prompt = app.focused
        assert isinstance(prompt, TextArea)
        await send(pilot, "one\x1bitwo\x1b5\x1b1o")  # keys behind it keep their order
        await until(lambda: app.current_mode == "datasets", pilot)
        await until(lambda: isinstance(app.focused, Input), pilot)  # o opens
        app.pop_screen()
        await pilot.press("4")
        await until(lambda: app.current_mode == "chat", pilot)
        assert prompt.text == "onetwo"
        await pilot.press("i")
        await until(lambda: app.focused is prompt, pilot)
        await pilot.press(*"ab")
        await send(pilot, "\x1b5")
        await until(lambda: app.current_mode == "models", pilot)
        assert prompt.text == "onetwoab"


async def test_alt_and_a_key_that_is_bound_is_one_key(app_home: Path) -> None:
    class Bound(FinetuiApp):
        CSS_PATH = Path(tui.__file__).parent / "app.tcss"
        BINDINGS = [*FinetuiApp.BINDINGS, Binding("alt+5", "command('app.mode_files')", "Files")]

    app = Bound()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace, pilot)
        await pilot.press("4")
        await until(lambda: isinstance(app.focused, TextArea), pilot)
        await send(pilot, "x\x1b5")
        await until(lambda: app.current_mode == "files", pilot)
