"""Operations on many examples: pure functions from rows to rows, with counts to look at first.

Importing the groups registers their operations, in the order of the menu.
"""

from tui.core.bulk import texts as texts  # isort: skip
from tui.core.bulk import dialogues as dialogues  # isort: skip
from tui.core.bulk import orders as orders  # isort: skip
from tui.core.bulk.operations import (
    OPERATIONS,
    Arrange,
    BadParameter,
    EachRow,
    Operation,
    Work,
)
from tui.core.bulk.run import Outcome, Sample, run

__all__ = [
    "OPERATIONS",
    "Arrange",
    "BadParameter",
    "EachRow",
    "Operation",
    "Outcome",
    "Sample",
    "Work",
    "run",
]
