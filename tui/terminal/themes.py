"""Themes: our own, which every terminal shows legibly, and which one a terminal begins with.

Ours for many colours are made of colours that are among the 256, greys too. With 16 the terminal's
own are used, and without any (NO_COLOR, or a terminal that has none) only shapes: reversed rows,
bold and underlined words, heavy frames. Textual's own are offered beside them; what of theirs
could not be read is given another shade when it is painted (`tui.terminal.contrast`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.color import Color as RichColor
from rich.terminal_theme import TerminalTheme
from textual.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Mapping

# The variables of the cursor. All our themes set them: what Textual would mix from the other
# colours is not among the 256.
_CURSOR = "block-cursor"


def _full_color(name: str, *, dark: bool, text: Mapping[str, str], **colors: str) -> Theme:
    """Return a theme of colours among the 256; `text` says how each is written as text.

    `chosen` is the ground of the row under the cursor and `resting` that of the same row while
    something else has the focus; `line` is the frame of what has not.
    """
    said = {key.replace("_", "-"): value for key, value in colors.items()}
    chosen, resting, line = said.pop("chosen"), said.pop("resting"), said.pop("line")
    grounds = {key: said.pop(key) for key in [*said] if key.endswith(("-muted", "-1", "-2"))}
    return Theme(
        name=name,
        dark=dark,
        **said,  # type: ignore[arg-type]
        variables={
            **grounds,
            **{f"text-{key}": value for key, value in text.items()},
            "surface-lighten-2": line,
            f"{_CURSOR}-background": chosen,
            f"{_CURSOR}-foreground": text["chosen"],
            f"{_CURSOR}-blurred-background": resting,
            f"{_CURSOR}-blurred-foreground": text["resting"],
            "scrollbar": line,
            "scrollbar-hover": line,
            "scrollbar-active": said["primary"],
            "scrollbar-background": said["background"],
            "footer-background": said["background"],
            "footer-key-foreground": text["accent"],
        },
    )


DARK = _full_color(
    "finetui",
    dark=True,
    primary="#5fafff",
    secondary="#87afd7",
    warning="#ffaf00",
    error="#ff5f87",
    success="#87d787",
    accent="#ffaf5f",
    foreground="#e4e4e4",
    background="#121212",
    surface="#1c1c1c",
    panel="#303030",
    primary_muted="#005f87",
    secondary_muted="#3a3a3a",
    accent_muted="#3a3a3a",
    warning_muted="#3a3a3a",
    error_muted="#5f0000",
    success_muted="#005f00",
    surface_lighten_1="#3a3a3a",
    panel_lighten_1="#444444",
    line="#585858",
    chosen="#005faf",
    resting="#444444",
    text={
        "muted": "#a8a8a8",
        "primary": "#5fafff",
        "secondary": "#87afd7",
        "warning": "#ffd75f",
        "error": "#ff87af",
        "success": "#afd7af",
        "accent": "#ffaf5f",
        "chosen": "#ffffff",
        "resting": "#ffffff",
    },
)
LIGHT = _full_color(
    "finetui-light",
    dark=False,
    primary="#005fd7",
    secondary="#005f87",
    warning="#af5f00",
    error="#d70000",
    success="#008700",
    accent="#875f00",
    foreground="#121212",
    background="#eeeeee",
    surface="#ffffff",
    panel="#e4e4e4",
    primary_muted="#afd7ff",
    secondary_muted="#d0d0d0",
    accent_muted="#d7d7af",
    warning_muted="#ffd787",
    error_muted="#ffd7d7",
    success_muted="#afd7af",
    surface_lighten_1="#d0d0d0",
    panel_lighten_1="#c6c6c6",
    line="#9e9e9e",
    chosen="#005faf",
    resting="#c6c6c6",
    text={
        "muted": "#4e4e4e",
        "primary": "#0000af",
        "secondary": "#005f5f",
        "warning": "#5f5f00",
        "error": "#af0000",
        "success": "#005f00",
        "accent": "#5f005f",
        "chosen": "#ffffff",
        "resting": "#000000",
    },
)
CONTRAST = _full_color(
    "high-contrast",
    dark=True,
    primary="#5fd7ff",
    secondary="#afd7ff",
    warning="#ffff00",
    error="#ff87af",
    success="#87ff87",
    accent="#ffff00",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#000000",
    primary_muted="#00005f",
    secondary_muted="#000000",
    accent_muted="#000000",
    warning_muted="#000000",
    error_muted="#5f0000",
    success_muted="#005f00",
    surface_lighten_1="#303030",
    panel_lighten_1="#303030",
    line="#b2b2b2",
    chosen="#ffff00",
    resting="#444444",
    text={
        "muted": "#dadada",
        "primary": "#5fd7ff",
        "secondary": "#afd7ff",
        "warning": "#ffff00",
        "error": "#ffafd7",
        "success": "#87ff87",
        "accent": "#ffff00",
        "chosen": "#000000",
        "resting": "#ffffff",
    },
)
# For eyes that do not tell red from green, or blue from yellow: what is well is blue, what is wrong
# is orange, and the lighter is the lesser; each has its sign besides.
BLUE_ORANGE = _full_color(
    "blue-orange",
    dark=True,
    primary="#87afff",
    secondary="#afafd7",
    warning="#ffd787",
    error="#ff8700",
    success="#5fafff",
    accent="#d7d7ff",
    foreground="#e4e4e4",
    background="#121212",
    surface="#1c1c1c",
    panel="#303030",
    primary_muted="#00005f",
    secondary_muted="#3a3a3a",
    accent_muted="#3a3a3a",
    warning_muted="#3a3a3a",
    error_muted="#3a3a3a",
    success_muted="#00005f",
    surface_lighten_1="#3a3a3a",
    panel_lighten_1="#444444",
    line="#626262",
    chosen="#0000af",
    resting="#444444",
    text={
        "muted": "#a8a8a8",
        "primary": "#87afff",
        "secondary": "#afafd7",
        "warning": "#ffd787",
        "error": "#ffaf5f",
        "success": "#87d7ff",
        "accent": "#d7d7ff",
        "chosen": "#ffffff",
        "resting": "#ffffff",
    },
)
_OWN_COLORS = {
    "foreground": "ansi_default",
    "background": "ansi_default",
    "surface": "ansi_default",
    "panel": "ansi_default",
    "boost": "ansi_default",
}
ANSI_16 = Theme(
    name="finetui-16",
    ansi=True,
    primary="ansi_bright_blue",
    secondary="ansi_cyan",
    warning="ansi_yellow",
    error="ansi_bright_red",
    success="ansi_green",
    accent="ansi_cyan",
    **_OWN_COLORS,  # type: ignore[arg-type]
    dark=True,
    variables={
        "ansi-background": "ansi_black",
        "ansi-foreground": "ansi_white",
        "border-blurred": "ansi_black",
        "block-cursor-background": "ansi_white",
        "block-cursor-foreground": "ansi_black",
        "block-cursor-blurred-background": "ansi_bright_black",
        "block-cursor-blurred-foreground": "ansi_bright_white",
        "input-cursor-background": "ansi_white",
        "input-cursor-foreground": "ansi_black",
        "input-cursor-text-style": "none",
        "input-selection-background": "ansi_bright_blue",
        "input-selection-foreground": "ansi_black",
        "screen-selection-background": "ansi_bright_blue",
        "screen-selection-foreground": "ansi_black",
    },
)
MONOCHROME = Theme(
    name="monochrome",
    ansi=True,
    primary="ansi_default",
    secondary="ansi_default",
    warning="ansi_default",
    error="ansi_default",
    success="ansi_default",
    accent="ansi_default",
    **_OWN_COLORS,  # type: ignore[arg-type]
    dark=True,
    variables={
        "ansi-background": "ansi_default",
        "ansi-foreground": "ansi_default",
        "border-blurred": "ansi_default",
        "block-cursor-background": "ansi_default",
        "block-cursor-foreground": "ansi_default",
        "block-cursor-text-style": "bold reverse",
        "block-cursor-blurred-background": "ansi_default",
        "block-cursor-blurred-foreground": "ansi_default",
        "block-cursor-blurred-text-style": "underline",
        "input-cursor-background": "ansi_default",
        "input-cursor-foreground": "ansi_default",
        "input-cursor-text-style": "reverse",
        "footer-key-foreground": "ansi_default",
    },
)
# Those to register; they are offered in the order of THEMES (terminal_settings.py).
OWN = (DARK, LIGHT, CONTRAST, BLUE_ORANGE, ANSI_16, MONOCHROME)
# What a theme is for, said beside its name.
ABOUT = {
    "auto": "what this terminal shows best",
    DARK.name: "dark; the same in 256 colours",
    LIGHT.name: "light; the same in 256 colours",
    CONTRAST.name: "7:1 and more",
    BLUE_ORANGE.name: "no red beside green, for any colour vision",
    ANSI_16.name: "the terminal's own sixteen colours",
    MONOCHROME.name: "shapes only, as with NO_COLOR",
}
# Names of terminfo of terminals without colours begin or end so: xterm-mono, linux-m, rxvt-m.
_COLORLESS_PREFIXES = ("vt52", "vt100", "vt102", "vt125", "vt220", "vt320")
_COLORLESS_SUFFIXES = ("-mono", "-m")


def without_color(environ: Mapping[str, str]) -> bool:
    """Whether no colour may be written: the user will have none, or the terminal has none."""
    term = environ.get("TERM", "")
    colorless = term.startswith(_COLORLESS_PREFIXES) or term.endswith(_COLORLESS_SUFFIXES)
    return colorless or bool(environ.get("NO_COLOR"))


def theme_for(system: str | None) -> Theme:
    """Return the theme for a terminal's colours, named as Rich names them."""
    return ANSI_16 if system in {"standard", "windows"} else DARK


def named_colors(theme: Theme) -> TerminalTheme:
    """Return what a theme makes of "red", "green" and the like, which texts are written in.

    Red is what is wrong in it, green what is well, whatever colours it has for these.
    """
    colors = theme.to_color_system().generate() | theme.variables
    names = ("error", "success", "warning", "primary", "accent", "secondary")
    plain = [_triplet(colors, f"text-{name}", name) for name in names]
    ground, text = (_triplet(colors, name, name) for name in ("background", "foreground"))
    grey = _triplet(colors, "text-muted", "foreground")
    own = [ground, *plain, grey]
    return TerminalTheme(ground, text, own, [grey, *plain, text])


def _triplet(colors: Mapping[str, str], *names: str) -> tuple[int, int, int]:
    """Return the first of these variables that is a plain colour."""
    for name in names:
        value = colors.get(name, "")
        if value.startswith("#"):
            red, green, blue = RichColor.parse(value[:7]).get_truecolor()
            return red, green, blue
    return (128, 128, 128)
