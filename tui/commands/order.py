"""In which order the key line shows the commands of a mode: those used most first."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LAST = ("app.help", "app.palette")  # always there, at the right end

# What comes after the commands that are in every footer; the others follow as in the table.
AFTER_FIRST: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "datasets": (
            *("save", "fix", "filter", "delete", "new_example", "weight", "mark", "bulk"),
            *("export", "import_data", "chat", "sample", "frequency", "near"),
        ),
        "tokens": ("cut", "outliers", "prices", "compare", "zoom", "export", "scale"),
        "jobs": ("cancel", "again", "compare", "mark", "result", "pause", "zoom", "measure"),
        "chat": ("again", "clear", "list", "system", "parameters", "compare", "pair", "tokens"),
        "compare": ("again", "run", "pair", "model", "drop", "system", "view", "export"),
        "models": ("filter", "mark", "compare", "running", "sort", "export", "record"),
        "files": ("train", "download", "mark"),
        "app": ("leave", "profile", "guide"),
    }
)
# What is worked with in a pane goes before, by the id of the widget that has the focus.
IN_FOCUS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "conversation": tuple(
            f"datasets.{name}"
            for name in ("edit", "role", "weight", "add_message", "undo", "problems", "save")
        ),
        "lines": ("tokens.view", "tokens.cut", "tokens.outliers"),
        "first": ("tokens.measure", "tokens.zoom", "tokens.scale"),
        "second": ("tokens.measure", "tokens.zoom", "tokens.scale"),
        "curve": ("jobs.events", "jobs.zoom", "jobs.smooth", "jobs.measure", "jobs.mark"),
        "events": ("jobs.events", "jobs.levels", "jobs.write"),
        "checkpoints": ("jobs.events", "jobs.chat", "jobs.keep_best", "jobs.ids"),
    }
)
