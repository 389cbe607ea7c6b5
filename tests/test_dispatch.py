"""Commands find their one handler by id."""

import ast
from collections.abc import Iterator, Sequence

import pytest
from textual.app import App

from tests.sources import of_each_module
from tui.dispatch import Dispatcher, handled_by, handles


class Pane:
    def __init__(self) -> None:
        self.heard: list[str] = []

    @handles("files.mark")
    def mark(self) -> None:
        self.heard.append("mark")

    @handles("app.mode_jobs", "app.mode_chat")
    def go(self, command_id: str) -> None:
        self.heard.append(command_id)


class Sender:
    def __init__(self) -> None:
        self.sent: list[str] = []

    @handles("files.upload", group="upload")
    async def upload(self) -> None:
        self.sent.append("upload")

    @handles("files.refresh", group="refresh")
    async def fail(self) -> None:
        raise ValueError("no answer")


def test_a_command_goes_to_the_object_that_says_it_handles_it() -> None:
    pane, sender = Pane(), Sender()
    dispatcher = Dispatcher(pane, sender)
    assert "files.mark" in dispatcher
    assert set(dispatcher) == {
        "files.mark", "app.mode_jobs", "app.mode_chat", "files.upload", "files.refresh"
    }  # fmt: skip
    assert dispatcher.run("files.mark", App())
    assert dispatcher.run("app.mode_chat", App())
    assert pane.heard == ["mark", "app.mode_chat"]
    assert not dispatcher.run("files.prune", App())


async def test_an_async_handler_is_a_worker_of_its_group_whose_error_does_not_end_the_app() -> None:
    sender = Sender()
    dispatcher = Dispatcher(sender)
    app = App[None]()
    async with app.run_test():
        dispatcher.run("files.upload", app)
        (worker,) = app.workers
        assert (worker.group, worker.description) == ("upload", "upload")
        await app.workers.wait_for_complete()
        assert sender.sent == ["upload"]
        dispatcher.run("files.refresh", app)
        (failing,) = [one for one in app.workers if one.group == "refresh"]
        with pytest.raises(Exception, match="no answer"):
            await failing.wait()
        assert app.is_running


def test_two_handlers_of_one_command_are_an_error() -> None:
    with pytest.raises(ValueError, match=r"files\.mark has two handlers"):
        Dispatcher(Pane(), Pane())


def test_an_async_handler_names_its_group() -> None:
    async def method() -> None: ...

    with pytest.raises(TypeError, match="name the group"):
        handles("files.upload")(method)


def test_a_subclass_that_overrides_a_handler_without_the_mark_handles_nothing() -> None:
    class Quiet(Pane):
        def mark(self) -> None:
            """Not a handler any more."""

    assert {command for command, _, _ in handled_by(Quiet)} == {"app.mode_jobs", "app.mode_chat"}


@of_each_module
def asking_late(_path: str, nodes: Sequence[ast.AST]) -> list[str]:
    """Return the handlers that wait for something before they ask, and hold no keys meanwhile."""
    return [
        node.name
        for node in nodes
        if isinstance(node, ast.AsyncFunctionDef) and _handles(node) and _asks_late(node)
    ]


def _handles(node: ast.AsyncFunctionDef) -> bool:
    decorators = [ast.unparse(one).partition("(")[0] for one in node.decorator_list]
    holds = {"opens", "in_turn"} & {*decorators} or "hold_keys(self)" in ast.unparse(node)
    return "handles" in decorators and not holds


def _asks_late(node: ast.AsyncFunctionDef) -> bool:
    awaited = [ast.unparse(one.value) for one in _in_order(node)]
    asks = [".ask(" in one or "push_screen_wait(" in one for one in awaited]
    return True in asks[1:] and not asks[0]


def _in_order(node: ast.AsyncFunctionDef) -> Iterator[ast.Await]:
    found = [one for one in ast.walk(node) if isinstance(one, ast.Await)]
    return iter(sorted(found, key=lambda one: (one.lineno, one.col_offset)))


@pytest.mark.xdist_group("sources")
def test_keys_wait_for_a_dialog_before_which_something_is_read() -> None:
    assert {path: names for path, names in asking_late().items() if names} == {}
