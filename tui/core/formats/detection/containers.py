"""How rows are stored in a file: one a line, in an array, as concatenated objects, in a table."""

from __future__ import annotations

import codecs
import json
import re
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Literal

import orjson

from tui.core.formats.detection.delimited import (
    column_names,
    delimited_records,
    row_record,
    table_kind,
)
from tui.core.formats.detection.notebooks import NOTEBOOK, WRITE_ROWS, is_notebook
from tui.core.formats.detection.samples import HEAD
from tui.core.formats.detection.table_dumps import THREAD, table_dump
from tui.core.formats.records import Record
from tui.core.formats.row_reader import FORMAT_KEYS
from tui.core.formats.supported.chat_exports import slack_threads
from tui.core.formats.supported.help_desks import is_help_desk
from tui.core.formats.supported.irc import irc_rows, is_irc
from tui.core.formats.supported.mailbox import is_mailbox, mailbox_rows
from tui.core.formats.supported.markdown_tables import is_markdown_table, markdown_rows
from tui.core.formats.supported.thread_exports import NOTICES
from tui.core.formats.supported.transcripts import TRANSCRIPT, conversations, is_transcript
from tui.core.formats.supported.whatsapp import is_whatsapp, whatsapp_rows
from tui.core.formats.turns import LISTS, is_conversation
from tui.core.text.json_text import written_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_Numbered = tuple[int, dict[str, Any]]
Container = Literal[
    "jsonl", "json", "csv", "tsv", "parquet", "arrow", "xlsx",
    "transcript", "whatsapp", "irc", "mbox", "markdown",
]  # fmt: skip
TABLES: tuple[Container, ...] = ("csv", "tsv", "parquet", "arrow", "xlsx")
# Texts of messages by people, in the order in which they are told.
_CHATS: dict[Container, tuple[Callable[[str], bool], Callable[[str], Iterator[_Numbered]]]] = {
    "whatsapp": (is_whatsapp, whatsapp_rows),
    "irc": (is_irc, irc_rows),
    "mbox": (is_mailbox, mailbox_rows),
}
# Texts whose lines are no rows, and what they are called.
PROSE: dict[Container, str] = {
    "transcript": "a transcript",
    "whatsapp": "a WhatsApp chat",
    "irc": "an IRC log",
    "mbox": "a mailbox",
    "markdown": "a table of Markdown",
}
SUFFIXES: dict[str, Container] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".parquet": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
}
# Keys under which programs wrap the list of rows of a whole file.
_WRAPPERS = ("data", "rows", "examples", "instances", "train")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_NEXT_OBJECT = re.compile(r"^\s*\{", re.MULTILINE)
# An array, and not a date, a name or a link in brackets, as chat logs and Markdown begin lines.
ARRAY = r"""\[(?=\s*(?:$|[\[{"'\]/#]|(?:-?\d+(?:\.\d+)?|null|true|false)\s*[,\]]))"""
_ARRAY = re.compile(ARRAY)
_OBJECT = (b'{"', codecs.BOM_UTF8 + b'{"')  # how no header begins, whatever the file is called
_WORKBOOK = re.compile(rb"xl/(?:workbook\.xml|worksheets/)")
_SPACE = re.compile(r"[\s,]*")


class UnreadableError(ValueError):
    """A whole file that cannot be read as what it is taken for; the text says why."""


def container_of(name: str, head: bytes) -> Container:
    """Tell how rows lie in a file, by its first bytes and the ending of its name."""
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"ARROW1"):
        return "arrow"
    if is_notebook(head):
        return "json"
    if head.startswith(b"PK\x03\x04") and _WORKBOOK.search(head):
        return "xlsx"
    by_name = SUFFIXES.get(f".{name.rpartition('.')[2].lower()}") if "." in name else None
    if by_name in TABLES and not head.startswith(_OBJECT):
        return by_name
    return _json_container(_decoded_head(head).lstrip(), named_json=by_name == "json")


def table_container(path: str, head: bytes) -> Container | None:
    """Return what kind of table a file is, by its first bytes and ending; None for all others."""
    kind = container_of("" if path == "-" else PurePath(path).name, head)
    return kind if kind in TABLES else None


def _json_container(text: str, *, named_json: bool) -> Container:
    first, newline, rest = text.partition("\n")
    first = first.strip()
    if _ARRAY.match(text):  # an array of rows, or a line for each list of messages
        return "jsonl" if rest.lstrip().startswith(("[", "{")) and _is_list(first) else "json"
    if not text.startswith("{"):
        return _text_container(text)
    several_lines = bool(newline) and not _is_object(first)  # one object over several lines
    alone = named_json and not rest.strip()  # one object on one line, which may hold the rows
    return "json" if several_lines or alone else "jsonl"


def _text_container(text: str) -> Container:
    for name, (is_it, _) in _CHATS.items():
        if is_it(text):
            return name
    if is_markdown_table(text):
        return "markdown"
    return "transcript" if is_transcript(text) else table_kind(text) or "jsonl"


def records_of(data: bytes | Iterable[bytes], container: Container) -> Iterator[Record]:
    """Yield the rows of a file's content; lines may be given one by one.

    Raises UnreadableError where the content as a whole is not what `container` says.
    """
    if container == "jsonl" and not (isinstance(data, bytes) and data.startswith(_UTF16)):
        yield from _lines(data.split(b"\n") if isinstance(data, bytes) else data)
        return
    text = decoded_text(data if isinstance(data, bytes) else b"".join(data))
    if container in {"csv", "tsv"}:
        yield from delimited_records(text, container)
    elif container == "transcript":
        for line, part in conversations(text):
            yield Record(line, {TRANSCRIPT: part}, text=part)
    elif container in _CHATS:
        for line, row in _CHATS[container][1](text):
            yield Record(line, row, beside="" if "speaker" in row else NOTICES)
    elif container == "markdown":
        yield from _markdown(text)
    elif container == "jsonl":
        yield from _lines(line.encode("utf-8", "surrogatepass") for line in text.split("\n"))
    else:
        yield from _values(text)


def decoded_text(data: bytes) -> str:
    """Decode UTF-8 or marked UTF-16, without the mark. Raises UnreadableError for all else."""
    encoding = "utf-16" if data.startswith(_UTF16) else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableError(
            f"it is not UTF-8 (byte {error.start:,} is 0x{data[error.start]:02x}); "
            "save it as UTF-8 first"
        ) from None


def _lines(lines: Iterable[bytes]) -> Iterator[Record]:
    for position, line in enumerate(_at_each_end(lines), 1):
        raw = line.rstrip(b"\r\n")
        if position == 1:
            raw = raw.removeprefix(codecs.BOM_UTF8)
        if not raw.strip():
            continue
        try:
            value = _line_value(raw)
        except orjson.JSONDecodeError as error:
            reason = str(error).split(": line")[0]
            yield Record(position, problem=f"not JSON: {reason}", raw=raw)
            continue
        rows, beside = rows_on_line(value)
        if not rows:  # what is JSON twice is not a line as it stands
            yield Record(position, value, raw=None if raw.lstrip().startswith(b'"') else raw)
        for row in rows:
            yield Record(position, row)
        for key, other in beside.items():
            yield Record(position, other, beside=key)


def _at_each_end(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield lines, and the parts of one that CR alone ends, as old systems write them."""
    for line in lines:
        # Within a text of JSON a CR is escaped, so that here it can only stand between values.
        yield from line.split(b"\r") if b"\r" in line.rstrip(b"\r\n") else (line,)


def rows_on_line(value: object) -> tuple[list[Any], dict[str, Any]]:
    """Return the rows of a line that holds a list of them, and what stands beside it.

    None where the value is a row itself: an object, or the messages of one.
    """
    if isinstance(value, list) and not is_conversation(value, spoken=True):
        return (value, {}) if _is_list_of(value, (dict,)) else ([], {})
    if (dump := table_dump(value)) is not None:
        return dump.rows, {**dump.beside}
    if not isinstance(value, dict) or FORMAT_KEYS & value.keys():
        return [], {}
    for key in _WRAPPERS:
        rows = value.get(key)
        if isinstance(rows, list) and rows and all(isinstance(row, dict) for row in rows):
            if is_conversation(rows, spoken=True):
                return [], {}
            return rows, {
                k: v for k, v in value.items() if k != key and v not in (None, "", [], {})
            }
    return [], {}


def _line_value(raw: bytes) -> object:
    """Return the JSON value of a line, with every key of its objects. Raises JSONDecodeError."""
    value = orjson.loads(raw)
    if isinstance(value, str) and value.lstrip().startswith(("{", "[")):
        return _line_value(value.encode("utf-8", "surrogatepass"))  # written as JSON twice
    try:
        # orjson keeps only the last of two equal keys.
        if written_keys(raw) > written_keys(orjson.dumps(value)):
            return json.loads(raw, object_pairs_hook=_every_key)
    except (orjson.JSONEncodeError, ValueError, RecursionError):
        pass  # nested deeper than others read; then nothing is known of its keys
    return value


def _every_key(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object; a key that stands twice in it is kept under a name of its own."""
    made = dict(pairs)
    if len(made) < len(pairs):
        made = {}
        for key, value in pairs:
            name, number = key, 2
            while name in made:
                name, number = f"{key} ({number})", number + 1
            made[name] = value
    return made


def _values(text: str) -> Iterator[Record]:
    if is_notebook(text[:HEAD].encode("utf-8", "replace")):
        raise UnreadableError(f"it is {NOTEBOOK}. {WRITE_ROWS}")
    try:
        whole = json.loads(text, object_pairs_hook=_every_key)
    except (ValueError, RecursionError):
        yield from _one_after_another(text)
        return
    rows, beside = _unwrapped(whole)
    threads = slack_threads(rows)
    for n, value in threads or enumerate(rows, 1):
        dump = None if threads else table_dump(value)
        if dump is None or dump.orient != THREAD:
            yield Record(n, value)
            continue
        yield from (Record(n, row) for row in dump.rows)
        for key, other in dump.beside.items():
            yield Record(n, other, beside=key)
    for key, value in beside.items():
        yield Record(1, value, beside=key)


def _unwrapped(whole: object) -> tuple[list[Any], dict[str, Any]]:
    """Return the rows of a whole file, and what stands beside them."""
    if isinstance(whole, list):
        return ([whole], {}) if is_conversation(whole, spoken=True) else (whole, {})
    if not isinstance(whole, dict):
        return [whole], {}
    if (dump := table_dump(whole, whole=True)) is not None:
        return dump.rows, {**dump.beside}
    key = "messages" if slack_threads(_list(whole.get("messages"))) else _key_of_rows(whole)
    if key:
        beside = {k: v for k, v in whole.items() if k != key and v not in (None, "", [], {})}
        return whole[key], beside
    return [whole], {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _key_of_rows(whole: dict[str, Any]) -> str:
    for key in _WRAPPERS:
        if _is_list_of(whole.get(key), (dict, list)):
            return key
    for key in FORMAT_KEYS & whole.keys():  # a list of rows, where a row has turns of its own
        value = whole[key]
        if _is_list_of(value, (dict,)) and all(_has_turns(row) for row in value):
            return key
    if FORMAT_KEYS & whole.keys():
        return ""
    # The only list of a whole file is its rows, whatever it is called.
    lists = [key for key, value in whole.items() if _is_list_of(value, (dict,))]
    return lists[0] if len(lists) == 1 else ""


def _has_turns(row: object) -> bool:
    if not isinstance(row, dict):
        return False
    return any(isinstance(row.get(key), list) for key in LISTS) or is_help_desk(row)


def _is_list_of(value: object, kinds: tuple[type, ...]) -> bool:
    """Whether a value is a list that holds rows, maybe among other things."""
    return isinstance(value, list) and any(isinstance(row, kinds) for row in value)


def _one_after_another(text: str) -> Iterator[Record]:
    """Read values that follow one another, also those of an array that is broken somewhere."""
    decoder = json.JSONDecoder(object_pairs_hook=_every_key)
    end = len(text)
    space = _SPACE.match(text)
    at = space.end() if space else 0
    if text.startswith("[", at) and not _is_whole_list(text, at, decoder):
        at += 1
    position = 0
    while True:
        space = _SPACE.match(text, at)
        at = space.end() if space else at
        if at >= end or text[at:].strip() == "]":
            return
        position += 1
        try:
            value, at = decoder.raw_decode(text, at)
            yield Record(position, value)
        except (ValueError, RecursionError) as error:
            following = _NEXT_OBJECT.search(text, text.find("\n", at) + 1 or end)
            stop = following.start() if following else end
            reason = getattr(error, "msg", "nested too deeply")
            yield Record(position, problem=f"not JSON: {reason}", text=text[at:stop].strip())
            at = max(stop, at + 1)


def _is_whole_list(text: str, at: int, decoder: json.JSONDecoder) -> bool:
    """Whether a list that begins a text ends before it does, as where each row is a list."""
    try:
        value, _ = decoder.raw_decode(text, at)
    except (ValueError, RecursionError):
        return False
    return is_conversation(value, spoken=True)


def _markdown(text: str) -> Iterator[Record]:
    rows = markdown_rows(text)
    header = column_names(next(rows)[1])
    yield from (row_record(line, header, cells) for line, cells in rows)


def _decoded_head(head: bytes) -> str:
    if head.startswith(_UTF16):
        return head[: len(head) // 2 * 2].decode("utf-16", "replace")
    return head.decode("utf-8-sig", "replace")


def _is_list(line: str) -> bool:
    try:
        return isinstance(orjson.loads(line), list)
    except orjson.JSONDecodeError:
        return False


def _is_object(line: str) -> bool:
    try:
        return isinstance(orjson.loads(line), dict)
    except orjson.JSONDecodeError:
        # A line longer than the head that was looked at is cut: it is no short "{" either.
        return len(line) > 200
