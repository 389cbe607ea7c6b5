"""Controllers of Datasets alone: on a context without a screen, they touch what they were given."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from tui.core.checks import check_row
from tui.screens.datasets.bulk.runner import BulkRunner
from tui.screens.datasets.dataset_context import DatasetContext
from tui.screens.datasets.editing.deleting import Deleting
from tui.screens.datasets.editing.example_rewriter import ExampleRewriter
from tui.screens.datasets.editing.external import ExternalEditor
from tui.screens.datasets.editing.history import History
from tui.screens.datasets.files.on_disk import DiskQuestion
from tui.screens.datasets.files.opener import Opener
from tui.screens.datasets.files.saving import Saving
from tui.screens.datasets.filtering.marked_rows import MarkedRows
from tui.screens.datasets.filtering.marking import Marking
from tui.screens.datasets.fixing.problem_fixing import Fixing
from tui.services.datasets import Document

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine
    from pathlib import Path

    from tui.core.checks import Issue
    from tui.screens.datasets.fixing.repair import Repairs
    from tui.screens.datasets.problems.checks import ProblemChecks


class Cursor:
    """What a list or a conversation is to a selection."""

    def __init__(self) -> None:
        self.cursor = 0
        self.is_attached = True
        self.screen = SimpleNamespace(focused=None)

    def move_to(self, row: int, *, center: bool = False) -> None:
        assert center in {True, False}
        self.cursor = row

    def action_move(self, by: int) -> None:
        self.cursor += by


class PlainContext(DatasetContext):
    """A context whose user gives the answers in `answers`, and notes what is told."""

    def __init__(self, document: Document) -> None:
        screen = SimpleNamespace(waiting=0)
        super().__init__(cast("Any", screen), cast("Any", Cursor()), cast("Any", Cursor()))
        self.answers: list[object] = []
        self.asked: list[Any] = []
        self.told: list[str] = []
        self.started: list[Coroutine[object, object, object]] = []
        self.document_changed.add(lambda: self.rows.show_all(len(document)))
        self.take_document(document)

    async def ask(self, dialog: Any) -> Any:
        self.asked.append(dialog)
        return self.answers.pop(0)

    def tell(self, text: str, *, seconds: float = 3, warning: bool = False) -> None:
        assert seconds > 0
        self.told.append(f"{'! ' if warning else ''}{text}")

    def working(self, name: str, text: str) -> None:
        assert name

    def run(self, work: Callable[..., Any], *args: object, **_options: Any) -> None:
        self.started.append(work(*args))

    async def finish(self) -> None:
        """Do the work started so far."""
        started, self.started = self.started, []
        await asyncio.gather(*started)

    def in_conversation(self, message: int) -> None:
        conversation = self.selection.conversation
        conversation.cursor = message
        cast("Any", conversation).screen.focused = conversation


def chat(number: int, answer: str = "Yes.") -> bytes:
    messages = [
        {"role": "user", "content": f"Question {number}?"},
        {"role": "assistant", "content": answer},
    ]
    return json.dumps({"messages": messages}).encode()


@pytest.fixture
async def context(tmp_path: Path) -> AsyncIterator[PlainContext]:
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"".join(chat(n) + b"\n" for n in range(6)))
    document = Document.open(path, tmp_path / "journals")
    yield PlainContext(document)
    await document.close()


async def test_a_message_or_an_example_is_deleted_and_brought_back(context: PlainContext) -> None:
    document = context.selection.document
    assert document is not None
    rewriter = ExampleRewriter(context, ExternalEditor(context))
    deleting, history = Deleting(context, rewriter), History(context)
    context.selection.go_to(2)
    await deleting.delete()
    assert [len(document), document.line(2)] == [5, chat(3)]
    context.in_conversation(1)
    await deleting.delete()
    assert [m["role"] for m in json.loads(document.line(2))["messages"]] == ["user"]
    await history.undo()
    await history.undo()
    assert [*document.snapshot()] == [chat(n) for n in range(6)]
    await history.undo()
    assert context.told == [
        "Example 3 deleted; u brings it back",
        "Message deleted; u brings it back",
        "Undone: delete message",
        "Undone: delete example",
        "Nothing to undo",
    ]


async def test_marks_stay_with_their_rows_and_name_the_scope(context: PlainContext) -> None:
    marked = MarkedRows(context)
    marking = Marking(context, marked)
    assert list(marked.scope()) == list(range(6)), "all rows, without a mark"
    marking.mark()
    assert context.selection.position == 1, "on to the next row"
    context.selection.go_to(3)
    marking.mark_range()
    assert marked.note == ", range: v ends it"
    context.selection.go_to(4)
    marking.mark_range()
    await context.finish()
    assert list(marked.scope()) == [0, 3, 4]
    document = context.document
    assert document is not None
    await document.delete(1, 2, "delete")
    assert list(marked.scope()) == [0, 1, 2]
    assert marked.note == ", 3 marked"


@pytest.mark.parametrize("answer", ["keep", None])
async def test_saving_over_another_programs_file_is_asked(
    context: PlainContext, answer: str | None
) -> None:
    document = context.document
    assert document is not None
    saving = Saving(context, Opener(context), DiskQuestion(context))
    await document.delete(0, 1, "delete")
    theirs = chat(9) + b"\n"
    document.path.write_bytes(theirs)
    context.answers = [answer]
    await saving.save()
    ours = b"".join(chat(n) + b"\n" for n in range(1, 6))
    assert document.path.read_bytes() == (ours if answer else theirs)
    assert context.told == (["Saved data.jsonl"] if answer else [])


@pytest.mark.parametrize("agreed", [True, None])
async def test_a_fix_is_shown_before_it_is_done(context: PlainContext, agreed: bool | None) -> None:
    document = context.document
    assert document is not None
    await document.insert(6, [chat(6, " spaced ")], "insert")
    issues = check_row(7, document.line(6)).issues
    asked: Issue | None = next(one for one in issues if one.rule == "answer-whitespace")
    checks = cast("ProblemChecks", SimpleNamespace(foreign=None, problems=()))  # all are checked
    fixing = Fixing(context, checks, lambda: asked, BulkRunner(context), cast("Repairs", None))
    context.answers = [agreed]
    await fixing.fix()
    assert len(context.asked) == 1
    assert document.line(6) == (chat(6, "spaced") if agreed else chat(6, " spaced "))
    asked = None
    await fixing.fix()
    assert context.told[-1] == "No problem with a fix here; p lists all problems"
