"""The stylesheet that remembers gives every node what Textual's own would, whatever is done."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
from textual.app import App
from textual.containers import Horizontal, Vertical
from textual.css.stylesheet import Stylesheet
from textual.widget import Widget
from textual.widgets import Button, Input, OptionList, Static, TextArea

from tests.until import until
from tui.app import FinetuiApp
from tui.fast import stylesheet
from tui.fast.stylesheet import FastStylesheet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from textual.app import ComposeResult
    from textual.css.styles import StylesBase
    from textual.dom import DOMNode
    from textual.pilot import Pilot


def rules_of(styles: StylesBase) -> dict[str, Any]:
    rules: dict[str, Any] = dict(styles.get_rules())
    if "layout" in rules:  # every node has one of its own
        rules["layout"] = rules["layout"].name
    return rules


FLAGS = ("_has_hover_style", "_has_focus_within", "_has_order_style", "_has_odd_or_even")


def given(node: DOMNode) -> dict[str, Any]:
    """Return what a node has of its styles, and its components of theirs."""
    components = {name: rules_of(one.base) for name, one in node._component_styles.items()}
    flags = {name: getattr(node, name) for name in FLAGS}
    return {"": rules_of(node.styles.base), **components, **flags}


def nodes_of(app: App[Any]) -> Iterator[DOMNode]:
    yield app
    for screen in app.screen_stack:
        for node in screen.walk_children(with_self=True):
            yield node
            if isinstance(node, Widget) and node.is_scrollable and node.show_vertical_scrollbar:
                yield node.vertical_scrollbar


def differing(differ: dict[str, Any]) -> dict[str, Any]:
    return {
        name: {k: (a.get(k), b.get(k)) for k in a.keys() | b.keys() if a.get(k) != b.get(k)}
        if name not in FLAGS
        else (a, b)
        for name, (a, b) in differ.items()
    }


def assert_as_textual(app: App[Any]) -> int:
    """Style each node again, then as Textual does, which must change nothing; return how many."""
    assert isinstance(app.stylesheet, FastStylesheet)
    count = 0
    nodes = [*nodes_of(app)]
    app.stylesheet.update_nodes(nodes)
    for node in nodes:
        fast = given(node)
        Stylesheet.apply(app.stylesheet, node)
        now = given(node)
        differ = {name: (fast[name], now[name]) for name in now if fast.get(name) != now[name]}
        assert not differ, differing(differ)
        count += 1
    return count


async def settle(pilot: Pilot[Any]) -> None:
    await pilot.pause()
    await pilot.app._animator.wait_until_complete()


async def test_every_mode_and_what_it_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FINETUI_HOME", str(tmp_path))
    app = FinetuiApp()
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await until(lambda: app.workspace, pilot)
        await pilot.press("s")
        for keys in ("p", "p down", "b", "e", "o", "f1", "2", "3", "n", "4", "5", "6", "7", "1"):
            await pilot.press(*keys.split())
            await settle(pilot)
            assert assert_as_textual(app) > 10
            await pilot.press("escape", "escape")


class Row(Static):
    COMPONENT_CLASSES = {"row--mark", "row--text"}
    DEFAULT_CSS = """
    Row { height: 1; color: $text; &:hover { background: red; } }
    Row > .row--mark { color: blue; text-style: bold; }
    .busy Row > .row--text { color: yellow; }
    Row:odd { background: $panel; }
    Row:first-child { text-style: underline; }
    """


class Panel(Vertical):
    DEFAULT_CSS = """
    Panel { height: auto; layout: vertical; border: round $primary;
        &:focus-within { border: heavy $accent; }
        &.wide { width: 100%; Row { padding: 0 2; } & > Row.last { margin: 1; } }
    }
    """


class Rows(App[None]):
    """Nodes of which anything may be asked by a rule."""

    CSS = """
    * { scrollbar-size: 1 1; }
    Screen { layout: horizontal; }
    Screen.narrow { layout: vertical; }
    .busy Panel:disabled Row { opacity: 50%; }
    #first, Panel#third > .last { background: green 40%; }
    Row { color: initial; height: initial; }
    Row.last { height: 3 !important; }
    Panel Row:last-child { text-style: italic; }
    Input:focus { border: tall yellow; } Input:disabled { border: none; }
    Button:hover { background: blue; } Horizontal:empty { display: none; }
    .busy Input > .input--cursor { background: red; }
    TextArea:focus .text-area--cursor { background: green; }
    App:blur Row { color: grey; } *:light Row { color: black; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.stylesheet = FastStylesheet(variables=self.get_css_variables())

    def compose(self) -> ComposeResult:
        with Panel(id="first"):
            yield Row("one")
            yield Row("two", classes="last")
            yield Input()
        with Panel(id="second", classes="wide"):
            yield Button("Go")
            yield OptionList("a", "b", "c")
            with Horizontal():
                yield Row("three")
        with Panel(id="third"):
            yield TextArea("text")
            yield Horizontal()


CLASSES = ("busy", "wide", "last", "narrow", "row--mark", "unknown")


async def change(app: App[Any], chance: random.Random) -> str:
    """Do something that may change styles, and say what."""
    nodes = list(app.screen.walk_children(with_self=True))
    node = chance.choice(nodes)
    what = chance.choice(("class", "class", "class", "focus", "disable", "mount", "remove", "theme",
                          "hover", "blur", "inline", "all"))  # fmt: skip
    if what == "class":
        node.toggle_class(chance.choice(CLASSES))
    elif what == "focus":
        app.screen.set_focus(node if node.focusable else None)
    elif what == "disable" and node is not app.screen:
        node.disabled = not node.disabled
    elif what == "mount":
        panel = chance.choice([*app.screen.query(Panel), *app.screen.query(Horizontal)])
        before = chance.choice((0, None)) if panel.children else None
        await panel.mount(Row("more", classes=chance.choice(CLASSES)), before=before)
    elif what == "remove" and (rows := [*app.screen.query(Row)]):
        await chance.choice(rows).remove()
    elif what == "theme":
        app.theme = chance.choice(("textual-dark", "textual-light", "nord"))
    elif what == "hover":
        node.mouse_hover = not node.mouse_hover
    elif what == "blur":
        app.app_focus = not app.app_focus
    elif what == "inline":
        node.styles.width = chance.choice((10, 20, None))
    elif what == "all":
        app.update_styles(app.screen)
    return f"{what} {node}"


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_is_done_to_the_nodes(seed: int) -> None:
    chance = random.Random(seed)
    app, done = Rows(), list[str]()
    async with app.run_test(size=(100, 30)) as pilot:
        for _ in range(16):
            done += [await change(app, chance) for _ in range(chance.choice((1, 1, 3)))]
            await settle(pilot)
            try:
                assert_as_textual(app)
            except AssertionError:
                print(*done, sep="\n")
                raise


async def test_what_a_node_is_given_behind_its_back_is_put_right() -> None:
    app = Rows()
    async with app.run_test() as pilot:
        row = app.screen.query(Row).first()
        wanted = given(row)
        row.styles.base.set_rule("height", None)
        row._component_styles.clear()
        app.update_styles(app.screen)
        await settle(pilot)
        assert given(row) == wanted


async def test_a_second_app_and_a_new_theme_share_nothing_wrongly() -> None:
    seen = []
    for theme in ("textual-dark", "textual-light", "textual-dark"):
        app = Rows()
        app.theme = theme
        async with app.run_test() as pilot:
            await settle(pilot)
            assert_as_textual(app)
            seen.append(given(app.screen.query(Row).last()))
            layouts = [one.styles.base.get_rules()["layout"] for one in app.screen.query(Panel)]
            assert len({id(layout) for layout in layouts}) == 3
    assert seen[0] == seen[2] != seen[1]


async def test_it_can_be_turned_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stylesheet, "FAST", False)
    app = Rows()
    async with app.run_test() as pilot:
        await settle(pilot)
        assert assert_as_textual(app) > 10
        assert not app.stylesheet._given
