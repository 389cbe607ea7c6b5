"""Where models come from and what came of them, as a tree from dataset to chat.

dataset → file → job → checkpoints → model → models tuned from it → deployments → chats and
comparisons. What only somebody else knows, such as a file uploaded elsewhere, is a node without
anything before it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from tui.core.text.moments import date_words
from tui.core.text.text import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tui.core.jobs.jobs import Job
    from tui.core.models.entry import CheckpointKept, ModelEntry

NodeKind = Literal[
    "dataset", "file", "job", "checkpoint", "model", "deployment", "chat", "comparison"
]
MOST = 2_000  # nodes of one tree
DEEPEST = 120  # levels: a model tuned from a model, and so on


@dataclass(frozen=True, slots=True)
class Node:
    """One thing in the tree: `id` is what opens it, `depth` how far it stands in from the left.

    `words` say what it is; `again` that what came of it stands elsewhere in the tree already, or
    lies too deep to be drawn.
    """

    kind: NodeKind
    id: str
    words: str
    depth: int = 0
    again: bool = False


@dataclass(frozen=True, slots=True)
class ChatOf:
    """A saved chat with a model."""

    id: int
    title: str
    model: str


@dataclass(frozen=True, slots=True)
class RunOf:
    """A run of Compare, with the models it asked."""

    id: str
    at: int
    models: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LineageFacts:
    """What lineage is read from; `datasets` are local paths by the id of a file."""

    entries: Sequence[ModelEntry] = ()
    jobs: Sequence[Job] = ()
    datasets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    chats: Sequence[ChatOf] = ()
    runs: Sequence[RunOf] = ()


def lineage(facts: LineageFacts, kind: Literal["dataset", "job", "model"], one: str) -> list[Node]:
    """Return the tree around a dataset (by its path), a job or a model, from its roots on.

    Empty where nothing is known of it. Takes a while for thousands: call it off the event loop.
    """
    return _Lineage(facts).around(kind, one)


class _Lineage:
    """The facts by what they are looked up with, and the nodes told so far."""

    def __init__(self, facts: LineageFacts) -> None:
        self._facts = facts
        self._models = {one.id: one for one in facts.entries}
        self._jobs = {job.id: job for job in facts.jobs}
        self._job_of = {job.fine_tuned_model: job for job in facts.jobs if job.fine_tuned_model}
        self._jobs_on: dict[str, list[Job]] = {}  # by the model or file that they train on
        for job in facts.jobs:
            for key in dict.fromkeys((job.model, job.training_file, job.validation_file)):
                if key:
                    self._jobs_on.setdefault(key, []).append(job)
        self._told: set[tuple[str, str]] = set()

    def around(self, kind: Literal["dataset", "job", "model"], one: str) -> list[Node]:
        """Return the nodes of the tree."""
        found: list[Node] = []
        for node in self._from_roots(kind, one):
            found.append(node)
            if len(found) >= MOST:
                break
        return found

    def _from_roots(self, kind: str, one: str) -> Iterator[Node]:
        if kind == "dataset":
            yield from self._of_dataset(one)
        elif kind == "job" and one in self._jobs:
            yield from self._from_job(self._first_job(self._jobs[one]))
        elif kind == "model" and (one in self._models or one in self._job_of):
            job = self._job_of.get(one)
            if job is not None:
                yield from self._from_job(self._first_job(job))
            else:
                yield from self._of_model(one, 0)

    def _first_job(self, job: Job) -> Job:
        """Return the job that the line of a job begins with: its model came from no other."""
        seen = {job.id}
        while (parent := self._job_of.get(job.model)) is not None and parent.id not in seen:
            seen.add(parent.id)
            job = parent
        return job

    def _of_dataset(self, path: str) -> Iterator[Node]:
        files = [file for file, paths in self._facts.datasets.items() if path in paths]
        if not files:
            return
        yield Node("dataset", path, path)
        for file in files:
            yield Node("file", file, file, 1)
            for job in self._jobs_on.get(file, ()):
                yield from self._of_job(job, 2, inputs=False)

    def _from_job(self, job: Job) -> Iterator[Node]:
        """Yield the dataset and the file that a job was made from, then the job below them."""
        depth = 0
        if job.training_file:
            for path in self._facts.datasets.get(job.training_file, ())[:1]:
                yield Node("dataset", path, path)
                depth = 1
            yield Node("file", job.training_file, job.training_file, depth)
            depth += 1
        yield from self._of_job(job, depth, inputs=False)

    def _of_job(self, job: Job, depth: int, *, inputs: bool) -> Iterator[Node]:
        made = f"{job.status} · base {job.model}" if job.model else job.status
        node = Node("job", job.id, f"{job.id}  {made}", depth)
        if not self._first_time("job", job.id) or depth >= DEEPEST:
            yield replace(node, again=True)
            return
        yield node
        if inputs:
            yield from self._inputs(job, depth + 1)
        entry = self._models.get(job.fine_tuned_model or "")
        for point in (entry.checkpoints if entry is not None else None) or ():
            yield _checkpoint(point, depth + 1)
        if job.fine_tuned_model and job.succeeded:
            yield from self._of_model(job.fine_tuned_model, depth + 1)

    def _inputs(self, job: Job, depth: int) -> Iterator[Node]:
        """Yield the files of a job that goes on from a model, with the datasets they came from."""
        for name, file in (("trained on", job.training_file), ("checked on", job.validation_file)):
            if file:
                yield Node("file", file, f"{name} {file}", depth)
                for path in self._facts.datasets.get(file, ())[:1]:
                    yield Node("dataset", path, path, depth + 1)

    def _of_model(self, name: str, depth: int) -> Iterator[Node]:
        entry = self._models.get(name)
        state = f"  {entry.state}" if entry is not None else ""
        node = Node("model", name, f"{name}{state}", depth)
        if not self._first_time("model", name):
            yield replace(node, again=True)
            return
        yield node
        for job in self._jobs_on.get(name, ()):
            yield from self._of_job(job, depth + 1, inputs=True)
        names = {name}
        for one in (entry.deployments if entry is not None else None) or ():
            names.add(one.chat_name)
            called = one.chat_name or one.id
            yield Node("deployment", called, f"{called}  {one.state}", depth + 1)
        yield from self._uses(names, depth + 1)

    def _uses(self, names: Iterable[str], depth: int) -> Iterator[Node]:
        wanted = {*names}
        for chat in self._facts.chats:
            if chat.model in wanted:
                yield Node("chat", str(chat.id), chat.title or "(untitled)", depth)
        for run in self._facts.runs:
            if wanted & {*run.models}:
                others = plural(len({*run.models}), "model")
                yield Node("comparison", run.id, f"{date_words(run.at)} · {others}", depth)

    def _first_time(self, kind: str, one: str) -> bool:
        known = (kind, one) in self._told
        self._told.add((kind, one))
        return not known


def _checkpoint(point: CheckpointKept, depth: int) -> Node:
    name = point.model or point.id
    return Node("checkpoint", name, f"step {point.step}  {name}", depth)
