"""What the file-wide rules need of one example, as digests of a few bytes."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tui.core.checks.model import RowFacts
from tui.core.checks.row import digest, digest_of_bytes

if TYPE_CHECKING:
    from tui.core.checks.row import Row

# System messages up to this length are remembered: in most files nearly all are the same.
_SHORT = 10_000


def facts_of(row: Row) -> RowFacts:
    """Return the facts of an example."""
    if row.kind == "unknown":
        return RowFacts("unknown")
    if row.roles and row.roles[-1] == "assistant" and "user" in row.roles:
        return _facts_of_plain(row)
    prompt, answer = _prompt_and_answer(row)
    instructions = [t.content for t in row.dialogue if t.role in {"system", "developer"}]
    return RowFacts(
        kind=row.kind,
        messages=len(row.turns),
        content=digest(row.raw),
        prompt=digest(prompt),
        answer=digest(answer) if answer is not None else b"",
        system=digest(instructions),
        trains=row.kind != "chat"
        or any(t.role == "assistant" and t.raw.get("weight", 1) != 0 for t in row.turns),
        preferred_longer=_preferred_longer(row),
    )


def _facts_of_plain(row: Row) -> RowFacts:
    """Return the same for a question and answer of nothing but roles and texts.

    Prompt and answer are all there is of it, so their digests give that of the whole.
    """
    messages = row.raw["messages"]
    prompt, answer = digest(messages[:-1]), digest(messages[-1])
    at = [n for n, role in enumerate(row.roles) if role in {"system", "developer"}]
    instructions = tuple([messages[n]["content"] for n in at])
    known = not at or (len(at) == 1 and len(instructions[0]) < _SHORT)
    system = _system(instructions) if known else digest(instructions)
    content = digest_of_bytes(prompt + answer)
    return RowFacts(row.kind, len(messages), content, prompt, answer, system, True)


@lru_cache(maxsize=256)
def _system(instructions: tuple[str, ...]) -> bytes:
    return digest(instructions)


def _prompt_and_answer(row: Row) -> tuple[Any, Any]:
    if row.kind == "completion":
        return row.raw["prompt"], row.raw["completion"]
    if row.kind != "chat" or not row.dialogue:
        return None, None
    *prompt, last = row.dialogue
    if last.role != "assistant" or row.strays or not any(turn.role == "user" for turn in prompt):
        return None, None  # nobody asks, so nothing can be answered differently
    return [turn.raw for turn in prompt], last.raw


def _preferred_longer(row: Row) -> bool | None:
    if row.kind != "preference":
        return None
    preferred, other = (
        sum(len(t.text()) for t in row.output(name))
        for name in ("preferred_output", "non_preferred_output")
    )
    return preferred > other if preferred and other else None
