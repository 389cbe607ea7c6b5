"""Packed files, read as what is in them: gzip, bzip2, xz, and ZIP with one file of data."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import shlex
import zipfile
import zlib
from pathlib import PurePath
from typing import IO, Any

from tui.core.formats.detection.containers import SUFFIXES, UnreadableError
from tui.core.formats.detection.packed import inner_name, to_file
from tui.core.text.text import one_line, plural, size_words

# As much as is read of a pipe: a few bytes can unpack to more than any disk holds.
MOST_UNPACKED = 1_000_000_000
_TAR = slice(257, 262)
_DAMAGED = (EOFError, OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)
_BESIDE = ("__MACOSX/", ".")  # what systems put into archives unasked
_NAMED = 4
_STREAMS: dict[str, Any] = {
    "packed with gzip": lambda file: gzip.GzipFile(fileobj=file),
    "packed with bzip2": bz2.BZ2File,
    "packed with xz": lzma.LZMAFile,
}


def unpacked(file: IO[bytes], what: str, path: str) -> tuple[IO[bytes], str]:
    """Return what is packed in a file as a stream, and its name. Raises UnreadableError.

    `what` is how the file is packed, `path` how commands name it. Reading raises UnreadableError
    too: for what is damaged, and where it would be larger than `MOST_UNPACKED`.
    """
    inner = inner_name(PurePath(path).name)
    stream: IO[bytes]
    try:
        if what == "a ZIP archive":
            archive = zipfile.ZipFile(file)
            inner = _only_file(archive, path)
            stream = archive.open(inner)
        else:
            stream = _STREAMS[what](file)
    except RuntimeError:  # as zipfile says it
        raise UnreadableError("the archive is encrypted. Unpack it first") from None
    except (*_DAMAGED, NotImplementedError) as error:
        raise UnreadableError(f"the archive cannot be read: {error}") from None
    opened = io.BufferedReader(_Guarded(stream, to_file(what, path)))
    if opened.peek(_TAR.stop)[_TAR] == b"ustar":
        step = "" if path == "-" else f", `{shlex.join(('tar', '-xf', path))}`"
        raise UnreadableError(f"it is a tar archive. Unpack it{step}, and convert a file of it")
    return opened, PurePath(inner).name


class _Guarded(io.RawIOBase):
    """What comes out of a packed file, up to a size that any file of data stays below."""

    def __init__(self, stream: IO[bytes], command: str) -> None:
        self._stream, self._command, self._read = stream, command, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._stream.read(len(buffer))
        except _DAMAGED as error:
            after = f"after {size_words(self._read)}" if self._read else "early"
            step = f"`{self._command}` saves what can be unpacked"
            raise UnreadableError(f"it is damaged or cut off {after} ({error}). {step}") from None
        self._read += len(data)
        if self._read > MOST_UNPACKED:
            most = size_words(MOST_UNPACKED)
            step = f"If it is yours, `{self._command}`, and convert a part of that"
            raise UnreadableError(f"unpacked it has more than {most}. {step}")
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._stream.close()
        super().close()


def _only_file(archive: zipfile.ZipFile, path: str) -> str:
    """Return the name of the one file in an archive, or of the one that can be data."""
    every = [
        one.filename
        for one in archive.infolist()
        if not one.is_dir() and not one.filename.startswith(_BESIDE)
    ]
    files = every if len(every) == 1 else [
        one for one in every if PurePath(one).suffix.lower() in SUFFIXES
    ]  # fmt: skip
    if len(files) != 1:
        some = one_line(", ".join(every[:_NAMED]), 200) + (", …" if every[_NAMED:] else "")
        folder = str(PurePath(path).with_suffix(""))
        folder = f"{folder}.files" if folder == path else folder
        step = "" if path == "-" else f", `{shlex.join(('unzip', path, '-d', folder))}`"
        raise UnreadableError(
            f"the archive holds {plural(len(every), 'file')} ({some}). Unpack it{step}, and "
            "convert one of them or the folder"
        )
    return files[0]
