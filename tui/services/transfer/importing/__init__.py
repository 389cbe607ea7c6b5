"""Import foreign files: looked at first, then converted; nothing is written before."""

from tui.services.transfer.importing.foreign_files import (
    ForeignFiles,
    NotDecoded,
    columns_of,
    encodings_of,
    look,
    look_at_bytes,
    read,
)
from tui.services.transfer.importing.writing import write_dropped, write_lines

__all__ = [
    "ForeignFiles", "NotDecoded", "columns_of", "encodings_of", "look", "look_at_bytes", "read",
    "write_dropped", "write_lines",
]  # fmt: skip
