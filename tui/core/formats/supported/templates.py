"""Texts that a chat template has made: the turns and roles that its marks stand for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.core.formats.results import Object

_ROLES = {
    "system": "system", "user": "user", "human": "user", "assistant": "assistant",
    "model": "assistant", "tool": "tool", "function": "function", "developer": "developer",
}  # fmt: skip
# One turn: its role and its text. The last may lack the mark of its end.
_TURNS = (
    re.compile(r"<\|im_start\|>(\w+)\n(.*?)(?:<\|im_end\|>|\Z)", re.DOTALL),  # ChatML
    re.compile(  # Llama 3
        r"<\|start_header_id\|>(\w+)<\|end_header_id\|>(.*?)(?:<\|eot_id\|>|\Z)", re.DOTALL
    ),
    re.compile(r"<start_of_turn>(\w+)\n(.*?)(?:<end_of_turn>|\Z)", re.DOTALL),  # Gemma
    re.compile(  # Zephyr, Phi
        r"<\|(system|user|assistant)\|>(.*?)"
        r"(?:<\|end\|>|</s>|(?=<\|(?:system|user|assistant)\|>)|\Z)",
        re.DOTALL,
    ),
)
# Llama 2 and Mistral: a question between marks, its answer behind them.
_INSTRUCTION = re.compile(
    r"(?:<s>\s*)?\[INST\](.*?)\[/INST\](.*?)(?:</s>|(?=(?:<s>\s*)?\[INST\])|\Z)", re.DOTALL
)
_SYSTEM = re.compile(r"\s*<<SYS>>(.*?)<</SYS>>", re.DOTALL)
# What stands around all turns, such as the beginning and the end of a text.
_AROUND = re.compile(
    r"\A(?:\s|<s>(?!\s*\[INST\])|<bos>|<\|begin_of_text\|>)+"
    r"|(?:\s|<eos>|<\|end_of_text\|>|<\|endoftext\|>)+\Z"
)


def templated(text: str) -> list[Object]:
    """Return the turns of a text made by a chat template; none where it is no such text.

    Every character belongs to a turn or to a mark: else nothing is taken.
    """
    text = _AROUND.sub("", text)
    for pattern in _TURNS:
        found = _all_of(pattern, text)
        if found and all(one[1].lower() in _ROLES for one in found):
            return [{"role": _ROLES[one[1].lower()], "content": one[2].strip()} for one in found]
    made: list[Object] = []
    for one in _all_of(_INSTRUCTION, text):
        made += _exchange(one[1], one[2].strip())
    return made


def _exchange(question: str, answer: str) -> list[Object]:
    made: list[Object] = []
    if (system := _SYSTEM.match(question)) is not None:
        made.append({"role": "system", "content": system[1].strip()})
        question = question[system.end() :]
    made.append({"role": "user", "content": question.strip()})
    return [*made, {"role": "assistant", "content": answer}] if answer else made


def _all_of(pattern: re.Pattern[str], text: str) -> list[re.Match[str]]:
    """Return the matches that make up the whole text, blanks between them aside; else none."""
    found, at = [], 0
    for one in pattern.finditer(text):
        if text[at : one.start()].strip():
            return []
        found.append(one)
        at = one.end()
    return found if not text[at:].strip() else []
