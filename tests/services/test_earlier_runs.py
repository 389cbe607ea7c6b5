"""An earlier run beside another one."""

from __future__ import annotations

from tui.core.compare.plan import Candidate, Plan
from tui.core.compare.result_row import Row, Slot
from tui.services.compare.service import EarlierRun


def test_its_columns_are_in_the_order_of_its_plan_whoever_answered_first() -> None:
    plan = Plan((Candidate("base", "b"), Candidate("tuned", "t"), Candidate("silent", "s")), ())
    rows = [
        Row(Slot(line, name, 1), "f") for line, name in ((1, "tuned"), (1, "base"), (2, "base"))
    ]
    beside = EarlierRun("r1", plan, rows).beside()
    assert {name: [row.slot.line for row in found] for name, found in beside.items()} == {
        "base@r1": [1, 2],
        "tuned@r1": [1],
    }
    assert [*beside] == ["base@r1", "tuned@r1"]
    assert [*EarlierRun("r2", None, rows).beside()] == ["tuned@r2", "base@r2"]
