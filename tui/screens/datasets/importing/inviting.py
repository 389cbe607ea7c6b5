"""What is said of a file in another format: which one it is, and the key that imports it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.commands import key_hint

if TYPE_CHECKING:
    from tui.core.formats.detection.foreign import Foreign


def invitation(found: Foreign) -> str:
    """Return it in one line."""
    return f"This looks like {found.name}: {key_hint('datasets.import_data', 'imports it')}"
