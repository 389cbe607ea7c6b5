"""Every text that is painted can be read: 4.5:1 with true colours, 256 and 16, in each theme."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from rich.color import Color, ColorSystem
from rich.style import Style

from tests.faults.server import page, reply
from tests.faults.shapes import CHAT, answering, listing
from tests.screens.conftest import use_profile
from tests.screens.test_layout import WALKS, reach
from tests.screens.test_watching import trained
from tests.until import on_screen, strips_of, until
from tui.app import FinetuiApp
from tui.screens.dialogs.base import Dialog
from tui.screens.jobs import JobsScreen
from tui.terminal.contrast import ContrastFilter
from tui.terminal.themes import ANSI_16, DARK
from tui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from textual.pilot import Pilot

    from tests.faults.server import FaultServer

TERMINALS = {
    "truecolor": ("xterm-256color", "truecolor", ColorSystem.TRUECOLOR),
    "256": ("xterm-256color", "", ColorSystem.EIGHT_BIT),
    "standard": ("xterm", "", ColorSystem.STANDARD),
}
# Those with the same theme are looked at in one app: it differs in what makes its text readable.
THEMES = {"dark": ("truecolor", "256"), "ansi-16": ("standard",)}
Triplet = tuple[int, int, int]
# What a terminal's own colours are taken for, where the program does not choose them.
DEFAULT_TEXT, DEFAULT_GROUND = (229, 229, 229), (0, 0, 0)


@cache
def luminance(color: Triplet) -> float:
    def linear(value: int) -> float:
        part = value / 255
        return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)

    red, green, blue = map(linear, color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: Triplet, other: Triplet) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def arrives(color: Color | None, system: ColorSystem, default: Triplet) -> Triplet:
    if color is None or color.is_default:
        return default
    red, green, blue = color.downgrade(system).get_truecolor()
    return red, green, blue


@cache
def contrast(style: Style, system: ColorSystem) -> float:
    text = arrives(style.color, system, DEFAULT_TEXT)
    ground = arrives(style.bgcolor, system, DEFAULT_GROUND)
    if style.dim:
        text = tuple(round(t * 0.66 + g * 0.34) for t, g in zip(text, ground, strict=True))  # type: ignore[assignment]
    return ratio(text, ground)


def shown_on(app: FinetuiApp, terminals: Sequence[str]) -> Iterator[ColorSystem]:
    """Have the app draw for one terminal after the other."""
    for name in terminals:
        with patch.object(app, "_contrast", ContrastFilter(name)):
            yield TERMINALS[name][2]


def unreadable(app: FinetuiApp, terminals: Sequence[str]) -> dict[str, float]:
    """Return the texts on the screen whose contrast is too low."""
    low: dict[str, float] = {}
    for system in shown_on(app, terminals):
        found: dict[str, float] = {}
        for strip in strips_of(app.screen):
            for text, style, control in strip:
                if control is None and any(character.isalnum() for character in text):
                    found[text.strip()] = contrast(style or Style(), system)
        assert len(found) > 3
        low |= {f"{text} ({system.name})": v for text, v in found.items() if round(v, 2) < 4.5}
    return low


def be_on(terminal: str, monkeypatch: pytest.MonkeyPatch) -> None:
    term, colorterm, _ = TERMINALS[terminal]
    for name in ("NO_COLOR", "TEXTUAL_THEME", "TERM_PROGRAM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", term)
    monkeypatch.setenv("COLORTERM", colorterm)


@pytest.fixture(params=THEMES)
def terminals(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Sequence[str]:
    be_on(THEMES[request.param][0], monkeypatch)
    return THEMES[request.param]


def least_at_cursor(app: FinetuiApp, terminals: Sequence[str]) -> float:
    """Return the lowest contrast in the row under the cursor."""
    listing = app.focused
    assert isinstance(listing, RecordList)
    return min(
        contrast(segment.style, system)
        for system in shown_on(app, terminals)
        for segment in listing.render_lines(listing.size.region)[
            listing.cursor - listing.scroll_offset.y
        ]
        if segment.style and segment.text.strip()
    )


@pytest.mark.parametrize("walk", WALKS)
async def test_all_text_can_be_read(terminals: Sequence[str], walk: str, app_home: Path) -> None:
    if walk == "offline":
        use_profile(app_home, "http://127.0.0.1:9/v1")
    app = FinetuiApp()
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        for scene, keys in WALKS[walk].items():
            await reach(pilot, keys)
            assert unreadable(app, terminals) == {}, scene
            if scene == "start":
                for severity in ("information", "warning", "error"):
                    app.notify("Said in passing", severity=severity)  # type: ignore[arg-type]
                await pilot.pause()
                assert unreadable(app, terminals) == {}, "toasts"
                app.clear_notifications()


async def test_each_job_can_be_read(
    terminals: Sequence[str], app_home: Path, server: FaultServer
) -> None:
    use_profile(app_home, server.url)
    trained(server, "fern")
    trained(server, "moss", status="running")
    trained(server, "ivy", status="failed")
    app = FinetuiApp()
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await jobs(pilot)
        assert unreadable(app, terminals) == {}
        for _ in range(3):  # each status under the cursor
            assert least_at_cursor(app, terminals) >= 4.5
            await pilot.press("down")


TUNED = "ft:gpt-4.1-mini-2025-04-14:org:fern:a1"
# What opens over a filled screen, or marks its rows; esc closes what has opened.
FILLED = {
    "models": ["5", "down", "space", "up", "enter", "escape", "d", "escape", "escape", "t"],
    "files": ["6", "v", "down", "v", "down", "enter", "escape", "d", "escape", "escape", "p"],
    "chat": ["4", *"Hi", "enter", "escape", "m", "escape", "s", "escape", "t", "escape", "up"],
}


def fill(server: FaultServer) -> None:
    """Have the provider list models and files of every kind and state, and answer questions."""
    listing(
        server,
        {"id": "gpt-4.1-mini-2025-04-14", "created": 1_700_000_000, "owned_by": "system"},
        {"id": TUNED, "created": 1_700_000_000, "owned_by": "org"},
        {"id": "something-else", "created": 0, "owned_by": "org"},
    )
    trained(server, "fern", fine_tuned_model=TUNED, model="gpt-4.1-mini-2025-04-14")
    states = {
        "processed": "fine-tune", "error": "fine-tune", "uploaded": "user_data", "deleted": "evals",
    }  # fmt: skip
    made = [
        {"id": f"file-{n}", "object": "file", "filename": f"{status}.jsonl", "bytes": 1000 * n}
        | {"purpose": purpose, "status": status, "created_at": 1_700_000_000}
        for n, (status, purpose) in enumerate(states.items(), 8)
    ]
    server.files |= {str(one["id"]): one for one in made}
    server.lists["/files"] = lambda query: page(made, query)
    answering(server, "**Ahoy** there, `sailor`.\n\n1. one\n2. two")


async def test_filled_screens_and_what_opens_over_them_can_be_read(
    terminals: Sequence[str], app_home: Path, server: FaultServer
) -> None:
    fill(server)
    use_profile(app_home, server.url)
    app = FinetuiApp()
    bad: dict[str, dict[str, float]] = {}
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        for scene, keys in FILLED.items():
            for at, key in enumerate(keys):
                await pilot.press(key)
                await settled(pilot)
                assert at or app.current_mode == scene
                if low := unreadable(app, terminals):
                    bad.setdefault(f"{scene}: {at} {key}", low)
            while isinstance(app.screen, Dialog):
                await pilot.press("escape")
                await settled(pilot)
        # An answer that failed.
        server.always[CHAT] = reply(400, {"error": {"message": "no such model"}})
        app.screen.set_focus(app.screen.query_one("TextArea"))
        await pilot.press(*"Hi", "enter")
        await until(lambda: "no such model" in on_screen(app), pilot)
        bad |= {"failed": low} if (low := unreadable(app, terminals)) else {}
    assert bad == {}


async def settled(pilot: Pilot[Any]) -> None:
    """Wait until nothing is on its way any more."""
    app = pilot.app
    assert isinstance(app, FinetuiApp)
    await until(lambda: not app.status.work, pilot)


async def jobs(pilot: Pilot[Any]) -> None:
    app = pilot.app
    assert isinstance(app, FinetuiApp)
    await until(lambda: app.workspace is not None, pilot)
    await pilot.press("3")
    await until(
        lambda: isinstance(app.screen, JobsScreen) and len(app.screen.context.jobs) == 3, pilot
    )
    await until(lambda: isinstance(app.focused, RecordList), pilot)


@pytest.mark.parametrize(("theme", "terminal"), [(t, one) for t in THEMES for one in THEMES[t]])
async def test_the_theme_fits_the_terminal(
    theme: str, terminal: str, app_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    be_on(terminal, monkeypatch)
    app = FinetuiApp()
    assert app.console.color_system == terminal
    assert app.theme == (ANSI_16.name if theme == "ansi-16" else DARK.name)


def test_colours_for_many_are_among_the_256() -> None:
    for name, value in {**DARK.to_color_system().generate(), **DARK.variables}.items():
        if name in DARK.variables or name in {
            *("primary", "secondary", "warning", "error", "success", "accent"),
            *("background", "surface", "panel"),
        }:
            color = Color.parse(value.removesuffix("FF") if len(value) == 9 else value)
            there = color.downgrade(ColorSystem.EIGHT_BIT).get_truecolor()
            wanted = color.get_truecolor()
            # rich takes a light grey, which is among the 256, for the next darker one; how well
            # that is read is held by the contrasts.
            off = 10 if name == "text-muted" else 1
            assert all(abs(a - b) <= off for a, b in zip(there, wanted, strict=True)), name


async def test_a_theme_of_ones_own_choice_can_be_read(
    app_home: Path, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    be_on("truecolor", monkeypatch)
    use_profile(app_home, server.url)
    trained(server, "fern")
    trained(server, "moss", status="running")
    trained(server, "ivy", status="failed")
    app = FinetuiApp()
    async with app.run_test(size=(100, 30)) as pilot:
        await jobs(pilot)
        for theme in ("textual-dark", "textual-light", "nord", "ansi-light"):
            app.theme = theme
            await pilot.pause()
            if theme != "ansi-light":  # on a light ground of the terminal's own
                assert unreadable(app, [*TERMINALS]) == {}, theme
            assert least_at_cursor(app, [*TERMINALS]) >= 4.5, theme
