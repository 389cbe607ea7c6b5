"""Waiting for a condition instead of a time, the only way tests here wait; and what is shown."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from textual.widgets import Input, Static

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import App
    from textual.pilot import Pilot
    from textual.screen import Screen


async def until(
    condition: Callable[[], object], pilot: Pilot[Any] | None = None, *, seconds: float = 20.0
) -> None:
    """Return once `condition()` is true and what led to it has been shown.

    Raises AssertionError after `seconds`. A look costs next to nothing: every widget is asked
    to finish its messages only before the first look and after the last.
    """
    deadline = time.monotonic() + seconds
    if pilot is not None:
        await pilot.pause()
    if condition():
        return
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {condition}")
        await asyncio.sleep(0.02)
    if pilot is not None:
        await pilot.pause()


async def narrow(pilot: Pilot[Any], words: str) -> None:
    """Narrow the list shown to these words at once, as a paste does, and choose the first."""
    pilot.app.screen.query_one(Input).value = words
    await pilot.press("enter")


def toasts(app: App[Any]) -> list[str]:
    """Return what is said in passing, oldest first."""
    return [one.message for one in app._notifications]


def question_of(dialog: Screen[Any]) -> str:
    """Return what a dialog asks."""
    return str(dialog.query_one(".question", Static).content)
