"""Import modules that will be wanted, after the start, while nobody waits for them.

Start-up pays for one screen only. What the first visit to another, or the first opening of a
dialog, would load then is loaded before in a thread, so that no first key press is slow.
"""

from __future__ import annotations

import asyncio
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.css.stylesheet import Stylesheet

SOON = (
    "tui.screens.datasets.workbench",
    "tui.screens.datasets.controllers",
    "tui.core.checks",
    "tui.core.edits",
    "tui.screens.dialogs.editor",
    "tui.screens.datasets.fixing.preview",
    "tui.screens.tokens",
    "tui.screens.jobs",
    "tui.screens.jobs.form",
    "tui.screens.chat",
    "tui.screens.models",
    "tui.screens.files",
    "tui.screens.compare",
    "tui.core.bulk",
    "tui.services.datasets.bulk",
    "tui.screens.datasets.bulk.form",
    "tui.screens.datasets.importing.preview",
    "tui.screens.datasets.near.view",
    "tui.screens.dialogs.help",
    "tui.screens.dialogs.palette",
    "tui.services.transfer.importing",
    "tui.services.transfer.exporting",
)
AFTER_S = 0.8
_BETWEEN_S = 0.02
_LOOK_S = 0.1
_LOOKS = 50  # how often it is looked whether keys come, in all


async def warm(sheet: Stylesheet, busy: Callable[[], bool]) -> None:
    """Load them one by one, giving way in between; their styles go into `sheet`.

    When a screen whose styles are not loaded yet is shown, all styles are parsed again.
    While keys come (`busy`) nothing is loaded, unless they never stop.
    """
    looks = _LOOKS
    for name in SOON:
        while busy() and looks > 0:
            await asyncio.sleep(_LOOK_S)
            looks -= 1
        await asyncio.to_thread(import_module, name)
        await asyncio.sleep(_BETWEEN_S)
    for path in sorted((Path(__file__).parent / "screens").glob("*/*.tcss")):
        sheet.read(path)
        sheet.parse()
        await asyncio.sleep(_BETWEEN_S)
