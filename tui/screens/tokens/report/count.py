"""Count one file for the screen, every failure put into words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.screens.tokens.report.figures import FileFigures
from tui.services.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.core.dataset.lines import Lines
    from tui.core.money.terms import Pricing
    from tui.services.tokens.service import TokenService


@dataclass(frozen=True, slots=True)
class CountRequest:
    """What to count and price for; without `epochs`, as many as the provider may choose."""

    model: str
    epochs: int | None
    money: Pricing


async def count_rows(
    service: TokenService,
    rows: Lines,
    name: str,
    asked: CountRequest,
    *,
    on_progress: Callable[[int, int], None],
    cancelled: Callable[[], bool],
    on_part: Callable[[FileFigures], None] | None = None,
) -> FileFigures | None:
    """Count all rows of a file and what of them is cut; None when it was cancelled.

    `on_part` gets the figures of the rows counted so far. Raises InputError
    when the rows or the vocabulary cannot be read.
    """
    from tui.services.tokens.service import Cancelled

    try:
        report = await service.report(
            rows,
            name,
            asked.model,
            epochs=asked.epochs,
            money=asked.money,
            on_progress=on_progress,
            on_part=None if on_part is None else lambda part: on_part(FileFigures(name, part)),
            cancelled=cancelled,
        )
        losses = await service.trained_lost(rows, report, cancelled)
    except Cancelled:
        return None
    except OSError as error:
        raise InputError(
            "Cannot read the file",
            f"{name}: {error.strerror or error}",
            "Open it again with 1, then o",
        ) from error
    lost = {cut.line: trained for cut, trained in zip(report.truncated, losses, strict=False)}
    return FileFigures(name, report, lost)
