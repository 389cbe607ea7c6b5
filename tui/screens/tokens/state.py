"""The state of the Tokens mode: rows, model, measure, epochs."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tui.core.catalog.models import DEFAULT_MODEL
from tui.core.money.pricing import MOST_EPOCHS
from tui.core.provider.parsing import as_int, as_map, as_text
from tui.screens.tokens.cost.model_prices import PROMPTS
from tui.screens.tokens.dialogs import LAB_MODEL
from tui.screens.tokens.report.spreads import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

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

    @property
    def as_kept(self) -> dict[str, object]:
        """What was chosen, as JSON values."""
        return {
            "measure": self.measure,
            "log": self.window.log,
            "epochs": self.epochs,
            "models": {**self.models},
            "prompts": self.prompts,
            "beside": None if self.beside is None else str(self.beside),
        }

    def choose_as(self, kept: Mapping[str, object]) -> None:
        """Choose what was kept. Anybody may have written it."""
        from tui.services.tokens.report import MEASURES

        self.measure = next((one for one in MEASURES if one == kept.get("measure")), self.measure)
        self.window = Window(log=kept.get("log") is True)
        if (epochs := as_int(kept.get("epochs"))) is not None and 1 <= epochs <= MOST_EPOCHS:
            self.epochs = epochs
        if (prompts := as_int(kept.get("prompts"))) is not None and prompts >= 0:
            self.prompts = prompts
        models = as_map(kept.get("models"))
        self.models = {name: model for name, one in models.items() if (model := as_text(one))}
        beside = as_text(kept.get("beside"))
        self.beside = Path(beside) if beside else None

    def model_for(self, profile: Profile) -> str:
        """Return the model counted for: the one chosen for this profile, or its usual one."""
        usual = LAB_MODEL if profile.kind == "lab" else DEFAULT_MODEL
        return self.models.get(profile.name, usual)
