"""Fields to type in keep what is not typed, and hand nothing dangerous to the terminal."""

from __future__ import annotations

import ast
import random
from typing import TYPE_CHECKING

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.widgets import Input, TextArea

from tests.sources import of_each_module
from tests.until import strips_of
from tui.core.text.text import hidden
from tui.widgets.text_fields import EditArea, Entry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.pilot import Pilot

ODD = (
    "a\nb\u2028c\r\nd\re\x0bf\x0cg\x1ch\x1di\x1ej\x85k\u2029l\ud800m\U00100000n\x1b[31mo"
    "\u202e\n\r\n"
)
SPECIAL = [*"\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029\x00\x1b\ud83d\U00100001", "\r\n", "é", "日", "\t"]


class Fields(App[None]):
    def compose(self) -> ComposeResult:
        yield EditArea(ODD, soft_wrap=True)
        yield Entry(ODD)


def drawn(app: App[None]) -> str:
    return "".join(strip.text for strip in strips_of(app.screen))


async def test_odd_texts_are_kept_and_shown_one_cell_a_character() -> None:
    app = Fields()
    async with app.run_test(size=(70, 30)) as pilot:
        area, entry = app.query_one(EditArea), app.query_one(Entry)
        await pilot.pause()
        assert (area.text, entry.value) == (ODD, ODD)
        assert [area.get_line(n).plain for n in range(3)][1] == "b↵c␍"
        assert not any(map(hidden, drawn(app)))
        entry.focus()
        await pilot.press("home", "right", "right", "X")
        assert entry.value == f"{ODD[:2]}X{ODD[2:]}"


async def test_an_edit_anywhere_leaves_all_else_as_it_was() -> None:
    app = Fields()
    async with app.run_test(size=(70, 30)) as pilot:
        area = app.query_one(EditArea)
        area.focus()
        for seed in range(8):
            await edited(area, random.Random(seed), pilot)


async def edited(area: EditArea, chance: random.Random, pilot: Pilot[None]) -> None:
    """Edit a text in many places, and go back and forth through what was done."""
    text = "".join(chance.choice([*SPECIAL, "x", "y ", "z"]) for _ in range(60))
    area.text = text
    states = [text]
    for _ in range(12):
        before = area.text
        at = chance.randrange(len(before) + 1)
        # Where the cursor stands is told in lines, of which only \n ends one.
        row = before[:at].count("\n")
        area.move_cursor((row, at - (before.rfind("\n", 0, at) + 1)))
        if chance.random() < 0.4 and at:
            await pilot.press("backspace")
            assert area.text == before[: at - 1] + before[at:]
        elif chance.random() < 0.5:
            await pilot.press("q")
            assert area.text == f"{before[:at]}q{before[at:]}"
        else:
            pasted = "1\u2028\x0b2\r\n3"
            area.post_message(events.Paste(pasted))
            await pilot.pause()
            assert area.text == f"{before[:at]}1\u2028\x0b2\n3{before[at:]}"
        area.history.checkpoint()
        states.append(area.text)
    for state in [*reversed(states)][1:]:
        area.undo()
        assert area.text == state
    for state in states[1:]:
        area.redo()
        assert area.text == state


async def test_what_is_copied_is_the_text_itself() -> None:
    app = Fields()
    async with app.run_test() as pilot:
        area = app.query_one(EditArea)
        area.focus()
        area.select_all()
        await pilot.press("ctrl+c")
        assert app.clipboard == ODD.replace("\ud800", "\\ud800")
        area.text = "a\u2028b\x0bc"
        area.select_all()
        await pilot.press("ctrl+x")
        assert (area.text, app.clipboard) == ("", "a\u2028b\x0bc")
        await pilot.press("ctrl+v")
        assert area.text == "a\u2028b\x0bc"


async def test_only_a_line_break_ends_what_is_pasted_into_one_line() -> None:
    app = Fields()
    async with app.run_test() as pilot:
        entry = app.query_one(Entry)
        for pasted, kept in (
            ("a\u2028b\rc", "a\u2028b"),
            ("\r", ""),
            ("", ""),
            ("\x1b[1m", "\x1b[1m"),
        ):
            entry.value = ""
            entry.post_message(events.Paste(pasted))
            await pilot.pause()
            assert entry.value == kept


@of_each_module
def textual_fields(path: str, nodes: Sequence[ast.AST]) -> list[str]:
    """Return where a module makes a field of Textual's own, or one that inherits from it."""
    made = []
    for node in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            made += [node.func.id] * (node.func.id in {"Input", "TextArea"})
        elif isinstance(node, ast.ClassDef) and path != "widgets/text_fields.py":
            bases = {base.id for base in node.bases if isinstance(base, ast.Name)}
            made += [node.name] * bool(bases & {"Input", "TextArea"})
    return made


@pytest.mark.xdist_group("sources")
def test_no_field_of_the_program_is_one_that_changes_texts() -> None:
    # Each new field is one of ours: Textual's own may not be made anywhere else.
    assert {path: made for path, made in textual_fields().items() if made} == {}
    assert issubclass(Entry, Input)
    assert issubclass(EditArea, TextArea)
