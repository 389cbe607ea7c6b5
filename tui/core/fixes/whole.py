"""Whether a file can be fixed or rewritten line by line: text, our format, an example a line."""

from __future__ import annotations

import re
import shlex
from codecs import BOM_UTF8
from collections import Counter
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import orjson

from tui.core.dataset.example import kind_of
from tui.core.fixes.damaged import wide_encoding
from tui.core.formats.detection.containers import (
    ARRAY,
    PROSE,
    SUFFIXES,
    UnreadableError,
    container_of,
    records_of,
    rows_on_line,
    table_container,
)
from tui.core.formats.detection.foreign import Foreign, foreign_format, spoken_table
from tui.core.formats.detection.notebooks import NOTEBOOK, WRITE_ROWS, is_notebook
from tui.core.formats.detection.packed import not_text, unpacking
from tui.core.formats.detection.samples import HEAD, ROWS
from tui.core.formats.detection.tables import table_format
from tui.core.formats.detection.texts import text_kind
from tui.core.formats.encodings import other_than_latin
from tui.core.formats.turns import is_conversation
from tui.core.text.json_text import is_json
from tui.core.text.text import plural

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

_OWN = Foreign("openai", "")
_BEGINS = re.compile(rf"^[ \t]*(?:\{{|{ARRAY})".encode(), re.MULTILINE)


def no_json(data: bytes) -> bool:
    """Whether a file holds something, but no line that begins as an object or an array does.

    Its headings and quotes are not damaged JSON: who mends them takes prose apart.
    """
    if wide_encoding(data) or not data.removeprefix(BOM_UTF8).strip():
        return False
    data = data.removeprefix(BOM_UTF8)
    if _BEGINS.search(data) is not None or _mends(data):
        return False
    return any(not_json(line) for line in data.splitlines() if line.strip())


def _mends(data: bytes) -> bool:
    """Whether one of the first lines becomes an object when it is mended."""
    from tui.core.checks import RULES
    from tui.core.fixes.run import mend

    rules = {rule.id for rule in RULES.values() if rule.scope == "line"}
    looked = islice((line for line in data.split(b"\n") if b"{" in line), ROWS)
    return any(isinstance(_value(one), dict) for line in looked for one in mend(line, rules).lines)


def kind_of_prose(path: str, head: bytes) -> str:
    """Return what a file is that holds no JSON at all, such as Markdown; "" for all others.

    A file named as JSON Lines is taken for damaged ones, unless it is clearly something else.
    """
    if not_text(head) or not no_json(head):
        return ""
    kind = text_kind(head.decode("utf-8", "replace"))
    return "" if kind == "text" and PurePath(path).suffix.lower() in SUFFIXES else kind


def not_read(kind: str) -> tuple[str, str]:
    """Return what is said of a text that is not data, by its kind, and what to do about it."""
    said = f"it looks like {kind}, which finetui does not read"
    if kind == "text":
        said = "it is text, without a JSON object on any line"
    return said, (
        "Export it as CSV or JSON (of chats with the columns conversation, speaker and text), or "
        "write User: and Assistant: before the turns"
    )


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file lies that does not hold an example on each line, and what to do about it."""

    words: str
    remedy: str


def other_layout(path: str, lines: Iterable[bytes]) -> Layout | None:
    """Return how a file lies whose lines are not its examples; None where they are.

    What takes lines out, or puts them in another order, would tear such a file apart.
    """
    head = b"\n".join(islice(lines, ROWS))[:HEAD]
    if (kind := table_container(path, head)) is not None:
        table = table_format(kind, head)
        about = f": {table.about}" if table.about else ""
        remedy = f"{_run(table.command(path))}{about}"
        return Layout(f"a table ({kind})", table.problem.capitalize() or remedy)
    if (layout := _no_lines(path, head)) is not None:
        return layout
    text = head.removeprefix(BOM_UTF8).strip()
    if text and container_of("", head) == "json" and not _are_rows(lines):
        what = "array" if text.startswith(b"[") else "object"
        found = other_format(b"\n".join(lines))
        convert = found.command(path) if found else command_for("convert", path, "chat")
        return Layout(f"one JSON {what}", _run(convert))
    if _hold_rows(lines):
        words = "a list of examples on a line"
        return Layout(words, _run(command_for("convert", path, "chat")))
    return _no_object(path, lines) if text else None


def _no_lines(path: str, head: bytes) -> Layout | None:
    if what := not_text(head):
        return Layout(what, unpacking(what, path))
    if is_notebook(head):
        return Layout(NOTEBOOK, WRITE_ROWS)
    if wide_encoding(head):
        return Layout("UTF-16 text", _run(command_for("fix", path, "fixed")))
    container = container_of("", head)
    if container == "transcript":
        return Layout(PROSE[container], _run(Foreign("transcript", "").command(path)))
    if container in PROSE and (chat := other_format(head)) is not None:
        about = f": {chat.about}" if chat.about else ""
        return Layout(PROSE[container], f"{_run(chat.command(path))}{about}")
    return None


def _no_object(path: str, lines: Iterable[bytes]) -> Layout | None:
    if any(_value(line) is not None for line in lines):
        return None
    if seems := other_than_latin(b"\n".join(islice(lines, ROWS))):
        command = Foreign("", "", asked=f"--encoding {seems}").command(path)
        return Layout(f"not UTF-8 (it may be {seems})", _run(command))
    return Layout(
        "text without a JSON object on any line", f"See `finetui check {shlex.quote(path)}`"
    )


def _hold_rows(lines: Iterable[bytes]) -> bool:
    """Whether any of the first lines holds examples in a list, and so is none itself."""
    looked = islice((line for line in lines if line.strip()), ROWS)
    return any(rows_on_line(_value(line))[0] for line in looked)


def _run(command: str) -> str:
    return f"Try `{command}`"


def command_for(verb: str, path: str, ending: str) -> str:
    """Return the command that writes what `verb` makes of a file into a new one beside it."""
    if path == "-":
        return f"finetui {verb} -"
    source = PurePath(path)
    target = shlex.quote(str(source.with_name(f"{source.stem}.{ending}.jsonl")))
    return f"finetui {verb} {shlex.quote(path)} -o {target}"


def _are_rows(lines: Iterable[bytes]) -> bool:
    """Whether lines are rows although the first is none, as where that one alone is damaged."""
    looked = [*islice((line for line in lines if line.strip()), ROWS)]
    if looked[0].removeprefix(BOM_UTF8).lstrip().startswith(b"["):
        return is_conversation(_value(looked[0]))
    return sum(_value(line) is not None for line in looked) * 2 >= len(looked)


def not_object(line: bytes) -> bool:
    """Whether a line is not a JSON object, and so equals no other."""
    return not isinstance(_value(line), dict)


def not_json(line: bytes) -> bool:
    """Whether a line cannot be read as JSON at all."""
    return not is_json(line.removeprefix(BOM_UTF8))


def _value(line: bytes) -> object:
    """Return the object of a line, or a list such as an example's messages; None for all else."""
    try:
        value = orjson.loads(line.removeprefix(BOM_UTF8))
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, (dict, list)) else None


def other_format(data: bytes, rules: Container[str] = (), name: str = "") -> Foreign | None:
    """Return the format that most of a file's first rows are of, when it is not OpenAI's.

    In one whose `name` ends in .json, an object on one line may be all rows, as convert reads it.
    `rules` are those to be mended: with its own among them, the old format counts as OpenAI's.
    """
    if (export := _export_cut_off(data)) is not None:
        return export
    kind = container_of("", data[:HEAD])
    if kind in {"csv", "tsv"}:
        return table_format(kind, data[:HEAD])
    try:
        named = name if SUFFIXES.get(PurePath(name).suffix.lower()) == "json" else ""
        records = islice(records_of(data, container_of(named, data[:HEAD])), ROWS)
        rows = [record.value for record in records if isinstance(record.value, dict)]
    except UnreadableError:
        return None
    return _format_of_most(rows, rules, data)


def _format_of_most(
    rows: list[dict[str, Any]], rules: Container[str], data: bytes
) -> Foreign | None:
    found = Counter(_format(row, rules) for row in rows)
    own = found.pop(_OWN, 0)
    found.pop(None, None)
    whole = _value(data) if own and not found else None
    if isinstance(whole, dict) and kind_of(whole) == "unknown":
        return Foreign("openai", f"{plural(own, 'example')} in one object", asked="")
    most = next((one for one, n in found.most_common(1) if n > own and one is not _OWN), None)
    if most is not None and most.format == "table":
        return spoken_table(rows, most.reason) or most
    if most is not None and len({one.format for one in found if one is not None}) > 1:
        return replace(most, asked=most.asked or "")  # convert reads each row as what it is
    return most


def _export_cut_off(data: bytes) -> Foreign | None:
    """Return the export that a text begins as, of which the first conversation may be cut off."""
    head = data[:HEAD].removeprefix(BOM_UTF8).lstrip()
    if not head.startswith((b"[", b"{")) or _value(head) is not None:
        return None
    if b'"mapping"' in head and b'"children"' in head and b'"author"' in head:
        return Foreign("chatgpt", "a mapping of messages")
    if b'"chat_messages"' in head and b'"sender"' in head:
        return Foreign("claude", "chat_messages by human and assistant")
    return None


def _format(row: dict[str, Any], rules: Container[str]) -> Foreign | None:
    """Return a row's format; None for none that is known."""
    found, kind = foreign_format(row), kind_of(row)
    if kind == "completion" and "legacy-completion" in rules:
        return _OWN
    return _OWN if found is None and kind in {"chat", "preference"} else found
