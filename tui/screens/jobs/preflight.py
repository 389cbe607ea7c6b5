"""Looking at what a job would be made of, before anything is sent: files, checks, tokens, cost."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from tui.core.text import one_line, plural, size_words
from tui.services.errors import InputError

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

    from tui.core.checks import Issue
    from tui.core.pricing import Cost
    from tui.screens.jobs.draft import Draft
    from tui.services.local_files import FileReport
    from tui.services.tokens import TokenService
    from tui.services.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Source:
    """A training or validation file: on this machine (`path`, checked) or uploaded already."""

    path: Path | None
    file_id: str
    size: int = 0
    report: FileReport | None = None

    @property
    def errors(self) -> tuple[Issue, ...]:
        """The errors found in a file on this machine."""
        issues = self.report.issues if self.report else ()
        return tuple(issue for issue in issues if issue.severity == "error")

    @property
    def secrets(self) -> Counter[str]:
        """Keys, tokens and numbers found in a file on this machine, by rule."""
        from tui.core.fixes.gate import secrets_of

        return secrets_of(self.report.issues if self.report else ())

    @property
    def words(self) -> str:
        """The file with its size, in words."""
        if self.path is None or self.report is None:
            return one_line(self.file_id, 40)
        name = one_line(self.path.name, 36)
        examples = plural(self.report.examples, "example")
        wrong = f", {plural(len(self.errors), 'error')}" if self.errors else ""
        held = sum(self.secrets.values())
        private = f", {plural(held, 'secret')}" if held else ""
        return f"{name} ({examples}{wrong}{private}, {size_words(self.size)})"


@dataclass(frozen=True, slots=True)
class Price:
    """What the tokens of the training file would come to."""

    epochs: int
    billed_tokens: int
    cost: Cost
    exact: bool

    @property
    def amount(self) -> str:
        """The amount as it is typed to confirm it, or an empty string while it is unknown."""
        return "" if self.cost.amount is None else f"{self.cost.amount:.2f}"

    @property
    def words(self) -> str:
        """The price in words."""
        about = "" if self.exact else "about "
        text = f"{plural(self.epochs, 'epoch')}, {about}{self.billed_tokens:,} tokens trained on"
        if self.cost.amount is None:
            return f"{text}, price unknown"
        if self.cost.amount == 0:
            return f"{text}, free"
        day = f" (list price of {self.cost.as_of})" if self.cost.as_of else ""
        return f"{text}, about {self.amount} {self.cost.currency}{day}"


@dataclass(frozen=True, slots=True)
class Plan:
    """What would happen. Without a price when the training file is only at the provider."""

    training: Source
    validation: Source | None
    price: Price | None

    @property
    def sources(self) -> tuple[Source, ...]:
        """The files, training first."""
        return tuple(s for s in (self.training, self.validation) if s is not None)

    def words(self, draft: Draft, where: str) -> str:
        """Return in plain words what creating the job does."""
        local = [s.words for s in self.sources if s.path is not None]
        uploads = f"Uploads {' and '.join(local)} to {where}; " if local else f"At {where}: "
        uses = "" if self.training.path else f" from {self.training.words}"
        price = f": {self.price.words}." if self.price else "; its price is not known here."
        return f"{uploads}creates a {draft.method} job on {one_line(draft.model, 50)}{uses}{price}"


async def look(text: str) -> Source:
    """Look at a file that was typed. Raises InputError when it cannot be used."""
    return await asyncio.to_thread(_look, text.strip())


def _look(text: str) -> Source:
    path = absolute(text)
    looks_like_id = text.startswith("file") and not path.suffix and path.name == text
    if looks_like_id and not path.exists():
        return Source(None, text)
    try:
        stat = path.stat()
    except OSError:
        size = modified = 0  # the check itself says what is wrong
    else:
        size, modified = stat.st_size, stat.st_mtime_ns
    return Source(path, "", size, _report(path, size, modified))


@lru_cache(maxsize=4)
def _report(path: Path, size: int, modified: int) -> FileReport:
    """Check a file once for each of its states: a large one takes a while."""
    del size, modified
    from tui.services.local_files import check_file

    return check_file(path)


def absolute(text: str) -> Path:
    """Return the path a field means."""
    return Path(text.strip()).expanduser().absolute()


async def price(
    tokens: TokenService, source: Source, draft: Draft, cancelled: Callable[[], bool] | None = None
) -> Price | None:
    """Count a local training file and price the job; None where there is nothing to count."""
    if source.path is None:
        return None
    from tui.services.local_files import read_rows

    rows = await asyncio.to_thread(read_rows, source.path)
    try:
        report = await tokens.report(
            rows, str(source.path), draft.model.strip(), epochs=draft.epochs, cancelled=cancelled
        )
    finally:
        rows.close()
    return Price(report.epochs, report.billed_tokens, report.cost, report.facts.exact)


async def plan(workspace: Workspace, draft: Draft) -> Plan:
    """Return what would happen. Raises InputError for a file that cannot be used."""
    training = await look(draft.training)
    validation = await look(draft.validation) if draft.validation.strip() else None
    if validation is not None and validation.path and validation.path == training.path:
        raise InputError(
            "One file for both",
            f"{validation.path.name} is the training file as well",
            "Choose another validation file, or leave it empty.",
        )
    return Plan(training, validation, await price(workspace.tokens, training, draft))
