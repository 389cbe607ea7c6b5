"""Format a turn for display: role, model, branch, text, usage and timing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.commands import key_hint, key_of
from tui.core.chat.images import image_size
from tui.core.dataset.example import content_text
from tui.core.money.answers import answer_cost, cost_words
from tui.core.provider.parsing import as_map, as_text
from tui.core.text.text import one_line
from tui.widgets.turn_block import Turn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tui.core.catalog.models import ModelFacts
    from tui.core.chat.conversation import Node
    from tui.core.chat.reply import Reply


def empty_chat() -> str:
    """Return what is said, with the keys in use."""
    return f"This chat is empty: {key_hint('chat.prompt', 'goes')} to the prompt."


def _reasons() -> dict[str, str]:
    return {
        "": "ended",  # the server gives no reason
        "stop": "",  # it has said all: nothing to tell
        "length": (
            f"stopped at the token limit (finish: length); {key_of('app.escape')}, "
            f"{key_hint('chat.parameters', 'allows')} more"
        ),
        "content_filter": "withheld by the provider's content filter",
        "tool_calls": "calls a tool",
        "function_call": "calls a tool",
    }


def turn_of(node: Node, place: tuple[int, int] = (1, 1), *, thoughts: str = "") -> Turn:
    """Return what a message shows; it is the first of two tries at `place` (1, 2).

    `thoughts` are those of an answer that still comes.
    """
    at, of = place
    remarks = [node.model]
    if node.state == "streaming":
        remarks.append(f"answering, {key_hint('app.escape', 'stops')}")
    if node.edited:
        remarks.append("edited")
    reply = node.reply
    reasoning = thoughts if reply is None else reply.reasoning
    calls = tuple(_name_and_arguments(call) for call in calls_of(node.message))
    asks = node.role == "user"
    images = tuple(_images(node.message, node.note.split("\n") if asks and node.note else ()))
    text = text_of(node.message)
    if node.role == "assistant" and node.state != "streaming" and not (text or calls):
        text = "(empty answer)"
    return Turn(
        node.role,
        text,
        " · ".join(filter(None, remarks)),
        note="" if asks else node.note,
        markdown=node.role == "assistant",
        branch=f"‹{at}/{of}›" if of > 1 else "",
        reasoning=reasoning,
        reasoning_s=None if reply is None else reply.reasoning_s,
        images=images,
        calls=calls,
        tokens=() if reply is None or node.edited else reply.logprobs,
    )


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
    name, arguments = _name_and_arguments(call)
    return f"{name}({arguments})"


def _name_and_arguments(call: Mapping[str, Any]) -> tuple[str, str]:
    function = as_map(call.get("function"))
    return as_text(function.get("name")) or "?", as_text(function.get("arguments")) or ""


def _images(message: Mapping[str, Any], names: Sequence[str]) -> Iterator[str]:
    """Yield what is said of each image of a message: its name if it has one, kind and size."""
    content = message.get("content")
    parts = map(as_map, content) if isinstance(content, list) else ()
    urls = (as_text(as_map(part.get("image_url")).get("url")) for part in parts)
    for at, url in enumerate(filter(None, urls)):
        name = one_line(names[at]) if at < len(names) else "image"
        if url.startswith("data:"):
            kind = url[5:40].partition(";")[0].removeprefix("image/")
            yield f"▨ {name}, {kind or 'of an unknown kind'}, {image_size(url)}"
        else:
            yield f"▨ {name} at {one_line(url)}"


def ending_note(reply: Reply, facts: ModelFacts | None) -> str:
    """Return the line under an answer: why it ended, tokens, times, price, what was left out."""
    parts = [_ending(reply), *_measures(reply), cost_words(answer_cost(reply.usage, facts))]
    return " · ".join(filter(None, [*parts, reply.note]))


def _ending(reply: Reply) -> str:
    if not reply.complete and reply.broken:
        code = f" ({reply.finish_reason})" if reply.finish_reason else ""
        return f"cut off: {reply.broken}{code}"
    if not reply.complete:
        return "cut off: the stream ended without a finish"
    reason = reply.finish_reason or ""
    if reply.tool_calls and reason in {"", "stop"}:  # as some servers end a call
        reason = "tool_calls"
    return _reasons().get(reason, f"finish: {reason}")


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
