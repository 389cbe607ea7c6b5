"""The form of a run: number of prompts, repeats, requests at once, cost limit."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from textual.widgets import Static

from tui.core.text.text import visible
from tui.dispatch import handles
from tui.screens.dialogs.base import Dialog
from tui.widgets.field import Field

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.widgets import Input

MOST_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class RunSettings:
    """What was typed; None for no limit and no cap."""

    limit: int | None = None
    repeats: int = 1
    at_once: int = 4
    cap: Decimal | None = None


class RunForm(Dialog[RunSettings]):
    """Answers with the settings; what cannot be is said while it is typed."""

    WHERE = "compare_run"
    SHARED = ("form",)

    def __init__(self, what: str, models: tuple[str, ...], settings: RunSettings) -> None:
        super().__init__("Ask every prompt")
        self._what, self._models = what, models
        limit, cap = settings.limit, settings.cap
        self._fields = {
            "limit": Field("limit", "First prompts", str(limit or ""), "empty: all"),
            "repeats": Field("repeats", "Times each", str(settings.repeats)),
            "at_once": Field("at_once", "At a time", str(settings.at_once), "requests"),
            "cap": Field("cap", "At most", "" if cap is None else str(cap), "cost; empty: no cap"),
        }

    def compose_content(self) -> ComposeResult:
        """Lay out what is asked, and the fields."""
        asked = f"{self._what} to {', '.join(self._models)}"
        yield Static(visible(asked), classes="question", markup=False)
        yield from self._fields.values()
        yield self.key_hints()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say what is wrong with the fields, if anything."""
        event.stop()
        self._read()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take what was typed."""
        event.stop()
        self.take()

    @handles("compare_run.take")
    def take(self) -> None:
        """Answer, unless something is wrong."""
        if (settings := self._read()) is not None:
            self.dismiss(settings)

    def _read(self) -> RunSettings | None:
        values = {name: field.value.strip() for name, field in self._fields.items()}
        problems = {
            "limit": "" if not values["limit"] else _whole(values["limit"], 1, 10**9),
            "repeats": _whole(values["repeats"], 1, 50),
            "at_once": _whole(values["at_once"], 1, MOST_AT_ONCE),
            "cap": "" if not values["cap"] or _amount(values["cap"]) is not None else
            "an amount such as 2.50",
        }  # fmt: skip
        for name, problem in problems.items():
            self._fields[name].say(problem)
        if any(problems.values()):
            return None
        return RunSettings(
            int(values["limit"]) if values["limit"] else None,
            int(values["repeats"]),
            int(values["at_once"]),
            _amount(values["cap"]) if values["cap"] else None,
        )


def _whole(text: str, least: int, most: int) -> str:
    right = text.isascii() and text.isdigit() and least <= int(text) <= most
    return "" if right else f"a whole number from {least} to {most:,}"


def _amount(text: str) -> Decimal | None:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount >= 0 else None
