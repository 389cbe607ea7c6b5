"""What each shortcut of the checks brings: `python -m tests.bench.checks FILE...`.

Prints the rate with all of them, and by how much it takes longer without one. Of many short
turns, each with and without, the quickest count: so it can run on a machine that is not idle.
Chats with tools are made of each file given. Nothing is asserted.
"""

from __future__ import annotations

import random
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

import orjson

from tui.core.checks import fast
from tui.core.checks.fast import batch, tool_prefilter
from tui.core.checks.fast.chat_prefilter import WellFormed
from tui.core.checks.row import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

TURNS = 7
LINES = 400


@contextmanager
def without_everything() -> Iterator[None]:
    """Ask every rule of every line, and put what it finds into words."""
    with patch.object(fast, "ENABLED", new=False):
        yield


@contextmanager
def planned_without(name: str, module: object) -> Iterator[None]:
    """Leave one table of shortcuts empty in the plan of rules."""
    with patch.object(module, name, {}):
        batch._plan.cache_clear()
        batch._plan()
        yield
    batch._plan.cache_clear()


@contextmanager
def without_tool_prefilter() -> Iterator[None]:
    """Ask the rules on tools of all that may have some."""
    with (
        patch.object(tool_prefilter, "_known", lambda *_: None),
        patch.object(tool_prefilter, "_in_order", lambda *_: False),
    ):
        yield


SHORTCUTS: dict[str, Callable[[], AbstractContextManager[None]]] = {
    "everything": without_everything,
    "hints by stretch": lambda: planned_without("HINTS", batch),
    "counts of common marks": lambda: planned_without("COUNTED", batch),
    "counts without wording": lambda: planned_without("COUNTS", batch),
    "chat prefilter": lambda: patch.object(Row, "well_formed", WellFormed()),
    "tool prefilter": without_tool_prefilter,
}


def with_tools(lines: list[bytes]) -> list[bytes]:
    """Return chats in which a tool is called before each last answer."""
    names = ("find_order", "cancel_order", "opening_hours")
    chance = random.Random(4)
    made = []
    for number, line in enumerate(lines):
        chat = orjson.loads(line)
        *before, last = chat["messages"]
        name = chance.choice(names)
        function = {"name": name, "arguments": f'{{"order": "{number}"}}'}
        call = {"id": f"call_{number}", "type": "function", "function": function}
        made_call = {"role": "assistant", "tool_calls": [call]}
        reply = {"role": "tool", "tool_call_id": f"call_{number}", "content": f"order {number}"}
        properties = {"order": {"type": "string"}, "details": {"type": "boolean"}}
        schema = {"type": "object", "properties": properties, "required": ["order"]}
        tools = [{"type": "function", "function": {"name": n, "parameters": schema}} for n in names]
        made.append(orjson.dumps({"messages": [*before, made_call, reply, last], "tools": tools}))
    return made


def seconds(parts: list[list[bytes]]) -> float:
    """Return the processor seconds that checking takes."""
    start = time.process_time()
    for at, part in enumerate(parts):
        batch.check_batch(at * LINES + 2, part)
    return time.process_time() - start


def show(name: str, lines: list[bytes]) -> None:
    """Print what one kind of data takes, in all ways."""
    parts = [lines[at : at + LINES] for at in range(0, len(lines), LINES)]
    size = sum(map(len, lines))
    best = {shortcut: float("inf") for shortcut in ("", *SHORTCUTS)}
    for _ in range(TURNS):
        for shortcut, without in SHORTCUTS.items():
            best[""] = min(best[""], seconds(parts))
            with without():
                best[shortcut] = min(best[shortcut], seconds(parts))
    print(f"{name}: {size / best[''] / 1e6:.1f} MB/s of processor time")
    for shortcut in SHORTCUTS:
        print(f"  without {shortcut:<24} × {best[shortcut] / best['']:.2f}")


def main() -> None:
    """Measure with the files named on the command line."""
    for name in sys.argv[1:]:
        lines = [line for line in Path(name).read_bytes().split(b"\n") if line.startswith(b"{")]
        whole = [line for line in lines if line.endswith(b"}")]
        show(name, whole)
        chats = [line for line in whole if line.startswith(b'{"messages":')]
        show(f"{name} with tools", with_tools(chats))


if __name__ == "__main__":
    main()
