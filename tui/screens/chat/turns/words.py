"""What a turn shows: its role, model and branch, its text, and how it came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.core.chat.conversation import position
from tui.core.chat.images import image_size
from tui.core.dataset.example import content_text
from tui.core.money.answers import answer_cost, cost_words
from tui.core.provider.parsing import as_map, as_text
from tui.core.text.text import plural
from tui.widgets.conversation import Turn

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tui.core.catalog.models import ModelFacts
    from tui.core.chat.conversation import Conversation, Node
    from tui.core.chat.reply import Reply

_REASONS = {
    "": "ended",  # the server gives no reason
    "stop": "ended by itself",
    "length": "stopped at the token limit (finish: length); esc, t allows more",
    "content_filter": "withheld by the provider's content filter",
    "tool_calls": "waits for what the tool returns: type it below",
    "function_call": "waits for what the tool returns: type it below",
}


def turn_of(node: Node, tree: Conversation) -> Turn:
    """Return what a message shows."""
    at, of = position(tree, node.id)
    remarks = [node.model, f"‹{at}/{of}›" if of > 1 else ""]
    if node.state == "streaming":
        remarks.append("answering, esc stops")
    if node.edited:
        remarks.append("edited")
    remarks.append(_images(node.message))
    text = text_of(node.message)
    calls = [call_words(call) for call in calls_of(node.message)]
    if not text and not calls and node.role == "assistant" and node.state != "streaming":
        text = "(empty answer)"
    note = "\n".join([*(f"calls {call}" for call in calls), *([node.note] if node.note else [])])
    remark = " · ".join(filter(None, remarks))
    return Turn(node.role, text, remark, note=note, markdown=node.role == "assistant")


def text_of(message: Mapping[str, Any]) -> str:
    """Return the text of a message, without marks for its images."""
    content = message.get("content")
    if not isinstance(content, list):
        return content_text(content)
    return content_text([p for p in content if "image_url" not in as_map(p)])


def calls_of(message: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the tool calls of a message."""
    calls = message.get("tool_calls")
    return [as_map(call) for call in calls] if isinstance(calls, list) else []


def call_words(call: Mapping[str, Any]) -> str:
    """Return a tool call as it would be written in a program."""
    function = as_map(call.get("function"))
    return f"{as_text(function.get('name')) or '?'}({as_text(function.get('arguments')) or ''})"


def _images(message: Mapping[str, Any]) -> str:
    content = message.get("content")
    parts = map(as_map, content) if isinstance(content, list) else ()
    urls = [as_text(as_map(part.get("image_url")).get("url")) for part in parts]
    sizes = [image_size(url) if url.startswith("data:") else url for url in urls if url]
    return f"{plural(len(sizes), 'image')} ({', '.join(sizes)})" if sizes else ""


def ending_note(reply: Reply, facts: ModelFacts | None) -> str:
    """Return the line under an answer: why it ended, tokens, times, price, what was left out."""
    parts = [_ending(reply), *_measures(reply), cost_words(answer_cost(reply.usage, facts))]
    return " · ".join([*parts, *([reply.note] if reply.note else [])])


def _ending(reply: Reply) -> str:
    if not reply.complete and reply.broken:
        code = f" ({reply.finish_reason})" if reply.finish_reason else ""
        return f"cut off: {reply.broken}{code}"
    if not reply.complete:
        return "cut off: the stream ended without a finish"
    reason = reply.finish_reason or ""
    if reply.tool_calls and reason in {"", "stop"}:  # as some servers end a call
        reason = "tool_calls"
    return _REASONS.get(reason, f"finish: {reason}")


def _measures(reply: Reply) -> Iterable[str]:
    if reply.usage:
        prompt, answer = reply.usage.prompt_tokens, reply.usage.completion_tokens
        yield f"{prompt:,} prompt + {answer:,} answer tokens"
    else:
        yield "tokens not told"
    first = reply.first_token_s
    begun = "" if first is None else f" (first token {_seconds(first)})"
    yield f"{_seconds(reply.latency_s)}{begun}"
    if (rate := reply.tokens_per_second) is not None:
        yield f"{rate:,.0f} tokens/s" if rate >= 10 else f"{rate:.1f} tokens/s"


def _seconds(value: float) -> str:
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.1f} s"
