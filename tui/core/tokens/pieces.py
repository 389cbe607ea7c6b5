"""One example token by token: what each message is made of, what is trained, where it is cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.core.tokens.encoding import LEFT_OUT, PER_EXAMPLE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Piece:
    """One token, or several that share one character: its text, and the ids in it."""

    text: str
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MessagePieces:
    """One message. `overhead` tokens stand before its content: role, name, marks.

    `total` are the tokens of its content, of which `pieces` may show only the first. `kept` of
    them, and of the overhead, lie within the training limit. `counted` is false for an answer
    that is no part of the sequence, the rejected one of a preference pair.
    """

    role: str
    trained: bool
    overhead: int
    total: int
    kept: int
    counted: bool
    pieces: tuple[Piece, ...]

    @property
    def context(self) -> int:
        """All tokens of the message."""
        return self.overhead + self.total

    @property
    def cut_text(self) -> str:
        """The text behind the limit, as far as it is shown token by token."""
        behind, at = [], self.overhead
        for piece in self.pieces:
            at += len(piece.ids)
            if at > self.kept:
                behind.append(piece.text)
        return "".join(behind)


@dataclass(frozen=True, slots=True)
class ExamplePieces:
    """One example: its messages in order, its tokens, and the limit it is cut at, if any."""

    messages: tuple[MessagePieces, ...]
    context: int
    trained: int
    limit: int | None

    @property
    def lost(self) -> int:
        """How many tokens lie behind the limit."""
        return 0 if self.limit is None else max(0, self.context - self.limit)

    @property
    def trained_lost(self) -> int:
        """How many trained tokens lie behind the limit."""
        return sum(
            min(m.total, m.context - m.kept) for m in self.messages if m.trained and m.counted
        )


def read_pieces(told: Sequence[Mapping[str, Any]], limit: int | None) -> ExamplePieces:
    """Make an example of what a counting process tells; see `services.counting.pieces`."""
    messages: list[MessagePieces] = []
    at = trained = 0
    for each in told:
        counted = each["section"] != LEFT_OUT
        context = each["overhead"] + each["total"]
        kept = context if limit is None or not counted else max(0, min(context, limit - at))
        messages.append(
            MessagePieces(
                role=each["role"],
                trained=each["trained"] and counted,
                overhead=each["overhead"],
                total=each["total"],
                kept=kept,
                counted=counted,
                pieces=_whole(each["ids"], [bytes.fromhex(text) for text in each["bytes"]]),
            )
        )
        if counted:
            at += context
            trained += each["total"] if each["trained"] else 0
    plain = bool(told) and told[0]["section"] == "prompt"
    closing = 0 if plain or not told else PER_EXAMPLE
    return ExamplePieces(tuple(messages), at + closing, trained, limit)


def _whole(ids: Sequence[int], parts: Sequence[bytes]) -> tuple[Piece, ...]:
    """Join tokens that hold parts of one character, so that every piece is text."""
    found: list[Piece] = []
    waiting: list[int] = []
    data = b""
    for token, part in zip(ids, parts, strict=True):
        waiting.append(token)
        data += part
        if _ends_whole(data):
            found.append(Piece(data.decode("utf-8", "replace"), tuple(waiting)))
            waiting, data = [], b""
    if waiting:
        found.append(Piece(data.decode("utf-8", "replace"), tuple(waiting)))
    return tuple(found)


def _ends_whole(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        # Anything but a character that has begun and is not finished will not get better.
        return error.reason != "unexpected end of data"
    return True
