"""Writing examples as other programs and providers want them."""

from tui.services.exporting.writing import write_export

__all__ = ["write_export"]
