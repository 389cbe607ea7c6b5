"""Rules on the object of an example: its keys and its lists of messages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import orjson

from tui.core.checks.gates import unusual
from tui.core.checks.registry import Finding, closed_to_tidy, row_rule
from tui.core.checks.row import Row, json_type, quoted
from tui.core.dataset.example import ALIASES, SECTIONS
from tui.core.text.json_text import written_keys

if TYPE_CHECKING:
    from collections.abc import Iterable

_CHAT_KEYS = {"messages", "tools", "parallel_tool_calls", "functions"}
_INPUT_KEYS = {"messages", "tools", "parallel_tool_calls"}
_PAIR_KEYS = {*SECTIONS["preference"], *ALIASES.values()}


@row_rule(
    "unknown-format",
    "error",
    "Unknown format",
    "An example has either “messages”, or “input” with “preferred_output” and "
    "“non_preferred_output”.",
    gate=unusual,
)
def unknown_format(row: Row) -> Iterable[Finding]:
    """Find objects that are not an example."""
    if row.kind != "unknown" or row.foreign is not None:
        return ()
    from tui.core.formats.detection.containers import rows_on_line

    keys = ", ".join(map(quoted, list(row.raw)[:5])) or "none"
    if rows := rows_on_line(row.raw)[0]:
        text = f"This line is a list of {len(rows):,} rows, not one example (keys: {keys})."
        return (Finding(f"{text} i, or finetui convert, reads those of a format it knows."),)
    if not row.raw:
        return (Finding("This object is empty. Delete the line."),)
    looks = " It looks like a single message outside an example." if "role" in row.raw else ""
    return (
        Finding(
            f"There is no “messages” here (keys: {keys}).{looks} i, or finetui convert, makes "
            "examples of it by its columns."
        ),
    )


@closed_to_tidy
def _is_foreign(row: Row) -> bool:
    return row.foreign is not None


@row_rule(
    "foreign-format",
    "error",
    "Another format",
    "The example is written as another program wants it. Importing converts it; nothing else is "
    "said of it, and no fix touches it.",
    gate=_is_foreign,
)
def foreign_format(row: Row) -> Iterable[Finding]:
    """Find examples of another program's format."""
    if row.foreign is None:
        return ()
    return (Finding(f"This looks like {row.foreign.words}: import it."),)


@row_rule(
    "legacy-completion",
    "error",
    "Old prompt/completion format",
    "Models that are trained today want chat messages; the models of this format are gone.",
    fixable=True,
    gate=unusual,
)
def legacy_completion(row: Row) -> Iterable[Finding]:
    """Find prompt/completion lines."""
    if row.kind != "completion":
        return ()
    text = "This is a prompt/completion pair. Convert it to a user and an assistant message."
    prompt = row.raw["prompt"]
    if isinstance(prompt, str) and not prompt.strip():
        text = "The prompt is empty. finetui convert --empty-prompt TEXT puts a question there."
    return (Finding(text, "prompt"),)


@row_rule(
    "unknown-key",
    "error",
    "Unknown key in the example",
    "The server refuses keys it does not know.",
    fixable=True,
    gate=unusual,
)
def unknown_key(row: Row) -> Iterable[Finding]:
    """Find keys beside the ones of the format."""
    if row.kind == "chat":
        return [_extra(key, "") for key in row.raw if key not in _CHAT_KEYS]
    if row.kind == "preference":
        inner = row.raw.get("input")
        inside = inner if isinstance(inner, dict) else {}
        return [
            *(_extra(key, "") for key in row.raw if key not in _PAIR_KEYS),
            *(_extra(key, "input.") for key in inside if key not in _INPUT_KEYS),
        ]
    return ()


def _extra(key: str, prefix: str) -> Finding:
    return Finding(f"The key {quoted(key)} is not part of the format. Remove it.", prefix + key)


@row_rule(
    "messages-not-list",
    "error",
    "Messages are not a list",
    "“messages” has to be an array of message objects.",
    gate=unusual,
)
def messages_not_list(row: Row) -> Iterable[Finding]:
    """Find `messages` of another type."""
    if row.kind != "chat" or isinstance(value := row.raw["messages"], list):
        return ()
    return (Finding(f"“messages” is {json_type(value)}. Make it a list of messages.", "messages"),)


@row_rule(
    "messages-empty",
    "error",
    "No messages",
    "An example without messages teaches nothing.",
    gate=unusual,
)
def messages_empty(row: Row) -> Iterable[Finding]:
    """Find an empty list of messages."""
    if row.kind != "chat" or row.raw["messages"] != []:
        return ()
    return (Finding("“messages” is empty. Add messages, or delete the line.", "messages"),)


@row_rule(
    "message-not-object",
    "error",
    "Message is not an object",
    "Each message is an object with a role and content.",
    gate=unusual,
)
def message_not_object(row: Row) -> Iterable[Finding]:
    """Find messages that are strings, lists, null."""
    if not row.strays:
        return ()
    return [
        Finding(
            f'This message is {json_type(value)}. Write it as {{"role": …, "content": …}}.',
            where,
            place,
        )
        for where, place, value in row.strays
    ]


def has_more_keys(row: Row) -> bool:
    """Return whether more keys are written than were read: the gate of `duplicate_key`.

    Counting is cheap; reading with all pairs is not.
    """
    if row.roles and row.rare_bytes.count(b'":') <= row.keys:  # never fewer there than in the line
        return False
    if (written := row.written) is not None:
        read = written.whole
    else:
        try:
            read = orjson.dumps(row.raw)
        except orjson.JSONEncodeError:  # nested deeper than can be written: nothing is claimed
            return False
    marks = read.count(b'":')  # those of texts too, where the quotes are escaped
    if row.rare_bytes.count(b'":') <= marks and not row.hides_ascii:
        return False
    # In what orjson writes no space stands before a colon, but in a text.
    return written_keys(row.line) > marks - read.count(b'\\":')


@row_rule(
    "duplicate-key",
    "warning",
    "Key given twice",
    "Readers keep only the last of two equal keys, so part of the line is lost unseen.",
    gate=has_more_keys,
)
def duplicate_key(row: Row) -> Iterable[Finding]:
    """Find keys that stand twice in one object."""
    try:
        return _given_twice(row.line)
    except (RecursionError, ValueError):  # nested or long beyond what Python's own reader takes
        return ()


def _given_twice(line: bytes) -> list[Finding]:
    twice: list[str] = []

    def note(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        seen = dict(pairs)
        if len(seen) < len(pairs):
            names = [key for key, _ in pairs]
            twice.extend(key for key in seen if names.count(key) > 1)
        return seen

    json.loads(line, object_pairs_hook=note)
    return [
        Finding(f"The key {quoted(key)} stands twice in one object. Keep one of them.")
        for key in dict.fromkeys(twice)
    ]
