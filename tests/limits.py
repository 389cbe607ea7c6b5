"""What is known of the files of providers, as a profile of some kind at an address has it."""

from __future__ import annotations

from tui.core.catalog.providers import BUILT_IN, FileLimits


def file_limits(
    kind: str, base_url: str | None, file_bytes: int | None = None, part_bytes: int | None = None
) -> FileLimits:
    """Return the limits of a profile, its own settings included."""
    return BUILT_IN.find(kind, base_url).limits.with_own(file_bytes, part_bytes)
