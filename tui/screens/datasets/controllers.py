"""The controllers of Datasets, each made with all that it can touch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.screens.datasets.bulk.operations import BulkOperations
from tui.screens.datasets.comparing import Comparing
from tui.screens.datasets.editing.changed_examples import ChangedExamples
from tui.screens.datasets.editing.deleting import Deleting
from tui.screens.datasets.editing.example_rewriter import ExampleRewriter
from tui.screens.datasets.editing.examples import ExampleEditing
from tui.screens.datasets.editing.external import ExternalEditor
from tui.screens.datasets.editing.history import History
from tui.screens.datasets.editing.moving import Moving
from tui.screens.datasets.editing.preference import PreferencePairs
from tui.screens.datasets.editing.raw import RawEditing
from tui.screens.datasets.exporting.export_steps import Exporting
from tui.screens.datasets.files.on_disk import DiskQuestion, DiskWatch
from tui.screens.datasets.files.opening import Opening
from tui.screens.datasets.files.sample import SampleTour
from tui.screens.datasets.files.saving import Saving
from tui.screens.datasets.filtering.frequency_filter import FrequencyFilter
from tui.screens.datasets.filtering.marking import Marking
from tui.screens.datasets.fixing.problem_fixing import Fixing
from tui.screens.datasets.fixing.repair import RepairOffers, Repairs
from tui.screens.datasets.importing.import_steps import Importing
from tui.screens.datasets.lineage import DatasetLineage
from tui.screens.datasets.messages.commands import MessageEditing
from tui.screens.datasets.messages.menu import MessageMenu
from tui.screens.datasets.messages.parts import MessageParts
from tui.screens.datasets.messages.text import MessageText
from tui.screens.datasets.messages.tools import ToolUse
from tui.screens.datasets.near.search import NearSearch
from tui.screens.datasets.origins import ExampleOrigins

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui.screens.base import ModeScreen
    from tui.screens.datasets.workbench import Workbench


def controllers(screen: Workbench, mode: ModeScreen) -> Iterator[object]:
    """Make the controllers of a screen whose panes and shared objects there are.

    A dataset may be open by then, for its rows are shown first.
    """
    yield from _file_controllers(screen, mode)
    yield from _row_controllers(screen)
    yield from _edit_controllers(screen)


def _file_controllers(screen: Workbench, mode: ModeScreen) -> Iterator[object]:
    context, opener, checks = screen.context, screen.opener, screen.checks
    importing = Importing(context, checks)
    repairs = Repairs(context, opener, importing.import_path)
    question = DiskQuestion(context)
    screen.disk_watch = DiskWatch(context, question)
    yield Opening(context, opener)
    yield SampleTour(context, opener, mode)
    yield Saving(context, opener, question)
    yield importing
    yield Exporting(context, screen.marked)
    yield Fixing(context, checks, screen.problems.asked, screen.bulk, repairs)
    yield RepairOffers(context, checks, repairs)


def _row_controllers(screen: Workbench) -> Iterator[object]:
    context, marked, checks = screen.context, screen.marked, screen.checks
    yield Marking(context, marked)
    yield FrequencyFilter(context, screen.filtered, screen.filtering.open_with)
    yield NearSearch(context, checks)
    yield Comparing(context, marked)
    yield ExampleOrigins(context)
    yield DatasetLineage(context)
    yield BulkOperations(context, marked, screen.bulk)


def _edit_controllers(screen: Workbench) -> Iterator[object]:
    context = screen.context
    external = ExternalEditor(context)
    rewriter = ExampleRewriter(context, external)
    parts, tools = MessageParts(context, rewriter), ToolUse(context, rewriter)
    text, moving = MessageText(context, rewriter, parts), Moving(context, rewriter)
    pairs = PreferencePairs(context, rewriter, screen.opener)
    yield MessageEditing(context, rewriter, text, tools)
    yield MessageMenu(context, rewriter, text, parts, tools, moving, pairs)
    yield ExampleEditing(context, rewriter, tools, moving, pairs)
    yield moving
    yield Deleting(context, rewriter)
    yield RawEditing(context, rewriter, external)
    yield History(context)
    yield ChangedExamples(context)
