"""Fixes of what the checks find: of one problem, of all of a rule, and of whole files.

Importing the groups registers their fixes by the id of the rule.
"""

from tui.core.fixes import calls as calls
from tui.core.fixes import damaged as damaged
from tui.core.fixes import dialects as dialects
from tui.core.fixes import messages as messages
from tui.core.fixes import shapes as shapes
from tui.core.fixes import texts as texts
from tui.core.fixes.redaction import redaction as redaction
from tui.core.fixes.registry import FILE_REPAIRS, PLAIN_SAVES, RENAMES, CannotFix, Fixed
from tui.core.fixes.repair import RepairedFile, needs_repair, repair
from tui.core.fixes.run import FixedLine, can_fix, fix, mend, mender

__all__ = [
    "FILE_REPAIRS",
    "PLAIN_SAVES",
    "RENAMES",
    "CannotFix",
    "Fixed",
    "FixedLine",
    "RepairedFile",
    "can_fix",
    "fix",
    "mend",
    "mender",
    "needs_repair",
    "repair",
]
