"""One table of commands: keys a terminal can send, no clashes, and one handler behind each."""

from __future__ import annotations

import ast
import re
import string
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pytest
from textual.binding import Binding
from textual.containers import ScrollableContainer
from textual.keys import Keys
from textual.screen import Screen
from textual.widgets import Input, TextArea

from tests.classes import ancestors_of_ours, classes_of
from tests.key_tables import SCREENS, dialogs_of, renew
from tests.sources import of_each_module
from tui.app import FinetuiApp
from tui.commands import (
    COMMANDS,
    LAST,
    MODES,
    OF_WIDGETS,
    PLACES,
    commands_for,
    commands_in_dialogs,
    key_line_order,
    key_words,
)
from tui.commands.order import AFTER_FIRST, IN_FOCUS
from tui.dispatch import handled_by
from tui.key_bindings import bindings_for
from tui.screens.base import ModeScreen
from tui.screens.dialogs.base import Dialog
from tui.widgets.charts.histogram import Histogram
from tui.widgets.conversation import Conversation
from tui.widgets.diff_view import ExampleView
from tui.widgets.field import Fold, OneOf
from tui.widgets.record_list import RecordList
from tui.widgets.text_fields import EditArea

if TYPE_CHECKING:
    from collections.abc import Sequence

WHERES = ["app", *(mode for _, mode, _ in MODES)]
# What terminals or tmux turn into another key, or keep (docs of both; seen under tmux 3.3).
UNSENDABLE = {"ctrl+h", "ctrl+i", "ctrl+m", "ctrl+left_square_bracket", "ctrl+b"}
# ctrl+j is what terminals send for a line break: it is meant as one in the prompt of Chat.
LINE_BREAK = "prompt.new_line"


def screen_of(where: str) -> Any:
    made = FinetuiApp.MODES[where]
    assert callable(made)
    return made()


def screen_class(where: str) -> type:
    return type(screen_of(where))


def dialog_classes() -> list[type[Dialog[object]]]:
    found = [one for one in classes_of("tui.screens") if issubclass(one, Dialog)]
    inherited = {base for one in found for base in one.__bases__}
    return [one for one in found if one.WHERE or one not in inherited]


def widget_classes() -> list[type]:
    """Return the widgets that tell help which keys they have."""
    found = (*classes_of("tui.widgets"), *classes_of("tui.screens"))
    return [one for one in found if "PLACES" in vars(one)]


def handlers() -> dict[str, set[type]]:
    """Return the classes that handle each command, those that inherit it left out."""
    found = defaultdict(set)
    for owner in (*classes_of("tui.screens"), *classes_of("tui.app"), *classes_of("tui.program")):
        for command_id, name, _ in handled_by(owner):
            if name in vars(owner):
                found[command_id].add(owner)
    return found


def acted_on(command_id: str) -> bool:
    """Whether a screen that has no dispatcher yet has a method for a command."""
    where, _, name = command_id.partition(".")
    owner = FinetuiApp if where == "app" else screen_class(where)
    action = "show_mode" if name.startswith("mode_") else name
    return callable(getattr(owner, f"action_{action}", None))


@pytest.mark.parametrize("where", [*WHERES, *(w for w in PLACES if w not in WHERES)])
def test_every_command_has_one_handler(where: str) -> None:
    known = handlers()
    for one in commands_for(where):
        owners = known.get(one.id, set())
        # A class may do it otherwise than the one it inherits from.
        others = {owner for owner in owners if not set(ancestors_of_ours(owner)) & owners}
        if where in OF_WIDGETS or where == "filter":
            assert not others, one.id
        else:
            assert len(others) == 1, f"{one.id} is handled by {others}"


def test_every_handler_has_its_command() -> None:
    assert set(handlers()) <= {one.id for one in COMMANDS}


@pytest.mark.parametrize("owner", dialog_classes(), ids=lambda one: one.__name__)
def test_a_dialog_handles_all_that_it_binds_and_is_described(owner: type[Dialog[object]]) -> None:
    handled = {
        command_id for one in (owner, *owner.CONTROLLERS) for command_id, _, _ in handled_by(one)
    }
    for where in (owner.WHERE, *owner.SHARED, "dialog"):
        assert where in PLACES, f"{owner.__name__} is not described under {where!r}"
        if where not in OF_WIDGETS:
            assert {one.id for one in commands_for(where)} <= handled


@pytest.mark.parametrize("where", WHERES[1:])
def test_each_command_of_a_mode_reaches_its_handler(where: str) -> None:
    """What handles it is one of the screen's own controllers, added to its dispatcher."""
    screen = screen_of(where)
    assert {*screen.dispatcher} == {command.id for command in commands_for(where)}


def test_ids_and_keys_are_unique_and_sendable() -> None:
    ids = [command.id for command in COMMANDS]
    assert len(ids) == len(set(ids))
    for _, mode, _ in MODES:
        keys = [k for w in ("app", mode) for c in commands_for(w) for k in c.keys.split(",") if k]
        assert len(keys) == len(set(keys)), mode
    for where in PLACES:
        keys = [k for c in commands_for(where) for k in c.keys.split(",") if k]
        assert len(keys) == len(set(keys)), where
    for one in COMMANDS:
        sent = set(one.keys.split(",")) - ({"ctrl+j"} if one.id == LINE_BREAK else set())
        assert not sent & (UNSENDABLE | {"ctrl+j"}), one.id


def test_widgets_with_keys_say_which() -> None:
    bound = [one for one in classes_of("tui.widgets") if vars(one).get("BINDINGS")]
    assert set(bound) <= set(widget_classes())


def test_each_place_of_a_command_is_described_once() -> None:
    assert {one.where for one in COMMANDS} - {"app"} <= set(PLACES)
    titles = [place.title for place in PLACES.values()]
    modes = {title for _, _, title in MODES}
    assert len(titles) == len(set(titles))
    assert {place.mode for place in PLACES.values()} == {"app", *(m for _, m, _ in MODES)}
    assert modes <= set(titles)
    used = {w for owner in dialog_classes() for w in (owner.WHERE, *owner.SHARED)}
    used |= {w for one in widget_classes() for w in one.PLACES}  # type: ignore[attr-defined]
    assert set(PLACES) == used | {m for _, m, _ in MODES} | {"dialog"}


@pytest.mark.parametrize("where", WHERES[1:])
def test_the_footer_holds_at_most_six(where: str) -> None:
    assert sum(c.footer for w in ("app", where) for c in commands_for(w)) <= 6


def test_the_key_line_orders_commands_that_there_are() -> None:
    named = {f"{where}.{name}" for where, names in AFTER_FIRST.items() for name in names}
    known = {c.id for c in COMMANDS if c.keys}
    assert named | set(LAST) | {one for ids in IN_FOCUS.values() for one in ids} <= known
    for where in WHERES[1:]:
        assert {c.id for c in commands_for(where) if c.keys} <= set(key_line_order(where))


@pytest.mark.parametrize("where", WHERES)
def test_bindings_come_from_the_table(where: str) -> None:
    owner = FinetuiApp if where == "app" else screen_class(where)
    bound = {b.id for b in owner.BINDINGS if isinstance(b, Binding)}  # type: ignore[attr-defined]
    assert bound == {b.id for b in bindings_for(where)}


# What Textual looks for behind `key_`, such as `ctrl_s`, `question_mark` or `x`.
KEY_NAMES = {one.value.replace("+", "_") for one in Keys} | {*string.ascii_letters}
KEY_NAMES |= {key.replace("+", "_") for one in COMMANDS for key in one.keys.split(",")}


def keys_declared(node: ast.AST) -> list[str]:
    """Return what in a piece of a program gives a key a meaning."""
    match node:
        case ast.Call(func=ast.Name(id="Binding")):
            return [ast.unparse(node)]
        case ast.Call(func=ast.Attribute(attr="bind")):
            text = ast.unparse(node)
            return [text] if "_bindings.bind" in text else []
        # A key told apart by hand: `event.key == "enter"`.
        case ast.Compare(left=ast.Attribute(attr="key"), comparators=[one]):
            told = isinstance(one, (ast.Constant, ast.Tuple, ast.Set, ast.List))
            text = ast.unparse(node)
            return [text] if text.startswith("event.key") and told else []
        # Textual takes tuples and texts for bindings too.
        case ast.AnnAssign(target=ast.Name(id="BINDINGS"), value=ast.List(elts=made)):
            return [ast.unparse(one) for one in made if not isinstance(one, ast.Starred)]
        # Textual calls `key_x` of a widget when x is pressed.
        case ast.ClassDef(body=body):
            named = [one.name for one in body if isinstance(one, ast.FunctionDef)]
            return [one for one in named if one[:4] == "key_" and one[4:] in KEY_NAMES]
    return []


def is_line_of_keys(node: ast.AST) -> bool:
    """Whether a piece of a program makes a text of the class of a line of keys."""
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return name == "Static" and any(
        word.arg == "classes" and getattr(word.value, "value", "") == "keys"
        for word in node.keywords
    )


@of_each_module
def declared(_path: str, nodes: Sequence[ast.AST]) -> list[str]:
    """Return what gives a key a meaning in a module."""
    return [one for node in nodes for one in keys_declared(node)]


@of_each_module
def lines_of_keys(_path: str, nodes: Sequence[ast.AST]) -> list[int]:
    """Return where a module makes a line of keys."""
    return [node.lineno for node in nodes if is_line_of_keys(node)]  # type: ignore[attr-defined]


@pytest.mark.xdist_group("sources")
def test_no_key_is_declared_outside_the_table() -> None:
    parts = {"app.py", "type_ahead.py", "program", "screens"}
    found = {path: keys for path, keys in declared().items() if path.split("/")[0] in parts}
    assert len(found) > 100
    assert {path: keys for path, keys in found.items() if keys} == {}


@pytest.mark.parametrize(
    "text",
    [
        'Binding("x", "go")',
        'self._bindings.bind("x", "go")',
        'event.key == "x"',
        'event.key in ("x", "y")',
        'BINDINGS: list = [("x", "go", "Go")]',
        "class A:\n    def key_x(self): ...",
    ],
)
def test_every_way_to_declare_a_key_is_seen(text: str) -> None:
    assert any(keys_declared(node) for node in ast.walk(ast.parse(text)))


@pytest.mark.xdist_group("sources")
def test_the_line_of_keys_is_made_from_the_table_alone() -> None:
    """No dialog has a text of its class: `key_hints` makes the widget."""
    made = {path for path, lines in lines_of_keys().items() if lines}
    assert {path.rsplit("/")[-1] for path in made} <= {"key_hints.py"}
    assert is_line_of_keys(ast.parse("Static('x', classes='keys')", mode="eval").body)


def test_neighbours_share_their_word_in_a_line_of_keys() -> None:
    form = commands_for("form")
    assert key_words(form, {}) == ["↑ ↓ move"]
    assert key_words(form, {"next": "goes on"}) == ["↑ move", "↓ goes on"]
    assert key_words(form, {"form.next": None, "previous": ""}) == ["↑"]


WIDGET_KEYS = {
    "lists": RecordList.BINDINGS,
    "fields": OneOf.BINDINGS,
    "fold": Fold.BINDINGS,
    "messages": Conversation.BINDINGS,
    "sides": ExampleView.BINDINGS,
    "bars": Histogram.BINDINGS,
    "scrolling": ScrollableContainer.BINDINGS,
    "text": TextArea.BINDINGS,
    "focus": Screen.BINDINGS,
}


@pytest.mark.parametrize("where", sorted(OF_WIDGETS))
def test_the_keys_of_widgets_are_those_that_the_table_tells(where: str) -> None:
    bound = {key for b in WIDGET_KEYS[where] if isinstance(b, Binding) for key in b.key.split(",")}
    told = {key for one in commands_for(where) for key in one.keys.split(",")}
    assert told <= bound
    assert told == bound or where in {"scrolling", "text", "focus"}  # our own are told whole


def test_screens_md_lists_the_same_keys() -> None:
    """The tables of screens.md are the table of commands, row by row, of dialogs too."""
    text = SCREENS.read_text(encoding="utf-8")
    assert renew(text) == text, "python -m tests.key_tables renews screens.md"
    found = re.findall(r"^\| `(.+?)` \| (.+?) \| (.+?) \|$", text, flags=re.MULTILINE)
    told = [
        (one.key_label, one.title, one.hint)
        for mode in WHERES
        for where in (mode, *(place.where for place in dialogs_of(mode)))
        for one in commands_for(where)
    ]
    assert found == told


def test_the_commands_of_the_app_that_hold_in_dialogs_are_few() -> None:
    ids = [one.id for one in commands_in_dialogs()]
    assert ids == ["app.help", "app.palette", "app.leave", "app.help_quit"]
    for owner in dialog_classes():
        assert set(ids) <= {b.id for b in Dialog.BINDINGS if isinstance(b, Binding)}, owner


MOST_METHODS = 40


def size_of(owner: type) -> int:
    return sum(callable(value) or isinstance(value, property) for value in vars(owner).values())


def test_classes_are_small_and_not_deep() -> None:
    owners = classes_of("tui")
    large = {one.__name__ for one in owners if size_of(one) > MOST_METHODS}
    deep = {one.__name__ for one in owners if len(ancestors_of_ours(one)) > 2}
    between = {
        one.__name__
        for one in owners
        if issubclass(one, ModeScreen) and ModeScreen not in one.__bases__ and one is not ModeScreen
    }
    assert not large | deep | between


def test_no_text_field_takes_a_key_of_the_program() -> None:
    copies = {"ctrl+c"}  # of what is selected, where something is
    taken = {key for field in (EditArea, Input) for key in field._merged_bindings.key_to_bindings}
    of_program = {
        key.strip()
        for one in COMMANDS
        if one.where == "app" and not one.first
        for key in one.keys.split(",")
        if len(key.strip()) > 1
    }
    assert of_program & taken - copies == set()
