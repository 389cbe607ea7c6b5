"""Tables: which column holds what, as the user says it, and examples made of their cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from tui.core.example import kind_of
from tui.core.formats.chat import chat_of, role_of
from tui.core.formats.model import Notes, Object, Unfit
from tui.core.formats.parts import as_json, no_more, plain_text
from tui.core.formats.preference import pair_texts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Part = Literal["system", "user", "assistant", "chosen", "rejected"]
PARTS: tuple[Part, ...] = ("system", "user", "assistant", "chosen", "rejected")
_USUAL: dict[Part, tuple[str, ...]] = {
    "system": ("system", "system_prompt", "system prompt"),
    "user": ("user", "prompt", "question", "query", "instruction", "input", "human"),
    "assistant": ("assistant", "completion", "answer", "response", "output", "reply", "gpt"),
    "chosen": ("chosen", "preferred", "preferred_output"),
    "rejected": ("rejected", "non_preferred", "non_preferred_output"),
}


@dataclass(frozen=True, slots=True)
class Columns:
    """The name of the column that holds each part; "" for none."""

    system: str = ""
    user: str = ""
    assistant: str = ""
    chosen: str = ""
    rejected: str = ""

    @classmethod
    def guess(cls, names: Sequence[str]) -> Columns:
        """Return columns by their usual names, for the user to look at."""
        by_name = {name.strip().casefold(): name for name in reversed(names)}
        found = {
            part: next((by_name[u] for u in usual if u in by_name), "")
            for part, usual in _USUAL.items()
        }
        return cls(**found)

    @classmethod
    def parse(cls, text: str) -> Columns:
        """Read `user=Question,assistant=Answer`. Raises ValueError."""
        found: dict[str, str] = {}
        for item in filter(None, text.split(",")):
            part, equals, name = item.partition("=")
            if not equals or part.strip() not in PARTS:
                raise ValueError(f"{item!r} is not one of {', '.join(PARTS)} = a column")
            found[part.strip()] = name.strip()
        return cls(**found)

    @property
    def problem(self) -> str:
        """What is missing for examples to be made, or an empty text."""
        if not self.user:
            return "No column for user yet: the question."
        if self.assistant:
            return ""
        if self.chosen and self.rejected:
            return ""
        return "No column for assistant yet: the answer (or chosen and rejected)."

    def named(self) -> dict[Part, str]:
        """Return the parts that have a column."""
        return {part: getattr(self, part) for part in PARTS if getattr(self, part)}

    def read(self, row: Mapping[str, Any], notes: Notes) -> Object:
        """Make an example of a row. Raises Unfit."""
        cells = {part: _cell(row, name) for part, name in self.named().items()}
        asked: list[Object] = []
        if cells.get("system", "").strip():
            asked.append({"role": "system", "content": cells["system"]})
        if not cells.get("user", "").strip():
            raise Unfit(f"column {self.user} is empty")
        asked.append({"role": "user", "content": cells["user"]})
        no_more(row, set(self.named().values()), notes, "column ")
        if self.chosen and self.rejected:
            return {
                "input": {"messages": asked},
                "preferred_output": [_answer(cells["chosen"], self.chosen)],
                "non_preferred_output": [_answer(cells["rejected"], self.rejected)],
            }
        return {"messages": [*asked, _answer(cells.get("assistant", ""), self.assistant)]}


def _cell(row: Mapping[str, Any], name: str) -> str:
    if name not in row:
        raise Unfit(f"no column {name}")
    value = row[name]
    if value is None:
        return ""
    if isinstance(value, (dict, list)):
        return as_json(value)
    return str(value)


def _answer(text: str, column: str) -> Object:
    if not text.strip():
        raise Unfit(f"column {column or 'assistant'} is empty")
    return {"role": "assistant", "content": text}


def write_row(row: Mapping[str, Any], notes: Notes) -> Object:
    """Write an example as cells: one question with its answer, or with a pair of answers."""
    if kind_of(row) == "preference":
        inner = row["input"] if isinstance(row.get("input"), dict) else {}
        made = _question(chat_of({"messages": inner.get("messages")}), notes)
        made["chosen"], made["rejected"] = pair_texts(row)
        no_more(inner, {"messages"}, notes, "input.")
        return made
    *asked, last = chat_of(row)
    if role_of(last) != "assistant" or last.get("tool_calls"):
        raise Unfit("it does not end with an answer in words")
    made = _question(asked, notes)
    no_more(last, {"role", "content"}, notes, "message key ")
    made["assistant"] = plain_text(last.get("content"))
    no_more(row, {"messages", "prompt", "completion"}, notes)
    return made


def _question(messages: Sequence[Mapping[str, Any]], notes: Notes) -> Object:
    made: Object = {"system": "", "user": ""}
    roles = [role_of(m) for m in messages]
    if roles not in (["user"], ["system", "user"], ["developer", "user"]):
        raise Unfit("more than one question, which a row of a table cannot hold")
    for role, message in zip(roles, messages, strict=True):
        key = "user" if role == "user" else "system"
        made[key] = plain_text(message.get("content"))
        no_more(message, {"role", "content"}, notes, "message key ")
    return made
