"""Foreign formats of fine-tuning data: recognised, read into OpenAI's, and written from it.

Every row read becomes one line or one `Dropped` with its reason; what a format cannot hold
is said in remarks. Nothing is guessed silently.
"""

from tui.core.formats.columns import Columns
from tui.core.formats.containers import Container, Record, container_of, records_of
from tui.core.formats.convert import convert, export
from tui.core.formats.model import Converted, Dropped, Format, Remark, Unfit
from tui.core.formats.registry import READERS, WRITERS, format_of
from tui.core.formats.sniff import Sniffed, sniff

__all__ = [
    "READERS",
    "WRITERS",
    "Columns",
    "Container",
    "Converted",
    "Dropped",
    "Format",
    "Record",
    "Remark",
    "Sniffed",
    "Unfit",
    "container_of",
    "convert",
    "export",
    "format_of",
    "records_of",
    "sniff",
]
