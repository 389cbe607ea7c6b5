"""Themes: which there are, that all of them can be read, and choosing one in the app."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from rich.color import Color, ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.color import Color as TextualColor
from textual.theme import BUILTIN_THEMES

from tests.screens.conftest import use_profile
from tests.screens.test_colors import TERMINALS, be_on, contrast, jobs, unreadable
from tests.screens.test_watching import trained
from tests.until import on_screen, opened, until
from tui.app import FinetuiApp
from tui.screens.dialogs.theme import ThemeDialog
from tui.services.settings.locations import Locations
from tui.services.settings.terminal_settings import THEMES
from tui.terminal.contrast import ContrastFilter
from tui.terminal.themes import BLUE_ORANGE, CONTRAST, DARK, LIGHT, MONOCHROME, OWN

if TYPE_CHECKING:
    from pathlib import Path

    from textual.theme import Theme

    from tests.faults.server import FaultServer

ALL = {theme.name: theme for theme in (*OWN, *BUILTIN_THEMES.values())}
IN_256 = (DARK, LIGHT, CONTRAST, BLUE_ORANGE)
# What is written over what, as the style sheets have it.
TEXTS = ("text", "text-muted", "text-primary", "text-secondary", "text-warning", "text-error")
TEXTS += ("text-success", "text-accent", "foreground", "footer-key-foreground", "footer-foreground")
GROUNDS = ("background", "surface", "panel", "panel-lighten-1", "surface-lighten-1")
GROUNDS += ("primary-muted", "error-muted", "warning-muted", "accent-muted", "footer-background")
CURSORS = ("block-cursor", "block-cursor-blurred")


def variables(theme: Theme) -> dict[str, str]:
    return theme.to_color_system().generate() | theme.variables


def over(text: str, ground: TextualColor) -> Style:
    """Return what Textual makes of a colour of text over a ground."""
    if text.startswith("auto"):
        alpha = float(text.removeprefix("auto").strip().rstrip("%") or 100) / 100
        color = ground.get_contrast_text(alpha)
        return Style.from_color((ground + color).rich_color, ground.rich_color)
    color = TextualColor.parse(text)
    color = color if color.ansi is not None else ground + color
    return Style.from_color(color.rich_color, ground.rich_color)


def one_of_its_own(color: str) -> bool:
    return color.startswith("ansi_") and " " not in color and color != "ansi_default"


@pytest.mark.parametrize("system", [one[-1] for one in TERMINALS.values()])
def test_whatever_a_theme_writes_over_whatever_can_be_read(system: ColorSystem) -> None:
    names = {one[-1]: name for name, one in TERMINALS.items()}
    contrasts, bad = ContrastFilter(names[system]), {}
    for name, theme in ALL.items():
        said = variables(theme)
        pairs = [*itertools.product(TEXTS, GROUNDS)]
        pairs += [(f"{one}-foreground", f"{one}-background") for one in CURSORS]
        for text, ground in pairs:
            if theme.ansi and not one_of_its_own(said[ground]):
                continue  # the terminal's own ground, where Textual dims
            under = TextualColor.parse(said["background"]) + TextualColor.parse(said[ground])
            [segment] = contrasts.apply([Segment("Word", over(said[text], under))], under)
            assert segment.style is not None
            if (ratio := contrast(segment.style, system)) < 4.5:
                bad[name, text, ground] = round(ratio, 2)
    assert bad == {}


@pytest.mark.parametrize("theme", [one for one in OWN if not one.ansi], ids=lambda one: one.name)
def test_our_own_need_no_other_shade(theme: Theme) -> None:
    """What we ship is legible as it is, in 256 colours too; the filter is for what is mixed."""
    said, bad = variables(theme), {}
    least = 7 if theme is CONTRAST else 4.5
    pairs = [*itertools.product(TEXTS, ("background", "surface", "panel"))]
    pairs += [(f"{one}-foreground", f"{one}-background") for one in CURSORS]
    for (text, ground), shown in itertools.product(
        pairs, (ColorSystem.TRUECOLOR, ColorSystem.EIGHT_BIT)
    ):
        ratio = contrast(over(said[text], TextualColor.parse(said[ground])), shown)
        if ratio < least:
            bad[text, ground, shown.name] = round(ratio, 2)
    assert bad == {}


@pytest.mark.parametrize("theme", IN_256, ids=lambda one: one.name)
def test_colours_of_our_own_are_among_the_256(theme: Theme) -> None:
    said = variables(theme)
    plain = {*theme.variables, "primary", "secondary", "warning", "error", "success", "accent"}
    for name in (*sorted(plain), "background", "surface", "panel", "foreground"):
        if said[name].startswith("#"):
            wanted = Color.parse(said[name][:7]).get_truecolor()
            there = Color.parse(said[name][:7]).downgrade(ColorSystem.EIGHT_BIT).get_truecolor()
            # A light grey becomes its neighbour: Rich counts them otherwise than xterm does.
            grey = max(wanted) - min(wanted) < 8
            far = 10 if grey else 1
            assert all(abs(a - b) <= far for a, b in zip(there, wanted, strict=True)), name


def test_blue_and_orange_stay_apart_for_any_eyes() -> None:
    """By brightness and by blue, which those who mix up red and green see; in 16 colours too."""
    said = variables(BLUE_ORANGE)
    for shown in (ColorSystem.TRUECOLOR, ColorSystem.EIGHT_BIT, ColorSystem.STANDARD):
        well, wrong, lesser = (
            Color.parse(said[f"text-{name}"][:7]).downgrade(shown).get_truecolor()
            for name in ("success", "error", "warning")
        )
        for bad in (wrong, lesser):
            assert well.blue - bad.blue > 60, shown
        assert well.blue > well.red
        assert wrong.blue < wrong.red


def test_the_configuration_knows_all_there_are() -> None:
    assert {*THEMES} == {"auto", *ALL}
    assert len(THEMES) == len({*THEMES})


async def test_a_theme_is_seen_while_it_is_chosen_and_kept(
    app_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    config = Locations.standard({"FINETUI_HOME": str(app_home)}).config_file
    config.parent.mkdir(parents=True)
    config.write_text('# mine\nmouse = "on"  # still\n')
    app = FinetuiApp()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(lambda: app.workspace is not None, pilot)
        before = on_screen(app)
        await pilot.press("f6")
        dialog = await opened(pilot, ThemeDialog)
        assert app.theme == DARK.name
        await pilot.press("down")
        assert dialog.listed[1].value == app.theme == DARK.name  # what auto is here
        shown: list[str] = []
        app.theme_changed_signal.subscribe(app, lambda theme: shown.append(theme.name))
        await pilot.press("down", "down", "up")  # at once: only where the cursor rests is shown
        await until(lambda: app.theme == LIGHT.name, pilot)
        assert shown == [LIGHT.name]
        assert app.screen_stack[0].styles.background.hex.lower() == LIGHT.background
        await pilot.press(*"nord")
        await until(lambda: app.theme == "nord", pilot)
        await pilot.press("escape")
        await until(lambda: app.screen is not dialog, pilot)
        assert app.theme == DARK.name
        assert on_screen(app) == before
        assert "theme" not in config.read_text()
        await pilot.press("f6")
        await opened(pilot, ThemeDialog)
        await pilot.press(*"blue", "enter")
        await until(lambda: "theme" in config.read_text(), pilot)
        assert app.theme == BLUE_ORANGE.name
    assert config.read_text() == '# mine\nmouse = "on"  # still\ntheme = "blue-orange"\n'
    assert FinetuiApp().theme == BLUE_ORANGE.name  # before anything is painted
    monkeypatch.setenv("FINETUI_THEME", "nord")
    assert FinetuiApp().theme == "nord"
    monkeypatch.setenv("NO_COLOR", "1")
    assert FinetuiApp().theme == MONOCHROME.name


async def test_each_of_our_themes_can_be_read(
    app_home: Path, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    be_on("truecolor", monkeypatch)
    use_profile(app_home, server.url)
    trained(server, "fern")
    trained(server, "moss", status="running")
    trained(server, "ivy", status="failed")
    app = FinetuiApp()
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await jobs(pilot)
        app.screen.show_error(RuntimeError("something"))
        app.notify("Said in passing", severity="warning")
        for theme in OWN:
            app.appearance.use(theme.name)
            await pilot.pause()
            if theme is not MONOCHROME:
                assert unreadable(app, [*TERMINALS]) == {}, theme.name
