"""The view of one example that rules are given: decoded once, its messages as turns.

Not an `Example`: a rule needs the JSON path of what it finds, messages that are not objects
apart from those that are, and of a plain chat, which most lines are, no message at all.
"""

from __future__ import annotations

from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from tui.core.checks import fast
from tui.core.checks.fast.chat_prefilter import (
    WellFormed,
    in_order,
    is_own,
    tools_of_anthropic,
    well_formed,
)
from tui.core.checks.fast.rare_bytes import hides_ascii, rare_bytes
from tui.core.checks.fast.written import written
from tui.core.checks.findings import Finding
from tui.core.checks.private_data.line_texts import LineTexts
from tui.core.dataset.example import ALIASES, SECTIONS, Place, kind_of, section_list
from tui.core.dataset.names import VALID_NAME
from tui.core.formats.detection.foreign import foreign_format
from tui.core.text.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tui.core.checks.fast.written import Written
    from tui.core.dataset.example import Kind
    from tui.core.formats.detection.foreign import Foreign

_SPEAKERS = frozenset({"system", "developer", "user", "assistant"})


class Turn:
    """One message that is a JSON object, and where it stands."""

    __slots__ = ("_calls", "content", "place", "prefix", "raw", "role")

    def __init__(self, prefix: str, place: Place, raw: Mapping[str, Any]) -> None:
        self.prefix = prefix
        self.place = place
        self.raw = raw
        role = raw.get("role")
        self.role = role if isinstance(role, str) else None
        self.content = raw.get("content")
        self._calls: list[tuple[str, Mapping[str, Any]]] | None = None

    def path(self, tail: str = "") -> str:
        """Return the JSON path of the message, or of something in it."""
        return f"{self.prefix}[{self.place.index}]{tail}"

    def find(self, message: str, tail: str = "", *, by_hand: bool = False) -> Finding:
        """Return a finding at this message."""
        return Finding(message, self.path(tail), self.place, by_hand=by_hand)

    def text(self) -> str:
        """Return the text of the content, parts joined; "" when there is none."""
        if isinstance(self.content, str):
            return self.content
        return "\n".join(text for _, text in self.parts_text())

    def parts_text(self) -> Iterator[tuple[str, str]]:
        """Yield the path and text of each text in a list of content parts."""
        if not isinstance(self.content, list):
            return
        for number, part in enumerate(self.content):
            if isinstance(part, dict):
                for key in ("text", "refusal"):
                    if isinstance(text := part.get(key), str):
                        yield self.path(f".content[{number}].{key}"), text

    def calls(self) -> list[tuple[str, Mapping[str, Any]]]:
        """Return the path and object of each tool call that is an object."""
        if self._calls is None:
            calls = self.raw.get("tool_calls")
            self._calls = [
                (self.path(f".tool_calls[{number}]"), call)
                for number, call in enumerate(calls if isinstance(calls, list) else ())
                if isinstance(call, dict)
            ]
        return self._calls


class Row:
    """One example.

    `roles` are those of a plain chat, `tidy`, `keys` and `untrained` as `plain` says. Most
    examples are plain, and most rules are about what only others have. `roles` is empty for
    all others.
    """

    def __init__(
        self,
        line: bytes,
        raw: Mapping[str, Any],
        rare: bytes | None = None,
        shape: Shape | None = None,
    ) -> None:
        """Look at a line and what it decodes to; `rare` and `shape` (`plain`) if known."""
        self.line = line
        self.raw = raw
        self.rare_bytes = rare_bytes(line) if rare is None else rare
        self.hides_ascii = hides_ascii(line, self.rare_bytes)
        shape = plain(raw) if shape is None else shape
        self.roles, self.tidy, self.keys, self.untrained = shape
        self.kind: Kind = "chat" if self.roles else kind_of(raw)
        self._texts: list[tuple[str, Place | None, str]] | None = None
        self._turns: list[Turn] | None = None
        self._strays: list[tuple[str, Place, object]] = []

    @property
    def turns(self) -> list[Turn]:
        """The messages that are objects, of all sections in reading order."""
        if self._turns is None:
            self._turns = []
            for section in SECTIONS[self.kind] if self.kind != "completion" else ():
                self._lay_out(section, self._turns)
        return self._turns

    @property
    def strays(self) -> list[tuple[str, Place, object]]:
        """Messages that are not objects: where they stand, their place, and what they are."""
        return self._strays if self.turns is not None else []

    def _lay_out(self, section: str, turns: list[Turn]) -> None:
        items = section_list(self.raw, section)
        if not isinstance(items, list):
            return
        prefix = self.prefix(section)
        for index, item in enumerate(items):
            place = _place(section, index)
            if isinstance(item, dict):
                turns.append(Turn(prefix, place, item))
            else:
                self._strays.append((f"{prefix}[{index}]", place, item))

    def prefix(self, section: str) -> str:
        """Return the JSON path of a section's list of messages."""
        if section == "input":
            return "input.messages"
        return section if section in self.raw else _alias(self.raw, section)

    @cached_property
    def foreign(self) -> Foreign | None:
        """The other format this is an example of; None for what is chat, pair or completion.

        Only the rules in `told_of_foreign` speak of such an example.
        """
        if self.roles or (self.kind == "completion" and isinstance(self.raw["prompt"], str)):
            return None
        own = fast.ENABLED and (self.well_formed.parts or is_own(self.raw))
        if own and not self._needs_reading:
            return None
        return foreign_format(self.raw)

    @property
    def _needs_reading(self) -> bool:
        """Whether tools or calls may be written as others write them, in well-formed messages."""
        if self.may_hold(b"input_schema") and tools_of_anthropic(self.raw):
            return True
        return self.may_hold(b"<tool_call>")

    @cached_property
    def well_formed(self) -> WellFormed:
        """What is surely as it should be in a chat that is not plain."""
        return well_formed(self.raw)

    @cached_property
    def written(self) -> Written | None:
        """The example as JSON with sorted keys, if it is a chat and not nested too deep."""
        return written(self.raw)

    @cached_property
    def dialogue(self) -> list[Turn]:
        """The turns of the conversation, or of a preference pair's prompt."""
        if self.kind != "preference":
            return self.turns
        return self.output("input")

    def output(self, section: str) -> list[Turn]:
        """Return the turns of one section."""
        return [t for t in self.turns if t.place.section == section]

    @cached_property
    def tools_owner(self) -> tuple[str, Mapping[str, Any]]:
        """The object that holds `tools`, and the path before its keys."""
        if self.kind == "preference":
            inner = self.raw.get("input")
            return "input.", inner if isinstance(inner, dict) else {}
        return "", self.raw

    @cached_property
    def line_texts(self) -> LineTexts:
        """All texts of the line, also those that no model reads, as they stand in its bytes."""
        return LineTexts(self.line, is_json=True)

    def place_at(self, where: str) -> Place | None:
        """Return the message a JSON path leads into, or None."""
        if self.kind == "completion":
            return Place(where, 0) if where in SECTIONS["completion"] else None
        for section in SECTIONS[self.kind]:
            prefix = f"{self.prefix(section)}["
            if where.startswith(prefix) and (index := where[len(prefix) :].partition("]")[0]):
                return Place(section, int(index)) if index.isdigit() else None
        return None

    @property
    def texts(self) -> list[tuple[str, Place | None, str]]:
        """All texts a model would read: (path, place, text)."""
        if self._texts is None:
            self._texts = self._all_texts()
        return self._texts

    def _all_texts(self) -> list[tuple[str, Place | None, str]]:
        if self.roles:
            messages = self.raw["messages"]
            return [(*_where(at), message["content"]) for at, message in enumerate(messages)]
        found: list[tuple[str, Place | None, str]] = []
        for turn in self.turns:
            if isinstance(turn.content, str):
                found.append((turn.path(".content"), turn.place, turn.content))
            found += [(path, turn.place, text) for path, text in turn.parts_text()]
            for path, call in turn.calls():
                function = call.get("function")
                if isinstance(function, dict) and isinstance(function.get("arguments"), str):
                    found.append((f"{path}.function.arguments", turn.place, function["arguments"]))
        if self.kind == "completion":
            found += [
                (key, Place(key, 0), self.raw[key])
                for key in ("prompt", "completion")
                if isinstance(self.raw[key], str)
            ]
        return found

    def may_hold(self, *marks: bytes) -> bool:
        """Whether a text may hold one of `marks`, which are ASCII: a quick look at the bytes.

        Says yes to every line with escaped letters, in which they could hide.
        """
        line, rare = self.line, self.rare_bytes
        for mark in marks:
            if _left_of(mark) in rare and mark in line:
                return True
        return self.hides_ascii


class Shape(NamedTuple):
    """What `plain` finds out: see there."""

    roles: tuple[str, ...] = ()
    tidy: bool = False
    keys: int = 0
    untrained: bool = False


_NOT_PLAIN = Shape()


def plain(raw: Mapping[str, Any]) -> Shape:
    """Return the roles of a plain chat (else none), whether it is also tidy, and count its keys.

    A plain one has nothing but messages of a known role and a text, with a name or weight as
    they should be. No rule on order and white space can find anything in a tidy one. One is
    `untrained` if it is plain and no answer has another weight than 0.
    """
    messages = raw.get("messages")
    if len(raw) != 1 or type(messages) is not list:
        return _NOT_PLAIN
    roles = []
    fine, before, more, untrained = True, None, 0, False
    try:
        for message in messages:
            role, content = message["role"], message["content"]
            if type(content) is not str or role not in _SPEAKERS:
                return _NOT_PLAIN
            if len(message) != 2:
                if not _as_they_should(message, role):
                    return _NOT_PLAIN
                more += len(message) - 2
            roles.append(role)
            # Text without white space around it is returned by strip as it is.
            if not content or content.strip() is not content or content == before:
                fine = False
            before = content
    except (KeyError, TypeError, IndexError):  # no object, no such key, or a role that is a list
        return _NOT_PLAIN
    if more:
        weights = [m.get("weight", 1) for m in messages if m["role"] == "assistant"]
        untrained = not any(weights)
    return _shape(tuple(roles), fine, 1 + 2 * len(roles) + more, untrained)


@lru_cache(maxsize=1024)
def _shape(roles: tuple[str, ...], fine: bool, keys: int, untrained: bool) -> Shape:
    return Shape(roles, fine and in_order(roles), keys, untrained)


def _as_they_should(message: Mapping[str, Any], role: str) -> bool:
    """Return whether what a message has besides role and text is a fine name or weight."""
    for key, value in message.items():
        if key == "name":
            if type(value) is not str or not VALID_NAME.fullmatch(value):
                return False
        elif key == "weight":
            if role != "assistant" or type(value) is not int or value not in {0, 1}:
                return False
        elif key not in {"role", "content"}:
            return False
    return True


_left_of = cache(rare_bytes)  # of the marks


@lru_cache(maxsize=256)
def _place(section: str, index: int) -> Place:
    return Place(section, index)


@lru_cache(maxsize=64)
def _where(index: int) -> tuple[str, Place]:
    return f"messages[{index}].content", Place("messages", index)


def quoted(value: object) -> str:
    """Return a value from the data in quotes, short and safe to show; containers by their type."""
    if isinstance(value, (dict, list)):
        return json_type(value)
    return f"“{one_line(value if isinstance(value, str) else repr(value), 40)}”"


def json_type(value: object) -> str:
    """Return what a JSON value is, in words."""
    names = {
        list: "an array",
        dict: "an object",
        str: "a string",
        bool: "true or false",
        type(None): "null",
    }
    return names.get(type(value), "a number")


def _alias(raw: Mapping[str, Any], section: str) -> str:
    alias = ALIASES.get(section, section)
    return alias if alias in raw else section
