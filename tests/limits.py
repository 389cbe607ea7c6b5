"""Limits: those of files at a provider, and of files on this disk."""

from __future__ import annotations

import resource
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tui.core.catalog.providers import BUILT_IN, FileLimits

if TYPE_CHECKING:
    from collections.abc import Iterator


def file_limits(
    kind: str, base_url: str | None, file_bytes: int | None = None, part_bytes: int | None = None
) -> FileLimits:
    """Return the limits of a profile, its own settings included."""
    return BUILT_IN.find(kind, base_url).limits.with_own(file_bytes, part_bytes)


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Let no file grow beyond `size` bytes, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
