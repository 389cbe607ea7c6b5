"""A home with its lab, one for all tests of a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.home import Home

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    one = Home(tmp_path_factory.mktemp("home"))
    yield one
    one.end_lab()
