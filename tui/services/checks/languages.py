"""The languages of answers, told by a worker process where a detector has to tell them.

It takes 80 MB and most of a second to load, which the program itself is spared.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import orjson

from tui.core.checks.whole_file.sample_stats import guess_each, sample_stats_of
from tui.core.filtering.languages import UNKNOWN
from tui.services.checks.worker import languages
from tui.services.workers import TaskError, WorkerError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.core.dataset.lines import Lines
    from tui.services.workers import Pool

_MOST_KEPT = 4096


class LanguageGuesses:
    """Guesses the languages of texts as `guess_each`, and keeps what it was told. Blocks."""

    def __init__(self, workers: Pool) -> None:
        self._workers = workers
        self._known: dict[str, str] = {}

    def __call__(self, texts: Sequence[str]) -> list[str]:
        """Return the language of each text, or "unknown"."""
        found = {text: self._known.get(text) for text in texts}
        if asked := [text for text, language in found.items() if language is None]:
            told = dict(zip(asked, self._guess_in_worker(asked), strict=True))
            if len(self._known) + len(told) > _MOST_KEPT:
                self._known.clear()
            self._known |= told
            found |= told
        return [found[text] or "" for text in texts]

    async def ahead(self, rows: Lines) -> None:
        """Guess the languages of a sample, while something else is done, for who asks next.

        What is wrong with the rows they are told themselves.
        """
        with contextlib.suppress(Exception):
            await asyncio.to_thread(sample_stats_of, rows, self)

    def _guess_in_worker(self, texts: list[str]) -> Sequence[str]:
        body = orjson.dumps([text.encode("utf-8", "surrogatepass").hex() for text in texts])
        try:
            told, _ = self._workers.ask(languages, {}, body)
        except (WorkerError, TaskError):  # then here after all, unless nobody waits for it
            return [UNKNOWN] * len(texts) if self._workers.closed else guess_each(texts)
        found: list[str] = told["languages"]
        return found
