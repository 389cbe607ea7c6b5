"""Statistics of a dataset: kinds, roles, turns, lengths, tools."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from tui.core.dataset.example import Broken, Example, parse
from tui.core.dataset.fingerprints import fingerprints_of
from tui.core.text.text import one_line
from tui.core.tokens.distribution import Summary, summary

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST = 10


@dataclass(slots=True)
class Stats:
    """The figures; counts are of examples unless the name says otherwise."""

    lines: int = 0
    examples: int = 0
    broken: int = 0
    blank: int = 0
    duplicates: int = 0
    same_prompts: int = 0
    with_tools: int = 0
    messages_left_out: int = 0  # answers with weight 0
    formats: Counter[str] = field(default_factory=Counter)
    roles: Counter[str] = field(default_factory=Counter)
    patterns: Counter[str] = field(default_factory=Counter)
    systems: Counter[str] = field(default_factory=Counter)
    tools: Counter[str] = field(default_factory=Counter)
    messages: Summary = field(default_factory=lambda: summary([]))
    answer_characters: Summary = field(default_factory=lambda: summary([]))

    def to_json(self) -> dict[str, Any]:
        """Return all figures; of what there are many kinds of, the most frequent ten."""
        found: dict[str, Any] = {}
        for name in self.__slots__:
            value = getattr(self, name)
            if isinstance(value, Counter):
                found[name] = dict(value.most_common(_MOST))
                found[f"{name}_different"] = len(value)
            else:
                found[name] = asdict(value) if isinstance(value, Summary) else value
        return found


def stats(lines: Iterable[bytes]) -> Stats:
    """Count what the lines of a dataset are made of. Never raises on bad lines."""
    made = Stats()
    contents: set[int] = set()
    prompts: Counter[int] = Counter()
    messages: list[int] = []
    answers: list[int] = []
    for line in lines:
        made.lines += 1
        if not line.strip():
            made.blank += 1
            continue
        example = parse(line)
        if isinstance(example, Broken):
            made.broken += 1
            continue
        _count(made, example)
        marks = fingerprints_of(example.raw, line)
        contents.add(marks.content)
        prompts[marks.prompt] += 1
        messages.append(len(example.messages))
        answers += [len(m.text) for m in example.messages if m.trained]
    made.duplicates = made.examples - len(contents)
    made.same_prompts = sum(count - 1 for prompt, count in prompts.items() if prompt)
    made.messages, made.answer_characters = summary(messages), summary(answers)
    return made


def _count(made: Stats, example: Example) -> None:
    made.examples += 1
    made.formats[example.kind] += 1
    made.roles.update(m.role for m in example.messages)
    made.patterns[" ".join(m.role for m in example.messages)] += 1
    if system := example.first("system") or example.first("developer"):
        made.systems[one_line(system, 80)] += 1
    made.with_tools += bool(example.raw.get("tools"))
    made.tools.update(call.name for m in example.messages for call in m.tool_calls)
    made.messages_left_out += sum(m.role == "assistant" and m.weight == 0 for m in example.messages)
