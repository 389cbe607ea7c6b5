"""The question before something is deleted for good, and what may go with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Horizontal
from textual.widgets import Static

from tui.core.text.text import visible
from tui.screens.dialogs.confirm import Typed
from tui.widgets.field import OneOf

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from textual.app import ComposeResult

    from tui.widgets.frame.key_hints import KeyHints

STAYS, GOES = "stay", "delete too"


class DeletionDialog(Typed[frozenset[int]]):
    """Asks for a word to be typed; answers with the places of the `extras` that go too.

    Each of the extras stays unless that is changed. `also` will do in place of the word. A
    statement that is a function says what happens to each of them as they are chosen now.
    """

    DEFAULT_CSS = """
    DeletionDialog {
        & .extra { height: 1; }
        & .extra > Static { width: auto; margin: 0 2 0 0; }
    }
    """
    WHERE = "typed"
    KEEPS = False  # the confirmation is typed each time
    AUTO_FOCUS = "#typed"
    CANCEL = "leaves everything as it is"

    def __init__(
        self,
        title: str,
        statement: str | Callable[[frozenset[int]], str],
        word: str,
        also: Collection[str] = (),
        extras: Sequence[str] = (),
    ) -> None:
        wrong = f"That is not {word}. Nothing has been done."
        self._said = statement if callable(statement) else lambda _: statement
        super().__init__(title, self._said(frozenset()), wrong, asked=f"Type {word} to go on:")
        self.word = word
        self._accepted = {word, *also}
        self._extras = extras

    def key_hints(self, *said: str, **words: str | None) -> KeyHints:
        """Return the line of keys; those of fields only where there are choices to move between."""
        if not self._extras:
            words |= {one.id: None for one in self.commands() if one.where in self.SHARED}
        return super().key_hints(*said, **words)

    def compose_more(self) -> ComposeResult:
        """Lay out what may go too, each with its choice."""
        for place, extra in enumerate(self._extras):
            with Horizontal(classes="extra"):
                yield Static(visible(extra), markup=False)
                yield OneOf((STAYS, GOES), STAYS, id=f"extra-{place}")

    def read(self, typed: str) -> frozenset[int] | None:
        """Return what goes too, only if the word is right."""
        return self._chosen if typed in self._accepted else None

    @property
    def _chosen(self) -> frozenset[int]:
        """The places of the extras that go too, as they are chosen now."""
        places = range(len(self._extras))
        return frozenset(
            place for place in places if self.query_one(f"#extra-{place}", OneOf).value == GOES
        )

    def on_one_of_changed(self, event: OneOf.Changed) -> None:
        """Say what goes and what stays now."""
        event.stop()
        self.query_one(".question", Static).update(visible(self._said(self._chosen)))
        self.call_after_refresh(self._fit)
