"""The validation file that belongs to a training file, by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_TRIED = (("train", "valid"), ("training", "validation"), ("train", "validation"), ("train", "val"))


def validation_beside(training: Path) -> Path | None:
    """Return the validation file that stands beside a training file by its name.

    Looks at up to four names on disk: the form must stand before the next key is read.
    """
    names = [
        training.name.replace(one, other) for one, other in _TRIED if one in training.name
    ] or [f"{training.stem}_valid{training.suffix}"]
    found = (training.with_name(name) for name in names)
    return next((path for path in found if path != training and path.is_file()), None)
