"""Arrays and a description in one file: written atomically, validated when read."""

from __future__ import annotations

import json
import zipfile
import zlib
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tui.lab.folder import written_atomically

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

_DESCRIPTION: Final = "description"


def write(path: Path, description: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write `path` whole or not at all. Raises OSError."""
    text = np.frombuffer(json.dumps(description).encode(), np.uint8)
    with written_atomically(path) as file:
        np.savez(file, allow_pickle=False, **{_DESCRIPTION: text}, **arrays)


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
