"""Write the inventory to a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.models.export import exported
from tui.services.datasets.disk.atomic_save import write_atomically
from tui.services.errors import NotWritten, disk_errors

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from tui.core.models.entry import ModelEntry
    from tui.core.models.export import Format


def write_models(path: Path, entries: Sequence[ModelEntry], format_: Format, today: date) -> None:
    """Write models in a format. Blocking; raises NotWritten."""
    text = exported(entries, format_, today)
    with disk_errors("Cannot write the models", path, "Choose another place.", NotWritten):
        write_atomically(path, [text.encode("utf-8", "backslashreplace")])
