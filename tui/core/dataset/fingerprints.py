"""What makes two examples the same, and two prompts, and two answers: defined here and only here.

Used by the rules on whole files, the Alike view, leakage, splits, diff and deduplication, so
that they never disagree. The checks have a shortcut for plain chats, in their `fast` package,
which a property test holds to this.

Two things are called by different names because they are two: the `prompt` of an example is
exact, so that a contradiction or a leak is one beyond doubt. Its *question* is looser (letter
case, spaces and the system prompt aside): a split rather keeps together what need not be, since
a model is not tested on what it has learned in other letters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tui.core.dataset.digest import SIZE, lasting, number_of, number_of_bytes
from tui.core.dataset.example import (
    INSTRUCTING_ROLES,
    Broken,
    Example,
    kind_of,
    parse,
    section_list,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tui.core.dataset.example import Message


class Fingerprints(NamedTuple):
    """Digests of one line: numbers of 64 bits, 0 where there is nothing.

    `content` stands for the whole example, whatever the order of its keys and its spacing; a
    line that is not a JSON object stands for itself, byte by byte. `prompt` stands for all
    messages before the answer (all of them when there is none), or for those of a preference
    pair's input; 0 when nothing is asked.

    Two examples of one `choice` contradict each other when their `answer` differs. The choice of
    a chat is its prompt. That of a preference pair is its prompt with both outputs, whichever is
    preferred: several pairs for one prompt are normal, the same pair judged both ways is not.
    Without an answer there is no choice.
    """

    content: int = 0
    prompt: int = 0
    choice: int = 0
    answer: int = 0


def fingerprints(line: bytes, example: Example | Broken | None = None) -> Fingerprints:
    """Return the fingerprints of a line, which may be parsed already. Never raises."""
    example = parse(line) if example is None else example
    if isinstance(example, Example):
        return fingerprints_of(example.raw, line)
    return Fingerprints(number_of_bytes(line.strip()))


def fingerprints_of(raw: Mapping[str, Any], line: bytes) -> Fingerprints:
    """Return the fingerprints of a line that is decoded already."""
    content = number_of(raw) or number_of_bytes(line.strip())
    kind = kind_of(raw)
    if kind == "chat":
        return _of_chat(content, raw["messages"])
    if kind == "completion":
        prompt = 0 if blank(raw["prompt"]) else number_of(raw["prompt"])
        return _answered(content, prompt, number_of(raw["completion"]))
    if kind == "preference":
        return _of_pair(content, raw)
    return Fingerprints(content)


def _of_chat(content: int, messages: Any) -> Fingerprints:
    if not _are_objects(messages):
        return Fingerprints(content)
    if messages[-1].get("role") != "assistant":
        return Fingerprints(content, number_of(messages) if asks(messages) else 0)
    prompt = messages[:-1]
    return _answered(content, number_of(prompt) if asks(prompt) else 0, number_of(messages[-1]))


def _of_pair(content: int, raw: Mapping[str, Any]) -> Fingerprints:
    asked: Any = section_list(raw, "input")
    prompt = number_of(asked) if _are_objects(asked) and asks(asked) else 0
    outputs = [section_list(raw, name) for name in ("preferred_output", "non_preferred_output")]
    better, worse = (number_of(output) if output else 0 for output in outputs)
    if not prompt or not better or not worse or better == worse:
        return Fingerprints(content, prompt)
    choice = number_of([prompt, *sorted((better, worse))])
    return Fingerprints(content, prompt, choice, better)


def _answered(content: int, prompt: int, answer: int) -> Fingerprints:
    return Fingerprints(content, prompt, *((prompt, answer) if prompt and answer else (0, 0)))


def _are_objects(messages: Any) -> bool:
    return isinstance(messages, list) and bool(messages) and all(map(_is_object, messages))


def _is_object(message: object) -> bool:
    return isinstance(message, dict)


def asks(prompt: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the messages of a prompt ask anything.

    An empty prompt is answered in many ways, none of which contradicts another.
    """
    users = [message for message in prompt if message.get("role") == "user"]
    return bool(users) and any(not blank(m.get("content")) for m in (prompt[-1], *users))


def blank(content: object) -> bool:
    """Whether the content of a message says nothing."""
    if isinstance(content, str):
        return not content or content.isspace()
    return content is None or (isinstance(content, list) and not content)


# -- keys that the ledger holds ----------------------------------------------------------
# Splits remember them, so they have to come out as they did in every version so far.


def content_key(line: bytes) -> str:
    """Return 16 hex digits that stand for an example: its `content`."""
    example = parse(line)
    content = number_of(example.raw) if isinstance(example, Example) else 0
    return f"{content:0{2 * SIZE}x}" if content else lasting(line.strip()).hex()


def question_key(line: bytes) -> str:
    """Return 16 hex digits that stand for an example's question.

    That is what its messages say before the answer, without instructions, in small letters and
    single spaces. An example that asks nothing stands for its whole content.
    """
    example = parse(line)
    if not isinstance(example, Example):
        return content_key(line)
    asked = [" ".join(m.text.casefold().split()) for m in _prompt_messages(example.messages)]
    if not any(asked):
        return content_key(line)
    return lasting("\x00".join(asked).encode("utf-8", "surrogatepass")).hex()


def _prompt_messages(messages: Sequence[Message]) -> list[Message]:
    """Return the messages up to the last answer, without instructions."""
    found = [
        m
        for m in messages
        if m.role not in INSTRUCTING_ROLES and not m.place.section.endswith("output")
    ]
    while found and found[-1].role == "assistant":
        found.pop()
    return found
