"""The dialog of the models of all profiles, each with its profile."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tui.core.models.entry import ModelEntry
from tui.core.models.listing import filtered, ordered
from tui.core.text.text import one_line
from tui.dispatch import handles
from tui.screens.dialogs.all_profiles import AllProfilesDialog
from tui.screens.models.all_models_rows import all_models_row, head_row
from tui.services.models.all_profiles import ProfileModels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.text import Text


class AllModelsDialog(AllProfilesDialog[ProfileModels, ModelEntry]):
    """Answers with a profile and the id of a model of it."""

    WHERE = "all_models"
    CHOSEN = "all_models.go"
    NOUN = "model"
    HINT = "words, profile:azure, state:deployed, -word …"

    def narrowed(self, found: Sequence[ProfileModels], typed: str) -> list[ModelEntry]:
        """Return the fine-tuned models of these that fit what is typed, newest first."""
        own = [one for name in found for one in name.seen.entries if one.kind == "tuned"]
        return ordered(filtered(own, typed), "newest")

    def key_of(self, row: ModelEntry) -> tuple[str, str]:
        """Return the profile and the id of a model."""
        return row.profile, row.id

    def draw(self, row: ModelEntry, width: int) -> Text:
        """Return one line of the list."""
        return all_models_row(row, time.time(), width)

    def head(self, width: int) -> Text | str:
        """Return the names of the columns."""
        return head_row(width)

    def under(self, row: ModelEntry) -> str:
        """Return the whole name of a model, and its base."""
        of = f" · base {row.base}" if row.base else ""
        return one_line(f"{row.id}{of}", 200)

    @handles("all_models.go")
    def go(self) -> None:
        """Answer with the model under the cursor."""
        self.choose()
