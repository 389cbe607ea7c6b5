"""The Compare screen: one prompt to several models side by side, and the results of runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual.containers import Vertical
from textual.widgets import ContentSwitcher

from tui.commands import key_hint, key_of
from tui.core.provider.parsing import as_map
from tui.dispatch import handles
from tui.screens.base import ModeScreen
from tui.screens.chat.asking.prompt import LOW_BREAKPOINTS, Prompt
from tui.screens.chat.system.prompt import SystemPrompt
from tui.screens.compare.asking import Asking
from tui.screens.compare.candidates import Candidates, kept_columns
from tui.screens.compare.columns import ColumnPane, ColumnsView
from tui.screens.compare.compare_context import CompareContext
from tui.screens.compare.differences import Differences
from tui.screens.compare.judging import Judging
from tui.screens.compare.results.judge import ModelJudge
from tui.screens.compare.results.looking import Results
from tui.screens.compare.results.pane import ResultsPane
from tui.screens.compare.results.recording import Recording
from tui.screens.compare.results.running import DatasetRuns
from tui.screens.compare.to_chat import Onward
from tui.screens.compare.to_data import ComparedToData

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from textual import events
    from textual.app import ComposeResult
    from textual.widgets import TextArea

    from tui.core.compare.listing import PromptRow
    from tui.core.compare.sides.compare_request import CompareAsked
    from tui.core.compare.sides.side_by_side import Column
    from tui.screens.compare.results.state import ShownRun
    from tui.services.workspace import Workspace

PROMPT = "compare prompt"  # where what is typed is kept
SYSTEM_HINT = "Sent before what is typed to every model; set here, in place of any other too."

# Commands that would change, unseen, what is not in view.
_OF_COLUMNS = frozenset(
    f"compare.{name}"
    for name in (
        *("add", "model", "drop", "parameters", "again", "repeats"),
        *("diff", "winner", "blind"),
    )
)
_OF_RESULTS = frozenset(
    f"compare.{name}" for name in ("measure", "sort", "filter", "against", "export", "judge")
)

# Of the results these work on the prompt under the cursor, else on what the columns show.
_OF_A_PROMPT = frozenset(f"compare.{name}" for name in ("chat", "pair", "pair_to", "correct"))


def no_columns() -> str:
    """Return what is said before there is a column."""
    return "\n".join(
        (
            "Ask several models the same, and see where they differ.",
            "",
            f"  {key_of('compare.add')}  add a model    {key_of('compare.model')}  change the one "
            f"in focus    {key_of('compare.prompt')}  type the prompt",
            "",
            f"These keys work after {key_of('app.escape')}, which leaves the prompt. "
            f"{key_hint('focus.next', 'goes')} from column to column.",
        )
    )


def results_keys() -> str:
    """Return what is said, with the keys in use."""
    return " · ".join(
        key_hint(command_id, word)
        for command_id, word in (
            ("lists.choose", "opens"),
            ("compare.pair", "pair"),
            ("compare.chat", "chat"),
            ("compare.sort", "order"),
            ("compare.filter", "filter"),
            ("compare.measure", "measure"),
            ("compare.judge", "judge"),
        )
    )


class CompareScreen(ModeScreen):
    """Columns of answers, and the prompt that all of them answer."""

    MODE: ClassVar[str] = "compare"
    # The prompt has its three rows while it is typed in, the answers have them otherwise.
    CSS = """
    CompareScreen Prompt { height: 3; }
    CompareScreen Prompt:focus { height: 5; }
    CompareScreen.-low Prompt:focus { height: 3; }
    """
    VERTICAL_BREAKPOINTS = LOW_BREAKPOINTS

    def __init__(self) -> None:
        super().__init__()
        self.context = context = CompareContext(self)
        self._prompt = Prompt()
        self.view = ColumnsView(no_columns(), context.marked)
        self.candidates = Candidates(context, self._busy)
        self.system = SystemPrompt(
            context, self._show, lambda: self.candidates.any_tuned, SYSTEM_HINT
        )
        self.asking = Asking(context, self._prompt, self.system)
        self.judging = Judging(context, self._busy, self._picked)
        self.pane = ResultsPane()
        # Whether a column is to have the focus, once there is one: r is a letter in the prompt.
        self._wants_keys = False
        self._asked = False  # whether another mode has asked for anything
        self._first = True  # there has been no workspace yet
        self.shows_results = False  # whether the results are in view
        self._from_results = False  # whether esc goes back from the columns to the results
        self._row_of: ShownRun | None = None  # the run whose row the columns showed last
        self.results = Results(context, self.pane, self._look_at)
        self.judge = ModelJudge(context, self.results, self.candidates.ask_model, self._runs)
        self.running = DatasetRuns(
            context, self.system, self.candidates.add, self._look_at, self.judge.stop
        )
        self.results.forgotten = lambda: self.running.look_at(None)
        self.recording = Recording(context, self.running)
        self._to_data = ComparedToData(context, self._listed, self._run_shown)
        for controller in (
            self.asking,
            self.recording,
            self.judge,
            self.candidates,
            self.judging,
            self.results,
            self.running,
            Onward(context, self._listed),
            self._to_data,
        ):
            self.dispatcher.add(controller)
        context.changed.add(self._show)
        Differences(context)
        context.painted.add(lambda: self.view.show_texts(context.comparison))

    def compose_body(self) -> ComposeResult:
        """Lay out the columns and the prompt; the results take their place."""
        with ContentSwitcher(initial="prompt-view"):
            with Vertical(id="prompt-view"):
                yield self.view
                yield self._prompt
            with Vertical(id="results-view"):
                yield self.pane

    def on_workspace(self, workspace: Workspace) -> None:
        """Begin with this provider's models."""
        self.asking.stop()
        self.running.stop()
        self.judge.stop()
        self.candidates.begin()
        self.results.begin()
        if self._first:
            self._first = False
            typed = self._prompt.go_on_with(workspace.typed.get(PROMPT))
            workspace.typed.put(PROMPT, typed)
        self._take_up()

    def remembered(self) -> Mapping[str, Any]:
        """Return the models of the columns, how each is asked, and the results looked at."""
        comparison, results = self.context.comparison, self.results.remembered()
        asked = [one.candidate for one in comparison.columns]
        columns = [{"model": one.model, "parameters": one.parameters.as_json()} for one in asked]
        return {
            "columns": columns or None,
            "results": results,
            "in_results": None if results is None else self.shows_results,
            "repeats": comparison.repeats,
            "diff": comparison.diff,
            "blind": comparison.blind,
        }

    def come_back(self, remembered: Mapping[str, Any]) -> None:
        """Show columns for the models and the results, unless another mode has asked for some."""
        asked, comparison = kept_columns(remembered.get("columns")), self.context.comparison
        if asked and not comparison.columns:
            self.candidates.bring_back(asked)
        if self._asked:
            return
        comparison.ask_as(remembered)
        comes = self.results.come_back(as_map(remembered.get("results")), self._bring_back_run)
        if comes and remembered.get("in_results") is True:
            self._show_results(True)

    def _bring_back_run(self, looked_at: ShownRun | None) -> None:
        if looked_at is not None:
            self.running.look_at(looked_at)
            self.results.show(looked_at)
        elif self.shows_results:
            self._show_results(False)

    def on_mount(self) -> None:
        """Begin in the prompt; whoever has opened this with one wants the keys of a column."""
        self.set_focus(self._prompt)  # now: what asks for the focus later is to have it

    def on_screen_resume(self) -> None:
        """Take what another mode has asked for, and what came while nobody looked."""
        if self.host.workspace is not None and self.is_mounted:
            self._to_data.look_again()
            self._take_up()

    def _take_up(self) -> None:
        asked, self.host.compare_asked = self.host.compare_asked, None
        if asked is not None:
            self._asked = True
            self._take(asked)
        self.candidates.look_for_default()
        self.system.look_at_dataset()
        self._show()

    def _take(self, asked: CompareAsked) -> None:
        if self.asking.under_way:
            self.context.tell(
                f"Answers are coming: {key_hint('app.escape', 'stops')} them.", seconds=3
            )
            return
        if asked.run:
            self.results.open(asked.run, asked.line)
        self.running.offer(asked.words, asked.positions)
        self.recording.take(asked)
        if asked.models:
            self.candidates.take(asked.models)
            self.candidates.look_for_partner()
        if asked.prompt is not None:
            self.context.comparison.take(asked.prompt)
            self._show_results(False)
            self._wants_keys = True
            self.context.tell(
                f"{key_hint('compare.again', 'asks')} every model this prompt.", seconds=4
            )

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Keep what is typed, should the program end before it is sent."""
        if self.host.workspace is not None:
            self.workspace.typed.put(PROMPT, event.text_area.text)

    def on_prompt_sent(self, event: Prompt.Sent) -> None:
        """Ask what was typed."""
        self.asking.send(event.text)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Remember the column that keys work on."""
        pane = event.widget.parent
        if isinstance(pane, ColumnPane) and pane in self.view.panes:
            self.context.focused = pane.number
            self.view.show_focus(pane.number)

    @handles("compare.prompt")
    def go_to_prompt(self) -> None:
        """Go to the prompt."""
        self._show_results(False)
        self._prompt.focus()

    @handles("compare.system")
    def edit_system(self) -> None:
        """Edit the system prompt that all columns are asked with."""
        self.system.edit()

    @handles("compare.view")
    def switch_view(self) -> None:
        """Switch between the columns and the results."""
        self._show_results(not self.shows_results)

    def out_of_view(self, command_id: str) -> str:
        """Say of what works on the columns or the results that these are not in view."""
        if self.shows_results and command_id == "compare.winner":
            return (
                f"{key_hint('lists.choose', 'opens')} the answers side by side; "
                f"{key_hint('compare.winner', 'picks')} the better one there."
            )
        if self.shows_results and command_id in _OF_A_PROMPT and self.results.current is None:
            return f"No prompt is shown here: {key_hint('compare.view', 'goes')} to the columns."
        if self.shows_results and command_id in _OF_COLUMNS:
            return f"That is for the columns: {key_hint('compare.view', 'goes')} to them."
        if not self.shows_results and command_id in _OF_RESULTS and self.results.looked_at:
            return (
                f"That is for the results of the run: {key_hint('compare.view', 'goes')} to them."
            )
        return ""

    def idle(self) -> Collection[str]:
        """Return what needs columns, answers, a prompt or a run where there is none."""
        comparison, workspace = self.context.comparison, self.host.workspace
        answered = any(column.ended for column in comparison.columns)
        idle: set[str] = set()
        if not comparison.columns:
            idle |= _OF_COLUMNS - {"compare.add"}
        if comparison.prompt is None:
            idle.add("compare.again")
        if not answered:
            idle.add("compare.winner")
        if not answered and not self.shows_results:
            idle |= _OF_A_PROMPT
        if self.results.looked_at is None:
            idle |= {*_OF_RESULTS, "compare.stop"}
        if workspace is None or workspace.adding.last is None:
            idle.add("compare.take_back")
        return idle

    def _picked(self, column: Column) -> None:
        """Keep the winner with the run, if the columns show a row of one."""
        prompt, run = self.context.comparison.prompt, self._run_of_columns
        if run is not None and prompt is not None:
            self.results.pick(run, prompt.line, column.candidate.name)

    def _runs(self) -> bool:
        return self.running.under_way

    def _busy(self) -> bool:
        return self.asking.under_way

    def _listed(self) -> tuple[ShownRun, PromptRow] | None:
        """Return the run and its row under the cursor; None while the columns are shown."""
        row, looked_at = self.results.current, self.results.looked_at
        if not self.shows_results or looked_at is None or row is None:
            return None
        return looked_at, row

    @property
    def _run_of_columns(self) -> ShownRun | None:
        """The run whose answers the columns show; None for those that were asked for here."""
        return self._row_of if self.context.comparison.of_row else None

    def _run_shown(self) -> str:
        """Return the id of the run that the columns show a row of."""
        run = self._run_of_columns
        return "" if run is None else run.id

    def _show_results(self, shown: bool) -> None:
        self._from_results, self.shows_results = False, shown
        self.refresh_bindings()
        self.query_one(ContentSwitcher).current = "results-view" if shown else "prompt-view"
        if shown:
            self.set_focus(self.pane.list)
        else:
            self._focus_column()
        self._show()

    def _focus_column(self) -> None:
        if self.context.comparison.columns:
            self.set_focus(self.view.panes[self.context.focused].text)
        else:
            self.set_focus(None)

    def _look_at(self, looked_at: ShownRun) -> None:
        """Show a run, and its results if it is another one than before."""
        fresh = looked_at is not self.results.looked_at
        self.running.look_at(looked_at)
        self.results.show(looked_at)
        if fresh:
            self._show_results(True)

    def on_record_list_chosen(self) -> None:
        """Show the answers to the prompt under the cursor side by side."""
        row, looked_at = self.results.current, self.results.looked_at
        if row is None or looked_at is None or self.asking.under_way:
            return
        self.context.comparison.show_row(row, looked_at.plan.candidates, looked_at.facts)
        self.context.focused = 0
        self.context.tell_changed()
        self._show_results(False)
        self._from_results, self._row_of = True, looked_at

    def go_back(self) -> bool:
        """Stop the answers, else close the error, else leave the prompt."""
        if self.asking.stop() or self.clear_error():
            return True
        if self._prompt.has_focus:
            self._focus_column()
            return True
        if self._from_results and not self.shows_results:
            self._show_results(True)
            return True
        return False

    def copy_text(self) -> tuple[str, str]:
        """Copy the answer of the column in focus."""
        if self.shows_results:
            row = self.results.current
            return ("", "") if row is None else (row.prompt.title, "The prompt")
        columns = self.context.comparison.columns
        if self.context.focused >= len(columns):
            return "", ""
        first = columns[self.context.focused].first
        return ("", "") if first is None else (first.shown, "The answer")

    def _show(self) -> None:
        context = self.context
        if self.shows_results:
            context.note(results_keys())
            return
        self.view.show_all(context.comparison)
        self.view.show_focus(context.focused)
        if self._wants_keys and context.comparison.columns:
            self._wants_keys = False
            self.call_later(self._focus_column)
        comparison = context.comparison
        told = [f"system prompt {self.system.origin or 'set'}"] if self.system.text else []
        if comparison.repeats > 1:
            told.append(f"{comparison.repeats} times each")
        if comparison.blind:
            told.append("blind")
        if comparison.diff != "off":
            told.append("differences marked")
        if (words := comparison.tally_words) and not comparison.hidden:
            told.append(f"won: {words}")
        context.note(" · ".join(told))
