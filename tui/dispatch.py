"""The dispatcher: find the one method that handles a command, by the command's id.

A method says `@handles("datasets.fix")`. A screen, a dialog or the app gives its dispatcher the
objects that may handle its commands: itself, its panes, its controllers. Keys, palette and
clicks all run the action `command('datasets.fix')`, which asks the dispatcher.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from functools import partial
from types import FunctionType
from typing import TYPE_CHECKING, Any, TypeVar

from tui.commands import command

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

    from textual.dom import DOMNode
    from textual.worker import Worker

T = TypeVar("T")
F = TypeVar("F", bound="Callable[..., Any]")
_MARK = "_handled_commands"
_FOUND: dict[type, tuple[tuple[str, str, str], ...]] = {}  # the handlers of each class


@dataclass(frozen=True, slots=True)
class _Handled:
    """What `@handles` notes on a method: the commands' ids, and how its worker runs."""

    ids: tuple[str, ...]
    group: str
    exclusive: bool


def handles(*ids: str, group: str = "", exclusive: bool = True) -> Callable[[F], F]:
    """Mark a method as the handler of commands.

    A coroutine function runs as a worker in `group`, `exclusive` within it: a second press
    replaces the first; otherwise each press is carried out. A method with a parameter is given
    the command's id. Raises TypeError for a coroutine function without a group, which would end
    unrelated workers.
    """

    def mark(method: F) -> F:
        if inspect.iscoroutinefunction(method) and not group:
            raise TypeError(f"{method.__qualname__} is async: name the group of its worker")
        setattr(method, _MARK, _Handled(ids, group, exclusive))
        return method

    return mark


@dataclass(frozen=True, slots=True)
class Handler:
    """A method bound to the object that handles a command."""

    method: Callable[..., Any]
    group: str  # of its worker; empty for a plain method
    exclusive: bool = True

    def run(self, node: DOMNode, command_id: str) -> None:
        """Call the method, or start its worker on `node`, where its errors are shown."""
        wants_id = bool(inspect.signature(self.method).parameters)
        call = partial(self.method, command_id) if wants_id else self.method
        if not self.group:
            call()
            return
        title = command(command_id).title.lower()
        start_worker(node, call, self.group, title, exclusive=self.exclusive)


def start_worker(
    node: DOMNode,
    work: Callable[[], Coroutine[Any, Any, T]],
    group: str,
    description: str,
    *,
    exclusive: bool = True,
) -> Worker[T]:
    """Start a worker on a node, which shows what it raises; `exclusive` ends its group before."""
    return node.run_worker(
        work,
        group=group,
        exclusive=exclusive,
        exit_on_error=False,
        description=description,
    )


class Dispatcher:
    """The handlers of one screen, dialog or app, by command id."""

    def __init__(self, *owners: object) -> None:
        self._handlers: dict[str, Handler] = {}
        self._complete: Callable[[], object] = lambda: None
        for owner in owners:
            self.add(owner)

    def when_asked(self, complete: Callable[[], object]) -> None:
        """Call `complete`, which adds owners that are made late, before a command is looked for."""
        self._complete = complete

    def add(self, owner: object) -> None:
        """Take up an object's handlers. Raises ValueError for a command that has one already."""
        for command_id, name, group in handled_by(type(owner)):
            if command_id in self._handlers:
                raise ValueError(f"{command_id} has two handlers, one in {type(owner).__name__}")
            method = getattr(owner, name)
            exclusive = getattr(method, _MARK).exclusive
            self._handlers[command_id] = Handler(method, group, exclusive)

    def __contains__(self, command_id: object) -> bool:
        """Return whether a command has a handler here."""
        self._complete()
        return command_id in self._handlers

    def __iter__(self) -> Iterator[str]:
        """Go through the ids of the commands handled here."""
        self._complete()
        return iter(self._handlers)

    def run(self, command_id: str, node: DOMNode) -> bool:
        """Run a command's handler; return whether there is one."""
        self._complete()
        handler = self._handlers.get(command_id)
        if handler is not None:
            handler.run(node, command_id)
        return handler is not None


def handled_by(owner: type) -> tuple[tuple[str, str, str], ...]:
    """Return (command id, method name, worker group) for each handler of a class.

    A method overridden in a subclass is looked at once, as the subclass has it.
    """
    if owner not in _FOUND:
        _FOUND[owner] = tuple(_marked(owner))
    return _FOUND[owner]


def _marked(owner: type) -> Iterator[tuple[str, str, str]]:
    # A class has over a thousand names by Textual: a look at all of them takes 10 ms if it asks
    # `inspect`, and every dialog that opens would wait for it.
    methods: dict[str, object] = {}
    for base in reversed(owner.__mro__):
        methods |= vars(base)
    for name, method in methods.items():
        mark = vars(method).get(_MARK) if isinstance(method, FunctionType) else None
        if isinstance(mark, _Handled):
            for command_id in mark.ids:
                yield command_id, name, mark.group
