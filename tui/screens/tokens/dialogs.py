"""The questions of the Tokens mode: which model, how many epochs, how many test prompts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Input, Static

from tui.core.money.pricing import MOST_EPOCHS
from tui.dispatch import handles
from tui.screens.dialogs.base import Dialog
from tui.screens.dialogs.choose import Choice
from tui.screens.tokens.report import words
from tui.widgets.text_fields import Entry

if TYPE_CHECKING:
    from datetime import date

    from textual.app import ComposeResult

    from tui.core.catalog.models import Catalog, ModelFacts

LAB_MODEL = "lab-small"
OPENAI_MODEL = "gpt-4.1-mini-2025-04-14"
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


class EpochsDialog(Dialog[int]):
    """Answers with the number of epochs, or AUTO for what the provider would choose."""

    WHERE = "epochs"

    def __init__(self, current: int | None, predicted: int) -> None:
        super().__init__("Epochs")
        self._current, self._predicted = current, predicted

    def compose_content(self) -> ComposeResult:
        """Lay out the field and what an empty one means."""
        yield Static(
            f"How often training goes through the file: 1 to {MOST_EPOCHS}. Left empty, the "
            f"provider chooses; {self._predicted} is what it is predicted to choose.",
            classes="question",
            markup=False,
        )
        yield Entry(
            "" if self._current is None else str(self._current),
            placeholder=f"auto ({self._predicted} predicted)",
            id="epochs",
        )
        yield Static("", classes="problem", markup=False)
        yield self.key_hints(take="takes it, empty is auto")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take what was typed."""
        event.stop()
        self.take()

    @handles("epochs.take")
    def take(self) -> None:
        """Take the number if it is one that a job accepts."""
        typed = self.query_one(Input).value.strip()
        if not typed or typed.casefold() == "auto":
            self.dismiss(AUTO)
        elif typed.isascii() and typed.isdigit() and 1 <= int(typed) <= MOST_EPOCHS:
            self.dismiss(int(typed))
        else:
            problem = f"A whole number from 1 to {MOST_EPOCHS}, or nothing for auto."
            self.query_one(".problem", Static).update(problem)


class PromptsDialog(Dialog[int]):
    """Answers with how many test prompts are to be priced."""

    WHERE = "prompts"

    def __init__(self, current: int) -> None:
        super().__init__("Test prompts")
        self._current = current

    def compose_content(self) -> ComposeResult:
        """Lay out the field and what is priced."""
        yield Static(
            "How many prompts, as long as those of the examples, the model will be asked after "
            f"the training, and answer as they do: 1 to {MOST_PROMPTS:,}.",
            classes="question",
            markup=False,
        )
        yield Entry(str(self._current), id="prompts")
        yield Static("", classes="problem", markup=False)
        yield self.key_hints()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take what was typed."""
        event.stop()
        self.take()

    @handles("prompts.take")
    def take(self) -> None:
        """Take the number if it is one."""
        typed = self.query_one(Input).value.strip().replace(",", "").replace("_", "")
        if typed.isascii() and typed.isdigit() and 1 <= int(typed) <= MOST_PROMPTS:
            self.dismiss(int(typed))
        else:
            problem = f"A whole number from 1 to {MOST_PROMPTS:,}."
            self.query_one(".problem", Static).update(problem)
