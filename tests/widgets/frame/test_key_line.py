"""The key line: what works now, as much as fits, painted for other keys only."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import pytest
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget

from tests.until import until
from tui.widgets.frame.key_line import KeyLine

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.text import Text


class Plain(Widget, can_focus=True):
    """Brings no key of its own."""


class Keyed(Widget, can_focus=True):
    """Brings one key."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("k", "ring", "Ring", id="keyed.ring")]
    rung = 0

    def action_ring(self) -> None:
        """Count."""
        self.rung += 1


def order(focused: str) -> Mapping[str, int]:
    ids = ["app.always", "app.often", "app.wide", "app.held", "app.idle", "keyed.ring"]
    if focused == "second":
        ids.insert(0, ids.pop(1))
    return {one: rank for rank, one in enumerate(ids)}


class Counted(KeyLine):
    """Counts how often it is painted."""

    painted = 0

    def render(self) -> Text:
        """Count and paint."""
        self.painted += 1
        return super().render()


class Shown(App[None]):
    CSS = "Screen { overflow: hidden; } Plain, Keyed { height: 1; }"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "bell", "Wide 漢字\x1b[2J[red]", id="app.wide"),
        Binding("o,x", "bell", "Often", id="app.often"),
        Binding("h", "held", "Held back", id="app.held"),
        Binding("i", "bell", "Idle", id="app.idle"),
        Binding("a", "bell", "Always", id="app.always"),
        Binding("f1", "bell", "Help", id="app.help", key_display="F1"),
        Binding("n", "bell", "Nameless"),
    ]

    def compose(self) -> ComposeResult:
        yield Plain(id="first")
        yield Plain(id="second")
        yield Keyed(id="third")
        yield Plain(id="fourth")
        yield Counted(order, ("app.help", "app.missing"), lambda: ("app.idle",))

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """Hold one back."""
        return None if action == "held" else True


def line(app: App[None]) -> str:
    return app.query_one(KeyLine).render_line(0).text.strip()


@pytest.mark.parametrize(
    ("width", "said"),
    [
        (60, "a Always  o Often  w Wide 漢字␛[2J[red]              F1 Help"),
        (40, "a Always  o Often                F1 Help"),
        (26, "a Always  o Often  F1 Help"),
        (25, "a Always          F1 Help"),
        (7, "F1 Help"),
        (6, ""),
    ],
)
async def test_whole_keys_fill_the_width_and_what_is_held_back_is_not_there(
    width: int, said: str
) -> None:
    app = Shown()
    async with app.run_test(size=(width + 2, 5)) as pilot:  # a blank on each side
        app.query_one("#first").focus()
        await until(lambda: line(app) == said, pilot)


async def test_what_has_the_focus_goes_first_and_the_same_keys_are_painted_once() -> None:
    app = Shown()
    async with app.run_test(size=(42, 9)) as pilot:
        always = "a Always  o Often                F1 Help"
        app.query_one("#first").focus()
        await until(lambda: line(app) == always, pilot)
        app.query_one("#third").focus()
        await until(lambda: line(app) == "k Ring  a Always  o Often        F1 Help", pilot)
        app.query_one("#second").focus()
        await until(lambda: line(app) == "o Often  a Always                F1 Help", pilot)
        app.query_one("#first").focus()
        await until(lambda: line(app) == always, pilot)
        painted = app.query_one(Counted).painted
        app.query_one("#fourth").focus()
        await until(lambda: app.focused is app.query_one("#fourth"), pilot)
        app.screen.refresh_bindings()
        await pilot.pause()
        await pilot.pause()
        assert app.query_one(Counted).painted == painted


async def test_a_click_presses_the_key_and_beside_it_nothing() -> None:
    app = Shown()
    async with app.run_test(size=(60, 9)) as pilot:
        keyed = app.query_one(Keyed)
        keyed.focus()
        await until(lambda: line(app).startswith("k Ring  a Always"), pilot)
        for at, rung in ((1, 1), (6, 2), (7, 2), (0, 2), (31, 2)):
            await pilot.click(KeyLine, offset=(at, 0))
            await pilot.pause()
            assert keyed.rung == rung, at
