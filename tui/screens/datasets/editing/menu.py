"""Menus of editing: each choice is what is done when it is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.screens.dialogs.choose import Choice, Choose

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tui.screens.datasets.dataset_context import DatasetContext

    Task = Callable[[], Awaitable[None]]
    Tasks = list[Choice[Task]]


async def offer(context: DatasetContext, title: str, tasks: Tasks) -> None:
    """Offer tasks, and do the one chosen."""
    task = await context.ask(Choose(title, tasks))
    if task is not None:
        await task()
