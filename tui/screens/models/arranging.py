"""Narrow the list of models by words, and order it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tui.commands import key_hint
from tui.core.models.listing import FIELDS, ORDERS
from tui.dispatch import handles
from tui.screens.dialogs.choose import Choice, Choose
from tui.screens.filter_bar import FilterBar, FilterField, filter_keys

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.core.models.listing import Order
    from tui.screens.controller_context import ScreenContext
    from tui.screens.models.model_list import ModelList

_PAUSE_S = 0.05  # without a key before what was typed is looked for


def placeholder() -> str:
    """Return what is said, with the keys in use."""
    return f"words, state:live, -word … {filter_keys()}"


def _help() -> str:
    return (
        "Words narrow the list to models that have all of them in their id, base, suffix, job, "
        "state, dataset or deployment. `field:word` looks into one field: "
        + ", ".join(FIELDS)
        + ". `-word` leaves out what has it. Enter keeps the filter, "
        f"{key_hint('app.escape', 'shows')} all again."
    )


class ModelFilter(FilterField):
    """The field in which words are typed that narrow the list."""

    @property
    def HELP(self) -> str:  # type: ignore[override]  # noqa: N802 - Textual's name
        """What can be typed."""
        return _help()


class ModelArranging:
    """The field of the filter, and the choice of an order."""

    def __init__(self, context: ScreenContext, bar: FilterBar, listed: ModelList) -> None:
        self._context, self._bar, self._listed = context, bar, listed
        bar.typed, bar.told = self._typed, self._field_told

    @handles("models.filter")
    def open(self) -> None:
        """Type words above the list."""
        self._bar.open()

    @handles("models.sort")
    def choose_order(self) -> None:
        """Choose the order of the list."""
        current = self._listed.order
        choices = [
            Choice(order, words[0].upper() + words[1:], "now" if order == current else "")
            for order, words in ORDERS.items()
        ]

        def chosen(order: Order | None) -> None:
            if order is not None:
                self._listed.order = order
                self._arrange()

        self._context.open(Choose("Order", choices), chosen)

    def bring_back(self, kept: Mapping[str, object]) -> None:
        """Narrow and order the list as it was, before it comes."""
        self._listed.arrange_as(kept)
        if typed := self._listed.typed:
            self._bar.fill(typed)
            self._bar.display = True

    def leave(self) -> bool:
        """Show all again and close the field; return whether it was open."""
        if not self._bar.display:
            return False
        self._context.cancel("typing")
        self._bar.close()
        self._listed.pane.list.focus()
        self._narrow("")
        return True

    def _typed(self, text: str) -> None:
        self._context.run(self._soon, text, group="typing", description="wait for more keys")

    async def _soon(self, text: str) -> None:
        await asyncio.sleep(_PAUSE_S)
        self._narrow(text)

    def _narrow(self, text: str) -> None:
        if text != self._listed.typed:
            self._listed.typed = text
            self._arrange()

    def _arrange(self) -> None:
        self._context.run(self._listed.arrange, group="arrange", description="arrange the models")

    def _field_told(self, what: str) -> None:
        if what == "leave":
            self.leave()
        elif what == "save":
            self._context.tell("What narrows the models is not saved", seconds=3)
        elif what in {"keep", "recall"}:
            self._context.cancel("typing")
            self._narrow(self._bar.field.value)
            if not self._bar.field.value.strip():
                self.leave()
            self._listed.pane.list.focus()
