"""The dialog of row options of an import: keys left out, empty prompts, bad answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Horizontal
from textual.widgets import Static

from tui.core.formats.row_reader import ReadOptions
from tui.core.formats.verdicts import BadWhere
from tui.dispatch import handles
from tui.screens.dialogs.base import Dialog
from tui.widgets.field import Field, OneOf

if TYPE_CHECKING:
    from textual.app import ComposeResult

_DROPPED, _PAIRS = "dropped", "pairs with good ones"


class RowsDialog(Dialog[ReadOptions]):
    """Answers with what the user says of the rows."""

    DEFAULT_CSS = """
    RowsDialog .one-of { height: 1; margin: 0 0 1 0; }
    RowsDialog .one-of > .label { width: 16; color: $text-muted; }
    RowsDialog Field { margin: 0 0 1 0; }
    """
    WHERE = "rows"

    def __init__(self, options: ReadOptions) -> None:
        super().__init__("Which rows become examples?")
        self._options = options

    def compose_content(self) -> ComposeResult:
        """Lay out the fields."""
        options = self._options
        without = ", ".join(sorted(options.without))
        yield Field("without", "Leave out", without, "keys, such as label or images")
        bad = ", ".join(map(str, options.bad))
        yield Field("bad-where", "Bad where", bad, "such as score<0, or quality=low")
        yield Field("empty-prompt", "Empty prompts", options.empty_prompt, "the question to ask")
        with Horizontal(classes="one-of"):
            yield Static("Bad answers", classes="label", markup=False)
            yield OneOf((_DROPPED, _PAIRS), _PAIRS if options.pairs else _DROPPED, id="pairs")
        answers_by = ", ".join(sorted(options.answers_by))
        yield Field("answers-by", "Answers by", answers_by, "speakers, where a row is one message")
        yield self.key_hints()

    def on_mount(self) -> None:
        """Begin with the first field."""
        self.query_one("#without").focus()

    @handles("rows.preview")
    def preview(self) -> None:
        """Answer with what was typed and chosen; what cannot be read is said, and stays."""
        conditions = self.query_one("#field-bad-where", Field)
        texts = [text for text in conditions.value.split(",") if text.strip()]
        try:
            bad = tuple(map(BadWhere.parse, texts))
        except ValueError as error:
            conditions.say(str(error))
            return
        typed = self.query_one("#field-without", Field).value.split(",")
        self.dismiss(
            ReadOptions(
                frozenset(key.strip() for key in typed) - {""},
                self.query_one("#field-empty-prompt", Field).value.strip(),
                self.query_one("#pairs", OneOf).value == _PAIRS,
                bad,
                frozenset(
                    name.strip().casefold()
                    for name in self.query_one("#field-answers-by", Field).value.split(",")
                    if name.strip()
                ),
            )
        )
