"""Waiting for a condition instead of a time, the only way tests here wait; and what is shown."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from textual.widgets import Input, Static

from tui.widgets.frame.error_panel import ErrorPanel
from tui.widgets.frame.passing_remark import Remark

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import App
    from textual.pilot import Pilot
    from textual.screen import Screen
    from textual.strip import Strip


# How long a wait may last. It is reached only where the test fails: long enough for a program
# that starts beside five others on one core, below the limit of a test (pyproject.toml).
LIMIT_S = 60.0


async def until(
    condition: Callable[[], object], pilot: Pilot[Any] | None = None, *, seconds: float = LIMIT_S
) -> None:
    """Return once `condition()` is true and what led to it has been shown.

    Raises AssertionError after `seconds`. Every widget is asked to finish its messages only
    before the first look and after the last, and a look that takes long (the text of the whole
    screen) is repeated the more rarely: what is waited for has most of the processor.
    """
    deadline = time.monotonic() + seconds
    if pilot is not None:
        await pilot.pause()
    began = time.monotonic()
    if condition():
        return
    while True:
        ended = time.monotonic()
        if ended > deadline:
            case = getattr(condition, "__defaults__", None) or ""  # what a loop has bound
            shown = on_screen(pilot.app) if pilot is not None and pilot.app._running else ""
            raise AssertionError(f"not within {seconds} s: {condition} {case}\n{shown}")
        await asyncio.sleep(min(max(0.02, 4 * (ended - began)), 0.2))
        began = time.monotonic()
        if condition():
            break
    if pilot is not None:
        await pilot.pause()


async def narrow(pilot: Pilot[Any], words: str) -> None:
    """Narrow the list shown to these words at once, as a paste does, and choose the first."""
    pilot.app.screen.query_one(Input).value = words
    await pilot.press("enter")


def toasts(app: App[Any]) -> list[str]:
    """Return what is said in passing, oldest first."""
    said = getattr(app, "said", Remark()).text  # what takes more than a line
    return [*(one.message for one in app._notifications), *([said] if said else [])]


def question_of(dialog: Screen[Any]) -> str:
    """Return what a dialog asks."""
    return str(dialog.query_one(".question", Static).content) if dialog.is_mounted else ""


def strips_of(screen: Screen[Any]) -> list[Strip]:
    """Return the lines of a screen as they are drawn now."""
    return screen._compositor.render_strips(screen.size)


def on_screen(app: App[Any]) -> str:
    """Return the text of the whole screen, as it is drawn now."""
    return "\n".join(strip.text.rstrip() for strip in strips_of(app.screen))


def box_of(dialog: Screen[Any]) -> str:
    """Return the text of a dialog's box as it is drawn, without what is beside it."""
    box = dialog.query_one(".dialog").region
    strips = strips_of(dialog)[box.y : box.bottom]
    lines = (strip.crop(box.x, box.right).text.rstrip() for strip in strips)
    return "\n".join(lines) + "\n"


def problem_of(screen: Screen[Any]) -> str:
    """Return the error shown, or nothing."""
    failure = screen.query_one(ErrorPanel).failure
    return failure.as_text() if failure else ""


async def opened(pilot: Pilot[Any], kind: type[Any]) -> Any:
    """Return the dialog of this kind, once it is there."""
    await until(lambda: isinstance(pilot.app.screen, kind), pilot)
    return pilot.app.screen


async def back(pilot: Pilot[Any], screen: object) -> None:
    """Return once this is the screen on top again."""
    await until(lambda: pilot.app.screen is screen, pilot)
