"""tiktoken itself, to count beside."""

from __future__ import annotations

import hashlib
import socket
from typing import TYPE_CHECKING

import pytest
import tiktoken

from tui.services.tokens import vocabularies as vocab

if TYPE_CHECKING:
    from collections.abc import Callable

URL = "https://openaipublic.blob.core.windows.net/encodings/{}.tiktoken"
NAMES = ["o200k_base", "cl100k_base"]


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tiktoken.Encoding]:
    """tiktoken's own encodings, read from a cache it checks itself."""
    cache = tmp_path_factory.mktemp("tiktoken")
    for name in NAMES:
        key = hashlib.sha1(URL.format(name).encode()).hexdigest()
        (cache / key).write_bytes(vocab.vocabulary(name))

    def get(name: str) -> tiktoken.Encoding:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TIKTOKEN_CACHE_DIR", str(cache))
            patch.setattr(socket, "socket", None)
            return tiktoken.get_encoding(name)

    return get
