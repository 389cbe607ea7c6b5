"""Filter conditions that are evaluated for many rows at once, without reading them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.core.filtering.nodes import OPERATORS, And, Compare, Flag, Node, Not, Span, all_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    Ids = NDArray[np.int64]
    # Given the position of the first row, the rows' ids and what is flagged: which rows hold.
    Mask = Callable[[int, Ids, "FlaggedRows"], NDArray[np.bool_]]


@dataclass(frozen=True, slots=True)
class FlaggedRows:
    """The ids of the rows that are marked, and of those edited since the last save."""

    marked: Ids
    edited: Ids


def take_masks(node: Node) -> tuple[list[Mask], Node]:
    """Return the conditions on line numbers, marks and edits that must hold, and the rest."""
    masks, rest = [], []
    for item in node.items if isinstance(node, And) else (node,):
        mask = _mask(item)
        if mask is None:
            rest.append(item)
        else:
            masks.append(mask)
    return masks, all_of(*rest)


def _mask(node: Node) -> Mask | None:
    if isinstance(node, Not):
        inner = _mask(node.item)
        return None if inner is None else lambda start, ids, of: ~inner(start, ids, of)
    if isinstance(node, Flag):
        return _marked if node.name == "marked" else _edited
    if isinstance(node, Compare) and node.field == "line":
        holds, number = OPERATORS[node.operator], node.number
        return lambda start, ids, _of: holds(_lines(start, ids), number)
    if isinstance(node, Span) and node.field == "line":
        return _span(node)
    return None


def _marked(_start: int, ids: Ids, of: FlaggedRows) -> NDArray[np.bool_]:
    import numpy as np

    return np.isin(ids, of.marked)


def _edited(_start: int, ids: Ids, of: FlaggedRows) -> NDArray[np.bool_]:
    import numpy as np

    return np.isin(ids, of.edited)


def _span(node: Span) -> Mask:
    low = node.low or 0
    high = node.high if node.high is not None else 1 << 62

    def mask(start: int, ids: Ids, _of: FlaggedRows) -> NDArray[np.bool_]:
        lines = _lines(start, ids)
        return (lines >= low) & (lines <= high)

    return mask


def _lines(start: int, ids: Ids) -> Ids:
    import numpy as np

    return np.arange(start + 1, start + 1 + len(ids))
