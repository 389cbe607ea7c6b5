"""Bulk operations on texts: find and replace, white space, Unicode, system prompt."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from tui.core.bulk.edited_lines import edited
from tui.core.bulk.examples import dialogue, messages, roles_in, slots
from tui.core.bulk.operations import BadParameter, EachRow, Parameter, Work, operation
from tui.core.dataset.example import is_instruction
from tui.core.fixes.registry import CannotFix

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tui.core.bulk.operations import Count
    from tui.core.fixes.registry import Object

ROLES_PARAMETER = Parameter("roles", "In roles", "all", "all, or such as: user assistant")


@operation(
    "replace",
    "Find and replace",
    "a text or a regular expression, in some roles or all",
    Parameter("find", "Find"),
    Parameter("with", "Replace by", "", "regex: \\1 or \\g<name>"),
    Parameter("how", "Find as", "text", "", ("text", "any case", "regex")),
    ROLES_PARAMETER,
)
def replace(values: Mapping[str, str], count: Count) -> Work:
    """Make the work that replaces a text."""
    del count
    change = _replacing(values["find"], values["with"], values["how"])
    roles = roles_in(values)

    def apply(raw: Object) -> None:
        for slot in slots(raw, roles):
            slot.change(change)

    return EachRow("find and replace", edited(apply))


def _replacing(find: str, by: str, how: str) -> Callable[[str], str]:
    if not find:
        raise BadParameter("find", "what should be found?")
    if how == "text":
        return lambda text: text.replace(find, by)
    try:
        pattern = re.compile(find if how == "regex" else re.escape(find), _flags(how))
        if how == "regex":
            re.compile(find + "|").sub(by, "")  # a wrong reference shows on a match only
    except (re.error, IndexError) as error:
        field = "with" if "reference" in str(error) or "escape" in str(error) else "find"
        raise BadParameter(field, f"not a regular expression: {error}") from None
    template = by if how == "regex" else by.replace("\\", r"\\")
    return lambda text: pattern.sub(template, text)


def _flags(how: str) -> re.RegexFlag:
    return re.IGNORECASE if how == "any case" else re.MULTILINE


@operation(
    "system",
    "System prompt",
    "set, replace or remove it",
    Parameter("do", "Do", "set", "", ("set", "replace", "remove")),  # set: where none is too
    Parameter("text", "System prompt", long=True),
)
def system(values: Mapping[str, str], count: Count) -> Work:
    """Make the work that changes the system prompt."""
    del count
    do, text = values["do"], values["text"]
    if do != "remove" and not text.strip():
        raise BadParameter("text", "the system prompt to put in")

    def apply(raw: Object) -> None:
        items = dialogue(raw)
        if items is None:
            raise CannotFix("it has no messages")
        first = next((m for m in items if is_instruction(m)), None)
        if do == "remove":
            items[:] = [m for m in items if not is_instruction(m)]
        elif first is not None:
            first["content"] = text
        elif do == "set":
            items.insert(0, {"role": "system", "content": text})

    labels = {"remove": "remove the system prompt", "replace": "replace the system prompt"}
    return EachRow(labels.get(do, "set the system prompt"), edited(apply))


@operation(
    "strip",
    "Strip white space",
    "around texts, or at the end of every line",
    Parameter("where", "Where", "around", "", ("around", "line ends", "both")),
    ROLES_PARAMETER,
)
def strip(values: Mapping[str, str], count: Count) -> Work:
    """Make the work that strips white space."""
    del count
    roles, where = roles_in(values), values["where"]

    def stripped(text: str) -> str:
        if where != "around":
            text = re.sub(r"[^\S\n]+(?=\n|\Z)", "", text)
        return text if where == "line ends" else text.strip()

    def apply(raw: Object) -> None:
        for slot in slots(raw, roles):
            slot.change(stripped)

    return EachRow("strip white space", edited(apply))


_TOP_KEYS = ("messages", "input", "preferred_output", "non_preferred_output", "tools")
_MESSAGE_KEYS = ("role", "name", "content", "refusal", "tool_calls", "tool_call_id", "weight")


@operation(
    "normalise",
    "Normalise",
    "keys in one order, letters in Unicode NFC",
    Parameter("what", "What", "both", "", ("both", "keys", "unicode")),
)
def normalise(values: Mapping[str, str], count: Count) -> Work:
    """Make the work that brings keys and letters into one form."""
    del count
    what = values["what"]

    def apply(raw: Object) -> Object:
        if what != "keys":
            raw = _composed(raw)
        if what != "unicode":
            for message in messages(raw):
                _sort_keys(message, _MESSAGE_KEYS)
            _sort_keys(raw, _TOP_KEYS)
        return raw

    return EachRow("normalise", edited(apply, any_format=True))


def _composed(value: Any) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [*map(_composed, value)]
    if isinstance(value, dict):
        return {key: _composed(inner) for key, inner in value.items()}
    return value


def _sort_keys(value: Object, first: tuple[str, ...]) -> None:
    ordered = {key: value[key] for key in first if key in value} | value
    value.clear()
    value.update(ordered)
