"""Examples made of what models have answered: a chat to train on, and a preference pair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

MadeKind = Literal["chat", "preference"]
# What the kinds are called, and what a file of each is called beside one of the other.
KIND_WORDS: Mapping[str, str] = {
    "chat": "chats",
    "preference": "preference pairs",
    "completion": "prompts with completions",
}
_SUFFIX: Mapping[MadeKind, str] = {"chat": "chats", "preference": "pairs"}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an example came from: the chat or run `id`, and the models that answered.

    `source` is "chat", "comparison" (side by side, kept nowhere) or "run", whose `line` is that
    of the prompt. `model` gave the answer that is learned, `rejected` the other one of a pair;
    empty for what somebody wrote.
    """

    source: Literal["chat", "comparison", "run"]
    id: str = ""
    line: int | None = None
    model: str = ""
    rejected: str = ""

    @property
    def words(self) -> str:
        """It as a sentence says it, such as "chat 12, answered by lab-micro"."""
        names = {"chat": f"chat {self.id}".strip(), "comparison": "answers side by side"}
        place = names.get(self.source, f"run {self.id}")
        parts = [place if self.line is None else f"{place}, line {self.line:,}"]
        parts.append(f"answered by {self.model}" if self.model else "the answer was written here")
        if self.rejected:
            parts.append(f"rejected: {self.rejected}")
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class MadeExample:
    """An example that is to go into a dataset, as its JSON object, and where it came from."""

    kind: MadeKind
    raw: Mapping[str, Any]
    origin: Origin


def chat_example(
    messages: Sequence[Mapping[str, Any]], tools: Iterable[Mapping[str, Any]], origin: Origin
) -> MadeExample:
    """Return a supervised example: messages that end with the answer to be learned."""
    return MadeExample("chat", _as_input(messages, tools), origin)


def preference_pair(
    messages: Sequence[Mapping[str, Any]],
    tools: Iterable[Mapping[str, Any]],
    preferred: Mapping[str, Any],
    rejected: Mapping[str, Any],
    origin: Origin,
) -> MadeExample:
    """Return a pair in OpenAI's format: what is asked, the better answer, the worse one."""
    raw = {
        "input": _as_input(messages, tools),
        "preferred_output": [dict(preferred)],
        "non_preferred_output": [dict(rejected)],
    }
    return MadeExample("preference", raw, origin)


def _as_input(
    messages: Sequence[Mapping[str, Any]], tools: Iterable[Mapping[str, Any]]
) -> dict[str, Any]:
    found: dict[str, Any] = {"messages": [dict(message) for message in messages]}
    if defined := [dict(tool) for tool in tools]:
        found["tools"] = defined
    return found


def beside(path: Path, kind: MadeKind) -> Path:
    """Return the file for another kind of examples beside a dataset: train.pairs.jsonl."""
    other = _SUFFIX["chat" if kind == "preference" else "preference"]
    stem = path.stem.removesuffix(f".{other}")
    return path.with_name(f"{stem}.{_SUFFIX[kind]}.jsonl")


def longest_run(text: str) -> bytes:
    """Return the longest stretch of a text that all JSON writers write as it is.

    Letters, digits and spaces of ASCII: a line that does not hold it does not hold the text.
    """
    best = start = 0
    at = 0
    for end, letter in enumerate(f"{text}\0"):
        if letter.isascii() and (letter.isalnum() or letter == " "):
            continue
        if end - start > best:
            at, best = start, end - start
        start = end + 1
    return text[at : at + best].encode()
