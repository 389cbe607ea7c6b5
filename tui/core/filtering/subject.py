"""One row as filters and frequency tables look at it: nothing is worked out before it is asked."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from tui.core.example import Broken, Example, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui.core.example import Message

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
    def parsed(self) -> Example | Broken:
        """The row, decoded."""
        return parse(self.line)

    @property
    def messages(self) -> tuple[Message, ...]:
        """The messages; none when the row is no example."""
        return () if isinstance(self.parsed, Broken) else self.parsed.messages

    @property
    def kind(self) -> str:
        """The kind of the example, or broken, or blank."""
        if isinstance(self.parsed, Broken):
            return "broken" if self.line.strip() else "blank"
        return self.parsed.kind

    @cached_property
    def texts(self) -> list[str]:
        """Every text that a person reads in this row; the line itself when it has no messages."""
        if not self.messages:
            return [self.line.decode("utf-8", "replace")]
        return [text for message in self.messages for text in texts_of(message) if text]

    @cached_property
    def tokens(self) -> tuple[int, int]:
        """The tokens of the context and the trained ones; 0 when they cannot be counted."""
        if self._tokens is None or isinstance(self.parsed, Broken):
            return 0, 0
        return self._tokens(self.parsed)

    @property
    def answer(self) -> str:
        """The text of the last answer: in a preference pair, of the preferred one."""
        section = _ANSWERS.get(self.kind, "messages")
        for message in reversed(self.messages):
            if message.role == "assistant" and message.place.section == section and message.text:
                return message.text
        return ""

    def by_role(self, *roles: str) -> tuple[str, ...]:
        """Return the texts of the messages of some roles."""
        return tuple(m.text for m in self.messages if m.role in roles and m.text)


def texts_of(message: Message) -> list[str]:
    """Return the texts of a message: content, name, refusal, and the calls it makes."""
    raw = message.raw
    content = raw.get("content") if isinstance(raw, dict) else raw
    found = [content] if isinstance(content, str) else _parts(content)
    found += [message.name or "", message.refusal or ""]
    for call in message.tool_calls:
        found += [call.name, call.arguments]
    return found


def _parts(content: object) -> list[str]:
    if not isinstance(content, list):
        return []
    parts = [part.get("text") if isinstance(part, dict) else part for part in content]
    return [part for part in parts if isinstance(part, str)]
