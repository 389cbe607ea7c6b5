"""Tell Jupyter notebooks: JSON that holds code and its results, and no rows of data."""

from __future__ import annotations

from codecs import BOM_UTF8

NOTEBOOK = "a Jupyter notebook: code and its results, not rows"
WRITE_ROWS = (
    "Write the rows from within it, df.to_json('data.jsonl', orient='records', lines=True, "
    "force_ascii=False) of a pandas table, and open that file"
)


def is_notebook(head: bytes) -> bool:
    """Whether a file is a notebook, by its first bytes; the version may stand at the end."""
    if not head.removeprefix(BOM_UTF8).lstrip().startswith(b"{") or b'"cells"' not in head:
        return False
    return b'"nbformat"' in head or b'"cell_type"' in head
