"""Splices: the one way in which the rows of a dataset change, with their undo history.

Rows are row ids in an `array`: an id ≥ 0 is the line of that number in the file as it was
opened, an id < 0 a line written since. Lines themselves never change, so every edit,
whatever it is called on the screen, replaces a stretch of ids by another: a `Splice`. Its
inverse is a splice too, which is all that undo, redo and the journal need. An array of a
million ids is 8 MB and a splice in it one memmove.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Splice:
    """Replace the ids `removed`, which stand at position `at`, by the ids `inserted`."""

    at: int
    removed: tuple[int, ...]
    inserted: tuple[int, ...]

    def inverse(self) -> Splice:
        """Return the splice that takes this one back."""
        return Splice(self.at, self.inserted, self.removed)


@dataclass(frozen=True, slots=True)
class Step:
    """What one command did: its name for the undo message, and its splices in order."""

    label: str
    splices: tuple[Splice, ...]

    def inverse(self) -> Step:
        """Return the step that takes this one back, splices in reverse order."""
        return Step(self.label, tuple(s.inverse() for s in reversed(self.splices)))

    @property
    def position(self) -> int:
        """The row the eye should go to: where the last splice happened."""
        return self.splices[-1].at if self.splices else 0


def between(before: array[int], after: array[int]) -> Splice:
    """Return the splice that makes one sequence of ids of the other."""
    most = min(len(before), len(after))
    start = next((n for n in range(most) if before[n] != after[n]), most)
    ends = range(1, most - start + 1)
    same = next((n - 1 for n in ends if before[-n] != after[-n]), most - start)
    removed, inserted = (tuple(ids[start : len(ids) - same]) for ids in (before, after))
    return Splice(start, removed, inserted)


@dataclass(slots=True)
class Rows:
    """The ids of a dataset's rows in order, with undo and redo without limit.

    `clean_at` is the number of done steps that the file on disk holds, or -1 when the saved
    state can no longer be reached by undo or redo.
    """

    ids: array[int]
    done: list[Step] = field(default_factory=list)
    undone: list[Step] = field(default_factory=list)
    clean_at: int = 0
    _clean: array[int] | None = None  # the saved ids, kept once no step leads to them

    def saved_ids(self) -> array[int]:
        """Return the ids that the file on disk holds, in order."""
        if self._clean is not None and self.clean_at < 0:
            return array("q", self._clean)
        back = [step.inverse() for step in reversed(self.done[max(self.clean_at, 0) :])]
        ahead = max(self.clean_at - len(self.done), 0)
        saved = Rows(array("q", self.ids))
        for step in back or reversed(self.undone[len(self.undone) - ahead :]):
            saved._run(step)
        return saved.ids

    def unsaved_ids(self) -> frozenset[int]:
        """Return the ids among the rows that the file on disk does not hold.

        Rows that were only moved are not among them.
        """
        if self._clean is not None and self.clean_at < 0:
            return frozenset(self.ids).difference(self._clean)
        ahead = max(self.clean_at - len(self.done), 0)
        # The steps from the saved rows to those that stand now: done since, or undone from there.
        since = self.done[max(self.clean_at, 0) :]
        since = since or [step.inverse() for step in self.undone[len(self.undone) - ahead :]]
        saved: set[int] = set()
        new: set[int] = set()
        for splice in (splice for step in since for splice in step.splices):
            saved.update(set(splice.removed) - new)
            new.update(set(splice.inserted) - saved)
        return frozenset(new)

    @property
    def modified(self) -> bool:
        """Whether the rows differ from the file on disk."""
        return self.clean_at != len(self.done)

    def apply(self, step: Step) -> None:
        """Do a new step. Raises ValueError when it does not fit the rows as they stand."""
        clean = self.saved_ids() if self.clean_at > len(self.done) else None
        self._run(step)
        if clean is not None:
            # The saved state lay ahead, on the branch now given up.
            self.clean_at, self._clean = -1, clean
        self.undone.clear()
        self.done.append(step)

    def undo(self) -> Step | None:
        """Take the last step back and return its inverse, or None when there is none."""
        if not self.done:
            return None
        step = self.done.pop()
        self._run(step.inverse())
        self.undone.append(step)
        return step.inverse()

    def redo(self) -> Step | None:
        """Do the step that was last taken back and return it, or None when there is none."""
        if not self.undone:
            return None
        step = self.undone.pop()
        self._run(step)
        self.done.append(step)
        return step

    def _run(self, step: Step) -> None:
        ran: list[Splice] = []
        for splice in step.splices:
            end = splice.at + len(splice.removed)
            fits = 0 <= splice.at <= len(self.ids)
            if not fits or self.ids[splice.at : end] != array("q", splice.removed):
                for earlier in reversed(ran):
                    self._replace(earlier.inverse())
                raise ValueError(f"step {step.label!r} does not fit the rows at {splice.at}")
            self._replace(splice)
            ran.append(splice)

    def _replace(self, splice: Splice) -> None:
        self.ids[splice.at : splice.at + len(splice.removed)] = array("q", splice.inserted)
