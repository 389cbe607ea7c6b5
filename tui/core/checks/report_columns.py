"""Compact reports of many lines, stored in columns: about forty bytes a line.

What a line's problems say can always be had again by checking that line, since lines never
change; kept of them is only which rules found something. Of the facts, digests are kept as
numbers, 0 where there is none.
"""

from __future__ import annotations

import struct
from array import array
from typing import TYPE_CHECKING

import orjson

from tui.core.arrays import picked, picked_bytes
from tui.core.checks.rules import rule_numbers

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from tui.core.checks.findings import RowFacts, RowReport

KINDS = ("blank", "broken", "unknown", "chat", "preference", "completion")
_CODES = {kind: code for code, kind in enumerate(KINDS)}
_EXAMPLES = _CODES["chat"]  # the kinds from here on are examples
TRAINS, JUDGED, LONGER = 8, 16, 32
_TRAINED_OR_NOT = _CODES["chat"], _CODES["chat"] | TRAINS
# From a line's byte of flags to its kind alone.
_KIND_ALONE = bytes(code & 7 for code in range(256))
_MASKS = {bit: bytes(bool(code & bit) for code in range(256)) for bit in (TRAINS, JUDGED, LONGER)}
_NUMBERS = ("content", "choice", "answer", "system")


class ReportColumns:
    """Reports of lines by position, one column for each fact.

    `signs` says which rules found something: a number of a signature, which is a byte for
    each problem, in their order, that names its rule. Signature 0 is empty.
    """

    def __init__(self, length: int = 0) -> None:
        self.flags = bytearray(length)
        self.content, self.choice, self.answer, self.system = (
            array("Q", bytes(8 * length)) for _ in _NUMBERS
        )
        self.signs = array("I", bytes(4 * length))
        self.signatures: list[bytes] = [b""]
        self._sign_of: dict[bytes, int] = {b"": 0}

    def __len__(self) -> int:
        """Count lines."""
        return len(self.flags)

    # -- filling ---------------------------------------------------------------------

    def append(self, report: RowReport) -> None:
        """Put the report of one more line at the end."""
        numbers = rule_numbers()
        self.add(bytes(numbers[issue.rule] for issue in report.issues), report.facts)

    def add(self, signature: bytes, facts: RowFacts) -> None:
        """Put what `survey_row` says of one more line at the end."""
        number = int.from_bytes
        self.flags.append(_flags(facts))
        self.content.append(number(facts.content, "big"))
        answered = facts.choice and facts.answer  # else there is nothing to contradict
        self.choice.append(number(facts.choice, "big") if answered else 0)
        self.answer.append(number(facts.answer, "big") if answered else 0)
        self.system.append(number(facts.system, "big"))
        self.signs.append(self.sign(signature))

    def add_plain(
        self, signatures: list[bytes], digests: list[tuple[int, int, int, int]], trains: list[bool]
    ) -> None:
        """Put more plain chats at the end, with their `numbers_of_tidy`; empties the lists."""
        if not digests:
            return
        self.flags += bytes(map(_TRAINED_OR_NOT.__getitem__, trains))
        content, choice, answer, system = zip(*digests, strict=True)
        self.content.extend(content)
        self.choice.extend(choice)
        self.answer.extend(answer)
        self.system.extend(system)
        for new in {*signatures} - self._sign_of.keys():
            self.sign(new)
        self.signs.extend(map(self._sign_of.__getitem__, signatures))
        for done in (signatures, digests, trains):
            done.clear()

    def put(self, at: int, other: ReportColumns) -> None:
        """Write the lines of `other` over those from position `at` on."""
        end = at + len(other)
        self.flags[at:end] = other.flags
        for name in _NUMBERS:
            getattr(self, name)[at:end] = getattr(other, name)
        known = [self.sign(signature) for signature in other.signatures]
        self.signs[at:end] = array("I", map(known.__getitem__, other.signs))

    def sign(self, signature: bytes) -> int:
        """Return the number of a signature, a new one if it was not seen before."""
        number = self._sign_of.get(signature)
        if number is None:
            number = self._sign_of[signature] = len(self.signatures)
            self.signatures.append(signature)
        return number

    def copy(self) -> ReportColumns:
        """Return the same lines, to be added to while others read these."""
        made = ReportColumns()
        made.flags = self.flags[:]
        for name in ("signs", *_NUMBERS):
            setattr(made, name, getattr(self, name)[:])
        made.signatures, made._sign_of = [*self.signatures], {**self._sign_of}
        return made

    def with_broken(
        self, spans: Iterable[tuple[int, int]], first: int, kept: Container[int]
    ) -> ReportColumns:
        """Return the same lines, of which those of each span (first, last) are no objects.

        The first line of a span has the rule with the number `first`; beside it all keep of their
        rules only those in `kept`.
        """
        made = self.copy()
        for start, end in spans:
            for at in range(start, end + 1):
                rules = bytes(n for n in self.signatures[self.signs[at]] if n in kept)
                made.signs[at] = made.sign(bytes([first]) + rules if at == start else rules)
                made.flags[at] = _CODES["broken"]
                for name in _NUMBERS:
                    getattr(made, name)[at] = 0
        return made

    def take(self, positions: array[int]) -> ReportColumns:
        """Return the lines at `positions`, in that order; nothing is shared with these."""
        made = ReportColumns()
        made.flags = picked_bytes(self.flags, positions)
        for name in _NUMBERS:
            setattr(made, name, picked(getattr(self, name), positions))
        made.signs = picked(self.signs, positions)
        made.signatures, made._sign_of = [*self.signatures], {**self._sign_of}
        return made

    # -- between processes -----------------------------------------------------------

    def to_bytes(self) -> bytes:
        """Return all of it as bytes, for another process on the same machine."""
        head = orjson.dumps([len(self), [[*signature] for signature in self.signatures]])
        numbers = [getattr(self, name).tobytes() for name in _NUMBERS]
        parts = [self.flags, *numbers, self.signs.tobytes()]
        return b"".join([struct.pack("=I", len(head)), head, *parts])

    @classmethod
    def from_bytes(cls, data: bytes) -> ReportColumns:
        """Return what `to_bytes` was called on."""
        (size,) = struct.unpack_from("=I", data)
        at = 4 + size
        length, signatures = orjson.loads(data[4:at])
        made = cls()
        made.flags = bytearray(data[at : at + length])
        at += length
        for name in _NUMBERS:
            getattr(made, name).frombytes(data[at : at + 8 * length])
            at += 8 * length
        made.signs.frombytes(data[at : at + 4 * length])
        made.signatures = [bytes(signature) for signature in signatures]
        made._sign_of = {signature: n for n, signature in enumerate(made.signatures)}
        return made

    # -- reading ---------------------------------------------------------------------

    @property
    def kinds(self) -> bytes:
        """The kind of each line, as a place in `KINDS`."""
        return bytes(self.flags.translate(_KIND_ALONE))

    def having(self, flag: int) -> int:
        """Count the lines that have TRAINS, JUDGED or LONGER."""
        return self.flags.translate(_MASKS[flag]).count(1)


def file_format(kinds: Mapping[str, int]) -> str:
    """Return chat, preference, completion, mixed, unknown or empty, by how many lines of each."""
    known = [name for code, name in enumerate(KINDS) if is_example(code) and kinds.get(name)]
    if len(known) > 1:
        return "mixed"
    if known:
        return known[0]
    return "unknown" if any(kinds.get(name) for name in ("broken", "unknown")) else "empty"


def is_example(kind: int) -> bool:
    """Return whether a line of that kind (a place in `KINDS`) is an example of a known format."""
    return kind >= _EXAMPLES


def _flags(facts: RowFacts) -> int:
    flags = _CODES[facts.kind] | (TRAINS if facts.trains else 0)
    if facts.preferred_longer is not None:
        flags |= JUDGED | (LONGER if facts.preferred_longer else 0)
    return flags
