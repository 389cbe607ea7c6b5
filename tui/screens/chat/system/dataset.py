"""Set the system prompt, or take the one that all examples of the open dataset share."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.core.dataset.example import Example, parse
from tui.screens.dialogs.editor import TextEditor

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui.services.datasets import Document

LOOKED_AT = 20_000  # examples; the start of a longer file speaks for all of it


@dataclass(frozen=True, slots=True)
class DatasetPrompt:
    """The most frequent system prompt of a dataset; `shared` when every example has it."""

    text: str
    shared: bool
    name: str


NO_PROMPT = DatasetPrompt("", False, "")


class DatasetPrompts:
    """Looks the system prompt of a document up, once for each state of it."""

    def __init__(self) -> None:
        self._seen: tuple[Document, int] | None = None
        self._found = NO_PROMPT
        self._lock = asyncio.Lock()

    async def of(self, document: Document | None) -> DatasetPrompt:
        """Return what was found; reads the rows in a thread when they have changed."""
        if document is None:
            return NO_PROMPT
        async with self._lock:
            seen = (document, document.version)
            if self._seen != seen:
                rows = document.snapshot()
                count = min(len(rows), LOOKED_AT)
                lines = (rows[at] for at in range(count))
                try:
                    text, shared = await asyncio.to_thread(most_frequent, lines)
                except (OSError, ValueError):  # the document was closed meanwhile
                    return NO_PROMPT
                self._seen, self._found = seen, DatasetPrompt(text, shared, document.path.name)
            return self._found


def most_frequent(lines: Iterable[bytes]) -> tuple[str, bool]:
    """Return the most frequent system prompt of JSONL lines, and whether all examples have it.

    Lines that are not examples are passed over. An empty text stands for no system prompt.
    """
    counts: Counter[str] = Counter()
    for line in lines:
        example = parse(line)
        if isinstance(example, Example) and example.messages:
            counts[example.first("system") or example.first("developer")] += 1
    total = counts.total()
    shared = len(counts) == 1
    del counts[""]
    if not counts:
        return "", False
    text, count = counts.most_common(1)[0]
    return text, shared and count == total


def system_editor(text: str, hint: str) -> TextEditor:
    """Return an editor that answers with the system prompt; an empty one is none."""
    return TextEditor("System prompt", text, hint=hint)
