"""Keys pressed while the journal is being written: each edit is done, in the order of the keys."""

from __future__ import annotations

import asyncio
import json
import time
from functools import partial
from typing import TYPE_CHECKING

import pytest
from textual import events
from textual.widgets import Input

from tests.journals import writing
from tests.rows import answer, chat, user
from tests.screens.test_datasets import running
from tests.until import until
from tui import type_ahead
from tui.loop_time import AfterLoopTime
from tui.screens import base, controller_context
from tui.screens.dialogs.choose import Choice, Choose
from tui.screens.profiles.profile_list import ProfilesDialog
from tui.widgets.frame.error_panel import ErrorPanel

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tui.services.datasets import Document
    from tui.services.settings.profile import Profile


pytestmark = pytest.mark.usefixtures("app_home")


def questions(document: Document) -> str:
    """Return the first text of each row, joined."""
    rows = [json.loads(document.line(n)) for n in range(len(document))]
    return "".join(row["messages"][0]["content"] for row in rows)


@pytest.mark.parametrize(
    ("keys", "left"),
    [
        ("]]]", "bcdaef"), ("ddd", "def"), ("]]d", "bcdef"), ("d]d]", "cedf"), ("]][", "bacdef"),
        ("ddu", "bcdef"), ("duUd", "cdef"), ("]u", "abcdef"), ("dduuU", "bcdef"), ("ddDd", "bcdef"),
    ],
)  # fmt: skip
async def test_every_key_counts_in_its_order(tmp_path: Path, keys: str, left: str) -> None:
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"".join(chat(user(c), answer(c)) + b"\n" for c in "abcdef"))
    async with running(path) as (pilot, screen):
        document = screen.document
        names = {"]": "right_square_bracket", "[": "left_square_bracket"}
        async with writing(document):  # as while the journal is being written
            for key in keys:
                await pilot.press(names.get(key, key))
        await until(lambda: not screen.context.stepping.locked(), pilot)
        await until(lambda: questions(document) == left, pilot)
        assert screen.query_one(ErrorPanel).failure is None


SAVE = "ctrl+s"


@pytest.mark.parametrize(
    ("keys", "left"),
    [
        ([*"de", "backspace", "x", SAVE], "xcdef"),  # the text of the row that comes up
        ([*"]e", "backspace", "x", SAVE], "bxcdef"),
        ([*"ddu", "e", "backspace", "x", SAVE], "xcdef"),
        ([*"ddue", "backspace", "x", SAVE, *"uu"], "abcdef"),
        ([*"dM", "enter"], "bbcdef"),  # the first of its menu: duplicate
        ([*"]M", "enter", "d"], "bacdef"),
    ],
)
async def test_what_opens_a_dialog_waits_for_the_edits_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keys: list[str], left: str
) -> None:
    monkeypatch.setattr(type_ahead, "_LONGEST_S", 6.0)
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"".join(chat(user(c), answer(c)) + b"\n" for c in "abcdef"))
    async with running(path) as (pilot, screen):
        document = screen.document
        assert document is not None
        names = {"]": "right_square_bracket"}
        async with writing(document):
            for key in keys:
                await pilot.press(names.get(key, key))
        await until(lambda: not pilot.app._ahead and questions(document) == left, pilot)  # type: ignore[attr-defined]
        assert screen.query_one(ErrorPanel).failure is None


async def test_a_fix_of_a_row_that_moves_meanwhile_is_of_the_row_that_comes_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type_ahead, "_LONGEST_S", 6.0)
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"".join(chat(user(c), answer(c + " ")) + b"\n" for c in "abc"))
    async with running(path) as (pilot, screen):
        document = screen.document
        assert document is not None
        await until(lambda: screen.checks.problems is not None, pilot)
        async with writing(document):
            await pilot.press("d", "f", "enter")
        await until(lambda: len(document) == 2 and b'"b"}' in document.line(0), pilot)
        assert b'"c "' in document.line(1)
        await pilot.press("F", "enter")
        await until(lambda: b'"c"}' in document.line(1), pilot)
        assert screen.query_one(ErrorPanel).failure is None


async def test_a_key_that_closes_a_dialog_at_once_holds_none_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type_ahead, "_LONGEST_S", 600.0)
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"".join(chat(user(c), answer(c)) + b"\n" for c in "abc"))
    async with running(path) as (pilot, screen):
        await pilot.press("e", "backspace", "x", SAVE, "d")
        await until(lambda: screen.document is not None and len(screen.document) == 2, pilot)


async def test_what_waits_for_a_screen_to_be_drawn_goes_on_below_a_dialog() -> None:
    async with running(None) as (pilot, screen):
        dialog = Choose("Which?", [Choice("a", "a")])
        pilot.app.push_screen(dialog)
        await until(lambda: pilot.app.screen is dialog, pilot)
        gone_on: list[str] = []

        async def ask(what: str, far: Callable[[], object]) -> None:
            screen.refresh(layout=True)
            screen._invoke_later(partial(gone_on.append, what), screen)  # as before it opened
            for _ in range(10_000):
                if what in gone_on or far():
                    return
                await asyncio.sleep(0)  # shorter than the time between two frames
            raise AssertionError(what)

        await ask("a frame", lambda: False)
        await ask("the next", lambda: screen._callbacks and screen._update_timer._active.is_set())
        size = pilot.app.size
        dialog.post_message(events.Resize(size, size))  # it lays out what is below, too
        await until(lambda: "the next" in gone_on, seconds=5)


async def test_keys_behind_one_whose_dialog_reads_first_are_not_for_the_screen_below(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, reads = tmp_path / "data.jsonl", asyncio.Event()
    path.write_bytes(b"".join(chat(user(c), answer(c)) + b"\n" for c in "ab"))

    async def slowly(_profile: Profile, _store: object) -> None:
        await reads.wait()

    monkeypatch.setattr("tui.services.provider.probe.last_probe_of", slowly)
    async with running(path) as (pilot, screen):
        app = pilot.app
        app.post_message(events.Key("f2", None))
        app.post_message(events.Key("d", "d"))  # deletes an example where no dialog is open
        await pilot.pause()
        assert app.screen is screen
        reads.set()
        await until(lambda: isinstance(app.screen, ProfilesDialog), pilot)
        await until(lambda: app.screen.query_one(Input).value == "d", pilot)
        assert questions(screen.document) == "ab"


async def test_no_key_is_given_up_while_the_loop_is_blocked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type_ahead, "_LONGEST_S", 0.4)
    monkeypatch.setattr(controller_context, "_OPENS_WITHIN_S", 0.2)
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"".join(chat(user(c), answer(c)) + b"\n" for c in "ab"))

    async def blocks(_profile: Profile, _store: object) -> None:
        time.sleep(0.5)  # noqa: ASYNC251 - as an import does on a busy machine
        for _ in range(20):
            await asyncio.sleep(0)

    monkeypatch.setattr("tui.services.provider.probe.last_probe_of", blocks)
    async with running(path) as (pilot, screen):
        app = pilot.app
        app.post_message(events.Key("f2", None))
        app.post_message(events.Key("d", "d"))  # deletes an example where no dialog is open
        await until(lambda: isinstance(app.screen, ProfilesDialog), pilot)
        await until(lambda: app.screen.query_one(Input).value == "d", pilot)
        assert questions(screen.document) == "ab"


async def test_keys_wait_for_a_dialog_that_opens_again_while_the_loop_is_blocked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "data.jsonl"
    path.write_bytes(chat(user("a"), answer("b")) + b"\n")
    async with running(path) as (pilot, screen):
        monkeypatch.setattr(base, "_REOPENS_S", 0.2)
        monkeypatch.setattr(pilot.app, "remembered", lambda _mode: {"open": "of another version"})
        screen._came_back = False
        screen._bring_back()
        time.sleep(0.3)  # noqa: ASYNC251 - as while modules are loaded
        assert screen.starts
        await until(lambda: not screen.starts, pilot)


async def test_what_never_comes_is_given_up() -> None:
    called = asyncio.Event()
    waiting = AfterLoopTime(0.1, called.set)
    time.sleep(0.3)  # noqa: ASYNC251 - the loop is blocked for longer
    for _ in range(20):
        await asyncio.sleep(0)
    assert not called.is_set()
    await asyncio.wait_for(called.wait(), 30)
    stopped = AfterLoopTime(0.02, lambda: pytest.fail("is called"))
    stopped.stop()
    again = asyncio.Event()
    waiting = AfterLoopTime(0.06, again.set)
    await asyncio.wait_for(again.wait(), 30)
    waiting.stop()


@pytest.mark.parametrize("rounds", range(6))
async def test_keys_under_way_when_the_program_ends_are_dropped(rounds: int) -> None:
    app = type_ahead.TypeAhead()
    async with app.run_test():
        for _ in range(3):
            app.post_message(events.Key("x", "x"))
        for _ in range(rounds):  # of the loop, until the program ends
            await asyncio.sleep(0)
