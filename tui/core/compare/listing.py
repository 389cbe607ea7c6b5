"""The results of a run as a list: a row a prompt, sorted and filtered, answers side by side."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from tui.core.compare.measures import QUALITY, YES_NO
from tui.core.compare.result_row import prompt_keys
from tui.core.compare.sides.repeats import collapsed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tui.core.compare.answers import Answer
    from tui.core.compare.prompts import Prompt
    from tui.core.compare.result_row import Row

Order = Literal["line", "worse", "lowest", "slowest", "longest"]
Shown = Literal["all", "changed", "worse", "failed"]
ORDERS: Mapping[Order, str] = {
    "line": "in the order of the prompts",
    "worse": "worse than the first model first",
    "lowest": "lowest first",
    "slowest": "slowest first",
    "longest": "longest answers first",
}
SHOWN: Mapping[Shown, str] = {
    "all": "all prompts",
    "changed": "only where answers differ",
    "worse": "only where the first model is better",
    "failed": "only what failed",
}


@dataclass(slots=True)
class PromptRow:
    """What came to one prompt, by the names of those asked."""

    prompt: Prompt
    answers: dict[str, list[Row]] = field(default_factory=dict)

    def value(self, name: str, measure: str) -> float | None:
        """Return a measure of one model here, averaged over its repeats; None without any."""
        return _mean(row.measures.of(measure) for row in self._good(name))

    def latency(self, name: str) -> float | None:
        """Return the seconds that answers took on average."""
        return _mean(row.latency_s for row in self._good(name))

    def answer(self, name: str) -> Answer | None:
        """Return the most frequent answer of one model."""
        found = collapsed([row.answer for row in self._good(name)])
        return found[0][1] if found else None

    @property
    def changed(self) -> bool:
        """Whether two of those asked answered differently."""
        found = {self.answer(name) for name in self.answers}
        return len(found - {None}) > 1

    @property
    def failed(self) -> bool:
        """Whether anything failed here."""
        return any(row.error is not None for rows in self.answers.values() for row in rows)

    @property
    def slowest(self) -> float:
        """The seconds that the slowest of those asked took."""
        return max((self.latency(name) or 0.0 for name in self.answers), default=0.0)

    @property
    def longest(self) -> int:
        """The characters of the longest answer."""
        found = [self.answer(name) for name in self.answers]
        return max((len(one.shown) for one in found if one is not None), default=0)

    def ahead(self, base: str, measure: str) -> float:
        """Return by how much the base is better than the worst of the others; below 0 if worse."""
        mine = self.value(base, measure)
        others = [self.value(name, measure) for name in self.answers if name != base]
        known = [value for value in others if value is not None]
        return 0.0 if mine is None or not known else mine - min(known)

    def _good(self, name: str) -> list[Row]:
        return [row for row in self.answers.get(name, ()) if row.error is None]


@dataclass(slots=True)
class Listing:
    """A run's prompts as they are looked at. The first of `names`, the columns, is the base."""

    names: tuple[str, ...]
    rows: dict[int, PromptRow] = field(default_factory=dict)  # by line, in the prompts' order
    measure: str = "similarity"
    order: Order = "line"
    shown: Shown = "all"

    def take(self, prompts: Iterable[Prompt], rows: Iterable[Row]) -> None:
        """Take the prompts and what came to them."""
        self.rows = {prompt.line: PromptRow(prompt) for prompt in prompts}
        for row in rows:
            self.add(row)

    def add(self, row: Row) -> None:
        """Take one more answer."""
        if (found := self.rows.get(row.slot.line)) is not None:
            found.answers.setdefault(row.slot.model, []).append(row)

    def add_earlier(self, by_name: Mapping[str, Sequence[Row]]) -> None:
        """Put the answers of an earlier run beside those of the same prompts."""
        asked = ((row.prompt.fingerprint, line) for line, row in self.rows.items())
        lines = {key: line for line, key in prompt_keys(asked).items()}
        keys = prompt_keys((r.prompt, r.slot.line) for rows in by_name.values() for r in rows)
        known = set(self.names)
        self.names = (*self.names, *(name for name in by_name if name not in known))
        for name, rows in by_name.items():
            for row in rows:
                found = self.rows.get(lines.get(keys[row.slot.line], -1))
                if found is not None:
                    found.answers.setdefault(name, []).append(row)

    def listed(self) -> list[PromptRow]:
        """Return the rows to show, in their order."""
        keep: Mapping[Shown, Callable[[PromptRow], bool]] = {
            "all": lambda _: True,
            "changed": lambda row: row.changed,
            "worse": lambda row: row.ahead(self.names[0], self.measure) > 0,
            "failed": lambda row: row.failed,
        }
        keys: Mapping[Order, Callable[[PromptRow], float]] = {
            "line": lambda row: row.prompt.line,
            "worse": lambda row: -row.ahead(self.names[0], self.measure),
            "lowest": self._lowest,
            "slowest": lambda row: -row.slowest,
            "longest": lambda row: -row.longest,
        }
        found = [row for row in self.rows.values() if row.answers and keep[self.shown](row)]
        return sorted(found, key=keys[self.order])

    def _lowest(self, row: PromptRow) -> float:
        values = [row.value(name, self.measure) for name in self.names]
        return min((value for value in values if value is not None), default=2.0)

    def measures(self) -> list[str]:
        """Return the measures that apply to anything here, in their order."""
        return [
            measure
            for measure in QUALITY
            if any(
                row.value(name, measure) is not None
                for row in self.rows.values()
                for name in row.answers
            )
        ]

    def next_measure(self) -> None:
        """Look at the next measure that applies."""
        known = self.measures()
        if known:
            at = known.index(self.measure) if self.measure in known else -1
            self.measure = known[(at + 1) % len(known)]


def value_words(value: float | None, measure: str) -> str:
    """Return a measure as a cell: a tick or a cross, or per cent; a dash without any."""
    if value is None:
        return "–"
    if measure in YES_NO and value in {0, 1}:
        return "✓" if value else "✗"
    return f"{100 * value:.0f} %"


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
