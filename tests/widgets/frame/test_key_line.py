"""The key line: made anew for other keys only."""

from __future__ import annotations

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets._footer import FooterKey

from tests.until import until
from tui.widgets.frame.key_line import KeyLine


class Plain(Widget, can_focus=True):
    """Brings no key of its own."""


class Keyed(Widget, can_focus=True):
    """Brings one key."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("k", "ring", "Ring")]

    def action_ring(self) -> None:
        """Do nothing."""


class Shown(App[None]):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("a", "bell", "Always")]

    def compose(self) -> ComposeResult:
        yield Plain(id="first")
        yield Plain(id="second")
        yield Keyed(id="third")
        yield KeyLine(show_command_palette=False)


async def test_it_is_made_anew_only_for_other_keys() -> None:
    app = Shown()
    async with app.run_test(size=(60, 10)) as pilot:
        app.query_one("#first").focus()
        await until(lambda: [k.description for k in app.query(FooterKey)] == ["Always"], pilot)
        before = [*app.query(FooterKey)]
        app.query_one("#second").focus()
        await pilot.pause()
        await pilot.pause()
        assert [*app.query(FooterKey)] == before
        app.query_one("#third").focus()
        await until(lambda: len(app.query(FooterKey)) == 2, pilot)
        assert "Ring" in [k.description for k in app.query(FooterKey)]
        app.query_one("#first").focus()
        await until(lambda: [k.description for k in app.query(FooterKey)] == ["Always"], pilot)
