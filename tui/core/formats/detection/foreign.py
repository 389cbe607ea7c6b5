"""Detect rows in other formats than OpenAI's, so that only a conversion touches them.

A row of another format looks like an example full of unknown keys. Who "mends" it takes out the
very texts it is made of; so the checks name the format instead, and the fixes leave it alone.
"""

from __future__ import annotations

import codecs
import shlex
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import orjson

from tui.core.dataset.example import INSTRUCTING_ROLES
from tui.core.formats.detection.samples import ROWS
from tui.core.text.text import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tui.core.dataset.lines import Lines
    from tui.core.formats.detection.table_dumps import TableDump


ONE_CONVERSATION = (
    "* takes all rows as one conversation; put the column there that tells several apart"
)
_OWN_KEYS = {"messages", "tools", "parallel_tool_calls", "functions"}
_FEW = 4  # characters that a text beside messages may have to be no text that matters
_IN_SENTENCES = {
    "table": "a table",
    "chatgpt": "a ChatGPT export",
    "claude": "a Claude export",
    "slack": "a Slack export",
    "log": "a log of completions",
    "transcript": "a transcript",
}


@dataclass(frozen=True, slots=True)
class Foreign:
    """A format of another program: its id among the readers, and what it was told by.

    `problem` is why a conversion would drop the row it was told by, as it stands. `asked` are the
    options of the conversion where naming the format is not enough, and `about` says of them
    what the user has to look at.
    """

    format: str
    reason: str
    problem: str = field(default="", compare=False)
    asked: str | None = field(default=None, compare=False)
    about: str = field(default="", compare=False)

    @property
    def title(self) -> str:
        """The format's name."""
        from tui.core.formats.registry import format_of

        return format_of(self.format).title

    @property
    def name(self) -> str:
        """The format within a sentence, such as "Alpaca" or "a table"."""
        if self.format == "packed":
            return f"a file {self.reason}" if self.reason.startswith("packed") else self.reason
        return _IN_SENTENCES.get(self.format, self.title)

    @property
    def words(self) -> str:
        """The name, and what it was told by, such as "Alpaca (instruction and output)"."""
        if self.format == "packed":
            return self.name
        return self.name if self.reason == self.title.lower() else f"{self.name} ({self.reason})"

    def command(self, path: str, *, mixed: bool = False) -> str:
        """Return the command that converts a file of it, or those lines of a `mixed` one."""
        asked = f"--from {self.format}" if self.asked is None else self.asked
        if mixed and self.asked is None:
            asked = ""  # convert reads each row as what it is, where it is not told
        if path == "-":
            return f"finetui convert - {asked}".rstrip()
        source = PurePath(path)
        target = shlex.quote(str(source.with_name(f"{source.stem}.chat.jsonl")))
        words = ("finetui convert", shlex.quote(path), asked, "-o", target)
        return " ".join(word for word in words if word)


def foreign_format(row: object, *, tried: bool = False) -> Foreign | None:
    """Return the other format a decoded row is of; None for OpenAI's own, and for no format.

    The keys tell it. With `tried` its reader is asked too, so that a problem is known. Messages
    with keys beside those OpenAI takes are its own: they need no conversion, unless their words
    stand under one of those.
    """
    if not isinstance(row, dict):
        return None
    # All readers come with it, and most files have no such row.
    from tui.core.formats.detection.table_dumps import table_dump

    if (dump := table_dump(row)) is not None:
        return _dumped(dump)
    return _judged_chat(row) or _by_reader(row, tried=tried)


def _dumped(dump: TableDump) -> Foreign:
    """Return the format of rows that lie in one object."""
    from tui.core.formats.detection.sniffing import sniff
    from tui.core.formats.detection.table_dumps import THREAD

    if dump.orient == THREAD:
        return _thread(dump.rows)
    found = sniff(dump.rows, table=True).format or "table"
    return Foreign(found, f"{len(dump.rows):,} rows in one object, as {dump.words}")


def _by_reader(row: Mapping[str, Any], *, tried: bool) -> Foreign | None:
    """Return the format that the keys of a row speak for; `tried`: its reader is asked too."""
    from tui.core.formats.detection.sniffing import by_keys, sniff

    sniffed = sniff([row]) if tried else None
    if sniffed is not None:
        verdict, problem = (sniffed.format, sniffed.reason), sniffed.problem
    else:
        verdict, problem = by_keys(row) or ("", ""), ""
    if verdict[0] == "openai":
        return None
    if verdict[0] == "hf" and _is_chat(row):
        return _hf_chat(row, verdict[1], problem)
    return Foreign(*verdict, problem) if verdict[0] else _lone_message(row)


def _hf_chat(row: Mapping[str, Any], told_by: str, problem: str) -> Foreign | None:
    if _has_no_roles(row):
        reason = "messages without roles, and texts beside them"
    else:
        reason = told_by if _needs_reading(row) else _odd_words(row["messages"])
        reason = reason or _system_beside(row)
    return Foreign("hf", reason, problem) if reason else None


def _thread(rows: Sequence[Mapping[str, Any]]) -> Foreign:
    """Return the format of messages by people, of whom only the user knows who answers."""
    reason = f"{len(rows):,} messages by people, as messengers and help desks export them"
    return said_by("speaker", rows, reason)


def spoken_table(rows: Sequence[Mapping[str, Any]], reason: str) -> Foreign | None:
    """Return the format of rows that are messages of named conversations; None for others."""
    from tui.core.formats.columns import Columns, paths_of

    columns = Columns.guess(paths_of(rows))
    if not columns.is_spoken or not columns.conversation:
        return None
    return said_by(columns.speaker[0], rows, reason)


def said_by(key: str, rows: Sequence[Mapping[str, Any]], reason: str) -> Foreign:
    """Return the format of messages with their speakers under a key; asks who answers."""
    from tui.core.formats.spoken import SPOKEN_ROLES, who_replies

    names = list(dict.fromkeys(str(row[key]) for row in rows if row.get(key)))
    if all(name.strip().casefold() in SPOKEN_ROLES for name in names):
        return Foreign("table", reason)
    some = ", ".join(one_line(name, 40) for name in names[:4])
    likely = who_replies(rows)
    about = f"{one_line(likely, 40)} replies most often; who answers is one of {some}"
    asked = shlex.join(("--from", "table", "--answers-by", likely))
    return Foreign("table", reason, asked=asked, about=about)


def _system_beside(row: Mapping[str, Any]) -> str:
    """Return what says that a system prompt stands beside messages without one; "" if none does.

    Who takes its key out, as one that nobody knows, takes what all answers were written to.
    """
    from tui.core.formats.supported.chat import SYSTEM_KEYS

    first = next((one for one in row["messages"] if isinstance(one, dict)), {})
    if str(first.get("role")) in INSTRUCTING_ROLES:
        return ""
    found = next((key for key in SYSTEM_KEYS if isinstance(row.get(key), str) and row[key]), "")
    return f"messages with the system prompt beside them, as {found}" if found else ""


def _has_no_roles(row: Mapping[str, Any]) -> bool:
    """Whether nothing in a row says that it is a chat of ours, and keys beside it hold texts."""
    messages = row["messages"]
    if not isinstance(messages, list) or any(
        isinstance(one, dict) and isinstance(one.get("role"), str) for one in messages
    ):
        return False
    return any(holds_text(value) for key, value in row.items() if key not in _OWN_KEYS)


def holds_text(value: object) -> bool:
    """Whether a value is, or has in it, a text of more than a few characters."""
    if isinstance(value, str):
        return len(value.strip()) > _FEW
    inner = [*value.values()] if isinstance(value, dict) else value
    return isinstance(inner, list) and any(map(holds_text, inner))


def _judged_chat(row: Mapping[str, Any]) -> Foreign | None:
    """Return the format of a chat whose answer a key beside it judges."""
    if not _ends_with_answer(row.get("messages")):
        return None
    if isinstance(row.get("label"), bool):
        return Foreign("kto", "messages with a label that is true or false")
    bad = _said_bad(row)
    return Foreign("kto", "messages with a verdict on the answer", bad) if bad else None


def _lone_message(row: Mapping[str, Any]) -> Foreign | None:
    """Return the format of a row that is one message, where nothing says of which conversation."""
    from tui.core.formats.columns import EVERY_ROW, Columns, paths_of

    columns = Columns.guess(paths_of([row]))
    if not columns.is_spoken or columns.conversation:
        return None
    options = [("--conversation", EVERY_ROW), ("--speaker", columns.speaker[0]),
               ("--text", columns.text[0])]  # fmt: skip
    reason = f"one message a row: {columns.speaker[0]} and {columns.text[0]}"
    asked = shlex.join(word for pair in options for word in pair)
    return Foreign("table", reason, asked=asked, about=ONE_CONVERSATION)


def foreign_line(line: bytes) -> Foreign | None:
    """Return the other format a line is of; None also for a line that is not JSON."""
    try:
        return foreign_format(orjson.loads(line.removeprefix(codecs.BOM_UTF8)), tried=True)
    except orjson.JSONDecodeError:
        return None


def foreign_lines(lines: Lines, numbers: Sequence[int]) -> Foreign | None:
    """Return the other format of some lines (1-based), as the first of them says it.

    Where each is one message, people are told from roles only by several of them.
    """
    found = foreign_line(lines[numbers[0] - 1])
    if found is None or found.format != "table" or found.asked is not None:
        return found
    rows = [orjson.loads(lines[number - 1]) for number in numbers[:ROWS]]
    return spoken_table([row for row in rows if isinstance(row, dict)], found.reason) or found


def _ends_with_answer(messages: object) -> bool:
    """Whether there is an answer to be judged: without one, the label is what a grader reads."""
    last = messages[-1] if isinstance(messages, list) and messages else None
    return isinstance(last, dict) and last.get("role") == "assistant"


def _said_bad(row: Mapping[str, Any]) -> str:
    """Return why an answer is not to be learned, where a key beside the messages says so.

    Taking that key out, as of one that no server knows, would make the bad answer a good one.
    """
    from tui.core.formats.verdicts import bad_words

    return bad_words(row)


def _needs_reading(row: Mapping[str, Any]) -> bool:
    """Whether calls or tools of a chat are written so that only its reader can renew them."""
    from tui.core.formats.detection.sniffing import has_input_schema
    from tui.core.formats.supported.hermes import has_loose_replies

    turns = row["messages"]
    return isinstance(turns, list) and (has_loose_replies(turns) or has_input_schema(row))


def _is_chat(row: Mapping[str, Any]) -> bool:
    messages = row.get("messages")
    if isinstance(messages, str):  # a list as JSON in the cell of a table is for convert
        return not messages.lstrip().startswith("[")
    return isinstance(messages, list)


def _odd_words(messages: object) -> str:
    key = _words_elsewhere(messages)
    return f"messages with {key} in place of content" if key else ""


def _words_elsewhere(messages: object) -> str:
    """Return the key under which a message without content has its words; "" if none has."""
    from tui.core.formats.turns import words_key

    carries = ("content", "tool_calls", "function_call", "refusal", "audio")
    for message in messages if isinstance(messages, list) else ():
        if isinstance(message, dict) and not any(message.get(key) for key in carries):
            key = words_key(message)
            if key is not None and message[key]:
                return key
    return ""
