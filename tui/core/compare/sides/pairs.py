"""Make a preference pair of the better and the worse answer, in the format of training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tui.core.compare.answers import Answer
    from tui.core.compare.prompts import Prompt


def preference_pair(prompt: Prompt, preferred: Answer, other: Answer) -> dict[str, Any]:
    """Return a pair in OpenAI's format: the prompt, the better answer, the worse one."""
    asked: dict[str, Any] = {"messages": [dict(message) for message in prompt.messages]}
    if prompt.tools:
        asked["tools"] = [dict(tool) for tool in prompt.tools]
    return {
        "input": asked,
        "preferred_output": [answer_message(preferred)],
        "non_preferred_output": [answer_message(other)],
    }


def answer_message(answer: Answer) -> dict[str, Any]:
    """Return an answer as a message of a dataset; its calls are given ids."""
    made: dict[str, Any] = {"role": "assistant"}
    if answer.text or not answer.calls:
        made["content"] = answer.text
    if answer.calls:
        made["tool_calls"] = [
            {
                "id": f"call_{number}",
                "type": "function",
                "function": {"name": name, "arguments": arguments},
            }
            for number, (name, arguments) in enumerate(answer.calls, 1)
        ]
    return made
