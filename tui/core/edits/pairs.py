"""Edits of preference pairs: made from a chat example, and their two outputs swapped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.core.dataset.example import ALIASES, Place
from tui.core.edits.base import EditError, items_of, made, message_object

if TYPE_CHECKING:
    from tui.core.dataset.example import Example

# What a preference pair keeps beside its prompt, inside `input`.
_SETTINGS = ("tools", "parallel_tool_calls")


@dataclass(frozen=True, slots=True)
class PairDraft:
    """A pair that still lacks its better answer: the prompt's messages and the answer there is."""

    place: Place
    answer: str


def pair_from(example: Example, place: Place | None = None) -> PairDraft:
    """Return which answer of a chat example a pair would be about: that at `place`, or the last.

    Raises EditError when the example is not a chat or has no answer with something before it.
    """
    if example.kind != "chat":
        raise EditError("only a chat example can become a preference pair; make a chat of it first")
    answers = [m for m in example.messages if m.role == "assistant" and m.place.index > 0]
    chosen = [m for m in answers if m.place == place] or answers[-1:]
    if not chosen:
        raise EditError("there is no answer with a prompt before it; add one first")
    return PairDraft(chosen[0].place, chosen[0].text)


def preference_pair(example: Example, draft: PairDraft, preferred: str) -> Example:
    """Return a preference pair: what came before the answer, the better text, the answer.

    Weights are left out: preference training has none. Other keys of the example stay.
    """
    before = [_weightless(m) for m in items_of(example, "messages")[: draft.place.index]]
    answer = _weightless(message_object(example, draft.place))
    settings = {k: example.raw[k] for k in _SETTINGS if k in example.raw}
    others = {k: v for k, v in example.raw.items() if k not in {*_SETTINGS, "messages"}}
    return made(
        {
            "input": {"messages": before, **settings},
            "preferred_output": [{"role": "assistant", "content": preferred}],
            "non_preferred_output": [answer],
            **others,
        }
    )


def swap_outputs(example: Example) -> Example:
    """Return the pair with preferred and non-preferred changed over."""
    if example.kind != "preference":
        raise EditError("only a preference pair has two outputs to swap; make a pair of it first")
    one, other = (_present(example, k) for k in ("preferred_output", "non_preferred_output"))
    raw = dict(example.raw)
    raw[one], raw[other] = raw.get(other, []), raw.get(one, [])
    return made(raw)


def _present(example: Example, section: str) -> str:
    alias = ALIASES[section]
    return alias if alias in example.raw and section not in example.raw else section


def _weightless(message: Any) -> Any:
    if not isinstance(message, dict):
        return message
    return {k: v for k, v in message.items() if k != "weight"}
