"""A chat written once: for its fingerprints, its keys and its tools, which all ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from orjson import OPT_SORT_KEYS, JSONEncodeError, dumps
from xxhash import xxh3_64_intdigest

from tui.core.dataset.digest import number_of

if TYPE_CHECKING:
    from collections.abc import Mapping


class Written(NamedTuple):
    """A chat as JSON with sorted keys, and the same of its messages and tools."""

    whole: bytes
    messages: bytes
    tools: bytes = b""

    def but_the_last(self, last: object) -> tuple[int, int]:
        """Return the digests of all messages but the last, and of the last; 0 without others."""
        answer = dumps(last, None, OPT_SORT_KEYS)
        end = len(self.messages) - len(answer) - 2  # the comma between, and the bracket
        prompt = xxh3_64_intdigest(self.messages[:end] + b"]") if end > 0 else number_of([])
        return prompt, xxh3_64_intdigest(answer)


def written(raw: Mapping[str, Any]) -> Written | None:
    """Write an example; None unless it has messages, at most tools beside them, and is not deep.

    The parts are written in a list: so what is too deep in the example is so in that too.
    """
    if len(raw) > 2 or "messages" not in raw or (len(raw) == 2 and "tools" not in raw):
        return None
    try:
        messages = dumps([raw["messages"]], None, OPT_SORT_KEYS)[1:-1]
        if len(raw) == 1:
            return Written(b'{"messages":%b}' % messages, messages)
        tools = dumps([raw["tools"]], None, OPT_SORT_KEYS)[1:-1]
    except JSONEncodeError:
        return None
    return Written(b'{"messages":%b,"tools":%b}' % (messages, tools), messages, tools)
