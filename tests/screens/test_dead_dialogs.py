"""No key of a dialog is dead: each that its help tells is seen to do something, or says why not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import Input

from tests.lab_process import chat_lines
from tests.screens.conftest import use_profile
from tests.screens.pressing import Presser
from tests.screens.test_no_dead_keys import fill, to_mode
from tests.until import until
from tui.app import FinetuiApp
from tui.commands import PLACES
from tui.core.edits import CallDraft
from tui.screens.base import ModeScreen
from tui.screens.datasets.messages.tools import CallEditor
from tui.screens.dialogs.base import Dialog
from tui.screens.dialogs.confirm import Confirm, GoOn, TypedAmount, TypedConfirm
from tui.screens.dialogs.details import DetailsDialog
from tui.screens.dialogs.editor import LineEditor, TooLong
from tui.screens.profiles.key_dialog import KeyDialog

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.screen import Screen

    from tests.faults.server import FaultServer

LONG = "\n".join(f"line {n}" for n in range(99))
# By the mode: the dialog, and the keys that lead to it. "text:…" is put into its field, a key
# with … opens another dialog, as each one does in a dialog.
WAYS: dict[str, tuple[tuple[str, ...], ...]] = {
    "datasets": (
        ("path", "o"),
        ("editor", "e"),
        ("choose", "b"),
        ("changes", "n", "c"),
        ("before_after", "u", "escape", "home", "F"),
        ("bulk", "b…", "text:replace", "enter"),
        ("frequency", "t"),
        ("near", "equals_sign…", "enter"),
    ),
    "datasets and others": (
        ("conversion", "i…", "text:alpaca.json", "enter"),
        ("rows", "i…", "text:alpaca.json", "enter", "r"),
        ("columns", "i…", "text:table.csv", "enter"),
        ("split", "x…", "text:split", "enter"),
        ("diff", "x…", "text:compare", "enter", "text:other.jsonl", "enter"),
    ),
    "tokens": (("pieces", "v"), ("prices", "p"), ("epochs", "e"), ("prompts", "n")),
    "jobs": (
        ("job_form", "n"),
        ("all_jobs", "P"),
        ("keep_best", "K"),
        ("lineage", "L"),
    ),
    "models": (
        ("all_models", "P"),
        ("running", "w"),
        ("prune_models", "p"),
        ("move_report", "m…", "enter", "text:data.jsonl", "enter"),
    ),
    "files": (
        ("prune", "p"),
        ("profiles", "f2"),
        ("profile_form", "f2…", "ctrl+n"),
        ("keys", "f5"),
        ("key_press", "f5…", "enter"),
        ("log", "f4"),
        ("help", "f1"),
    ),
    "chat": (("chats", "l"), ("parameters", "t")),
    "compare": (("compare_run", "e…", "enter"), ("earlier_runs", "l")),
}
# Those that one app goes through; what other profiles are tried with comes last.
TOGETHER = (("datasets",), ("datasets and others",), ("tokens", "jobs", "models"))
TOGETHER += (("chat", "compare", "files"),)
# Those that only something rare opens.
MADE: dict[str, Callable[[Any], Dialog[Any]]] = {
    "confirm": lambda _: Confirm("Ask", "Really?"),
    "go_on": lambda _: GoOn("Ask", "Really?", "spends it", "goes back"),
    "typed": lambda _: TypedConfirm("Ask", LONG, "delete"),
    "amount": lambda _: TypedAmount("Ask", LONG, "USD"),
    "details": lambda _: DetailsDialog("All", LONG),
    "line": lambda _: LineEditor("Name", "one", "its name"),
    "too_long": lambda _: TooLong("Long", LONG, "too long"),
    "key": lambda app: KeyDialog(app.workspace.profile),
    "call": lambda _: CallEditor("call", CallDraft("look", "{}", "c1"), ["look"]),
}


def row(question: str, role: str = "human") -> str:
    messages = [{"role": role, "content": question}, {"role": "assistant", "content": "Yes."}]
    return json.dumps({"messages": messages}) + "\n"


@pytest.fixture(autouse=True)
def _hold_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    Presser.hold_without_end(monkeypatch)


@pytest.fixture
def files(app_folder: Path) -> Path:
    """Give a dataset with problems and what can be imported beside it."""
    rows = [row("Is it?"), row("Is it?"), row("Was it?"), *(row(f"Why {n}?") for n in range(4))]
    (app_folder / "data.jsonl").write_text("".join(rows))
    (app_folder / "other.jsonl").write_text("".join(rows[:2]) + row("Who?"))
    alpaca = [{"instruction": f"Say {n}", "input": "", "output": "Yes."} for n in range(3)]
    (app_folder / "alpaca.json").write_text(json.dumps(alpaca))
    (app_folder / "table.csv").write_text("a,b\nwhy,because\nwho,me\n")
    return app_folder / "data.jsonl"


async def reach(press: Presser, where: str, keys: tuple[str, ...]) -> None:
    """Press keys, each once the one before has shown what it does, until a dialog is there."""
    app = press.app
    for key in keys:
        await press.quiet()
        before: Screen[Any] = app.screen
        if getattr(before, "WHERE", "") == where and key != keys[-1]:
            return  # what was answered once is not asked again
        if key.startswith("text:"):
            field = app.screen.query(Input).first()
            field.value = key.removeprefix("text:")
            await press.quiet()
            continue
        press.send(key.removesuffix("…"))
        if isinstance(before, Dialog) or key.endswith("…"):
            await until(
                lambda: isinstance(app.screen, Dialog) and app.screen is not before,  # noqa: B023
                seconds=10,
            )


@pytest.mark.timeout(400)
@pytest.mark.parametrize("parts", TOGETHER, ids="-".join)
async def test_each_key_of_a_dialog_shows_something(
    files: Path, app_home: Path, server: FaultServer, parts: tuple[str, ...]
) -> None:
    fill(server)
    other = f'[profiles.other]\nbase_url = "{server.url}"\napi_key = "any"\n'
    use_profile(app_home, server.url, extra=other)
    if not parts[0].startswith("datasets"):  # they want examples that are in order
        files.write_bytes(chat_lines(8))
    app = FinetuiApp(str(files))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(lambda: app.workspace, pilot)
        press = Presser(pilot)
        for part in parts:
            mode = part.split(maxsplit=1)[0]
            await to_mode(press, mode, filled=True)
            for where, *keys in WAYS[part]:
                await press.dialog(where, lambda: reach(press, where, tuple(keys)))  # noqa: B023
                assert isinstance(app.screen, ModeScreen)
                if app.current_mode != mode:
                    app.show_mode(mode)
                await press.quiet()
        assert "\n".join(press.dead) == ""


async def test_each_key_of_a_question_shows_something(app_home: Path, server: FaultServer) -> None:
    use_profile(app_home, server.url)
    app = FinetuiApp()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(lambda: app.workspace, pilot)
        press = Presser(pilot)
        for where, make in MADE.items():

            async def show(make: Callable[[Any], Dialog[Any]] = make) -> None:
                await app.push_screen(make(app))

            await press.dialog(where, show)
        assert "\n".join(press.dead) == ""


def test_all_dialogs_are_pressed() -> None:
    pressed = {way[0] for ways in WAYS.values() for way in ways} | {*MADE}
    assert sorted(sum(TOGETHER, ())) == sorted(WAYS)
    owners = {one.WHERE for one in _dialogs() if one.WHERE}
    assert owners <= pressed
    assert owners <= {*PLACES}


def _dialogs() -> list[type[Dialog[Any]]]:
    from tests.test_commands import dialog_classes

    return dialog_classes()
