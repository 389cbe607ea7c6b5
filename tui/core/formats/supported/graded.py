"""Rows for reinforcement, as verl and TRL's GRPO have them: a prompt, and what a grader reads.

OpenAI's form of such data is a chat that ends with the question, with keys of its own beside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.core.formats.parts import no_more, objects_in
from tui.core.formats.results import Notes, Object, Unfit
from tui.core.formats.supported.chat import hf_message
from tui.core.formats.turns import is_conversation

if TYPE_CHECKING:
    from collections.abc import Mapping

_TRUTH = "ground_truth"
_LEARNED = ("completion", "response", "chosen", "rejected", "messages")


def is_graded(row: Mapping[str, Any]) -> bool:
    """Whether a row is a list of messages to answer, with what a grader compares answers with."""
    if any(key in row for key in _LEARNED) or not is_conversation(row.get("prompt"), spoken=True):
        return False
    return isinstance(row.get("reward_model"), dict) or _TRUTH in row


def read_graded(row: Mapping[str, Any], notes: Notes) -> Object:
    """Read a row into OpenAI's form: the prompt's messages, and the truth beside them."""
    prompt = objects_in(row.get("prompt"), "prompt")
    messages = [hf_message(one, notes) for one in prompt]
    if messages[-1]["role"] == "assistant":
        raise Unfit("the prompt ends with an answer, where the model's own is to be graded")
    reward = row.get("reward_model")
    holder: Mapping[str, Any] = reward if isinstance(reward, dict) else {}
    truth = row.get(_TRUTH, holder.get(_TRUTH))
    if truth is None:
        raise Unfit("no ground_truth for a grader, neither in reward_model nor beside it")
    no_more(holder, {_TRUTH}, notes, "reward_model key ")
    no_more(row, {"prompt", _TRUTH, *(("reward_model",) if holder else ())}, notes)
    notes.say("data for reinforcement: no answers to learn, a grader reads ground_truth")
    return {"messages": messages, _TRUTH: truth}
