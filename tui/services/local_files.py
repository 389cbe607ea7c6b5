"""Dataset files on this machine, read for checking and counting without opening a document."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

from tui.services.uploads import open_file, unreadable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

    from tui.core.checks import Alike, Issue, Severity
    from tui.core.providers import FileLimits
    from tui.services.datasets.source import LineSource


@dataclass(frozen=True, slots=True)
class FileReport:
    """What the checks say of one file; `format` is that of its lines, "mixed" or "unknown"."""

    path: str
    format: str
    examples: int
    issues: tuple[Issue, ...]

    def count(self, severity: Severity) -> int:
        """Return how many issues are of `severity`."""
        return sum(issue.severity == severity for issue in self.issues)


class Rows(Sequence[bytes]):
    """The lines of a file as a sequence, read when they are asked for."""

    def __init__(self, source: LineSource) -> None:
        self.source = source

    def __len__(self) -> int:
        """Count the lines."""
        return len(self.source)

    @overload
    def __getitem__(self, index: int) -> bytes: ...
    @overload
    def __getitem__(self, index: slice) -> list[bytes]: ...
    def __getitem__(self, index: int | slice) -> bytes | list[bytes]:
        """Return a line, or several, without line endings."""
        if isinstance(index, slice):
            return [self.source.line(i) for i in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        return self.source.line(index % len(self))

    def __iter__(self) -> Iterator[bytes]:
        """Walk the lines."""
        return (self.source.line(number) for number in range(len(self)))

    def close(self) -> None:
        """Close the file."""
        self.source.close()


def read_rows(path: Path, *, whole: bool = True) -> Rows:
    """Return the lines of a file. Blocking. Raises InputError when it cannot be read.

    If not `whole`, only the first 4 MB are looked through yet: see `LineSource.index`.
    """
    from tui.services.datasets.source import LineSource

    open_file(path).close()  # a folder, a pipe, a missing file: said in our words
    try:
        return Rows(LineSource(path, whole=whole))
    except OSError as error:
        raise unreadable(path, error) from error


@asynccontextmanager
async def reading(path: Path, *, whole: bool = True) -> AsyncIterator[Rows]:
    """Open the lines of a file off the loop, and close them however it ends.

    `whole` as in `read_rows`. Raises InputError when it cannot be read.
    """
    opening = asyncio.ensure_future(asyncio.to_thread(read_rows, path, whole=whole))
    try:
        rows = await asyncio.shield(opening)
    except asyncio.CancelledError:
        # The thread goes on: what it opens must still be closed.
        opening.add_done_callback(_close_opened)
        raise
    try:
        yield rows
    finally:
        rows.close()


def _close_opened(opening: asyncio.Future[Rows]) -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()


def check_file(
    path: Path,
    alike: Callable[[Rows], Alike] | None = None,
    limits: FileLimits | None = None,
) -> FileReport:
    """Run all checks on a file, with what `alike` finds, for a provider with these limits.

    Blocking. Raises InputError when it cannot be read.
    """
    from tui.core.checks import Alike, FileFacts, check_row, check_whole, issue_for, traits_of

    rows = read_rows(path)
    try:
        facts = FileFacts(
            name=path.name,
            size=rows.source.identity.size,
            head=rows.source.head,
            ends_with_newline=rows.source.ends_with_newline,
            sample=traits_of(rows),
            alike=Alike() if alike is None else alike(rows),
            wants_bom=limits is not None and limits.wants_bom,
        )
        reports = [check_row(number, row) for number, row in enumerate(rows, 1)]
    except OSError as error:
        raise unreadable(path, error) from error
    finally:
        rows.close()
    issues = [issue for report in reports for issue in report.issues]
    issues += check_whole(reports, facts)
    issues = [issue_for(issue, limits) for issue in issues]
    kinds: Counter[str] = Counter(report.facts.kind for report in reports)
    examples = sum(kinds[kind] for kind in kinds if kind not in {"blank", "broken"})
    return FileReport(
        str(path), _format(kinds), examples, tuple(sorted(issues, key=lambda issue: issue.line))
    )


def _format(kinds: Counter[str]) -> str:
    known = [kind for kind in kinds if kind in {"chat", "preference", "completion"}]
    if len(known) > 1:
        return "mixed"
    return known[0] if known else "unknown"
