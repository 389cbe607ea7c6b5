"""Files that are not text: what they are by their first bytes, and what to do with them."""

from __future__ import annotations

import re
import shlex
from pathlib import PurePath

from tui.core.formats.detection.samples import HEAD

_BEGINS = re.compile(rb"^[ \t]*[\[{]", re.MULTILINE)  # as a line of JSON does
_OFFICE = "an Office document"
_KINDS = {
    b"%PDF": "a PDF document",
    b"SQLite format 3": "an SQLite database",
    b"\x80\x02": "a Python pickle",
    b"\x80\x03": "a Python pickle",
    b"\x80\x04": "a Python pickle",
    b"\x80\x05": "a Python pickle",
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"7z\xbc\xaf": "packed with 7z",
    b"\xd0\xcf\x11\xe0": "an old Office document",
    b"\x1f\x8b": "packed with gzip",
    b"BZh": "packed with bzip2",
    b"\xfd7zXZ\x00": "packed with xz",
    b"\x28\xb5\x2f\xfd": "packed with zstd",
    b"PK\x03\x04": "a ZIP archive",
    b"PK\x05\x06": "a ZIP archive without a file",
    b"PAR1": "a Parquet table",
    b"ARROW1": "an Arrow table",
    b"RIFF": "a picture or a sound",
    b"ID3": "a sound",
    b"OggS": "a sound",
    b"\x93NUMPY": "a NumPy array",
    b"GGUF": "a model (GGUF)",
    b"\x7fELF": "a program",
    b"MZ\x90": "a program",
    b"{\\rtf": "an RTF document",
}
_ENDINGS = (".gz", ".gzip", ".bz2", ".xz", ".zip", ".zst", ".zstd")
# What convert reads as it lies.
READ = ("packed with gzip", "packed with bzip2", "packed with xz", "a ZIP archive")
_TO_STDOUT = {
    "packed with gzip": "gzip -dc <",
    "packed with bzip2": "bzip2 -dc <",
    "packed with xz": "xz -dc <",
    "packed with zstd": "zstd -dc <",
    "a ZIP archive": "unzip -p",
}


def not_text(data: bytes) -> str:
    """Return what a file is that holds no text at all; "" for all others."""
    found = next((what for mark, what in _KINDS.items() if data.startswith(mark)), "")
    if not found and _is_binary(data[:HEAD]):
        return "binary data"
    return _OFFICE if found == "a ZIP archive" and b"[Content_Types].xml" in data[:4096] else found


def _is_binary(head: bytes) -> bool:
    """Whether bytes hold zeros as no text does, not even UTF-16 or lines that a crash left."""
    if 0 not in head or not head.strip(b"\0 \t\r\n") or _BEGINS.search(head):
        return False
    from tui.core.fixes.damaged import wide_encoding  # brings all fixes; few files hold zeros

    return wide_encoding(head) == ""


def inner_name(name: str) -> str:
    """Return the name of what is packed in a file: without the ending that packing gave it."""
    path = PurePath(name)
    return path.stem if path.suffix.lower() in _ENDINGS else name


def unpacking(what: str, path: str) -> str:
    """Return what to do with a file that is not text, with the command that does it."""
    if what in READ:
        return f"To unpack and read it: `{reading(path)}`"
    if what in _TO_STDOUT or what == "packed with 7z":
        return f"Unpack it first: `{_unpacking_command(what, path)}`"
    if what == _OFFICE:
        return "Save a workbook as .xlsx, a document as text"
    if what.endswith("table"):
        ending = what.split()[1].lower()
        return f"Give it a name that ends in .{ending}, and convert that"
    return "Write the rows from the program it comes from, as JSONL or as a table (CSV)"


def _unpacking_command(what: str, path: str) -> str:
    if what == "packed with 7z":
        return shlex.join(("7z", "x", path))
    return to_file(what, path)


def reading(path: str) -> str:
    """Return the command that writes what is packed in a file as examples, one a line."""
    if path == "-":
        return "finetui convert -"
    return f"finetui convert {shlex.quote(path)} -o {shlex.quote(_target(path))}"


def to_stdout(what: str, path: str) -> str:
    """Return the command that writes what is packed in a file as it is."""
    command = _TO_STDOUT[what]
    return command.rstrip(" <") if path == "-" else f"{command} {shlex.quote(path)}"


def to_file(what: str, path: str) -> str:
    """Return the command that writes what is packed in a file into one beside it."""
    source = PurePath(path)
    inner = inner_name(source.name)
    target = source.with_name(f"{inner}.unpacked" if inner == source.name else inner)
    return f"{to_stdout(what, path)} > {shlex.quote(str(target))}"


def _target(path: str) -> str:
    source = PurePath(path)
    inner = PurePath(inner_name(source.name))
    plain = inner.suffix in {".jsonl", ".ndjson"} and inner.name != source.name
    ending = inner.suffix if plain else ".chat.jsonl"
    return str(source.with_name(f"{inner.stem}{ending}"))
