"""Foreign formats of fine-tuning data: recognised, read into OpenAI's, and written from it.

Every row read becomes one line or one `DroppedRow` with its reason; what a format cannot hold
is said in remarks. Nothing is guessed silently.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.core.formats.columns import Columns
    from tui.core.formats.converting import convert, export
    from tui.core.formats.detection.containers import Container, container_of, records_of
    from tui.core.formats.detection.sniffing import SniffedFormat, sniff
    from tui.core.formats.records import Record
    from tui.core.formats.registry import READERS, WRITERS, format_of
    from tui.core.formats.results import ConvertedRows, DroppedRow, Format, LeftOut, Remark, Unfit
    from tui.core.formats.row_reader import ReadOptions

__all__ = [
    "READERS",
    "WRITERS",
    "Columns",
    "Container",
    "ConvertedRows",
    "DroppedRow",
    "Format",
    "LeftOut",
    "ReadOptions",
    "Record",
    "Remark",
    "SniffedFormat",
    "Unfit",
    "container_of",
    "convert",
    "export",
    "format_of",
    "records_of",
    "sniff",
]
_HOMES = {
    "columns": ("Columns",),
    "detection.containers": ("Container", "container_of", "records_of"),
    "records": ("Record",),
    "converting": ("convert", "export"),
    "results": ("ConvertedRows", "DroppedRow", "Format", "LeftOut", "Remark", "Unfit"),
    "row_reader": ("ReadOptions",),
    "registry": ("READERS", "WRITERS", "format_of"),
    "detection.sniffing": ("SniffedFormat", "sniff"),
}


def __getattr__(name: str) -> object:
    """Load what is asked for, so that one format does not load all of them at start-up."""
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
