"""The state of the Tokens mode: rows, model, measure, epochs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tui.screens.tokens.cost.model_prices import PROMPTS
from tui.screens.tokens.dialogs import LAB_MODEL, OPENAI_MODEL
from tui.screens.tokens.report.spreads import Window

if TYPE_CHECKING:
    from pathlib import Path

    from tui.core.money.terms import Budget
    from tui.screens.tokens.report.figures import FileFigures
    from tui.services.datasets import Document
    from tui.services.settings.profile import Profile
    from tui.services.tokens.report import Measure


@dataclass(slots=True)
class TokenState:
    """Shared by the controllers of the Tokens mode; whoever changes it has it counted or shown."""

    document: Document | None = None
    files: list[FileFigures] = field(default_factory=list)  # the open dataset, and one beside it
    parts: int = 0  # how often a part of `files` was shown while they are counted; 0: all is
    beside: Path | None = None  # the file to lay beside the open one
    epochs: int | None = None  # None: what the provider is predicted to choose
    models: dict[str, str] = field(default_factory=dict)  # the model chosen, by profile
    budget: Budget | None = None  # of the profile, as it was when all was counted
    measure: Measure = "context"
    window: Window = field(default_factory=Window)
    prompts: int = PROMPTS  # how many test prompts are priced

    def model_for(self, profile: Profile) -> str:
        """Return the model counted for: the one chosen for this profile, or its usual one."""
        usual = LAB_MODEL if profile.kind == "lab" else OPENAI_MODEL
        return self.models.get(profile.name, usual)
