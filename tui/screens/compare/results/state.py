"""The run shown: its plan, its answers so far, and the earlier run beside it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tui.core.compare.listing import Listing
from tui.core.compare.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tui.core.catalog.models import ModelFacts
    from tui.core.compare.listing import PromptRow
    from tui.core.compare.plan import Plan
    from tui.core.compare.result_row import Row, Slot
    from tui.core.compare.table import HeadToHead, Summary
    from tui.services.compare.run import CompareRun


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What a run comes to: the models, the models against each other, and the prompts in order."""

    summaries: Sequence[Summary] = ()
    versus: Sequence[HeadToHead] = ()
    rows: Sequence[PromptRow] = ()


@dataclass(slots=True)
class ShownRun:
    """A run on the screen. `run` is it while this program holds it: it can be gone on with.

    `dropped` is whether nothing of it was kept, as nothing came.
    """

    id: str
    plan: Plan
    rows: dict[Slot, Row]
    facts: Mapping[str, ModelFacts]
    run: CompareRun | None = None
    earlier: dict[str, list[Row]] = field(default_factory=dict)
    listing: Listing = field(default_factory=lambda: Listing(()))
    asking: bool = False
    judging: str = ""  # how far a judge is, while one is asked
    stopped: str = ""  # why it ended before its time
    dropped: bool = False
    _fresh: list[Row] = field(default_factory=list)

    def __post_init__(self) -> None:
        names = tuple(one.name for one in self.plan.candidates)
        self.listing = Listing(names)
        self.listing.take(self.plan.prompts, self.rows.values())

    @property
    def missing(self) -> int:
        """How many answers have not come."""
        return self.plan.size - self.answered

    @property
    def answered(self) -> int:
        """How many answers have come."""
        return len(self.rows) + len(self._fresh)

    @property
    def beside(self) -> str:
        """The id of the earlier run beside it, empty for none."""
        return next(iter(self.earlier), "").rpartition("@")[2]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns, an earlier run's behind those of this one."""
        return self.listing.names

    def came(self, row: Row) -> None:
        """Take note of an answer that has come; `merge` takes it in."""
        self._fresh.append(row)

    def merge(self) -> None:
        """Take in the answers that have come, while nobody adds them up."""
        for row in self._fresh:
            self.rows[row.slot] = row
            self.listing.add(row)
        self._fresh.clear()

    def add_up(self) -> RunSummary:
        """Return what is shown of it. Takes a while for thousands of answers."""
        known = self.listing.measures()
        if known and self.listing.measure not in known:
            self.listing.measure = known[0]
        table = self.table()
        return RunSummary(table.summaries(), [*table.versus()], self.listing.listed())

    def set_beside(self, earlier: dict[str, list[Row]]) -> None:
        """Put an earlier run beside it, in place of the one before; {} for none."""
        order, shown, measure = self.listing.order, self.listing.shown, self.listing.measure
        names = tuple(one.name for one in self.plan.candidates)
        self.earlier = earlier
        self.listing = Listing(names, measure=measure, order=order, shown=shown)
        self.listing.take(self.plan.prompts, self.rows.values())
        self.listing.add_earlier(earlier)

    def take(self, rows: Mapping[Slot, Row]) -> None:
        """Take rows in place of those that are there, such as judged ones."""
        self.rows = dict(rows)
        self.set_beside(self.earlier)

    def pick(self, line: int, winner: str) -> list[Row]:
        """Make one model's answers to a prompt those picked; return the rows that changed.

        Nothing for a winner that is not a model of this run.
        """
        if winner not in {one.name for one in self.plan.candidates}:
            return []
        found = [row for slot, row in self.rows.items() if slot.line == line and row.error is None]
        rows = [
            replace(row, measures=replace(row.measures, picked=float(row.slot.model == winner)))
            for row in found
        ]
        self.rows |= {row.slot: row for row in rows}
        self.set_beside(self.earlier)
        return rows

    def table(self) -> Table:
        """Return what the answers come to."""
        names = [one.name for one in self.plan.candidates]
        rows = [self.rows[slot] for slot in self.plan.slots() if slot in self.rows]
        return Table(names, rows, self.facts, self.earlier)
