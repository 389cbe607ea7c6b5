"""One counting for all app tests of a module: the processes that do it take a second to start.

A module imports both fixtures, and belongs to an xdist group, so that one worker runs it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tui.services.tokens.service import TokenService

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui.services.workers import Pool


@pytest.fixture(scope="module")
def tokens(workers: Pool) -> Iterator[TokenService]:
    """Give what counts for all tests of a module."""
    one = TokenService(workers)
    yield one
    asyncio.run(one.close())


@pytest.fixture(autouse=True)
def counted(tokens: TokenService, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have each program count with that, and leave it open."""

    async def stay() -> None:
        pass

    with monkeypatch.context() as patch:
        patch.setattr(tokens, "close", stay)
        patch.setattr("tui.services.tokens.service.TokenService", lambda *_, **__: tokens)
        yield
