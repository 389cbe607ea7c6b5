"""Read foreign files, or a folder of them: their format, and their rows as our lines."""

from __future__ import annotations

import shlex
from codecs import getincrementaldecoder
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from tui.core.fixes.damaged import wide_encoding
from tui.core.fixes.whole import kind_of_prose
from tui.core.formats import (
    Columns,
    ConvertedRows,
    ReadOptions,
    Record,
    SniffedFormat,
    container_of,
    convert,
    records_of,
    sniff,
)
from tui.core.formats.columns import paths_of, value_at
from tui.core.formats.converting import merged
from tui.core.formats.detection.containers import SUFFIXES, TABLES, UnreadableError
from tui.core.formats.detection.packed import READ, inner_name, not_text, to_file, unpacking
from tui.core.formats.detection.samples import HEAD
from tui.core.formats.supported.batches import Batch, is_batch_line
from tui.core.text.text import one_line, plural
from tui.services.errors import InputError
from tui.services.given_files import open_file, unreadable
from tui.services.transfer.importing.tables import sheets, table_records
from tui.services.unpacking import unpacked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tui.core.formats import Container
    from tui.core.formats.encoding_guess import Guess

_PIECE = 1 << 20
_GUESSED = 4 << 20
_SAMPLE = 200
_NAMED = 4
_TEXTS = (".txt", ".md", ".markdown")
_LISTED = {"parquet", "arrow", "xlsx"}


class NotDecoded(InputError):  # noqa: N818 - a title, as of all that is shown
    """A text whose encoding has to be named."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read; `data` is its content when it is not read from the path.

    `read_as` says in which encoding it was, where that is not UTF-8; `packed` how the file is
    packed that holds it.
    """

    path: Path
    container: Container
    data: bytes | None = None
    read_as: str = ""
    packed: str = ""


@dataclass(frozen=True, slots=True)
class ForeignFiles:
    """What was found at a path: files, the format they seem to have, and the columns.

    Columns are those of a table, or the keys of the rows, with paths for what lies deeper.
    `sample` are the first rows, to show what is in the columns; `problem` is why there are none,
    and `prose` what a text is of which no line is JSON, such as Markdown.
    """

    path: Path
    sources: tuple[Source, ...]
    sniffed: SniffedFormat
    columns: tuple[str, ...]
    sample: tuple[Mapping[str, Any], ...]
    notice: str = ""
    problem: str = ""
    prose: str = ""

    @property
    def first(self) -> Mapping[str, Any]:
        """The first row."""
        return next(iter(self.sample), {})

    @property
    def is_table(self) -> bool:
        """Whether the rows are those of a table."""
        return any(source.container in TABLES for source in self.sources)

    @property
    def guess(self) -> Columns:
        """The columns by their usual names, for the user to look at."""
        found = self.sniffed.columns
        return Columns.guess(self.columns) if found.problem else found

    def shown(self, column: str) -> str:
        """Return what the first row holds in a column."""
        try:
            return str(value_at(self.first, column))
        except KeyError:
            return ""

    @property
    def decoded(self) -> Path | None:
        """The first file that is not UTF-8, read in a guessed or named encoding."""
        return next((one.path for one in self.sources if one.read_as), None)

    @property
    def what(self) -> str:
        """The files in words."""
        if len(self.sources) == 1 and self.sources[0].path == self.path:
            return self.path.name
        return f"{self.path.name}: {plural(len(self.sources), 'file')}"


def look(path: Path, encoding: str = "") -> ForeignFiles:
    """Look at a file or folder and tell its format. Blocking. Raises InputError.

    `encoding` is that of its texts; without it UTF-8 is expected, and Windows-1252 told.
    """
    return _look_at_sources(path, _sources(path, encoding))


def encodings_of(path: Path) -> list[Guess]:
    """Return the encodings that a text, or the first text of a folder, can be in. Blocking.

    Raises InputError.
    """
    from tui.core.formats.encoding_guess import guesses

    try:
        for one in _files(path):
            with open_file(one) as file:
                packed = not_text(file.read(HEAD))
            source = Source(one, "jsonl", packed=packed if packed in READ else "")
            with _opened(source) as file:
                readable = _is_readable(file)
            if not readable:
                with _opened(source) as file:
                    return guesses(file.read(_GUESSED))
    except UnreadableError as error:
        raise _not_unpacked(path, error) from error
    except OSError as error:
        raise unreadable(path, error) from error
    return []


def look_at_bytes(data: bytes, name: str = "stdin", encoding: str = "") -> ForeignFiles:
    """Look at content that came from elsewhere, such as standard input. Raises InputError."""
    inner = name
    try:
        if (what := not_text(data)) in READ:
            file, inner = unpacked(BytesIO(data), what, "-")
            with file:
                data = file.read()
    except UnreadableError as error:
        raise InputError("Cannot read the input", *_cause_and_step(str(error))) from error
    container = container_of(inner, data[:HEAD])
    if container in _LISTED:
        raise InputError("Cannot read this from a pipe", f"it is {container}", "Name the file")
    if what := not_text(data):
        raise InputError("Not text", f"{name} is {what}", f"{unpacking(what, '-')}.")
    return _look_at_sources(Path(name), (_decoded(Path(name), data, encoding, inner),))


def columns_of(text: str, *, complete: bool = True) -> Columns:
    """Read columns as typed, `user=Question+Context,assistant=Answer`. Raises InputError.

    With `complete`, also where examples cannot be made of them.
    """
    try:
        columns = Columns.parse(text)
    except ValueError as error:
        raise InputError(
            "Usage", str(error), "Such as user=Question+Context,assistant=Answer"
        ) from error
    if complete and columns.problem:
        raise InputError("Usage", columns.problem, "Such as user=Question,assistant=Answer")
    return columns


def read(
    looked: ForeignFiles,
    name: str,
    columns: Columns | None = None,
    on_progress: Callable[[int], None] = lambda _done: None,
    options: ReadOptions | None = None,
    *,
    mixed: bool = False,
) -> ConvertedRows:
    """Convert every row of what was looked at from the format `name`. Blocking.

    With `mixed`, rows that are of another format are read as that.
    `on_progress` gets the number of rows read of the file at hand. Raises InputError.
    """
    many = len(looked.sources) > 1
    batch = _batch(looked.sources) if name == "log" else None
    parts = []
    for source in looked.sources:
        try:
            records = _records(source)
            made = convert(
                records if batch is None else batch.joined(records), name, columns=columns,
                options=options, source=source.path.name if many else "", mixed=mixed,
                on_progress=on_progress,
            )  # fmt: skip
            parts.append(made)
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
    made = merged(parts)
    return made if batch is None else replace(made, joined=made.joined + batch.taken)


def _batch(sources: Sequence[Source]) -> Batch | None:
    """Return the requests of a batch that have their answers here; None where there are none."""
    batch = Batch()
    for source in sources:
        batch.look(_records(source))
    return batch if batch.has_both else None


def _look_at_sources(path: Path, sources: tuple[Source, ...]) -> ForeignFiles:
    sample: list[Record] = []
    for source in sources:
        if len(sample) >= _SAMPLE:
            break
        try:
            rows = (record for record in _records(source) if not record.beside)
            sample += islice(rows, _SAMPLE - len(sample))
        except UnreadableError as error:
            raise InputError("Cannot read the file", f"{source.path.name}: {error}") from error
        except OSError as error:
            raise unreadable(source.path, error) from error
    if any(is_batch_line(record.value) for record in sample[:1]) and (batch := _batch(sources)):
        sample = [*islice(_joined(batch, sources), _SAMPLE)]
    table = any(source.container in TABLES for source in sources)
    objects = [r.value for r in sample if isinstance(r.value, dict)]
    first = next(iter(objects), {})
    return ForeignFiles(
        path,
        sources,
        sniff([record.value for record in sample], table=table),
        tuple(map(str, first)) if table and not _nested(first) else paths_of(objects),
        tuple(objects),
        _notice(path, sources),
        _problem(sample) if not objects else "",
        _prose(sources) if not objects and sample else "",
    )


def _prose(sources: Sequence[Source]) -> str:
    """Return what the first file is, where it holds no JSON at all."""
    if not sources or sources[0].container in TABLES:
        return ""
    try:
        head = sources[0].data
        if head is None:
            with _opened(sources[0]) as file:
                head = file.read(HEAD)
    except OSError as error:
        raise unreadable(sources[0].path, error) from error
    return kind_of_prose(sources[0].path.name, head[:HEAD])


def _joined(batch: Batch, sources: Sequence[Source]) -> Iterator[Record]:
    for source in sources:
        yield from batch.joined(_records(source))


def _problem(sample: Sequence[Record]) -> str:
    if not sample:
        return "there is no row"
    first = sample[0]
    return f"row {first.position} is {first.problem}" if first.problem else ""


def _nested(row: Mapping[str, Any]) -> bool:
    return any(isinstance(value, dict) for value in row.values())


def _notice(path: Path, sources: Sequence[Source]) -> str:
    said = [f"{one.path.name}: {one.read_as}" for one in sources if one.read_as][:_NAMED]
    said += [text for text in (_unread_sheets(sources), _unread_files(path, sources)) if text]
    return ". ".join(said)


def _unread_sheets(sources: Sequence[Source]) -> str:
    for source in sources:
        if source.container == "xlsx" and len(names := sheets(source.path)) > 1:
            return f"Only the first of {len(names)} sheets is read: {names[0]}"
    return ""


def _unread_files(path: Path, sources: Sequence[Source]) -> str:
    if len(sources) == 1 and sources[0].path == path:
        return ""
    read = {source.path for source in sources}
    others = sorted(one.name for one in path.iterdir() if one not in read)
    if not others:
        return ""
    named = ", ".join(others[:_NAMED]) + (", …" if len(others) > _NAMED else "")
    return f"Not read of the folder: {one_line(named, 120)}"


def _sources(path: Path, encoding: str) -> tuple[Source, ...]:
    return tuple(_source(file, encoding) for file in _files(path))


def _files(path: Path) -> list[Path]:
    """Return the files to read at a path: itself, or those in a folder. Raises InputError."""
    try:
        if not path.is_dir():
            return [path]
        every = sorted(p for p in path.iterdir() if p.is_file())
        files = [p for p in every if Path(inner_name(p.name)).suffix.lower() in SUFFIXES]
        # Beside data a text is a note on it; alone it is a transcript.
        files = files or [p for p in every if p.suffix.lower() in _TEXTS]
    except OSError as error:
        raise unreadable(path, error) from error
    if not files:
        kinds = ", ".join([*sorted(SUFFIXES), *_TEXTS])
        raise InputError("Nothing to import there", f"{path} has no {kinds}", "Name a file")
    return files


def _source(path: Path, encoding: str) -> Source:
    with open_file(path) as file:
        try:
            head = file.read(HEAD)
            container = container_of(path.name, head)
            if container in _LISTED:
                return Source(path, container)
            packed = not_text(head)
            name = path.name
            if packed in READ:
                name, container = _packed(file, packed, path)
            elif packed:
                step = f"{unpacking(packed, str(path))}."
                raise InputError("Not text", f"{path.name} is {packed}", step)
        except OSError as error:
            raise unreadable(path, error) from error
    source = Source(path, container, packed=packed)
    try:
        with _opened(source) as text:
            readable = not encoding and _is_readable(text)
        if not readable:
            with _opened(source) as text:
                return replace(_decoded(path, text.read(), encoding, name), packed=packed)
    except UnreadableError as error:
        raise _not_unpacked(path, error) from error
    except OSError as error:
        raise unreadable(path, error) from error
    return source


def _packed(file: IO[bytes], packed: str, path: Path) -> tuple[str, Container]:
    """Return the name and the kind of what is packed in a file. Raises InputError."""
    file.seek(0)
    try:
        text, name = unpacked(file, packed, str(path))
        head = text.read(HEAD)
    except UnreadableError as error:
        raise _not_unpacked(path, error) from error
    container = container_of(name, head)
    if (what := not_text(head)) or container in _LISTED:
        cause = f"in {path.name} is what is {what}" if what else f"{path.name} holds {container}"
        step = f"Unpack it, `{to_file(packed, str(path))}`, and convert that"
        raise InputError("Not text", cause, step)
    return name, container


def _not_unpacked(path: Path, error: UnreadableError) -> InputError:
    cause, step = _cause_and_step(str(error))
    return InputError("Cannot read the file", f"{path.name}: {cause}", step)


def _cause_and_step(text: str) -> tuple[str, str]:
    """Return what is wrong, and what to do about it, of a text that says both."""
    cause, _, step = text.partition(". ")
    return cause, step


@contextmanager
def _opened(source: Source) -> Iterator[IO[bytes]]:
    """Open the text of a source that is not held: the file, or what is packed in it."""
    with open_file(source.path) as file:
        if not source.packed:
            yield file
            return
        text, _ = unpacked(file, source.packed, str(source.path))
        with text:
            yield text


def _encoding_step(path: str, data: bytes) -> str:
    """Return how to name the encoding of a text, with the one that it seems to be in."""
    from tui.core.formats.encoding_guess import guesses
    from tui.core.formats.encodings import SAY_ENCODING

    found = next(iter(guesses(data[:_GUESSED])), None)
    if found is None:
        return SAY_ENCODING
    command = shlex.join(("finetui", "convert", path, "--encoding", found.encoding))
    return f"As {found.encoding} it reads “{found.sample}”: `{command}`. {SAY_ENCODING}"


def _is_readable(file: IO[bytes]) -> bool:
    """Whether a file is UTF-8, looked at piece by piece."""
    decoder = getincrementaldecoder("utf-8")()
    piece = file.read(_PIECE)
    if wide_encoding(piece):
        return False
    try:
        while piece:
            decoder.decode(piece)
            piece = file.read(_PIECE)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _decoded(path: Path, data: bytes, encoding: str, name: str) -> Source:
    from tui.core.formats.encodings import UnknownEncodingError, as_utf8

    try:
        text, read_as = as_utf8(data, encoding)
    except UnknownEncodingError as error:
        step = _encoding_step("-" if str(path) == "stdin" else str(path), data)
        raise NotDecoded("Cannot read the file", f"{path.name}: {error}", step) from error
    return Source(path, container_of(name, text[:HEAD]), text, read_as)


def _records(source: Source) -> Iterator[Record]:
    if source.container in _LISTED:
        yield from table_records(source.path, source.container)
    elif source.data is not None:
        yield from records_of(source.data, source.container)
    else:
        with _opened(source) as file:
            # Lines one by one, however large the file; everything else is read whole.
            lines = source.container == "jsonl"
            yield from records_of(file if lines else file.read(), source.container)
