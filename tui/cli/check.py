"""`finetui check`: what is wrong with datasets, line by line."""

from __future__ import annotations

from collections import Counter
from contextlib import AsyncExitStack
from tempfile import SpooledTemporaryFile, gettempdir
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from tui.cli.arguments import Commands, Parser, command
from tui.cli.exit_codes import PROBLEMS
from tui.cli.inputs import check_stdin, file_of
from tui.core.text.problem_words import NOUNS
from tui.core.text.text import one_line, plural
from tui.services.checks.file_report import checking
from tui.services.datasets.disk.file_lines import reading
from tui.services.errors import InputError, NotWritten

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from tui.cli.output import Output
    from tui.core.checks import Issue, NearPairs, Severity
    from tui.services.checks.file_report import CheckedFile
    from tui.services.datasets.disk.file_lines import FileLines
    from tui.services.workspace import Workspace

_IN_MEMORY = 4 << 20  # bytes of issues as JSON, for each file; more goes to a temporary file
_PART = 1 << 20  # characters of it printed at a time, so that little is in memory


def register(commands: Commands[Parser]) -> None:
    """Add the command."""
    parser = command(commands, "check", _check)
    parser.add_argument("--near", action="store_true", help="look for near duplicates too")
    parser.add_argument(
        "--against",
        metavar="VALIDATION",
        help="look for what this file holds too: examples, prompts, near duplicates",
    )
    parser.add_argument("paths", metavar="FILE", nargs="+", help="datasets, or -")


async def _check(options: argparse.Namespace, workspace: Workspace, out: Output) -> int:
    check_stdin([*options.paths, options.against])
    limits = workspace.files.limits
    documents: list[_Document] = []
    unread: list[InputError] = []
    async with AsyncExitStack() as stack:
        against = (
            await stack.enter_async_context(file_of(options.against)) if options.against else None
        )
        others = await stack.enter_async_context(reading(against)) if against else None
        alike = _alike(others, against, near=options.near) if options.near or others else None
        for path in options.paths:
            try:
                async with (
                    file_of(path) as file,
                    checking(file, workspace.workers, limits, alike=alike, named=path) as checked,
                ):
                    kept = stack.enter_context(_Kept(out))
                    documents.append(await _tell(path, checked, out, kept))
            except NotWritten:  # the report, not the file
                raise
            except InputError as error:
                out.say(error)
                unread.append(error)
        out.document_of(_parts(documents, unread, out))
    if unread:
        return InputError.exit_code
    return PROBLEMS if any(document.counts["error"] for document in documents) else 0


class _Kept:
    """Issues as JSON until their number is known: on disk when they are many."""

    def __init__(self, out: Output) -> None:
        self._out = out
        self._file = SpooledTemporaryFile(  # noqa: SIM115 - closed by __exit__
            _IN_MEMORY, "w+", encoding="utf-8", errors="surrogatepass"
        )
        self._some = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, issues: Iterable[Issue]) -> None:
        """Keep more issues. Raises NotWritten when there is no room for them."""
        documents = [_document(issue) for issue in issues]
        if not documents:
            return
        try:
            # At once, for what is looked for in each text takes longer to begin than to do.
            self._file.write(", " * self._some + self._out.json(documents)[1:-1])
            self._some = True
        except OSError as error:
            cause = f"{gettempdir()}: {error.strerror or error}"
            raise NotWritten("Cannot keep the issues", cause, "Free some space.") from error

    def parts(self) -> Iterator[str]:
        """Yield them as the inside of an array."""
        self._file.seek(0)
        while part := self._file.read(_PART):
            yield part


class _Document(NamedTuple):
    """What is printed of one file as JSON."""

    head: dict[str, Any]
    counts: Counter[Severity]
    kept: _Kept


def _parts(
    documents: Iterable[_Document], unread: Sequence[InputError], out: Output
) -> Iterator[str]:
    yield '{"files": ['
    for number, document in enumerate(documents):
        yield ", " * bool(number) + out.json(document.head)[:-1] + ', "issues": ['
        yield from document.kept.parts()
        yield "]}"
    yield "]" + (f', "error": {out.json(unread[0].to_json())}' if unread else "") + "}"


def _alike(
    others: FileLines | None, path: Path | None, *, near: bool
) -> Callable[[FileLines], NearPairs]:
    from tui.services.checks.near_finder import near_pairs_in

    name = path.name if path is not None else ""
    return lambda rows: near_pairs_in(rows, near=near, others=others, against=name)


async def _tell(path: str, checked: CheckedFile, out: Output, kept: _Kept) -> _Document:
    """Print what the checks say of a file as it is put into words, or keep that as JSON."""
    counts: Counter[Severity] = Counter()
    async for part in checked.issues():
        counts.update(issue.severity for issue in part)
        if out.as_json:
            kept.add(part)
            continue
        for issue in part:
            out.line(_line(path, issue))
    report = checked.report
    found = ", ".join(plural(counts[severity], noun) for severity, noun in NOUNS.items())
    out.line(f"{one_line(path)}: {plural(report.objects, 'example')} ({report.format}), {found}")
    head = {
        "path": path,
        "format": report.format,
        "examples": report.objects,
        "errors": counts["error"],
        "warnings": counts["warning"],
        "infos": counts["info"],
    }
    return _Document(head, counts, kept)


def _line(path: str, issue: Issue) -> str:
    at = f"{one_line(path)}:{issue.line}" if issue.line else one_line(path)
    where = f" {one_line(issue.where)}" if issue.where else ""
    return f"{at}: {issue.severity} {issue.rule}{where}: {one_line(issue.message, 1000)}"


def _document(issue: Issue) -> dict[str, Any]:
    return {
        "line": issue.line,
        "rule": issue.rule,
        "severity": issue.severity,
        "where": issue.where,
        "message": issue.message,
        "fixable": issue.fixable,
        "lines": issue.lines,
    }
