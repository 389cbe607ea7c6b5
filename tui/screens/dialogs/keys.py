"""The keys screen: all commands with their keys, to be changed by pressing others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rich.text import Text
from textual.keys import Keys
from textual.widgets import Static

from tui.commands import (
    COMMANDS,
    MODES,
    Command,
    command,
    commands_in_use,
    key_hint,
    key_of,
    keymap_in_use,
    place_title,
)
from tui.commands.key_names import label_of
from tui.commands.keymap import Problem, problems, problems_of
from tui.core.text.text import one_line
from tui.dispatch import handles
from tui.screens.dialogs.base import Dialog
from tui.widgets.record_list import RecordList
from tui.widgets.text_fields import Entry

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingsMap
    from textual.dom import DOMNode
    from textual.events import Key
    from textual.widgets import Input

KeyAction = Literal["change", "add", "reset", "take_away", "choose_set"]


@dataclass(frozen=True, slots=True)
class KeyWish:
    """What is to be done with the keys of a command."""

    action: KeyAction
    command_id: str


class KeysDialog(Dialog[KeyWish]):
    """Answers with what is to be done; the list opens again with what has come of it."""

    DEFAULT_CSS = """
    KeysDialog {
        & > .dialog { width: 96%; max-width: 110; }
        & RecordList { height: 1fr; max-height: 20; min-height: 4; }
        & > .dialog { height: 94%; }
        & #about { height: auto; max-height: 4; margin: 1 0 0 0; }
    }
    """
    WHERE = "keys"
    CHOSEN = "keys.change"

    def __init__(self, mode: str, typed: str = "", shown: str = "") -> None:
        super().__init__(f"Keys: {keymap_in_use().name} set")
        modes = [mode, "app", *(name for _, name, _ in MODES if name != mode)]
        self._rows = sorted(
            commands_in_use(),
            key=lambda one: modes.index(one.where) if one.where in modes else len(modes),
        )
        self.typed, self._shown = typed, shown
        self._problems: dict[str, list[Problem]] = {}
        for one in problems(COMMANDS, keymap_in_use()):
            for command_id in {one.command_id, one.other} - {""}:
                self._problems.setdefault(command_id, []).append(one)
        self.listed = self._rows

    def compose_content(self) -> ComposeResult:
        """Lay out the field that narrows, the list, and what is known of one command."""
        yield Entry(self.typed, placeholder="type to narrow: command, key, mode, id", id="narrow")
        yield RecordList(empty="nothing fits", id="commands")
        yield Static("", id="about", markup=False)
        yield self.key_hints(up=None, down=None, cancel="closes")

    def on_mount(self) -> None:
        """Show the list, on the command shown before."""
        self._show(self.typed)
        ids = [one.id for one in self.listed]
        self.query_one(RecordList).move_to(ids.index(self._shown) if self._shown in ids else 0)
        self._tell()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list."""
        event.stop()
        self.typed = event.value
        self._show(event.value)

    def on_record_list_moved(self, event: RecordList.Moved) -> None:
        """Say what is known of the command under the cursor."""
        event.stop()
        self._tell()

    @handles("keys.change", "keys.add", "keys.reset", "keys.take_away", "keys.choose_set")
    def wish(self, command_id: str) -> None:
        """Answer with what is to be done with the command under the cursor."""
        under = self._under
        action: KeyAction = command_id.partition(".")[2]  # type: ignore[assignment]
        if under is not None or action == "choose_set":
            self.dismiss(KeyWish(action, under.id if under is not None else ""))
        else:
            self.nothing_listed()

    # -- inside ------------------------------------------------------------------------

    @property
    def _under(self) -> Command | None:
        return self.listed[self.query_one(RecordList).cursor] if self.listed else None

    def _show(self, typed: str) -> None:
        words = typed.casefold().split()
        self.listed = [one for one in self._rows if all(word in _text_of(one) for word in words)]
        self.query_one(RecordList).show(len(self.listed), self._row)
        self._tell()

    def _row(self, row: int, width: int) -> Text:
        one = self.listed[row]
        mark = "✗" if one.id in self._problems else "●" if one.id in keymap_in_use().own else " "
        text = Text.assemble((f"{mark} {one_line(one.key_label, 17):<18}", "bold"))
        text.append(f"{one_line(place_title(one.where), 13):<14}", style="not bold dim")
        text.append(f"{one_line(one.title, 19):<20}", style="not bold")
        text.append(one_line(one.hint, max(width - 54, 1)), style="not bold dim")
        text.truncate(width, overflow="ellipsis")
        return text

    def _tell(self) -> None:
        under, lines = self._under, []
        if under is not None:
            own = " · changed by you" if under.id in keymap_in_use().own else ""
            lines = [f"{under.id}{own}", *(f"✗ {one.text}" for one in self._about(under))]
        self.query_one("#about", Static).update("\n".join(lines))

    def _about(self, one: Command) -> list[Problem]:
        return self._problems.get(one.id, [])[:3]


def _text_of(one: Command) -> str:
    words = (one.id, place_title(one.where), one.title, one.hint, one.key_label)
    return " ".join(words).casefold()


class KeyPress(Dialog[str]):
    """Answers with the name of a key: the one pressed last, once it is kept.

    Until then no key does anything else.
    """

    WHERE = "key_press"
    takes_alt = True  # alt and a key is one key here, whatever it is elsewhere
    pressed = ""

    def __init__(self, command_id: str, beside: str = "") -> None:
        """Ask for a key of a command; `beside` are those that it keeps, joined by commas."""
        one = command(command_id)
        super().__init__(f"{place_title(one.where)}: {one.title}")
        self._one, self._beside = one, beside

    @property
    def _binding_chain(self) -> list[tuple[DOMNode, BindingsMap]]:
        """Nothing has a key here: all of them are what is asked for."""
        return []

    def compose_content(self) -> ComposeResult:
        """Lay out what is asked for, and what is to be said of the key pressed."""
        more = " in addition" if self._beside else ""
        yield Static(f"Press the key{more}. It is {self._one.key_label} now.", markup=False)
        yield Static("", id="pressed", markup=False, classes="note")
        yield self.key_hints()

    def on_key(self, event: Key) -> None:
        """Take a key; keep the one shown, or leave, by the keys that dialogs have for that."""
        event.stop()
        event.prevent_default()
        if self.pressed and event.key in command("key_press.keep").key_names:
            self.keep()
        elif event.key in command("dialog.cancel").key_names:
            self.dismiss(None)
        elif event.key != Keys.Ignore:
            self.pressed = event.key
            self.query_one("#pressed", Static).update(self._words())

    @handles("key_press.keep")
    def keep(self) -> None:
        """Answer with the key."""
        self.dismiss(self.pressed)

    def _words(self) -> str:
        keys = ",".join(filter(None, (self._beside, self.pressed)))
        told = problems_of(COMMANDS, keymap_in_use(), self._one.id, keys, self.pressed)
        keeps = key_hint("key_press.keep", "keeps it")
        lines = [f"{label_of(self.pressed)}: {keeps}, {key_of('dialog.cancel')} leaves it."]
        return "\n".join([*lines, *(f"✗ {one.text}" for one in told)])
