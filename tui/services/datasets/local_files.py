"""Dataset files on this machine, read for checking and counting without opening a document."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

from tui.services.files.uploads import open_file, unreadable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

    from tui.core.catalog.providers import FileLimits
    from tui.core.checks import Alike, Issue, RowReport, Severity
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
    from tui.core.checks import Alike, FileFacts, check_row, collect, issue_for, traits_of
    from tui.core.checks.repeated_issues import named_once

    if (found := _table(path)) is not None:
        return found
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
        issues = named_once(collect(reports, facts), rows, str(path))
        issues = _whole_named(issues, rows, str(path))
        format_ = _format(reports, rows)
    except OSError as error:
        raise unreadable(path, error) from error
    finally:
        rows.close()
    told = sorted((issue_for(issue, limits) for issue in issues), key=lambda issue: issue.line)
    examples = sum(report.facts.kind not in {"blank", "broken"} for report in reports)
    return FileReport(str(path), format_, examples, tuple(told))


def _table(path: Path) -> FileReport | None:
    """Return the report of a table, which has no lines to check; None for all other files."""
    from tui.core.checks.repeated_issues import format_issue
    from tui.core.formats.containers import SUFFIXES, TABLES
    from tui.core.formats.foreign import Foreign

    kind = SUFFIXES.get(path.suffix.lower())
    if kind not in TABLES:
        return None
    open_file(path).close()
    issue = format_issue(Foreign("table", kind.upper()), str(path))
    return FileReport(str(path), "table", 0, (issue,))


def _whole_named(issues: list[Issue], rows: Rows, path: str) -> list[Issue]:
    """Return the issues of a file; that it is no lines is not worth telling of another format."""
    from tui.core.checks.repeated_issues import format_issue
    from tui.core.checks.run import WHOLE_DAMAGE
    from tui.core.fixes.whole import other_format

    damage = next((one for one in issues if one.rule in WHOLE_DAMAGE), None)
    if damage is None or (found := other_format(b"\n".join(rows))) is None:
        return issues
    return [format_issue(found, path, damage.line), *(i for i in issues if i is not damage)]


def _format(reports: Sequence[RowReport], rows: Rows) -> str:
    """Return the format of the lines: "mixed" if several, and "unknown" if none is known."""
    from tui.core.checks import file_format
    from tui.core.fixes.whole import other_format

    known = file_format(reports)
    if known in {"unknown", "empty"}:
        found = other_format(b"\n".join(rows))
        return "unknown" if found is None else found.format
    return known
