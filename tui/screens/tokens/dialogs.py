"""The questions of the Tokens mode: which model, how many epochs, how many test prompts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.money.pricing import MOST_EPOCHS
from tui.screens.dialogs.choose import Choice
from tui.screens.dialogs.confirm import Typed
from tui.screens.tokens.report import words

if TYPE_CHECKING:
    from datetime import date

    from tui.core.catalog.models import Catalog, ModelFacts

LAB_MODEL = "lab-small"
MOST_PROMPTS = 1_000_000
AUTO = 0


def model_choices(catalog: Catalog, day: date, *, lab_first: bool) -> list[Choice[str]]:
    """Return all models of the catalogue: trainable ones first, with price and last day."""
    return [
        Choice(m.id, m.id, _remark(m, day))
        for m in sorted(
            catalog.models,
            key=lambda m: (not m.takes_jobs(day), m.id.startswith("lab-") != lab_first),
        )
    ]


def _remark(facts: ModelFacts, day: date) -> str:
    estimated = "" if facts.exact else "≈ estimated"
    parts = [words.price(facts, dated=False), words.jobs_until(facts, day), estimated]
    return " · ".join(part for part in parts if part)


class EpochsDialog(Typed[int]):
    """Answers with the number of epochs, or AUTO for what the provider would choose."""

    WHERE = "epochs"

    def __init__(self, current: int | None, predicted: int) -> None:
        super().__init__(
            "Epochs",
            f"How often training goes through the file: 1 to {MOST_EPOCHS}. Left empty, the "
            f"provider chooses; {predicted} is what it is predicted to choose.",
            f"A whole number from 1 to {MOST_EPOCHS}, or nothing for auto.",
            value="" if current is None else str(current),
            placeholder=f"auto ({predicted} predicted)",
        )

    def read(self, typed: str) -> int | None:
        """Return the number if it is one that a job accepts."""
        auto = not typed or typed.casefold() == "auto"
        return AUTO if auto else _number_up_to(MOST_EPOCHS, typed)


class PromptsDialog(Typed[int]):
    """Answers with how many test prompts are to be priced."""

    WHERE = "prompts"

    def __init__(self, current: int) -> None:
        super().__init__(
            "Test prompts",
            "How many prompts, as long as those of the examples, the model will be asked after "
            f"the training, and answer as they do: 1 to {MOST_PROMPTS:,}.",
            f"A whole number from 1 to {MOST_PROMPTS:,}.",
            value=str(current),
        )

    def read(self, typed: str) -> int | None:
        """Return the number if it is one."""
        return _number_up_to(MOST_PROMPTS, typed.replace(",", "").replace("_", ""))


def _number_up_to(most: int, typed: str) -> int | None:
    right = typed.isascii() and typed.isdigit() and 1 <= int(typed) <= most
    return int(typed) if right else None
