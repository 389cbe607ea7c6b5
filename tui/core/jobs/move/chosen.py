"""Make chats of preference pairs: their prompts with the preferred answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from tui.core.dataset.example import Example, parse, section_list
from tui.core.jobs.move.moving import MovedData

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_BESIDE = ("tools", "parallel_tool_calls")


@dataclass(slots=True)
class ConvertedLines:
    """What became of the lines: `made` chats of pairs, `kept` as they were, `dropped` of no use."""

    made: int = 0
    kept: int = 0
    dropped: int = 0

    @property
    def words(self) -> str:
        """Return it in a line."""
        said = f"{self.made:,} pairs made chats of their preferred answers"
        said += f", {self.kept:,} chats kept" if self.kept else ""
        return said + (f", {self.dropped:,} lines of neither dropped" if self.dropped else "")

    def of(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the lines of the chats, each with its newline, and count them."""
        for line in lines:
            if not line.strip():
                continue
            example = parse(line)
            chat = _chat(example) if isinstance(example, Example) else None
            if chat is None:
                self.dropped += 1
            elif chat is example:
                self.kept += 1
                yield line.rstrip(b"\r\n") + b"\n"
            else:
                self.made += 1
                yield orjson.dumps(chat) + b"\n"


def _chat(example: Example) -> object | None:
    if example.kind != "preference":
        return example if example.messages else None
    asked = example.raw.get("input")
    if not isinstance(asked, dict) or not isinstance(asked.get("messages"), list):
        return None
    answers = section_list(example.raw, "preferred_output")
    if not isinstance(answers, list) or not answers:
        return None
    made: dict[str, Any] = {"messages": [*asked["messages"], *answers]}
    return made | {key: asked[key] for key in _BESIDE if key in asked}


def data_of(lines: Iterable[bytes], size: int) -> MovedData:
    """Return what a training file holds; broken lines are counted as examples. Never raises."""
    examples = tools = images = 0
    for line in lines:
        if not line.strip():
            continue
        examples += 1
        found = parse(line)
        if isinstance(found, Example):
            tools += _has_tools(found)
            images += any(_has_image(message.raw) for message in found.messages)
    return MovedData(examples, size, tools, images)


def _has_tools(example: Example) -> bool:
    asked = example.raw.get("input") if example.kind == "preference" else example.raw
    offered = isinstance(asked, dict) and bool(asked.get("tools"))
    return offered or any(message.tool_calls for message in example.messages)


def _has_image(message: Any) -> bool:
    parts = message.get("content")
    return isinstance(parts, list) and any(
        isinstance(part, dict) and part.get("type") == "image_url" for part in parts
    )
