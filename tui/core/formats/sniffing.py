"""Telling formats apart by their keys; every verdict names its reason."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.core.formats.chat import CHAT_KEYS, MESSAGE_KEYS
from tui.core.formats.columns import Columns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_LOOKED_AT = 200
_TURNS = ("messages", "conversation", "conversations", "dialogue", "dialog")
_ANSWERS = {"completion", "response"}
_BLOCKS = {"tool_use", "tool_result", "thinking", "image"}


@dataclass(frozen=True, slots=True)
class Sniffed:
    """A format, how sure it is (share of the rows looked at, 0 to 1), and why."""

    format: str
    confidence: float
    reason: str

    @property
    def words(self) -> str:
        """How sure it is, as people say it."""
        if self.format == "table":
            return "by its columns"
        if self.confidence >= 0.99:
            return "certain"
        return f"{self.confidence:.0%} of the rows"


def sniff(rows: Sequence[object], *, table: bool = False) -> Sniffed:
    """Tell the format of the first rows; "" when they fit none."""
    looked = [row for row in rows[:_LOOKED_AT] if isinstance(row, dict)]
    total = len(rows[:_LOOKED_AT])
    if not looked:
        return Sniffed("", 0.0, "there is no row that is an object" if total else "there is no row")
    verdicts = Counter(found for row in looked if (found := _row(row)) is not None)
    if table and (not verdicts or _plain(verdicts)):
        return _table(looked)
    if not verdicts:
        keys = ", ".join(map(str, list(looked[0])[:6]))
        return Sniffed("", 0.0, f"no format has the keys {keys}")
    (name, reason), _ = verdicts.most_common(1)[0]
    share = sum(n for (found, _), n in verdicts.items() if found == name) / total
    return Sniffed(name, share, reason)


def _plain(verdicts: Counter[tuple[str, str]]) -> bool:
    """Whether only `text` was found: in a table that is just a column's name."""
    return {name for name, _ in verdicts} == {"text"}


def _table(rows: Sequence[Mapping[str, Any]]) -> Sniffed:
    names = [str(name) for name in rows[0]]
    columns = Columns.guess(names)
    if columns.problem:
        return Sniffed("table", 0.5, f"a table with {', '.join(names[:6])}")
    used = ", ".join(f"{name} as {part}" for part, name in columns.named().items())
    return Sniffed("table", 0.8, f"a table: {used}")


def _row(row: Mapping[str, Any]) -> tuple[str, str] | None:
    for test in (_gemini, _tree, _kto, _preference, _openai_pair, _turns, _single):
        if (found := test(row)) is not None:
            return found
    return None


def _gemini(row: Mapping[str, Any]) -> tuple[str, str] | None:
    return ("gemini", "contents of parts") if "contents" in row else None


def _tree(row: Mapping[str, Any]) -> tuple[str, str] | None:
    if "message_tree_id" in row:
        return "oasst", "message_tree_id"
    return None


def _kto(row: Mapping[str, Any]) -> tuple[str, str] | None:
    if "kto_tag" in row:
        return "kto", "a kto_tag"
    verdict = row.get("label")
    if isinstance(verdict, bool) and "prompt" in row and _ANSWERS & row.keys():
        return "kto", "prompt and completion with a label that is true or false"
    return None


def _preference(row: Mapping[str, Any]) -> tuple[str, str] | None:
    if "chosen" in row and "rejected" in row:
        return "preference", "chosen and rejected"
    return None


def _openai_pair(row: Mapping[str, Any]) -> tuple[str, str] | None:
    if isinstance(row.get("input"), dict) and "messages" in row["input"]:
        return "openai", "input with messages, and two outputs"
    return None


def _turns(row: Mapping[str, Any]) -> tuple[str, str] | None:
    key = next((k for k in _TURNS if row.get(k)), None)
    if key is None:
        return None
    turns = row[key]
    if isinstance(turns, str):
        return _written(turns, key)
    if not isinstance(turns, list) or not all(isinstance(t, dict) for t in turns):
        return None
    keys = {k for turn in turns for k in turn}
    if "from" in keys:
        return "sharegpt", f"{key} with from and value"
    if key != "messages":
        return "hf", f"{key} with role and content"
    return _messages(row, turns, keys)


def _written(text: str, key: str) -> tuple[str, str]:
    if '"from"' in text:
        return "sharegpt", f"{key}, as JSON in a cell, with from and value"
    return "hf", f"{key}, as JSON in a cell"


def _messages(
    row: Mapping[str, Any], turns: Sequence[Mapping[str, Any]], keys: set[str]
) -> tuple[str, str]:
    if "system" in row or row.get("schemaVersion"):
        return "anthropic", "system beside the messages"
    blocks = {str(b.get("type")) for t in turns for b in _parts(t) if isinstance(b, dict)}
    if blocks & _BLOCKS or any(isinstance(t, dict) and "input_schema" in t for t in _tools(row)):
        return "anthropic", "blocks of tool use or images"
    extra = sorted({str(k) for k in row} - CHAT_KEYS) + sorted(keys - MESSAGE_KEYS)
    if extra:
        return "hf", f"messages, with {extra[0]} beside what OpenAI takes"
    if isinstance(row.get("tools"), str):
        return "hf", "messages, and tools as JSON text"
    if any(t.get("tool_calls", 0) is None or t.get("weight", 0) is None for t in turns):
        return "hf", "messages filled up with nulls"
    return "openai", "messages with role and content"


def _parts(turn: Mapping[str, Any]) -> Sequence[object]:
    content = turn.get("content")
    return content if isinstance(content, list) else ()


def _tools(row: Mapping[str, Any]) -> Sequence[object]:
    tools = row.get("tools")
    return tools if isinstance(tools, list) else ()


def _single(row: Mapping[str, Any]) -> tuple[str, str] | None:
    if "instruction" in row and "output" in row:
        return "alpaca", "instruction and output"
    if "prompt" in row and _ANSWERS & row.keys():
        return "completion", "prompt and completion"
    if isinstance(row.get("text"), str):
        return "text", "text"
    return None
