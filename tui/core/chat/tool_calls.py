"""Assemble the tool calls of an answer from the deltas of a stream."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.core.provider.parsing import as_int, as_map, as_text

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(slots=True)
class _Call:
    """A call as far as it has come; `index` is None where the server numbers none."""

    index: int | None
    id: str = ""
    name: str = ""
    arguments: str = ""


class ToolCalls:
    """Collects the calls of one answer, from a stream or whole.

    A piece belongs to the call of its index, else of its id, else to the last one. Some servers
    number every call 0, or none, and send each whole: another id, or a name after a name with
    arguments, then begins another call.
    """

    def __init__(self) -> None:
        self._calls: list[_Call] = []

    def __bool__(self) -> bool:
        return bool(self._calls)

    def take(self, message: Mapping[str, Any]) -> bool:
        """Add the calls of a delta or of a whole message; return whether it had any."""
        pieces = message.get("tool_calls")
        found = [as_map(piece) for piece in pieces] if isinstance(pieces, list) else []
        old = as_map(message.get("function_call"))  # the form before tool_calls
        if old:
            found.append({"index": 0, "function": old})
        for piece in found:
            self._add(piece)
        return bool(found)

    def _add(self, piece: Mapping[str, Any]) -> None:
        function = as_map(piece.get("function"))
        name = as_text(function.get("name")) or ""
        given = as_text(piece.get("id")) or ""
        call = self._belonging(as_int(piece.get("index")), given, name)
        call.id = call.id or given
        if name != call.name:  # some servers repeat it with every piece
            call.name += name
        arguments = function.get("arguments")
        if arguments is not None:
            whole = json.dumps(arguments, ensure_ascii=False)
            call.arguments += arguments if isinstance(arguments, str) else whole

    def _belonging(self, index: int | None, given: str, name: str) -> _Call:
        last = self._calls[-1] if self._calls else None
        if index is not None:
            same = [call for call in self._calls if call.index == index]
        elif given:
            same = [call for call in self._calls if call.id == given]
            if not same and last is not None and not last.id and not name:
                same = [last]
        else:
            same = [last] if last is not None else []
        if same and not _is_another(same[-1], given, name):
            return same[-1]
        call = _Call(index)
        self._calls.append(call)
        return call

    def result(self) -> tuple[dict[str, Any], ...]:
        """Return the calls in order, as the protocol has them; each has an id to answer to."""
        return tuple(
            {
                "id": call.id or f"call_{at}",
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for at, call in enumerate(self._in_order(), start=1)
        )

    def _in_order(self) -> list[_Call]:
        # Sorting is stable: calls of the same index stay as they came.
        if any(call.index is None for call in self._calls):
            return self._calls
        return sorted(self._calls, key=lambda call: call.index or 0)


def _is_another(call: _Call, given: str, name: str) -> bool:
    if given and call.id and given != call.id:
        return bool(name)
    return bool(name and call.name and call.arguments and not given and _is_whole(call.arguments))


def _is_whole(arguments: str) -> bool:
    try:
        json.loads(arguments)
    except ValueError:
        return False
    return True
