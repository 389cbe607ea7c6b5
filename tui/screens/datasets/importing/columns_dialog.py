"""The dialog that maps columns or keys to messages, with the first row to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from rich.text import Text
from textual import work
from textual.widgets import Static

from tui.core.formats.columns import EVERY_ROW, PARTS, Columns
from tui.core.text.text import one_line
from tui.dispatch import handles
from tui.screens.datasets.importing.begun import columns_from, columns_json
from tui.screens.dialogs.base import Dialog
from tui.screens.dialogs.choose import Choice, Choose
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult

    from tui.core.formats.columns import Part
    from tui.services.transfer.importing import ForeignFiles

_MEANS = {
    "system": "the system prompt",
    "user": "the question",
    "assistant": "the answer",
    "chosen": "the preferred answer of a pair",
    "rejected": "the other answer of a pair",
    "conversation": "which rows belong together",
    "speaker": "who says it, where each row is one message",
    "text": "what is said",
    "order": "numbers or dates to sort by",
}


class ColumnsDialog(Dialog[Columns]):
    """Answers with the columns; enter says what the column under the cursor holds.

    Columns of one part are joined in the order in which they were given to it.
    """

    DEFAULT_CSS = """
    ColumnsDialog RecordList { height: 12; }
    """
    WHERE = "columns"
    CHOSEN = "columns.say"

    def __init__(self, looked: ForeignFiles, columns: Columns) -> None:
        super().__init__("Which column holds what?")
        self._looked, self._columns = looked, columns

    def compose_content(self) -> ComposeResult:
        """Lay out the columns with what the first row has in them."""
        yield RecordList(id="columns", empty="The rows have no columns.")
        yield Static("", classes="problem", markup=False)
        yield self.key_hints()

    def on_mount(self) -> None:
        """Show the columns."""
        self._show()

    def remembered(self) -> Mapping[str, Any]:
        """Return what the columns hold."""
        return {"columns": columns_json(self._columns)}

    def come_back(self, remembered: Mapping[str, Any]) -> None:
        """Take what the columns held."""
        self._columns = columns_from(remembered.get("columns"))
        self._show()

    @property
    def _names(self) -> tuple[str, ...]:
        """The columns, and * for a file that is one conversation, where each row is a message."""
        spoken = self._columns.is_spoken
        return (*self._looked.columns, EVERY_ROW) if spoken else self._looked.columns

    def _show(self) -> None:
        self.query_one(RecordList).show(len(self._names), self._row)
        self.query_one(".problem", Static).update(self._columns.problem)

    def _part(self, name: str) -> Part | None:
        return next((p for p, names in self._columns.named().items() if name in names), None)

    def _label(self, name: str) -> str:
        """Return the part of a column, with its number where several are joined."""
        part = self._part(name)
        if part is None:
            return "–"
        names = self._columns.named()[part]
        return part if len(names) == 1 else f"{part} {names.index(name) + 1}"

    def _row(self, row: int, width: int) -> Text:
        name = self._names[row]
        part = self._part(name)
        text = Text.assemble((f"{self._label(name):<11} ", "bold" if part else "dim"))
        text.append(f"{one_line(name, 20):<20} ")
        shown = "all rows, as one" if name == EVERY_ROW else self._looked.shown(name)
        text.append(one_line(shown, width), style="dim")
        return text

    def _means(self, part: Part, name: str) -> str:
        others = [n for n in self._columns.named().get(part, ()) if n != name]
        return f"joined to {', '.join(others)}" if others else _MEANS[part]

    @handles("columns.say")
    @work(group="columns", exclusive=True, exit_on_error=False, description="choose a part")
    async def say(self) -> None:
        """Ask what the column under the cursor holds."""
        if not self._looked.columns:
            return
        name = self._names[self.query_one(RecordList).cursor]
        choices = [Choice(str(part), part, self._means(part, name)) for part in PARTS]
        choices.append(Choice("", "nothing", "leave this column out"))
        part = await self.app.push_screen_wait(
            Choose(f"Column {name} holds", choices, self._part(name) or "")
        )
        if part is None:
            return
        named = {p: tuple(n for n in of if n != name) for p, of in self._columns.named().items()}
        if part:
            named[cast("Part", part)] = (*named.get(cast("Part", part), ()), name)
        self._columns = Columns(**named)
        self._show()
        self.keep_typed()

    @handles("columns.done")
    def done(self) -> None:
        """Answer with the columns once examples can be made of them."""
        if problem := self._columns.problem:
            self.notify(f"Not yet: {problem}", timeout=4, markup=False)
        else:
            self.dismiss(self._columns)
