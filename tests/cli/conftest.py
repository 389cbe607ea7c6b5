"""A home with its lab, one for all tests of a worker."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests.home import Home
from tui.services.tokens import vocabularies

if TYPE_CHECKING:
    from collections.abc import Iterator

_tokens = cache(vocabularies._tokens)


@pytest.fixture(scope="module", autouse=True)
def unpacked_once() -> Iterator[None]:
    """Read each vocabulary's file once: a command that counts few texts takes of it what it needs.

    For a command that starts, as most here do not, that is half of what the counting takes.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vocabularies, "_tokens", _tokens)
        yield


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    one = Home(tmp_path_factory.mktemp("home"))
    yield one
    one.end_lab()
