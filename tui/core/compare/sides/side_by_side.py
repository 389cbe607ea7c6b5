"""One prompt sent to a few models at once: a column each, with its parameters and answers.

Plain state with plain changes; who shows it is told by whoever changes it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from tui.core.chat.reply import Reply
from tui.core.compare.answers import Answer, answer_of
from tui.core.compare.plan import Candidate
from tui.core.compare.sides.repeats import collapsed, repeats_words
from tui.core.money.pricing import FREE
from tui.core.provider.parsing import as_int
from tui.core.text.text import plural

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from tui.core.catalog.models import ModelFacts
    from tui.core.compare.listing import PromptRow
    from tui.core.compare.prompts import Prompt
    from tui.core.compare.result_row import Row

State = Literal["waiting", "streaming", "done", "stopped", "failed"]
Diff = Literal["off", "first", "reference"]
MOST_COLUMNS = 4
MOST_REPEATS = 50


@dataclass(slots=True)
class Try:
    """One answer, whole or as far as it came."""

    state: State = "waiting"
    pieces: list[str] = field(default_factory=list)
    reply: Reply | None = None
    error: str = ""
    cost: Decimal | None = None

    @property
    def answer(self) -> Answer:
        """What has come so far."""
        if self.reply is not None:
            return answer_of(self.reply.message())
        return Answer("".join(self.pieces))

    @property
    def running(self) -> bool:
        """Whether more may come."""
        return self.state in {"waiting", "streaming"}


def try_of(row: Row, facts: ModelFacts | None) -> Try:
    """Return an answer of a run as it is shown side by side."""
    if row.error is not None:
        return Try("failed", error=row.error)
    calls = tuple(
        {"type": "function", "function": {"name": name, "arguments": arguments}}
        for name, arguments in row.answer.calls
    )
    reply = Reply(
        row.answer.text, row.finish_reason, row.usage, row.latency_s or 0.0, row.first_token_s,
        complete=True, tool_calls=calls, logprobs=row.logprobs,
    )  # fmt: skip
    return Try("done", reply=reply, cost=row.cost(facts))


@dataclass(slots=True)
class Column:
    """One candidate and its answers to the prompt shown."""

    candidate: Candidate
    tries: list[Try] = field(default_factory=list)

    @property
    def running(self) -> bool:
        """Whether an answer is under way or waited for."""
        return any(one.running for one in self.tries)

    @property
    def first(self) -> Answer | None:
        """The most frequent answer, None without any."""
        found = collapsed([one.answer for one in self.ended])
        if found:
            return found[0][1]
        return self.tries[0].answer if self.tries else None

    @property
    def ended(self) -> list[Try]:
        """The answers that came to their end."""
        return [one for one in self.tries if one.state == "done"]


@dataclass(slots=True)
class Comparison:
    """The columns side by side. `prompt` is what was asked last, None before anything was.

    With `blind` the columns have letters for names from the next prompt on, in an order nobody
    knows, until a winner is picked; `tally` counts the winners by name. `of_row` names the row of
    a run whose answers are shown; it is empty for answers that were asked for here.
    """

    columns: list[Column] = field(default_factory=list)
    prompt: Prompt | None = None
    repeats: int = 1
    diff: Diff = "off"
    blind: bool = False
    winner: Column | None = None
    tally: Counter[str] = field(default_factory=Counter)
    of_row: str = ""
    _asked_blind: bool = False  # whether the answers shown came without their models' names
    _counted: set[str] = field(default_factory=set)  # rows of runs whose pick is in the tally

    @property
    def reference(self) -> Answer | None:
        """The answer that was expected."""
        return None if self.prompt is None else self.prompt.expected

    @property
    def hidden(self) -> bool:
        """Whether the columns' names are hidden now."""
        hidden = self.blind and self._asked_blind and self.winner is None
        return hidden and any(c.tries for c in self.columns)

    def name(self, column: Column) -> str:
        """Return what a column is called now."""
        if self.hidden:
            return "ABCD"[self.columns.index(column)]
        return column.candidate.name

    def begin(self, prompt: Prompt, chance: random.Random) -> None:
        """Take a prompt to ask; in blind mode the columns change places."""
        self.prompt, self.winner, self.of_row = prompt, None, ""
        self._asked_blind = self.blind
        if self.blind:
            chance.shuffle(self.columns)
        for column in self.columns:
            column.tries = [Try() for _ in range(self.repeats)]

    def take(self, prompt: Prompt) -> None:
        """Take a prompt that is to be asked later."""
        self.prompt, self.winner, self.of_row = prompt, None, ""
        for column in self.columns:
            column.tries = []

    def ask_otherwise(self, column: Column, candidate: Candidate) -> None:
        """Have a column stand for another candidate, which has not answered yet."""
        column.candidate, column.tries = candidate, []
        self._forget_winner(column)

    def drop(self, column: Column) -> None:
        """Take a column away."""
        self.columns.remove(column)
        self._forget_winner(column)

    def _forget_winner(self, column: Column) -> None:
        if self.winner is column:  # what it won with is gone; the tally keeps that it won
            self.winner = None

    def clear(self) -> None:
        """Forget columns, prompt and winners, as for another provider."""
        self.columns, self.prompt, self.winner, self.of_row = [], None, None, ""
        self.tally.clear()
        self._counted.clear()

    def show_row(
        self,
        row: PromptRow,
        candidates: Sequence[Candidate],
        facts: Mapping[str, ModelFacts],
    ) -> None:
        """Show the answers of a run to one prompt; an earlier run's stand beside its own."""
        known = {one.name: one for one in candidates}
        names = [*known, *(name for name in row.answers if name not in known)]
        self.columns = []
        for name in names[:MOST_COLUMNS]:
            candidate = known.get(name) or Candidate(name, name.rpartition("@")[0])
            tries = [try_of(one, facts.get(name)) for one in row.answers.get(name, ())]
            self.columns.append(Column(candidate, tries))
        self.prompt, self.blind = row.prompt, False
        picked = (c for c in self.columns if row.value(c.candidate.name, "picked") == 1)
        self.winner = next(picked, None)
        self.of_row = f"{row.prompt.line} {row.prompt.fingerprint}"
        if self.diff == "off":
            self.diff = "first" if self.reference is None else "reference"

    def pick(self, column: Column) -> None:
        """Make a column the winner, in place of the one picked before for this prompt."""
        # The pick of a row may have been made another day: the tally is of this one.
        counted = not self.of_row or self.of_row in self._counted
        if self.winner is not None and counted:
            self.tally[self.winner.candidate.name] -= 1
        self.winner = column
        self.tally[column.candidate.name] += 1
        self._counted |= {self.of_row} - {""}

    def losers(self) -> list[Column]:
        """Return the columns that lost to the winner with another answer."""
        if self.winner is None:
            return []
        won = self.winner.first
        return [c for c in self.columns if c is not self.winner and c.first not in {None, won}]

    @property
    def tally_words(self) -> str:
        """The winners so far, such as "A 3 : 1 B"; of more than two those that won, most first."""
        names = sorted({column.candidate.name for column in self.columns})
        won = sorted((n for n in names if self.tally[n] > 0), key=lambda name: -self.tally[name])
        if won and len(names) == 2:
            return f"{names[0]} {self.tally[names[0]]} : {self.tally[names[1]]} {names[1]}"
        return " · ".join(f"{name} {self.tally[name]}" for name in won)

    def ask_as(self, kept: Mapping[str, Any]) -> None:
        """Ask and show as was kept; what is not understood stays as it is."""
        repeats = as_int(kept.get("repeats"))
        if repeats is not None and 1 <= repeats <= MOST_REPEATS:
            self.repeats = repeats
        self.diff = "first" if kept.get("diff") in {"first", "reference"} else "off"
        self.blind = kept.get("blind") is True

    def next_diff(self) -> None:
        """Mark what differs from the next text: none, the first answer, the reference."""
        modes: list[Diff] = ["off", "first"]
        if self.reference is not None and not self.reference.empty:
            modes.append("reference")
        at = modes.index(self.diff) if self.diff in modes else 0
        self.diff = modes[(at + 1) % len(modes)]

    def base_of(self, column: Column) -> str | None:
        """Return the text that a column is marked against, None where nothing is."""
        if self.diff == "first" and column is not self.columns[0]:
            first = self.columns[0].first
            return None if first is None or self.columns[0].running else first.shown
        if self.diff == "reference" and self.reference is not None:
            return self.reference.shown
        return None


def measures_words(column: Column, *, hidden: bool = False) -> str:
    """Return length, latency and price of a column's answers; only the length where hidden."""
    done = column.ended
    if not done:
        return ""
    replies = [one.reply for one in done if one.reply is not None]
    tokens = [r.usage.completion_tokens for r in replies if r.usage is not None]
    parts = [plural(round(sum(tokens) / len(tokens)), "token")] if tokens else []
    if not parts:
        parts.append(plural(len(done[0].answer.text), "character"))
    if len(done) > 1:
        parts.insert(0, repeats_words([one.answer for one in done]))
    if hidden:
        return " · ".join(parts)
    mean = sum(r.latency_s for r in replies) / len(replies)
    parts.append(f"{mean:.1f} s" if mean >= 1 else f"{mean * 1000:.0f} ms")
    costs = [one.cost for one in done]
    known = [cost for cost in costs if cost is not None]
    if len(known) == len(costs):
        total = sum(known)
        parts.append(f"{total:.5f}".rstrip("0").rstrip(".") if total else FREE)
    else:
        parts.append("price unknown")
    return " · ".join(parts)
