"""The view of one row that filters and frequency tables are given.

Nothing is worked out before it is asked.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from tui.core.dataset.example import Broken, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tui.core.dataset.example import Example, Message

_ANSWERS = {"preference": "preferred_output", "completion": "completion"}


class Subject:
    """A row. `read` gives its line, `problems` its problems by line number (1-based).

    A problem is (rule id, severity). `tokens` counts (context, trained) of an example.
    """

    def __init__(
        self,
        read: Callable[[], bytes],
        position: int = 0,
        *,
        edited: bool = False,
        marked: bool = False,
        problems: Callable[[int], Sequence[tuple[str, str]]] = lambda _line: (),
        tokens: Callable[[Example], tuple[int, int]] | None = None,
    ) -> None:
        self._read = read
        self.position = position
        self.edited = edited
        self.marked = marked
        self._problems = problems
        self._tokens = tokens

    @cached_property
    def line(self) -> bytes:
        """The row's bytes."""
        return self._read()

    @property
    def problems(self) -> Sequence[tuple[str, str]]:
        """What the checks have found: (rule id, severity)."""
        return self._problems(self.position + 1)

    @cached_property
    def kind(self) -> str:
        """The kind of the example, or broken, or blank."""
        if self.example is None:
            return "broken" if self.line.strip() else "blank"
        return self.example.kind

    @cached_property
    def example(self) -> Example | None:
        """The example of the row; None when it is not a JSON object."""
        return _example(parse(self.line))

    @property
    def turns(self) -> Sequence[Message]:
        """The messages in reading order; none when the row is not an example."""
        return () if self.example is None else self.example.messages

    @cached_property
    def texts(self) -> list[str]:
        """Every text that a person reads in this row; the line itself when it has no messages."""
        if not self.turns:
            return [self.line.decode("utf-8", "replace")]
        return [text for turn in self.turns for text in _texts_of(turn)]

    @cached_property
    def tokens(self) -> tuple[int, int]:
        """The tokens of the context and the trained ones; 0 when they cannot be counted."""
        if self._tokens is None or self.example is None:
            return 0, 0
        return self._tokens(self.example)

    @property
    def answer(self) -> str:
        """The text of the last answer: in a preference pair, of the preferred one."""
        section = _ANSWERS.get(self.kind, "messages")
        for turn in reversed(self.turns):
            answers = (turn.place.section, turn.role) == (section, "assistant")
            if answers and (text := turn.text):
                return text
        return ""

    def by_role(self, *roles: str) -> tuple[str, ...]:
        """Return the texts of the messages of some roles."""
        texts = (turn.text for turn in self.turns if turn.role in roles)
        return tuple(text for text in texts if text)


def _example(parsed: Example | Broken) -> Example | None:
    return None if isinstance(parsed, Broken) else parsed


def _texts_of(message: Message) -> Iterator[str]:
    """Yield every text of a message: content, name, refusal, calls."""
    raw = message.raw
    if not isinstance(raw, dict):
        if isinstance(raw, str):
            yield raw
        return
    content = raw.get("content")
    if isinstance(content, str):
        yield content
    elif isinstance(content, list):
        parts = [part.get("text") if isinstance(part, dict) else part for part in content]
        yield from (part for part in parts if isinstance(part, str))
    for key in ("name", "refusal"):
        if isinstance(text := raw.get(key), str):
            yield text
    for call in message.tool_calls:
        yield from (call.name, call.arguments)
