"""Adding examples made of answers to a dataset: checked, told where they are, never twice unasked.

The open dataset is changed through its document, and saved when the user saves it. Any other
file is opened for this alone through the same document service, so that its journal, its lock
and its atomic save hold, and saved at once.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from tui.core.dataset.example import Example, parse, writer
from tui.core.dataset.fingerprints import content_key, fingerprints
from tui.core.dataset.from_answers import KIND_WORDS, beside, longest_run
from tui.core.text.problem_words import NOUNS, problem_words
from tui.services.datasets.service import absolute
from tui.services.errors import InputError, NotWritten
from tui.services.store.best_effort import record_best_effort

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence
    from pathlib import Path

    from tui.core.checks import Issue
    from tui.core.dataset.from_answers import MadeExample, MadeKind, Origin
    from tui.services.datasets.document import Document, Snapshot
    from tui.services.datasets.service import DatasetService
    from tui.services.store.store import Store

T = TypeVar("T")
LABELS: dict[MadeKind, str] = {
    "chat": "add an example from Chat",
    "preference": "add a preference pair",
}
_TAKEN_BACK = "take an added example back"
# Rows at either end of a file whose kinds tell what the file holds.
_LOOK = 20


class WrongKind(InputError):  # noqa: N818 - the name is what the user reads about
    """The dataset holds examples of another kind; those of this one fit `beside` it."""

    def __init__(self, path: Path, holds: str, kind: MadeKind) -> None:
        self.beside = beside(path, kind)
        super().__init__(
            f"No place for {KIND_WORDS[kind]}",
            f"{path.name} holds {holds}; training takes one kind a file",
            f"Choose another file, such as {self.beside.name}.",
        )


@dataclass(frozen=True, slots=True)
class AlreadyThere:
    """The same example stands in the dataset already: nothing was added."""

    path: Path
    number: int  # of the row, from 1

    @property
    def words(self) -> str:
        """It in a sentence."""
        return f"already there as row {self.number:,} of {self.path.name}"


@dataclass(frozen=True, slots=True)
class AddedExample:
    """An example that was added as row `number`, from 1.

    `saved` is whether the file holds it by now; `trouble` says why not where it should have
    been. `is_open` is whether it is the open dataset. `contradicts` is the row, from 1, that
    answers the same prompt differently: a corrected answer stands beside the one it corrects.
    """

    path: Path
    number: int
    line: bytes
    kind: MadeKind
    is_open: bool
    saved: bool
    issues: tuple[Issue, ...]
    trouble: str = ""
    contradicts: int = 0

    @property
    def place(self) -> str:
        """Where it stands."""
        return f"row {self.number:,} of {self.path.name}"

    @property
    def state(self) -> str:
        """Whether the file holds it, and what makes it so, in a few words."""
        if self.saved:
            return "saved"
        if self.is_open:
            return "not saved yet: save it in Datasets"
        why = self.trouble or f"{self.path.name} has changes that were never saved"
        return f"kept in the journal, not saved: {why}"

    @property
    def checked(self) -> str:
        """What the checks have found, in a few words."""
        counts = problem_words(Counter(issue.severity for issue in self.issues))
        # The first of the worst: the others are told by how many there are.
        first = min(self.issues, key=lambda one: [*NOUNS].index(one.severity), default=None)
        told = [] if first is None else [f"{counts}: {first.message}"]
        if self.contradicts:
            told.append(f"row {self.contradicts:,} answers the same prompt differently")
        return "; ".join(told) or "no problems"


class ExampleAdding:
    """Adds examples, and remembers into which file those of each kind go."""

    def __init__(self, datasets: DatasetService, store: Store) -> None:
        self._datasets, self._store = datasets, store
        self.targets: dict[MadeKind, Path] = {}
        self.last: AddedExample | None = None
        self._version = -1  # of the open document just after the last one was added to it
        self._running: set[asyncio.Task[Any]] = set()

    async def add(
        self, path: Path, example: MadeExample, *, again: bool = False
    ) -> AddedExample | AlreadyThere:
        """Add an example at the end of a dataset, which is made if it does not exist.

        It is on the disk when this returns: in the file, or in the journal of the open dataset.
        Carried to its end also if whoever asked is cancelled. With `again` also one that is
        there already. Raises WrongKind, InputError for a file that cannot take it.
        """
        return await self._whole(self._add(absolute(path), example, again=again))

    async def take_back(self) -> str:
        """Take the example that was added last out again; returns what was done, in words."""
        return await self._whole(self._take_back())

    async def origins(self, line: bytes) -> list[tuple[Origin, str, float]]:
        """Return where an example came from: origin, file, Unix time, newest first."""
        return await self._store.origins.of(await asyncio.to_thread(content_key, line))

    async def close(self) -> None:
        """Wait for what is under way."""
        if self._running:
            await asyncio.wait({*self._running})

    # -- inside ------------------------------------------------------------------------

    async def _whole(self, work: Coroutine[Any, Any, T]) -> T:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # whoever still waits is told; nobody else is to be

    async def _add(
        self, path: Path, made: MadeExample, *, again: bool
    ) -> AddedExample | AlreadyThere:
        is_new = await asyncio.to_thread(_make, path)
        try:
            async with self._datasets.held(path) as document:
                added = await self._add_to(document, made, again=again)
                is_new = False
        finally:
            if is_new:  # it could not be used after all, and nothing is in it
                await asyncio.to_thread(path.unlink, missing_ok=True)
        if isinstance(added, AlreadyThere):
            return added
        line = added.line
        digest = await asyncio.to_thread(content_key, line)
        await record_best_effort(self._store.origins.add(digest, str(added.path), made.origin))
        if not added.is_open:
            await self._datasets.note_recent(added.path)
        self.last = added
        return added

    async def _add_to(
        self, document: Document, made: MadeExample, *, again: bool
    ) -> AddedExample | AlreadyThere:
        await document.ready()
        rows = document.snapshot()
        await asyncio.to_thread(_check_kind, document.path, rows, made.kind)
        line = writer(rows[len(rows) - 1] if len(rows) else b"")(made.raw)
        there = None if again else await asyncio.to_thread(find, rows, line)
        if there is not None:
            return AlreadyThere(document.path, there + 1)
        other = await asyncio.to_thread(find_other_answer, rows, line)
        return await self._put(document, line, made.kind, 0 if other is None else other + 1)

    async def _put(
        self, document: Document, line: bytes, kind: MadeKind, contradicts: int
    ) -> AddedExample:
        is_open = document is self._datasets.current
        # Changes that were never saved are the user's to save.
        saves = not is_open and not document.modified
        await document.insert(len(document), [line], LABELS[kind])
        number = len(document)
        trouble = ""
        if saves:
            try:
                await document.save()
            except InputError as error:  # a full disk: it is in the journal by now
                trouble = error.cause
        self._version = document.version if is_open else -1
        from tui.core.checks import check_row  # here, as the first row asks where it came from

        report = await asyncio.to_thread(check_row, number, line)
        return AddedExample(
            path=document.path,
            number=number,
            line=line,
            kind=kind,
            is_open=is_open,
            saved=not document.modified,
            trouble=trouble,
            issues=report.issues,
            contradicts=contradicts,
        )

    async def _take_back(self) -> str:
        last, self.last = self.last, None
        if last is None:
            return "Nothing was added from here, or it was taken back."
        async with self._datasets.held(last.path) as document:
            await document.ready()
            if document is self._datasets.current and document.version == self._version:
                await document.undo()
                return f"Taken back: {last.place}."
            at = await asyncio.to_thread(_position_of, document.snapshot(), last)
            if at is None:
                return f"It is not in {last.path.name} any more as it was added."
            saves = document is not self._datasets.current and not document.modified
            await document.delete(at, 1, _TAKEN_BACK)
            if saves:
                await document.save()
        return f"Taken back: row {at + 1:,} of {last.path.name}."


def find(rows: Sequence[bytes] | Snapshot, line: bytes) -> int | None:
    """Return the position of the first row that is the same example, None without one.

    Any spacing and order of keys is the same. Blocks: about a second per million rows.
    """
    example = parse(line)
    wanted = fingerprints(line, example).content
    texts = [m.text for m in example.messages] if isinstance(example, Example) else []
    needle = max(map(longest_run, texts), key=len, default=b"")
    for at in range(len(rows)):
        row = rows[at]
        if needle in row and fingerprints(row).content == wanted:
            return at
    return None


def find_other_answer(rows: Sequence[bytes] | Snapshot, line: bytes) -> int | None:
    """Return the position of the first row that answers the same prompt differently, or None.

    Blocks, as long as `find`.
    """
    example = parse(line)
    mine = fingerprints(line, example)
    if not mine.choice or not isinstance(example, Example):
        return None
    asked = [m.text for m in example.messages if m.role == "user"]
    needle = max(map(longest_run, asked), key=len, default=b"")
    for at in range(len(rows)):
        if needle in (row := rows[at]):
            other = fingerprints(row)
            if other.choice == mine.choice and other.answer != mine.answer:
                return at
    return None


def _position_of(rows: Snapshot, added: AddedExample) -> int | None:
    """Return where a line that was added stands now: where it was put, or wherever it is."""
    at = added.number - 1
    if at < len(rows) and rows[at] == added.line:
        return at
    return next((at for at in reversed(range(len(rows))) if rows[at] == added.line), None)


def _make(path: Path) -> bool:
    """Make an empty file where there is none; return whether there was none."""
    try:
        with path.open("xb"):
            return True
    except FileExistsError:
        return False
    except OSError as error:
        raise NotWritten(
            "Cannot make the file", f"{path}: {error.strerror or error}", "Choose another place."
        ) from error


def _check_kind(path: Path, rows: Snapshot, kind: MadeKind) -> None:
    """Raise InputError for a dataset that takes no examples of this kind."""
    from tui.core.fixes.whole import other_layout

    layout = other_layout(str(path), rows)
    if layout is not None:
        raise InputError(
            "Not an example on each line",
            f"{path.name} is {layout.words}; nothing was added",
            f"{layout.remedy}, or choose another file.",
        )
    looked = {*range(min(len(rows), _LOOK)), *range(max(len(rows) - _LOOK, 0), len(rows))}
    found = [parse(rows[at]) for at in sorted(looked) if rows[at].strip()]
    kinds = [one.kind for one in found if isinstance(one, Example)]
    other = next((one for one in kinds if one != kind), None)
    if other is not None:
        raise WrongKind(path, KIND_WORDS.get(other, "examples in another format"), kind)
    if found and not kinds:
        raise InputError(
            "Not a dataset", f"no line of {path.name} is a JSON object", "Choose another file."
        )
