"""Find examples that say the same: equal, nearly equal, contradicting, or in two files.

Nearly equal means that two texts share most of their words and pairs of neighbouring words
(of characters, in scripts that put no spaces between words): their Jaccard similarity. MinHash
and banding propose pairs, and only what the similarity itself confirms is reported, so a
million rows take minutes, not the centuries of comparing all with all.

Own code on numpy, which is here anyway, rather than a library: datasketch brings scipy with
it, and rensa tells which rows of a matrix are duplicates but not of what.
"""

from tui.core.near.groups import (
    THRESHOLD,
    Group,
    by_likeness,
    contradictions,
    group_of,
    near_rows,
    pairs_of,
    same_rows,
    surplus,
)
from tui.core.near.leakage import leaks
from tui.core.near.minhash import Banding
from tui.core.near.sketches import Sketches, Stopped, sketch

__all__ = [
    "THRESHOLD",
    "Banding",
    "Group",
    "Sketches",
    "Stopped",
    "by_likeness",
    "contradictions",
    "group_of",
    "leaks",
    "near_rows",
    "pairs_of",
    "same_rows",
    "sketch",
    "surplus",
]
