"""Foreign files, or a folder of them: what they are, and their rows as OpenAI's lines."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.core.formats import (
    Columns,
    Converted,
    Record,
    Sniffed,
    container_of,
    convert,
    records_of,
    sniff,
)
from tui.core.formats.containers import SUFFIXES, TABLES, UnreadableError
from tui.core.formats.converting import merged
from tui.core.text import plural
from tui.services.errors import InputError
from tui.services.importing.tables import sheets, table_records
from tui.services.uploads import open_file, unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from tui.core.formats import Container

_HEAD = 64 * 1024
_SAMPLE = 200
_LISTED = {"parquet", "arrow", "xlsx"}


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read; `data` is its content when it did not come from a path."""

    path: Path
    container: Container
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found at a path: files, the format they seem to have, a table's columns.

    `first` is the first row, to show what is in the columns.
    """

    path: Path
    sources: tuple[Source, ...]
    sniffed: Sniffed
    columns: tuple[str, ...]
    first: Mapping[str, Any]
    notice: str = ""

    @property
    def is_table(self) -> bool:
        """Whether columns can be named: the rows are those of a table."""
        return bool(self.columns)

    @property
    def what(self) -> str:
        """The files in words."""
        if len(self.sources) == 1 and self.sources[0].path == self.path:
            return self.path.name
        return f"{self.path.name}: {plural(len(self.sources), 'file')}"


def look(path: Path) -> Looked:
    """Look at a file or folder and tell its format. Blocking. Raises InputError."""
    return _looked(path, _sources(path))


def look_at_bytes(data: bytes, name: str = "stdin") -> Looked:
    """Look at content that came from elsewhere, such as standard input. Raises InputError."""
    container = container_of(name, data[:_HEAD])
    if container in _LISTED:
        raise InputError("Cannot read this from a pipe", f"it is {container}", "Name the file")
    return _looked(Path(name), (Source(Path(name), container, data),))


def columns_of(text: str) -> Columns:
    """Read columns as typed, `user=Question,assistant=Answer`. Raises InputError."""
    try:
        columns = Columns.parse(text)
    except ValueError as error:
        raise InputError("Usage", str(error), "Such as user=Question,assistant=Answer") from error
    if columns.problem:
        raise InputError("Usage", columns.problem, "Such as user=Question,assistant=Answer")
    return columns


def read(
    looked: Looked,
    name: str,
    columns: Columns | None = None,
    on_progress: Callable[[int], None] = lambda _done: None,
) -> Converted:
    """Convert every row of what was looked at from the format `name`. Blocking.

    `on_progress` gets the number of rows read of the file at hand. Raises InputError.
    """
    many = len(looked.sources) > 1
    parts = []
    for source in looked.sources:
        try:
            parts.append(
                convert(
                    _records(source), name, columns=columns,
                    source=source.path.name if many else "", on_progress=on_progress,
                )
            )  # fmt: skip
        except UnreadableError as error:
            raise InputError("Cannot read the file", f"{source.path.name}: {error}") from error
        except KeyError:
            raise InputError("Usage", f"{name} cannot be read from", "See --help") from None
        except ValueError as error:
            raise InputError(
                "Which column holds what?", str(error), "Such as user=Question,assistant=Answer"
            ) from error
        except OSError as error:
            raise unreadable(source.path, error) from error
    return merged(parts)


def _looked(path: Path, sources: tuple[Source, ...]) -> Looked:
    sample: list[Record] = []
    for source in sources:
        if len(sample) >= _SAMPLE:
            break
        try:
            sample += islice(_records(source), _SAMPLE - len(sample))
        except UnreadableError as error:
            raise InputError("Cannot read the file", f"{source.path.name}: {error}") from error
        except OSError as error:
            raise unreadable(source.path, error) from error
    table = any(source.container in TABLES for source in sources)
    first = next((r.value for r in sample if isinstance(r.value, dict)), {})
    return Looked(
        path,
        sources,
        sniff([record.value for record in sample], table=table),
        tuple(map(str, first)) if table else (),
        first,
        _notice(sources),
    )


def _notice(sources: Iterable[Source]) -> str:
    for source in sources:
        if source.container == "xlsx" and len(names := sheets(source.path)) > 1:
            return f"Only the first of {len(names)} sheets is read: {names[0]}"
    return ""


def _sources(path: Path) -> tuple[Source, ...]:
    try:
        if not path.is_dir():
            return (_source(path),)
        files = sorted(p for p in path.iterdir() if p.suffix.lower() in SUFFIXES and p.is_file())
    except OSError as error:
        raise unreadable(path, error) from error
    if not files:
        kinds = ", ".join(sorted(SUFFIXES))
        raise InputError("Nothing to import there", f"{path} has no {kinds}", "Name a file")
    return tuple(_source(file) for file in files)


def _source(path: Path) -> Source:
    with open_file(path) as file:
        try:
            return Source(path, container_of(path.name, file.read(_HEAD)))
        except OSError as error:
            raise unreadable(path, error) from error


def _records(source: Source) -> Iterator[Record]:
    if source.container in _LISTED:
        yield from table_records(source.path, source.container)
    elif source.data is not None:
        yield from records_of(source.data, source.container)
    else:
        with open_file(source.path) as file:
            # Lines one by one, however large the file; everything else is read whole.
            head = file.peek(2)[:2]
            lines = source.container == "jsonl" and head not in (b"\xff\xfe", b"\xfe\xff")
            yield from records_of(file if lines else file.read(), source.container)
