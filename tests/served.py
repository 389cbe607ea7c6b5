"""Fixtures of one line: a server for a test, which ends with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class _Server(Protocol):
    def close(self) -> None: ...


def served(
    make: Callable[[], _Server], scope: Literal["function", "module"] = "function"
) -> Any:  # a fixture has no public type
    """Return a fixture that gives what `make` returns, and closes it at the end."""

    @pytest.fixture(scope=scope)
    def server() -> Iterator[_Server]:
        one = make()
        yield one
        one.close()

    return server


def each_of(*kinds: Callable[[], _Server]) -> Any:
    """Return a fixture: each test has each of these servers once, and ends it."""

    @pytest.fixture(params=kinds, ids=lambda one: one.kind)
    def server(request: pytest.FixtureRequest) -> Iterator[_Server]:
        one = request.param()
        yield one
        one.close()

    return server
