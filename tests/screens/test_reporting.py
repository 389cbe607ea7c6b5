"""No worker ends in silence: whoever starts one shows what it raises."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from textual import work
from textual.dom import DOMNode
from textual.widgets import Static

import tui
from tests.screens.test_layout import shown
from tests.sources import of_each_module
from tests.until import until
from tui.app import FinetuiApp
from tui.screens.dialogs.base import Dialog
from tui.screens.reporting import ShowsErrors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

ROOT = Path(tui.__file__).parent


@of_each_module
def workers(path: str, nodes: Sequence[ast.AST]) -> list[tuple[str, str, str]]:
    """Return the module, the class and the decorator of every worker of the program."""
    if path.startswith("lab/"):
        return []
    module = ".".join(("tui", *path.removesuffix(".py").split("/")))
    return [
        (module, node.name, said)
        for node in nodes
        if isinstance(node, ast.ClassDef)
        for method in node.body
        for mark in getattr(method, "decorator_list", [])
        if (said := ast.unparse(mark)).startswith("work")
    ]


def heirs(module: str, name: str) -> list[type]:
    """Return the classes that can be on a screen and have the workers of this one."""
    found = getattr(importlib.import_module(module), name)
    every, waiting = set(), [found]
    while waiting:
        one = waiting.pop()
        every.add(one)
        waiting += one.__subclasses__()
    return [one for one in every if issubclass(one, DOMNode)]


@pytest.mark.xdist_group("sources")
def test_every_worker_is_heard() -> None:
    found = [one for there in workers().values() for one in there]
    assert len(found) > 5  # those of controllers are started in one place
    for module in {module for module, _, _ in found}:
        importlib.import_module(module)
    for screen in ("datasets", "tokens", "jobs", "chat", "models", "files"):
        importlib.import_module(f"tui.screens.{screen}")
    for module, name, said in found:
        assert "exit_on_error=False" in said, (module, name)
        assert "group=" in said, (module, name)
        nodes = heirs(module, name)
        assert nodes, (module, name)
        for node in nodes:
            assert issubclass(node, ShowsErrors), node
            assert len(listening(node)) == 1, node


def listening(node: type) -> list[type]:
    """Return the classes of a node that hear how its workers end: Textual calls each of them."""
    return [one for one in node.__mro__ if "on_worker_state_changed" in vars(one)]


def test_nothing_starts_a_worker_another_way() -> None:
    # The dispatcher runs a command's worker on the node that has the command.
    started = [path for path in ROOT.rglob("*.py") if "run_worker(" in path.read_text("utf-8")]
    assert started == [ROOT / "dispatch.py"]
    assert "exit_on_error=False" in started[0].read_text("utf-8")


def test_nobody_hides_an_error_beside_it() -> None:
    """Textual calls the handler of every class of a node: a second one would tell twice."""
    heard = {
        ROOT / "app.py",
        ROOT / "screens" / "base.py",
        ROOT / "screens" / "dialogs" / "base.py",
    }
    for path in ROOT.rglob("*.py"):
        text = path.read_text("utf-8")
        assert ("def on_worker_state_changed" in text) == (path in heard), path
        assert path not in heard or "        show_worker_error(self, event)" in text, path


class Broken(Dialog[None]):
    """A dialog without anything of its own to show an error with."""

    def compose_content(self) -> ComposeResult:
        yield Static("A question")

    @work(group="broken", exit_on_error=False)
    async def act(self, words: str) -> None:
        raise ZeroDivisionError(words)


async def test_a_dialog_shows_what_its_worker_raises(app_home: Path) -> None:
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        dialog = Broken("Broken")
        await app.push_screen(dialog)
        dialog.act("the first")
        await until(lambda: "ZeroDivisionError: the first" in shown(app), pilot)
        await pilot.resize_terminal(120, 36)
        dialog.act("the second")
        await until(lambda: "ZeroDivisionError: the second" in shown(app), pilot)
        assert "the first" not in shown(app)
        assert "A question" in shown(app)


async def test_the_app_tells_on_the_dialog_that_is_up(app_home: Path) -> None:
    app = FinetuiApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        await app.push_screen(Broken("Broken"))
        app.show_error(ZeroDivisionError("of the app"))
        await until(lambda: "ZeroDivisionError: of the app" in shown(app), pilot)
