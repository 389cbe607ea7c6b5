"""What is called in place of Textual's own gives what Textual's own would."""

from __future__ import annotations

import functools
import random
from typing import TYPE_CHECKING, Any

import pytest
from rich.segment import Segment
from rich.style import Style
from textual import events, on
from textual._callback import count_parameters
from textual.app import App
from textual.cache import FIFOCache
from textual.color import Color
from textual.filter import Monochrome
from textual.message import Message
from textual.reactive import Reactive, ReactiveError, reactive
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Button, Input, OptionList, Static

from tests.until import until
from tui.app import FinetuiApp
from tui.fast import textual_calls

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult

ANY = ("", "a", "word ", "日本", "\u0301e", "👩\u200d👩\u200d👧")
STYLES = (Style(), Style(bold=True), Style(color="red"), Style(reverse=True, bgcolor="blue"))


def made_as_textual_does(segments: list[Segment], length: int | None) -> Strip:
    """Return a strip with all its caches, as Textual makes it."""
    strip = Strip.__new__(Strip)
    strip._segments, strip._cell_length = list(segments), length
    strip._render_cache = strip._link_ids = strip._cell_count = None
    for name, size in textual_calls._CACHES.items():
        setattr(strip, name, FIFOCache(size))
    return strip


def all_of(strip: Strip, at: int, end: int) -> list[Any]:
    """Return all that can be made of a strip, twice: the second time out of its caches."""
    width = strip.cell_length
    cuts = sorted({min(at, width), min(end, width), width})
    black, white = Color(0, 0, 0), Color(255, 255, 255)

    def once() -> list[Any]:
        return [
            strip.crop(at, end),
            strip.crop_extend(at, end, None),
            strip.divide(cuts),
            strip.extend_cell_length(end),
            strip.adjust_cell_length(at, STYLES[1]),
            strip.apply_style(Style(underline=True)),
            strip.apply_filter(Monochrome(), black if at % 2 else white),
            strip.apply_offsets(at, end),
            strip.simplify(),
            strip.text,
            strip.link_ids,
            strip.cell_count,
            strip.render(App().console) if at == 0 else "",
        ]

    return once() + once()


def test_strips_are_cut_styled_and_drawn_alike() -> None:
    """Texts of all widths, at random places."""
    chance = random.Random(7)
    for _ in range(60):
        segments = [
            Segment(chance.choice(ANY), chance.choice(STYLES)) for _ in range(chance.randrange(5))
        ]
        length = chance.choice((None, sum(one.cell_length for one in segments)))
        at, more = chance.randrange(6), chance.randrange(8)
        ours = all_of(Strip(segments, length), at, at + more)
        assert ours == all_of(made_as_textual_does(segments, length), at, at + more)


def test_a_strip_has_nothing_that_textual_does_not_give_it() -> None:
    """Whatever else is asked for is not there."""
    assert set(Strip.__slots__) == {*textual_calls._CACHES, *textual_calls._OTHERS}
    with pytest.raises(AttributeError, match="_of_a_later_version"):
        _ = Strip([])._of_a_later_version  # type: ignore[attr-defined]


class Values(Widget):
    """Values of all kinds."""

    plain = reactive(1)
    called = reactive(lambda: [1])
    checked = reactive(3)
    twice = reactive(0)

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[int] = []

    def validate_checked(self, value: int) -> int:
        """Keep it small."""
        return min(value, 5)

    def watch_plain(self, value: int) -> None:
        """Note it."""
        self.seen.append(value)

    def compute_twice(self) -> int:
        """Follow the plain one."""
        return self.plain * 2


class Computed(Values):
    """A value that is stored above is computed here."""

    def compute_called(self) -> list[int]:
        """Follow the plain one."""
        return [self.plain]


def test_values_are_set_watched_checked_and_computed() -> None:
    """Stored ones are read as they are; computed ones again each time, in subclasses too."""
    one, other = Values(), Computed()
    for _ in range(2):
        assert (one.plain, one.called, one.checked, one.twice) == (1, [1], 3, 2)
        assert other.called == [1]
    one.plain, one.checked, other.plain = 4, 9, 6
    assert (one.plain, one.checked, one.twice, other.called) == (4, 5, 8, [6])
    assert isinstance(Values.plain, Reactive)
    assert one.called is one.called

    class Early(Widget):
        value = reactive(0)

        def __init__(self) -> None:
            _ = self.value

    with pytest.raises(ReactiveError, match="super"):
        Early()


class Told(Message):
    """Something."""


class Selecting(Static):
    """Handles by name and by decorator, above and below."""

    def on_click(self, event: events.Click) -> None:
        """Let nobody above handle it."""
        event.prevent_default()

    @on(Told)
    def of_told(self) -> None:
        """Handle any of them."""


class Below(Selecting):
    """Has one of its own, and one that is decorated under a handler's name."""

    def _on_click(self) -> None:
        """Come first."""

    @on(Button.Pressed, "#one")
    def on_button_pressed(self) -> None:
        """Handle that one's."""


MESSAGES: list[Callable[[Widget], Message]] = [
    lambda one: events.Click(one, 0, 0, 0, 0, 1, False, False, False),
    lambda _: events.Key("a", "a"),
    lambda _: events.Mount(),
    lambda _: events.Show(),
    lambda _: events.Focus(),
    lambda _: events.Paste("a"),
    lambda _: Told(),
    lambda one: Input.Changed(Input(), "a").set_sender(one),
    lambda one: Button.Pressed(Button(id="one")).set_sender(one),
    lambda one: Button.Pressed(Button(id="two")).set_sender(one),
    lambda one: OptionList.OptionHighlighted(OptionList("a"), OptionList("a")._options[0], 0),
]


def handlers_of(find: Any, node: Widget, make: Callable[[Widget], Message]) -> list[Any]:
    """Return who is found, the last of whom forbids the rest."""
    found, message = [], make(node)
    for cls, method in find(node, message.handler_name, message):
        found.append((cls, method.__func__))
        if method.__name__ == "on_click" and cls is Selecting:
            message.prevent_default()
    return found


async def test_the_same_handlers_are_found(app_home: Any) -> None:
    """Of all widgets of the program and of some odd ones, for messages of all kinds."""
    del app_home

    class Odd(App[None]):
        def compose(self) -> ComposeResult:
            yield Below("a")
            yield Selecting("b")

    for app in (FinetuiApp(), Odd()):
        async with app.run_test(size=(80, 24)) as pilot:
            await until(lambda app=app: getattr(app, "workspace", app) is not None, pilot)
            for node in app.screen.walk_children(with_self=True):
                for make in MESSAGES:
                    theirs = handlers_of(textual_calls._find_handlers, node, make)
                    assert handlers_of(textual_calls._handlers, node, make) == theirs
            names = ("textual-dark", "no such, nord", "nothing", "nord , gruvbox", "")
            for name in names:
                assert app.get_theme(name) is textual_calls._find_theme(app, name)


def test_parameters_are_counted_alike() -> None:
    """Of functions, methods, partial and wrapped ones, classes."""

    def some(_a: int, /, _b: int, *_more: int, _c: int = 0, **_rest: int) -> None: ...

    @functools.wraps(some)
    def wrapping() -> None: ...

    wanted = [
        (some, 5),
        (wrapping, 5),
        (lambda: None, 0),
        (lambda _a, _b=1: None, 2),
        (functools.partial(some, 1), 4),
        (functools.partial(lambda _a, _b: None, 1), 1),
        (Below("a").on_click, 1),
        (Told, 0),
    ]
    for function, count in wanted:
        assert count_parameters(function) == count
