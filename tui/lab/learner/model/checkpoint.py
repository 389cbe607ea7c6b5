"""Arrays and a description in one file: written atomically, validated when read."""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_DESCRIPTION: Final = "description"


def write(path: Path, description: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write `path` atomically: beside it, flushed to disk, then renamed. Raises OSError."""
    text = np.frombuffer(json.dumps(description).encode(), np.uint8)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, allow_pickle=False, **{_DESCRIPTION: text}, **arrays)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:  # whatever it was goes on; half a file does not stay
        Path(name).unlink(missing_ok=True)
        raise
    _flush_folder(path.parent)


def read(path: Path, kind: str) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return the description and arrays of a file whose description says it is a `kind`.

    Raises FileNotFoundError, or ValueError for a file that is damaged or something else.
    """
    try:
        # Opened here: numpy leaves a file open if it turns out to be damaged.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        description = json.loads(arrays.pop(_DESCRIPTION).tobytes())
        found = description["kind"]
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path.name} is damaged: {error}") from error
    except (AttributeError, NotImplementedError, RuntimeError, OSError) as error:
        if isinstance(error, FileNotFoundError | PermissionError | IsADirectoryError):
            raise
        raise ValueError(f"{path.name} is damaged: {error}") from error
    if found != kind:
        raise ValueError(f"{path.name} is a {found}, not a {kind}")
    return description, arrays


def floats(arrays: Mapping[str, NDArray[Any]], name: str, path: Path) -> NDArray[np.float32]:
    """Return the named vector as float32. Raises ValueError if missing or with broken numbers."""
    if name not in arrays or arrays[name].ndim != 1 or arrays[name].dtype.kind != "f":
        raise ValueError(f"{path.name} is damaged: it has no vector {name}")
    vector = arrays[name].astype(np.float32)
    if not np.isfinite(vector).all():
        raise ValueError(f"{path.name} is damaged: {name} holds numbers that are not finite")
    return vector


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
