"""One example token by token, as a counting process sees it."""

from __future__ import annotations

from codecs import BOM_UTF8
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.core.dataset.example import Broken, parse
from tui.core.tokens.encoding import PER_MESSAGE, PER_NAME, answer_texts, count_example, other_texts
from tui.core.tokens.truncation import trained_lost
from tui.services.tokens.vocabularies import encoder

if TYPE_CHECKING:
    from tui.core.dataset.example import Message
    from tui.core.tokens.encoding import Encoder
    from tui.services.tokens.counting.columns import BatchCounter
    from tui.services.tokens.vocabularies import VocabEncoder

# What is shown of one example; more would only be scrolled past.
MOST_TOKENS = 100_000


@dataclass(frozen=True, slots=True)
class OneByOne:
    """Counts single texts with a counter of many; what cannot be counted is 0."""

    counter: BatchCounter

    def count(self, text: str) -> int:
        """Return the number of tokens in `text`."""
        return max(0, self.counter.counts([text])[0])


def lost(line: bytes, counter: Encoder, limit: int) -> int:
    """Return how many trained tokens of a line are behind the limit; 0 if it is not an example."""
    example = parse(line.removeprefix(BOM_UTF8))
    if isinstance(example, Broken):
        return 0
    return trained_lost(count_example(example, counter), limit)


def of_line(line: bytes, encoding: str) -> list[dict[str, Any]]:
    """Return the messages of a line with their tokens; none when it is not an example.

    Of each: section, index, role, whether trained, its overhead in tokens (those of the role
    and of other keys among them), and the ids and bytes (hexadecimal) of its content's tokens.
    """
    example = parse(line.removeprefix(BOM_UTF8))
    if isinstance(example, Broken):
        return []
    counter = encoder(encoding)
    found: list[dict[str, Any]] = []
    room = MOST_TOKENS
    for message in example.messages:
        told = _message(message, counter, room)
        room -= len(told["ids"])
        found.append(told)
    return found


def _message(message: Message, counter: VocabEncoder, room: int) -> dict[str, Any]:
    ids: list[int] = []
    total = 0
    raw = message.raw if isinstance(message.raw, dict) else {}
    plain = message.place.section in {"prompt", "completion"}
    for text in [message.text] if plain else answer_texts(raw):
        if total < room and len(text) <= 4 * MOST_TOKENS:
            ids += counter.encode(text)
            total = len(ids)
        else:
            total += counter.count(text)
    others = 0 if plain else sum(map(counter.count, other_texts(raw)))
    named = PER_NAME if not plain and isinstance(raw.get("name"), str) else 0
    shown = ids[: max(room, 0)]
    return {
        "section": message.place.section,
        "index": message.place.index,
        "role": message.role,
        "trained": message.trained,
        "overhead": 0 if plain else PER_MESSAGE + named + others,
        "total": total,
        "ids": shown,
        "bytes": [counter.bytes_of(token).hex() for token in shown],
    }
