"""A prompt and its answers as a chat, to go on with in Chat."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui.core.chat.conversation import Conversation, add
from tui.core.chat.reference import with_reference
from tui.core.chat.saved import Chat
from tui.core.compare.plan import Candidate
from tui.core.compare.sides.pairs import answer_message
from tui.core.dataset.example import INSTRUCTING_ROLES, content_text

if TYPE_CHECKING:
    from tui.core.compare.answers import Answer
    from tui.core.compare.prompts import Prompt


def chat_of(prompt: Prompt, candidate: Candidate, answer: Answer | None) -> Chat:
    """Return a chat of a prompt and what one model answered, with that model to go on with.

    The answer that was expected is one more try at that turn.
    """
    messages = list(prompt.messages)
    system = ""
    if messages and messages[0].get("role") in INSTRUCTING_ROLES:
        system = content_text(messages.pop(0).get("content"))
    tree = Conversation()
    for message in messages:
        tree = add(tree, message)
    if prompt.reference is not None:
        tree = with_reference(tree, prompt.reference)
    if answer is not None and not answer.empty:
        tree = add(tree, answer_message(answer), model=candidate.model)
    parameters = candidate.parameters
    if prompt.tools:
        parameters = replace(parameters, tools=prompt.tools)
    return Chat(tree, candidate.model, system, parameters)


def chat_of_prompt(prompt: Prompt, title: str) -> Chat:
    """Return a chat of a prompt that nobody has answered yet, for whatever model is chosen."""
    return replace(chat_of(prompt, Candidate("", ""), None), title=title)
