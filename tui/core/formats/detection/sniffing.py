"""Detect the format of rows by their keys; every verdict names its reason."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.core.dataset.example import ALIASES, ROLES
from tui.core.formats.columns import Columns, paths_of
from tui.core.formats.detection.samples import ROWS
from tui.core.formats.records import Record
from tui.core.formats.results import Notes, RefusedRow, Unfit
from tui.core.formats.row_reader import RowReader, with_usual_keys
from tui.core.formats.spoken import grouped
from tui.core.formats.supported.chat import CHAT_KEYS, MESSAGE_KEYS, PARTS, part_words
from tui.core.formats.supported.chat_exports import SLACK, is_slack_message
from tui.core.formats.supported.completion_logs import logged
from tui.core.formats.supported.graded import is_graded
from tui.core.formats.supported.hermes import has_written_calls
from tui.core.formats.supported.legacy import is_legacy
from tui.core.formats.supported.templates import templated
from tui.core.formats.supported.transcripts import TRANSCRIPT, is_transcript
from tui.core.formats.turns import (
    ROLE_NAMES,
    are_spoken,
    ends_in_answer,
    is_conversation,
    turn_list,
)
from tui.core.formats.verdicts import read_verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_ANSWERS = {"completion", "response"}
_BLOCKS = {"tool_use", "tool_result", "thinking", "redacted_thinking"}
_NO_COLUMNS = Columns()
_Verdict = tuple[str, str]


@dataclass(frozen=True, slots=True)
class SniffedFormat:
    """A format, why, and how sure it is: the share (0 to 1) of the rows looked at that it reads.

    `columns` are those of the format "table"; `problem` is why the first row that looks like
    the format is not read.
    """

    format: str
    confidence: float
    reason: str
    columns: Columns = _NO_COLUMNS
    problem: str = ""

    @property
    def words(self) -> str:
        """How sure it is, as people say it."""
        if self.format == "table":
            return "by its columns"
        if self.confidence >= 1:
            return "certain"
        if self.confidence == 0:
            return "by its keys; but no row looked at can be read"
        return f"{min(self.confidence, 0.99):.0%} of the rows"


class _Tally:
    """What the rows looked at seem to be, and what their readers take of them."""

    def __init__(self) -> None:
        self.known: Counter[str] = Counter()
        self.taken: Counter[str] = Counter()
        self.reasons: dict[str, Counter[str]] = {}
        self.problems: dict[str, str] = {}

    def add(self, verdict: _Verdict, *, known: bool, problem: str) -> None:
        name, reason = verdict
        self.known[name] += known
        self.taken[name] += not problem
        self.reasons.setdefault(name, Counter())[reason] += 1
        if problem:
            self.problems.setdefault(name, problem)

    def best(self) -> str:
        """Return the format of most rows; "" where there is none."""
        return max(self.reasons, key=lambda n: (self.known[n], self.taken[n]), default="")

    def sniffed(self, name: str, total: int) -> SniffedFormat:
        ((reason, _),) = self.reasons[name].most_common(1)
        share = self.taken[name] / total
        return SniffedFormat(name, share, reason, problem=self.problems.get(name, ""))


def sniff(rows: Sequence[object], *, table: bool = False) -> SniffedFormat:
    """Tell the format of the first rows; "" when they fit none.

    A format is promised for the rows that its reader takes, and for no others.
    """
    looked = rows[:ROWS]
    if not any(isinstance(row, dict) or is_conversation(row, spoken=True) for row in looked):
        return SniffedFormat(
            "", 0.0, "there is no row that is an object" if looked else "there is no row"
        )
    tally = _Tally()
    loose = [row for row in looked if isinstance(row, dict) and not _add_row(row, tally)]
    if any(is_conversation(row, spoken=True) for row in looked):
        for row in looked:
            if is_conversation(row, spoken=True):
                _add_row({"messages": row}, tally, "a list of messages without an object around it")
    name = tally.best()
    if table and name in {"", "text"} and not _is_marked(looked[0]):
        return _table([row for row in looked if isinstance(row, dict)], len(looked))
    columns: SniffedFormat | None = None
    if sum(tally.known.values()) < len(loose):
        columns = _table(loose, len(looked))
        if not columns.columns.problem:
            return columns
    if not name and columns is not None and columns.columns.is_spoken:
        return columns
    if not name:
        keys = ", ".join(map(str, list(loose[0])[:6]))
        found = f"no format fits rows with {keys}" if keys else "its object has no keys"
        return SniffedFormat("", 0.0, found)
    return tally.sniffed(name, len(looked))


def _is_marked(row: object) -> bool:
    """Whether the only text of a row has marks of turns: else `text` is just a column's name."""
    text = row.get("text") if isinstance(row, dict) else None
    return isinstance(text, str) and bool(templated(text) or is_transcript(text))


def by_keys(row: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the format and the reason that the keys of one row speak for; no reader is asked."""
    if (found := next(verdicts(row), None)) is not None:
        return found
    columns = Columns.guess(paths_of([row]))
    return None if columns.problem else ("table", _column_words(columns))


def _add_row(row: Mapping[str, Any], tally: _Tally, reason: str = "") -> bool:
    """Add a row to the tally; whether any format is known for it.

    Of the formats whose keys it has, the first counts whose reader takes it, or refuses it for
    what it says; else the first of all counts, as one that does not read it.
    """
    first: tuple[_Verdict, str] | None = None
    for verdict in verdicts(row):
        found = (verdict[0], reason or verdict[1])
        known, problem = _tried(row, RowReader(verdict[0]))
        if known:
            tally.add(found, known=True, problem=problem)
            return True
        first = first or (found, problem)
    if first is None:
        return False
    tally.add(first[0], known=False, problem=first[1])
    return True


def _tried(row: Mapping[str, Any], reader: RowReader) -> tuple[bool, str]:
    """Return whether a format is right for a row, and why its reader does not take it."""
    try:
        reader.read(row, Notes())
    except RefusedRow as reason:
        return True, str(reason)
    except Unfit as reason:
        return False, str(reason)
    return True, ""


def _table(rows: Sequence[Mapping[str, Any]], total: int) -> SniffedFormat:
    names = paths_of(rows)
    columns = Columns.guess(names)
    if columns.problem and columns.is_spoken:
        said = ", ".join([*columns.speaker, *columns.text])
        reason = f"each row is one message ({said}), and no column says which belong together"
        return SniffedFormat("", 0.0, reason, columns)
    if columns.problem:
        return SniffedFormat("table", 0.0, f"a table with {', '.join(names[:6])}", columns)
    used = _column_words(columns)
    reader = RowReader("table", columns)
    if columns.is_spoken and len(rows) == 1:  # of the rest of its conversation nothing is known
        return SniffedFormat("table", 1 / total, used, columns)
    if columns.is_spoken:
        records = (Record(at, row) for at, row in enumerate(rows, 1))
        grown = [one.value for one in grouped(records, columns)]
        rows = [one for one in grown if isinstance(one, dict)]
        total = len(rows)
    tried = [_tried(row, reader) for row in rows]
    if rows and not any(known for known, _ in tried):  # no text where the names say there is one
        return SniffedFormat("table", 0.0, used, _NO_COLUMNS, tried[0][1])
    taken = sum(not problem for _, problem in tried)
    problem = next((problem for _, problem in tried if problem), "")
    return SniffedFormat("table", taken / total, used, columns, problem)


def _column_words(columns: Columns) -> str:
    return ", ".join(f"{' + '.join(of)} as {part}" for part, of in columns.named().items())


def verdicts(row: Mapping[str, Any]) -> Iterator[_Verdict]:
    """Yield the formats whose keys a row has, the most telling first."""
    if (export := _export(row)) is not None:  # nothing else has such keys
        yield export
        return
    row = with_usual_keys(row)
    for test in (
        _logged,
        _gemini,
        _tree,
        _graded,
        _kto,
        _preference,
        _openai_pair,
        _turns,
        _single,
    ):
        if (found := test(row)) is not None:
            yield found


def _export(row: Mapping[str, Any]) -> _Verdict | None:
    if isinstance(row.get("mapping"), dict) and ("current_node" in row or _are_nodes(row)):
        return "chatgpt", "a mapping of messages, the open one as current_node"
    if isinstance(row.get("chat_messages"), list):
        return "claude", "chat_messages by human and assistant"
    if isinstance(row.get(SLACK), list) or is_slack_message(row):
        return "slack", "messages with user or bot_id, text and ts"
    if isinstance(row.get(TRANSCRIPT), str) and len(row) == 1:
        return "transcript", "turns that begin with User: and Assistant:"
    return None


def _are_nodes(row: Mapping[str, Any]) -> bool:
    nodes = row["mapping"].values()
    return bool(nodes) and all(isinstance(n, dict) and "children" in n for n in nodes)


def _logged(row: Mapping[str, Any]) -> _Verdict | None:
    found = logged(row)
    return None if found is None else ("log", found.words)


def _gemini(row: Mapping[str, Any]) -> tuple[str, str] | None:
    return ("gemini", "contents of parts") if "contents" in row else None


def _tree(row: Mapping[str, Any]) -> tuple[str, str] | None:
    if "message_tree_id" in row:
        return "oasst", "message_tree_id"
    return None


def _graded(row: Mapping[str, Any]) -> _Verdict | None:
    if is_graded(row):
        return "verl", "a prompt of messages and a ground truth for a grader"
    return None


def _kto(row: Mapping[str, Any]) -> _Verdict | None:
    if "chosen" in row or ("kto_tag" not in row and read_verdict(row.get("label")) is None):
        return None
    try:
        turns = turn_list(row)
    except Unfit:
        turns = None
    answered = turns is not None and ends_in_answer(turns[1])
    alpaca = "instruction" in row and "output" in row
    if answered or alpaca or ("prompt" in row and _ANSWERS & row.keys()):
        return "kto", "a kto_tag" if "kto_tag" in row else "answers with a label, good or bad"
    return None


def _preference(row: Mapping[str, Any]) -> tuple[str, str] | None:
    if "chosen" in row and "rejected" in row:
        return "preference", "chosen and rejected"
    return None


def _openai_pair(row: Mapping[str, Any]) -> tuple[str, str] | None:
    outputs = any(key in row for key in (*ALIASES, *ALIASES.values()))
    if isinstance(row.get("input"), dict) and "messages" in row["input"] and outputs:
        return "openai", "input with messages, and two outputs"
    return None


def _turns(row: Mapping[str, Any]) -> _Verdict | None:
    try:
        found = turn_list(row)
    except Unfit:
        return None
    if found is None:
        return None
    key, turns = found
    written = ", as JSON in a cell" if isinstance(row[key], str) else ""
    if has_written_calls(turns):
        return "hf", f"{key}{written} with calls as <tool_call> in the text"
    if are_spoken(turns):
        return "sharegpt", f"{key}{written} with from and value"
    return _by_role(row, key, turns, written)


def _by_role(row: Mapping[str, Any], key: str, turns: Sequence[Any], written: str) -> _Verdict:
    if not all(isinstance(t, dict) and ("role" in t or "content" in t) for t in turns):
        return "hf", f"{key} of turns"
    if key != "messages" or written:
        return "hf", f"{key}{written or ' with role and content'}"
    return _messages(row, turns)


def _messages(row: Mapping[str, Any], turns: Sequence[Mapping[str, Any]]) -> _Verdict:
    blocks = [b for turn in turns for b in _list(turn.get("content")) if isinstance(b, dict)]
    kinds = {str(block.get("type", "text" if "text" in block else None)) for block in blocks}
    called = any(turn.get("tool_calls") or turn.get("role") == "tool" for turn in turns)
    if row.get("schemaVersion") or (row.get("system") and _by_two(turns) and not called):
        return "anthropic", "system beside the messages"
    schemas = has_input_schema(row)
    if schemas and called and not kinds & _BLOCKS:
        return "hf", "messages with tool calls, and tools with an input_schema"
    if kinds & _BLOCKS or schemas or any("source" in block for block in blocks):
        return "anthropic", "blocks of tool use or images"
    return _plain_messages(row, turns, blocks)


def _by_two(turns: Sequence[Mapping[str, Any]]) -> bool:
    return _roles(turns) <= {"user", "assistant"}


def _roles(turns: Sequence[Mapping[str, Any]]) -> set[str]:
    return {turn["role"] for turn in turns if isinstance(turn.get("role"), str)}


def _plain_messages(
    row: Mapping[str, Any], turns: Sequence[Mapping[str, Any]], blocks: Sequence[Mapping[str, Any]]
) -> _Verdict:
    odd = _odd_calls(row, turns) or _odd_keys(row, turns) or _odd_contents(turns, blocks)
    return ("hf", odd) if odd else ("openai", "messages with role and content")


def _odd_calls(row: Mapping[str, Any], turns: Sequence[Mapping[str, Any]]) -> str:
    if row.get("functions") or any(
        turn.get("function_call") or turn.get("role") == "function" for turn in turns
    ):
        return "messages with function_call, the form before tool_calls"
    calls = [c for turn in turns for c in _list(turn.get("tool_calls")) if isinstance(c, dict)]
    functions = [c["function"] for c in calls if isinstance(c.get("function"), dict)]
    if any(not isinstance(one.get("arguments"), str) for one in functions):
        return "messages with tool calls whose arguments are not text"
    return "messages with tool calls or replies without ids" if calls and is_legacy(row) else ""


def _odd_keys(row: Mapping[str, Any], turns: Sequence[Mapping[str, Any]]) -> str:
    extra = sorted({str(k) for k in row} - CHAT_KEYS)
    extra += sorted({str(k) for turn in turns for k in turn} - MESSAGE_KEYS)
    if extra:
        return f"messages, with {extra[0]} beside what OpenAI takes"
    if isinstance(row.get("tools"), str):
        return "messages, and tools as JSON text"
    if any(turn.get(key, 0) is None for turn in turns for key in MESSAGE_KEYS - {"content"}):
        return "messages filled up with nulls"
    return ""


def _odd_contents(turns: Sequence[Mapping[str, Any]], blocks: Sequence[Mapping[str, Any]]) -> str:
    foreign = sorted(r for r in _roles(turns) - {*ROLES} if r.strip().lower() in ROLE_NAMES)
    if foreign:
        return f"messages with role {foreign[0]}"
    odd = [b for b in blocks if _is_odd(b)]
    if odd or any(isinstance(turn.get("content"), dict) for turn in turns):
        return "messages with parts that OpenAI writes otherwise"
    return ""


def _is_odd(block: Mapping[str, Any]) -> bool:
    if block.get("type") == "image_url" and isinstance(block.get("image_url"), str):
        return True
    if str(block.get("type")) not in PARTS or None in block.values():
        return True
    return block.get("type") == "text" and part_words(block) not in {None, "text"}


def has_input_schema(row: Mapping[str, Any]) -> bool:
    """Whether a tool has its parameters as Anthropic names them."""
    return any(
        isinstance(one, dict) and "input_schema" in one
        for tool in _list(row.get("tools"))
        if isinstance(tool, dict)
        for one in (tool, tool.get("function"))
    )


def _list(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


_SPEAKER = ("role", "speaker", "sender", "author", "from", "participant", "user", "username")


def _single(row: Mapping[str, Any]) -> _Verdict | None:
    if "instruction" in row and "output" in row:
        return "alpaca", "instruction and output"
    if "prompt" in row and _ANSWERS & row.keys():
        return "completion", "prompt and completion"
    # What somebody says is a turn of a conversation, not a text to learn whole.
    if isinstance(row.get("text"), str) and not any(isinstance(row.get(k), str) for k in _SPEAKER):
        return "text", "text"
    return None
