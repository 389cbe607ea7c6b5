"""Transcripts as text or Markdown: turns that begin with `User:`, `**User**` or `## User`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tui.core.formats.parts import no_more, text_in
from tui.core.formats.results import Notes, Object, Unfit
from tui.core.formats.supported.chat_exports import joined
from tui.core.formats.turns import IN_LANGUAGES, ROLE_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TRANSCRIPT = "transcript"
_NAMES = {
    "user": "user", "human": "user", "me": "user", "you": "user", "you said": "user", "q": "user",
    "question": "user", "customer": "user", "prompt": "user", "client": "user",
    "assistant": "assistant", "ai": "assistant", "bot": "assistant", "chatgpt": "assistant",
    "chatgpt said": "assistant", "gpt": "assistant", "claude": "assistant", "gemini": "assistant",
    "model": "assistant", "agent": "assistant", "support": "assistant", "a": "assistant",
    "answer": "assistant", "response": "assistant",
    "system": "system",
    **{
        name: role
        for name, role in ROLE_NAMES.items()
        if not name.isascii() or name in IN_LANGUAGES
    },
    "frage": "user", "antwort": "assistant", "pregunta": "user", "respuesta": "assistant",
    "вопрос": "user", "ответ": "assistant", "问": "user", "答": "assistant",
}  # fmt: skip
_NAME = "|".join(sorted(_NAMES, key=len, reverse=True))
# With a colon the words may follow on the line; in bold or as a heading a name may stand alone.
_BOLD = r"(?:\*\*|__)?"
_HEAD = re.compile(
    rf"^[ ]{{0,3}}(?:\#{{1,6}}[ ]+)?{_BOLD}(?P<name>{_NAME})"
    rf"(?:[ ]*{_BOLD}[ ]*[:\uff1a][ ]*{_BOLD}[ \t]*(?P<words>.*)|(?P<bare>[ ]*{_BOLD}))[ \t]*$",
    re.IGNORECASE,
)
_FENCE = re.compile(r"^[ ]{0,3}(```+|~~~+)")
_SEPARATOR = re.compile(r"^[ ]{0,3}(?:-{3,}|\*{3,}|_{3,}|={3,})[ \t]*$")


def is_transcript(text: str) -> bool:
    """Whether a text has turns of a user and an assistant, beginning within its first lines."""
    roles = [head[0] for _, head, _ in _heads(text.splitlines()) if head]
    return "user" in roles and "assistant" in roles


def conversations(text: str) -> Iterator[tuple[int, str]]:
    """Yield the parts of a text between separators such as ---, with their first lines (1-based).

    A separator within one conversation separates nothing: only what begins with a user's turn, or
    a system's, is a part of its own.
    """
    lines = text.splitlines()
    start = 0
    marked = [*_heads(lines)]
    following = _following([head for _, head, _ in marked])
    for number, (line, _, in_code) in enumerate(marked):
        if in_code or not _SEPARATOR.match(line):
            continue
        if following[number] != "assistant":
            yield from _part(lines, start, number)
            start = number + 1
    yield from _part(lines, start, len(lines))


def _following(heads: list[tuple[str, str] | None]) -> list[str]:
    """Return for each line the role of the next turn behind it; "" behind the last."""
    made: list[str] = []
    role = ""
    for head in reversed(heads):
        made.append(role)
        role = head[0] if head else role
    return made[::-1]


def _part(lines: list[str], start: int, end: int) -> Iterator[tuple[int, str]]:
    text = "\n".join(lines[start:end])
    if text.strip():
        yield start + 1, text


def read_transcript(row: Mapping[str, Any], notes: Notes) -> Object:
    """Read a transcript into the turns of its speakers."""
    turns: list[Object] = []
    before: list[str] = []
    for line, head, _ in _heads(text_in(row.get(TRANSCRIPT), TRANSCRIPT).splitlines()):
        if head is not None:
            turns.append({"role": head[0], "content": [head[1]]})
        elif turns:
            turns[-1]["content"].append(line)
        else:
            before.append(line)
    if not turns:
        raise Unfit("no line begins with a speaker, such as User: or Assistant:")
    if text := "\n".join(before).strip():
        notes.lose("text before the first speaker", text)
    said = [{**turn, "content": "\n".join(turn["content"]).strip()} for turn in turns]
    no_more(row, {TRANSCRIPT}, notes)
    return joined([turn for turn in said if turn["content"]], notes, "one of the two says nothing")


def _heads(lines: list[str]) -> Iterator[tuple[str, tuple[str, str] | None, bool]]:
    """Yield each line, the role and first words where it begins a turn, and if it is in code."""
    fence = ""
    for line in lines:
        found = _FENCE.match(line)
        if found and not fence:
            fence = found[1]
        elif found and found[1].startswith(fence):
            fence = ""
        in_code = bool(fence or found)
        yield line, None if in_code else _head(line), in_code


def _head(line: str) -> tuple[str, str] | None:
    found = _HEAD.match(line)
    if found is None:
        return None
    marked = line.lstrip().startswith(("#", "**", "__"))
    if found["bare"] is not None and not marked:
        return None  # the word alone, as within a sentence that was wrapped
    return _NAMES[found["name"].lower()], found["words"] or ""
