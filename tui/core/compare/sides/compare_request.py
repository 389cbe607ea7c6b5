"""A request from another mode to open Compare: models, and a prompt or rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.core.compare.prompts import Prompt


@dataclass(frozen=True, slots=True)
class CompareAsked:
    """Models to stand side by side, and a prompt for them; what is missing is left as it is.

    `positions` are rows of the open dataset, ascending, to be asked one after the other, which
    `words` name. `run` is one whose results are to be opened, at the prompt of `line`. With
    `records` the first model is to be recorded; `recording` is the recording that the models are to
    be compared with; whoever leaves their dialogs goes back to the mode `back`.
    """

    models: tuple[str, ...] = ()
    prompt: Prompt | None = None
    positions: Sequence[int] = ()
    words: str = ""
    run: str = ""
    line: int | None = None
    records: bool = False
    recording: str = ""
    back: str = ""
