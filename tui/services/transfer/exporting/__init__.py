"""Writing examples as other programs and providers want them, and in two parts."""

from tui.services.transfer.exporting.split_files import plan_split, write_split
from tui.services.transfer.exporting.writing import export_chunks, write_export

__all__ = ["export_chunks", "plan_split", "write_export", "write_split"]
