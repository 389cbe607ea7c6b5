"""Whether the terminal sends the mouse to the program, or keeps it to select text with."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.driver import Driver


def use_mouse(driver: Driver | None, *, on: bool) -> None:
    """Ask the terminal for the mouse, or leave it the mouse from now on.

    Textual settles that before the configuration is read; a driver without a terminal has none.
    """
    if driver is None or getattr(driver, "_mouse", on) == on:
        return
    if not on:
        driver._disable_mouse_support()  # type: ignore[attr-defined]  # noqa: SLF001
    driver._mouse = on  # noqa: SLF001
    if on:
        driver._enable_mouse_support()  # type: ignore[attr-defined]  # noqa: SLF001
