"""The text of the confirmation before files are deleted."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rich.cells import set_cell_size

from tui.core.provider.deletion import confirmation_word
from tui.core.provider.files import age_words, total_bytes, warning_of
from tui.core.text.paths import path_line
from tui.core.text.text import one_line, plural, size_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.core.provider.files import StoredFile

_SHOWN = 8
_USE = 18  # columns for who uses a file
_LONGEST = 24  # characters somebody can be asked to type


def word_for(chosen: Sequence[StoredFile], listed: Sequence[StoredFile]) -> str:
    """Return what has to be typed: for one file its name, for several how many.

    The name is used where no other file has it and it is short; else the end of the id.
    """
    name, file_id = chosen[0].info.filename, chosen[0].id
    alone = sum(1 for other in listed if other.info.filename == name) <= 1
    names = (name if alone else "", file_id[-8:])
    return confirmation_word("delete", len(chosen), names, _LONGEST)


def statement(chosen: Sequence[StoredFile], profile: str) -> str:
    """Return what will happen, exactly."""
    together = size_words(total_bytes(chosen))
    lines = [f"Profile {profile} will delete {plural(len(chosen), 'file')} for good ({together}):"]
    lines.append("")
    lines += [f"  {line_of(file, 66)}" for file in chosen[:_SHOWN]]
    if len(chosen) > _SHOWN:
        lines.append(f"  … and {len(chosen) - _SHOWN} more")
    if warning := warning_of(chosen):
        lines += ["", f"! {warning}"]
    # Whether their models are still there is not known here, nor whether any were made.
    lines += [
        "",
        "This cannot be undone. Nothing else goes: no job, no model, no file on this disk.",
    ]
    return "\n".join(lines)


def line_of(file: StoredFile, width: int) -> str:
    """Return a file in one line of this width: name, size, age, who uses it."""
    size, age = size_words(file.info.bytes), age_words(file.age(time.time()))
    tail = f"{size:>8} {age:>6}  {one_line(file.use_words, _USE):<{_USE}}"
    name = max(width - len(tail) - 2, 10)
    return f"{set_cell_size(path_line(file.info.filename or file.id, name), name)}  {tail}".rstrip()
