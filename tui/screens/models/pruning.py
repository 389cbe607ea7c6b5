"""The clean-up of models: what nobody has used for long is listed while the age is typed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rich.text import Text
from textual.widgets import Input, Static

from tui.core.models.cleanup import Cleanup, JudgedModel, clean_up
from tui.core.provider.files import read_age
from tui.core.text.text import one_line, plural
from tui.dispatch import handles
from tui.screens.dialogs.base import Dialog
from tui.screens.models.model_rows import cell, list_name
from tui.widgets.record_list import RecordList
from tui.widgets.text_fields import Entry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual.app import ComposeResult

    from tui.core.models.entry import ModelEntry

UNUSED = "90d"
_NOTHING = Cleanup((), ())


class PruneModels(Dialog[tuple[str, ...]]):
    """Answers with the ids of the models to delete, which somebody has yet to confirm.

    `continued` are jobs that have not ended, by the model that they train on.
    """

    DEFAULT_CSS = """
    PruneModels { & > .dialog { width: 96%; } & RecordList { height: 10; }
        &.-low RecordList { height: 6; } }
    """
    WHERE = "prune_models"

    def __init__(self, entries: Sequence[ModelEntry], continued: Mapping[str, str]) -> None:
        super().__init__("Clean up: which models would be deleted")
        self._entries, self._continued = entries, continued
        self._found = _NOTHING

    def compose_content(self) -> ComposeResult:
        """Lay out the age, what it comes to, and the models."""
        yield Static(
            "made, and chatted with last, longer ago than (such as 90d, 12w)", markup=False
        )
        yield Entry(UNUSED, id="age")
        yield Static("", classes="problem", markup=False)
        yield Static(id="which", markup=False)
        yield RecordList(empty="", id="judged")
        yield self.key_hints(up="scroll", down="scroll")

    def on_mount(self) -> None:
        """Show what fits the start."""
        self._look()

    def on_input_changed(self) -> None:
        """Show what fits now."""
        self._look()

    @handles("prune_models.go_on")
    def go_on(self) -> None:
        """Go on to the confirmation with what would go."""
        if self._found.going:
            self.dismiss(tuple(one.entry.id for one in self._found.going))
        else:
            self.notify("Every model would stay: nothing is deleted.", timeout=4)

    def _look(self) -> None:
        problem, self._found = "", _NOTHING
        try:
            age = read_age(self.query_one(Input).value.strip())
            self._found = clean_up(self._entries, time.time(), age, self._continued)
        except ValueError as error:
            problem = f"{error}."
        found = self._found
        said = f"{plural(len(found.going), 'model')} would go, {len(found.staying):,} would stay"
        self.query_one("#which", Static).update("" if problem else said)
        self.query_one(".problem", Static).update(one_line(problem, 200))
        empty = "" if problem else "There is no model to judge."
        self.query_one(RecordList).show(len(self._rows), self._row, empty=empty)

    @property
    def _rows(self) -> tuple[JudgedModel, ...]:
        return (*self._found.going, *self._found.staying)

    def _row(self, row: int, width: int) -> Text:
        one, goes = self._rows[row], row < len(self._found.going)
        name = max(width // 3, 12)
        text = Text("✗ " if goes else "  ", style="bold" if goes else "dim", no_wrap=True)
        text.append(f"{cell(list_name(one.entry), name)}  ")
        text.append(f"{'' if goes else 'stays: '}{one_line(one.why, 200)}", style="dim not bold")
        text.truncate(width, overflow="ellipsis")
        return text
