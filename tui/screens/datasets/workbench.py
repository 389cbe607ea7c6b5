"""What Datasets has beside its start page: panes, and what they share with the controllers."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol

from tui.core.filtering.fields import HELP
from tui.screens.datasets.bulk.runner import BulkRunner
from tui.screens.datasets.dataset_context import DatasetContext
from tui.screens.datasets.files.opener import Opener
from tui.screens.datasets.files.returning import DatasetPlace
from tui.screens.datasets.filtering.filter_typing import Filtering
from tui.screens.datasets.filtering.filtered_rows import FilteredRows
from tui.screens.datasets.filtering.marked_rows import MarkedRows
from tui.screens.datasets.panes.conversation import ConversationPane
from tui.screens.datasets.panes.examples import ExamplesPane, empty_file
from tui.screens.datasets.problems.checks import ProblemChecks
from tui.screens.datasets.problems.pane import ProblemsPane
from tui.screens.filter_bar import FilterBar, FilterField, filter_keys
from tui.widgets.diff_view import ExampleView
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui.screens.base import ModeScreen
    from tui.screens.datasets.files.on_disk import DiskWatch


class ExampleFilter(FilterField):
    """The field in which a filter of examples is typed."""

    HELP = HELP


class Workbench(Protocol):
    """What a screen of datasets has beside its start page; its controllers are made of this."""

    context: DatasetContext
    opener: Opener
    checks: ProblemChecks
    marked: MarkedRows
    bar: FilterBar
    filtered: FilteredRows
    filtering: Filtering
    examples: ExamplesPane
    conversation: ConversationPane
    problems: ProblemsPane
    bulk: BulkRunner
    place: DatasetPlace
    disk_watch: DiskWatch


def build(screen: Workbench, mode: ModeScreen) -> Iterator[object]:
    """Give the screen its panes and what they share; yield those that handle commands."""
    conversation = ExampleView(id="conversation", empty="")
    context = DatasetContext(mode, RecordList(id="examples", empty=empty_file()), conversation)
    screen.context = context
    screen.opener = Opener(context)
    screen.checks = ProblemChecks(context)
    screen.marked = MarkedRows(context)
    screen.bar = FilterBar(ExampleFilter(f"words, role:tool, tokens>4000 … {filter_keys()}"))
    screen.filtered = FilteredRows(context, screen.bar, screen.checks, screen.marked)
    screen.filtering = Filtering(context, screen.bar, screen.filtered)
    screen.examples = ExamplesPane(context, screen.checks, screen.marked)
    screen.conversation = ConversationPane(context)
    screen.problems = ProblemsPane(context, screen.checks, screen.conversation.jump)
    screen.bulk = BulkRunner(context)
    edit = partial(mode.action_command, "datasets.edit")
    filters = (screen.filtering, screen.filtered)
    screen.place = DatasetPlace(context, filters, screen.marked, screen.conversation, edit)
    yield from (screen.problems, screen.filtering)
