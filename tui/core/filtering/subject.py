"""One row as filters and frequency tables look at it: nothing is worked out before it is asked."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from tui.core.dataset.example import SECTIONS, Broken, content_text, kind_of, parse, section_list

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tui.core.dataset.example import Example

_ANSWERS = {"preference": "preferred_output", "completion": "completion"}


class Turn(NamedTuple):
    """A message, taken apart no further than this: most filters ask for little of it."""

    section: str
    role: str
    raw: Any

    @property
    def text(self) -> str:
        """What it says; parts that are no text become a short mark."""
        return content_text(self.raw.get("content") if isinstance(self.raw, dict) else self.raw)

    @property
    def calls(self) -> list[tuple[str, str]]:
        """The calls it makes: names, and arguments where they are text."""
        raw = self.raw
        if not isinstance(raw, dict) or not ("tool_calls" in raw or "function_call" in raw):
            return []
        calls = raw.get("tool_calls")
        objects = calls if isinstance(calls, list) else []
        functions = [call.get("function") for call in objects if isinstance(call, dict)]
        functions.append(raw.get("function_call"))
        return [
            (_string(f.get("name")), _string(f.get("arguments")))
            for f in functions
            if isinstance(f, dict)
        ]

    @property
    def name(self) -> str:
        """The name of who speaks, or an empty text."""
        return _string(self.raw.get("name")) if isinstance(self.raw, dict) else ""

    @property
    def weight(self) -> object:
        """Its weight as it stands, None without one."""
        return self.raw.get("weight") if isinstance(self.raw, dict) else None

    def texts(self) -> Iterator[str]:
        """Yield every text of it: content, name, refusal, calls."""
        raw = self.raw
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
        for call in self.calls:
            yield from call


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
    def value(self) -> dict[str, Any] | None:
        """The row as a JSON object; None when it is none."""
        try:
            value = orjson.loads(self.line)
        except orjson.JSONDecodeError:
            return None
        return value if isinstance(value, dict) else None

    @cached_property
    def kind(self) -> str:
        """The kind of the example, or broken, or blank."""
        if self.value is None:
            return "broken" if self.line.strip() else "blank"
        return kind_of(self.value)

    @cached_property
    def turns(self) -> list[Turn]:
        """The messages in reading order; none when the row is no example."""
        value = self.value
        if value is None:
            return []
        kind = kind_of(value)
        if kind == "completion":
            return [
                Turn("prompt", "user", {"content": value["prompt"]}),
                Turn("completion", "assistant", {"content": value["completion"]}),
            ]
        return [
            Turn(section, _role(raw), raw)
            for section in SECTIONS[kind]
            if isinstance(items := section_list(value, section), list)
            for raw in items
        ]

    @cached_property
    def texts(self) -> list[str]:
        """Every text that a person reads in this row; the line itself when it has no messages."""
        if not self.turns:
            return [self.line.decode("utf-8", "replace")]
        return [text for turn in self.turns for text in turn.texts()]

    @cached_property
    def tokens(self) -> tuple[int, int]:
        """The tokens of the context and the trained ones; 0 when they cannot be counted."""
        if self._tokens is None or self.value is None:
            return 0, 0
        example = parse(self.line)
        return (0, 0) if isinstance(example, Broken) else self._tokens(example)

    @property
    def answer(self) -> str:
        """The text of the last answer: in a preference pair, of the preferred one."""
        section = _ANSWERS.get(self.kind, "messages")
        for turn in reversed(self.turns):
            text: str = turn.text if (turn.section, turn.role) == (section, "assistant") else ""
            if text:
                return text
        return ""

    def by_role(self, *roles: str) -> tuple[str, ...]:
        """Return the texts of the messages of some roles."""
        texts = (turn.text for turn in self.turns if turn.role in roles)
        return tuple(text for text in texts if text)


def _role(raw: object) -> str:
    role: object = raw.get("role") if isinstance(raw, dict) else None
    return role if isinstance(role, str) else "?"


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""
