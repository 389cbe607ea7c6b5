"""What the checks say of one file: the same engine and report as those of an open dataset."""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tui.core.text.paths import path_line
from tui.core.text.text import one_line, plural
from tui.services.datasets.disk.file_lines import reading
from tui.services.given_files import unreadable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from tui.core.catalog.providers import FileLimits
    from tui.core.checks import Issue, NearPairs, ReportColumns, Severity
    from tui.core.checks.whole_file.sample_stats import SampleStats
    from tui.core.formats.detection.foreign import Foreign
    from tui.services.checks.problems import Problems
    from tui.services.datasets.disk.file_lines import FileLines
    from tui.services.workers import Pool

_AT_ONCE = 500  # lines whose problems are put into words before the first of them is told


@dataclass(frozen=True, slots=True)
class FileReport:
    """What the checks say of a file, for a provider with `limits` (OpenAI when None).

    `size` in bytes; `examples` counts lines of a known format, `objects` all that hold a JSON
    object. `format` is that of the lines, "mixed" or "unknown". `by_rule` counts problems by
    rule id. `first_error` is the error that stands first in the file, or None. `foreign` is
    the other format of the first line that is of one, or of the file as a whole.
    """

    path: Path
    size: int
    examples: int
    objects: int
    format: str
    by_rule: Counter[str]
    first_error: Issue | None
    foreign: Foreign | None = None
    limits: FileLimits | None = None

    def severity(self, rule: str) -> Severity:
        """Return how grave the problems of a rule are at the provider."""
        from tui.core.checks import severity_of

        return severity_of(rule, self.limits)

    def count(self, severity: Severity) -> int:
        """Return how many problems are of a severity."""
        return sum(n for rule, n in self.by_rule.items() if self.severity(rule) == severity)

    @property
    def whole_damage(self) -> tuple[int, str] | None:
        """Where it stands that the file is not JSONL at all, and the rule that says so."""
        from tui.core.checks.run import WHOLE_DAMAGE

        first = self.first_error
        return (first.line, first.rule) if first and first.rule in WHOLE_DAMAGE else None

    def error_words(self, without: frozenset[str] = frozenset()) -> str:
        """Return how many errors there are, and the first of them; "" when there are none.

        Those of the rules `without` do not count.
        """
        errors = self.count("error") - sum(
            self.by_rule[rule] for rule in without if self.severity(rule) == "error"
        )
        if not errors:
            return ""
        if self.foreign is not None:
            lines = self.by_rule["foreign-format"]
            if not lines:  # a table, or an array of them: its lines are not examples
                return self._foreign_words(self.foreign, lines)
            others = errors - lines
            also = f", and {plural(others, 'error')}" if others else ""
            return f"{self._foreign_words(self.foreign, lines)}{also}"
        text = f"{path_line(self.path.name, 40)} has {plural(errors, 'error')}"
        first = self.first_error
        if first is None or first.rule in without:
            return text
        where = f" in line {first.line:,}" if first.line else ""
        return f"{text}, the first{where}: {one_line(first.message, 300)}"

    def _foreign_words(self, found: Foreign, lines: int) -> str:
        name, look = path_line(self.path.name, 40), "look" if lines > 1 else "looks"
        what = f"{plural(lines, 'line')} of {name}" if lines else name
        command = found.command(str(self.path), mixed=lines > 0 and self.examples > 0)
        about = f" ({found.about})" if found.about else ""
        return f"{what} {look} like {found.words}: `{command}`{about}"

    @property
    def secrets(self) -> Counter[str]:
        """Keys, tokens and numbers that should not leave the machine, by rule id."""
        from tui.core.fixes.redaction.secret_rules import is_secret

        return Counter({rule: n for rule, n in self.by_rule.items() if is_secret(rule)})


class CheckedFile:
    """A file that was checked and is still open, so that its problems can be put into words."""

    def __init__(
        self,
        report: FileReport,
        problems: Problems,
        rows: FileLines,
        ready: dict[int, list[Issue]],
        workers: Pool,
        *,
        table: bool = False,
        named: str = "",
    ) -> None:
        """`ready` are issues by line (0-based) that `problems` need not put into words.

        `named` is how commands name the file where that is not its path, such as "-".
        """
        self._named = named or str(report.path)
        self.report = report
        self._problems = problems
        self._rows = rows
        self._ready = ready
        self._workers = workers
        self._table = table

    async def issues(self) -> AsyncIterator[list[Issue]]:
        """Yield all problems by line and severity, in parts; those on another format once each.

        Each line is read again when its turn comes, in processes when the file is large: little
        is held. Raises InputError when the file cannot be read any more.
        """
        lines = self._problems.lines()
        if self._table and lines[:1] != [0]:
            lines.insert(0, 0)  # where it says that it is one
        try:
            once = {} if self._table else await asyncio.to_thread(self._formats)
            async for part in self._parts(lines):
                yield await asyncio.to_thread(self._issues_of, part, once)
        except OSError as error:
            raise unreadable(self.report.path, error) from error

    async def _parts(self, lines: Sequence[int]) -> AsyncIterator[Sequence[int]]:
        """Yield the numbers of lines in parts, those of a large file with `_ready` filled."""
        from tui.services.checks.file_check import is_worth_processes

        if self._table or not is_worth_processes(self._rows.source):
            for at in range(0, len(lines), _AT_ONCE):
                yield lines[at : at + _AT_ONCE]
            return
        from tui.services.checks.file_words import worded_stretches

        done = 0
        async for last, issues in worded_stretches(
            self._rows.source, lines, self._problems.rules_at, self._workers
        ):
            self._ready.update(issues)
            end = bisect_right(lines, last)
            yield lines[done:end]
            self._ready.clear()
            done = end
        yield lines[done:]

    def _issues_of(
        self, lines: Sequence[int], once: Mapping[tuple[int, str], Issue]
    ) -> list[Issue]:
        return [*(self._of_table(lines) if self._table else self._of_lines(lines, once))]

    def _of_table(self, lines: Sequence[int]) -> Iterator[Issue]:
        """Yield that it is a table, and what is secret or personal in it."""
        from tui.core.checks.private_data.secrets import PATTERNS

        for line in lines:
            if line == 0 and (first := self.report.first_error) is not None:
                yield first
            if not PATTERNS.keys().isdisjoint(self._problems.rules_at(line)):
                yield from (one for one in self._problems.at(line) if one.rule in PATTERNS)

    def _of_lines(
        self, lines: Sequence[int], once: Mapping[tuple[int, str], Issue]
    ) -> Iterator[Issue]:
        from tui.core.checks import issue_for
        from tui.core.checks.repeated_issues import FORMATS, format_issue

        report, problems = self.report, self._problems
        path, whole = self._named, report.whole_damage
        for line in lines:
            rules = {*problems.rules_at(line)}
            if rules <= FORMATS and all((line, rule) not in once for rule in rules):
                continue
            for one in problems.at(line):
                if one.rule in FORMATS:
                    if (first := once.get((line, one.rule))) is not None:
                        yield issue_for(first, report.limits)
                elif report.foreign is not None and (one.line, one.rule) == whole:
                    yield format_issue(report.foreign, path, line)
                elif (one.line, one.rule) == whole or one.line - 1 in problems.spans:
                    yield from self._in_lines(one)
                elif one.rule == "not-utf8":
                    yield self._in_encoding(one)
                else:
                    yield one

    def _in_encoding(self, one: Issue) -> Issue:
        """Return an issue on bytes that are not UTF-8, the first with the encoding they are in."""
        from tui.core.formats.detection.foreign import Foreign
        from tui.core.formats.encodings import other_than_latin

        if one.line != self._problems.lines_of("not-utf8")[0]:
            return one
        seems = other_than_latin(self._rows[one.line - 1])
        if not seems:
            return one
        command = Foreign("", "", asked=f"--encoding {seems}").command(self._named)
        return replace(one, message=f"{one.message} It may be {seems}: `{command}`.")

    def _in_lines(self, one: Issue) -> Iterator[Issue]:
        """Yield an issue on how the file is written down once, with the command that mends it."""
        from tui.core.checks.run import WHOLE_DAMAGE
        from tui.core.fixes.whole import command_for

        spans = self._problems.spans
        if one.rule not in WHOLE_DAMAGE:
            yield one
        elif one.line - 1 == next(iter(spans), one.line - 1):
            more = f" {len(spans) - 1:,} more likewise." if len(spans) > 1 else ""
            command = command_for("fix", self._named, "fixed")
            text = f"{one.message}{more} To mend: `{command}`."
            yield replace(one, message=text, lines=max(len(spans), 1))

    def _formats(self) -> Mapping[tuple[int, str], Issue]:
        from tui.core.checks.repeated_issues import FORMATS, gathered

        lines = {rule: self._problems.lines_of(rule) for rule in FORMATS}
        written = len(self._rows) - self.report.by_rule["blank-line"]
        once = gathered(lines, self._rows, written, self._named)
        return {at: self._as_convert_reads_it(one, written) for at, one in once.items()}

    def _as_convert_reads_it(self, one: Issue, written: int) -> Issue:
        """Return what is said of a format as of the file, where its one line may be all rows."""
        from tui.core.checks.repeated_issues import format_issue
        from tui.core.fixes.whole import other_format
        from tui.core.formats.detection.foreign import foreign_line

        if written > 1 or one.rule not in {"foreign-format", "unknown-format"}:
            return one
        found = other_format(self._rows.source.head, name=self.report.path.name)
        if found is None:
            return one
        alone = foreign_line(self._rows[one.line - 1])
        if (
            alone is not None
            and alone.format == found.format
            and bool(alone.about or not found.about)
        ):
            return one
        return replace(one, message=format_issue(found, self._named).message)


class _FileRows:
    """The lines of a file as `Problems` reads them: never edited, so an id is a position."""

    version = 0

    def __init__(self, rows: FileLines) -> None:
        self.ids: Sequence[int] = range(len(rows))
        self._rows = rows

    def __getitem__(self, position: int, /) -> bytes:
        return self._rows[position]


@asynccontextmanager
async def checking(
    path: Path,
    workers: Pool,
    limits: FileLimits | None = None,
    *,
    alike: Callable[[FileLines], NearPairs] | None = None,
    on_progress: Callable[[int, int], None] = lambda _done, _of: None,
    named: str = "",
) -> AsyncIterator[CheckedFile]:
    """Check a whole file, by `workers` when it is large, and keep it open.

    `alike` finds what is told as near duplicates and leakage. `on_progress(lines done, of)` is
    called on the loop. `named` is how commands name the file where that is not its path.
    Raises InputError when the file cannot be read.
    """
    async with reading(path) as rows:
        try:
            table = _table_of(path, rows.source.head)
            skip = table == "binary"
            found = await _looked_through(rows, workers, on_progress, skip=skip)
            checked = await asyncio.to_thread(
                _checked,
                path,
                rows,
                found,
                workers,
                limits,
                alike,
                table=bool(table),
                named=named,
            )
        except OSError as error:
            raise unreadable(path, error) from error
        yield checked


async def check_file(
    path: Path,
    workers: Pool,
    limits: FileLimits | None = None,
    on_progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> FileReport:
    """Check a whole file as `checking` does, and close it. Raises InputError."""
    async with checking(path, workers, limits, on_progress=on_progress) as checked:
        return checked.report


def _table_of(path: Path, head: bytes) -> str:
    """Return "text" or "binary" for what has no lines of examples; "" for all others.

    That is a table, a transcript, and what is not JSON at all.
    """
    from tui.core.fixes.redaction.redacted_file import binary_kind
    from tui.core.fixes.whole import kind_of_prose
    from tui.core.formats.detection.containers import PROSE, container_of, table_container
    from tui.core.formats.detection.notebooks import is_notebook
    from tui.core.formats.detection.packed import not_text

    if is_notebook(head):
        return "text"
    if table_container(path.name, head) is not None:
        return "binary" if binary_kind(head) else "text"
    if not_text(head):
        return "binary"
    prose = container_of("", head) in PROSE or kind_of_prose(path.name, head)
    return "text" if prose else ""


async def _looked_through(
    rows: FileLines, workers: Pool, on_progress: Callable[[int, int], None], *, skip: bool
) -> tuple[ReportColumns, SampleStats]:
    """Check the lines, and guess the languages meanwhile, which take most of a second."""
    from tui.core.checks import ReportColumns, sample_stats_of
    from tui.services.checks.file_check import FileCheck
    from tui.services.checks.languages import LanguageGuesses

    sampling = asyncio.to_thread(sample_stats_of, rows, LanguageGuesses(workers))
    if skip:
        return ReportColumns(len(rows)), await sampling
    check = FileCheck(rows.source, workers)
    check.on_progress = on_progress
    try:
        checked, sample = await asyncio.gather(check.run(), sampling, return_exceptions=True)
    finally:
        check.stop()
    if isinstance(checked, BaseException):
        raise checked
    if isinstance(sample, BaseException):
        raise sample
    return check.columns, sample


def _checked(
    path: Path,
    rows: FileLines,
    looked: tuple[ReportColumns, SampleStats],
    workers: Pool,
    limits: FileLimits | None,
    alike: Callable[[FileLines], NearPairs] | None,
    *,
    table: bool,
    named: str,
) -> CheckedFile:
    from tui.core.checks import FileFacts, NearPairs
    from tui.services.checks.problems import Problems

    source = rows.source
    size, ended = source.identity.size, source.ends_with_newline
    found = NearPairs() if alike is None or table else alike(rows)
    wants_bom = limits is not None and limits.wants_bom
    columns, sample = looked
    facts = FileFacts(path.name, size, source.head, ended, sample, found, wants_bom)
    ready: dict[int, list[Issue]] = {}
    problems = Problems(_FileRows(rows), columns, facts, ready, limits)
    if table:
        report = _table_report(path, named or str(path), rows, problems, limits)
    else:
        report = _report(path, rows, problems.columns, problems, limits)
    return CheckedFile(report, problems, rows, ready, workers, table=table, named=named)


def _report(
    path: Path,
    rows: FileLines,
    columns: ReportColumns,
    problems: Problems,
    limits: FileLimits | None,
) -> FileReport:
    from tui.core.checks.report_columns import KINDS, file_format, is_example
    from tui.core.checks.run import WHOLE_DAMAGE
    from tui.core.fixes.whole import other_format
    from tui.core.formats.detection.foreign import foreign_lines

    first, foreign = problems.first("error"), None
    if lines := problems.lines_of("foreign-format"):
        foreign = foreign_lines(rows, lines)
    elif first is not None and first.rule in WHOLE_DAMAGE:
        foreign = other_format(rows.source.head)
    kinds = columns.kinds
    counts = {name: kinds.count(code) for code, name in enumerate(KINDS)}
    examples = sum(counts[name] for code, name in enumerate(KINDS) if is_example(code))
    format_ = file_format(counts)
    if format_ in {"unknown", "empty"}:
        found = other_format(rows.source.head, name=path.name)
        format_ = "unknown" if found is None else found.format
    objects = len(columns) - counts["blank"] - counts["broken"]
    size = rows.source.identity.size
    return FileReport(
        path, size, examples, objects, format_, problems.by_rule, first, foreign, limits
    )


def _table_report(
    path: Path, named: str, rows: FileLines, problems: Problems, limits: FileLimits | None
) -> FileReport:
    from tui.core.checks.repeated_issues import format_issue
    from tui.core.fixes.whole import other_format
    from tui.core.formats.detection.containers import PROSE, container_of, table_container
    from tui.core.formats.detection.foreign import Foreign
    from tui.core.formats.detection.tables import table_format

    size, head = rows.source.identity.size, rows.source.head
    if (kind := table_container(path.name, head)) is not None:
        foreign = table_format(kind, head)
    elif container_of("", head) in PROSE:
        foreign = other_format(head) or Foreign("transcript", "transcript")
    else:
        first = _no_rows(path, named, head)
        return FileReport(path, size, 0, 0, "unknown", problems.by_rule, first, None, limits)
    first = format_issue(foreign, named)
    return FileReport(path, size, 0, 0, foreign.format, problems.by_rule, first, foreign, limits)


def _no_rows(path: Path, named: str, head: bytes) -> Issue:
    """Return what is said of a file that holds no rows at all."""
    from tui.core.checks.registry import RULES, Finding, issue
    from tui.core.fixes.whole import kind_of_prose, not_read
    from tui.core.formats.detection.notebooks import NOTEBOOK, WRITE_ROWS, is_notebook
    from tui.core.formats.detection.packed import not_text, unpacking

    if is_notebook(head):
        text = f"The file is {NOTEBOOK}. {WRITE_ROWS}."
    elif what := not_text(head):
        text = f"The file is {what}, not text. {unpacking(what, named)}."
    else:
        said, step = not_read(kind_of_prose(path.name, head) or "text")
        text = f"The file is not JSONL: {said}. {step}."
    return issue(RULES["invalid-json"], Finding(text), 0)
