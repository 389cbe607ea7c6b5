"""The form of a run: number of prompts, repeats, requests at once, cost limit."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import partial

from tui.screens.dialogs.form import FormDialog, FormField


@dataclass(frozen=True, slots=True)
class RunSettings:
    """What was typed; None for no limit and no cap."""

    limit: int | None = None
    repeats: int = 1
    at_once: int = 4
    cap: Decimal | None = None


def _whole(text: str, most: int) -> int:
    text = text.strip()
    if text.isascii() and text.isdigit() and 1 <= int(text) <= most:
        return int(text)
    raise ValueError(f"a whole number from 1 to {most:,}")


def _limit(text: str) -> int | None:
    return _whole(text, 10**9) if text.strip() else None


def _amount(text: str) -> Decimal | None:
    if not text.strip():
        return None
    try:
        amount = Decimal(text.strip())
    except InvalidOperation:
        amount = Decimal("nan")
    if amount.is_finite() and amount >= 0:
        return amount
    raise ValueError("an amount such as 2.50")


FIELDS = (
    FormField("limit", "Prompts", _limit, "how many, from the first; empty: all"),
    FormField("repeats", "Times each", partial(_whole, most=50)),
    FormField("at_once", "At a time", partial(_whole, most=64), "requests"),
    FormField("cap", "At most", _amount, "cost; empty: no cap"),
)


class RunForm(FormDialog[RunSettings]):
    """Answers with the settings."""

    WHERE = "compare_run"

    def __init__(
        self,
        what: str,
        models: tuple[str, ...],
        settings: RunSettings,
        title: str = "Ask every prompt",
    ) -> None:
        asked = f"{what} to {', '.join(models)}"
        super().__init__(title, asked, FIELDS, settings)
