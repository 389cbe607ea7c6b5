"""Notify the terminal that something has ended: its title, and a desktop notification.

`notify` in the configuration is "auto" (the default), "osc9", "osc777" or "off". Auto speaks only
to terminals known to understand: others might print what they do not know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

from tui.core.text.text import one_line
from tui.services.settings.config_file import NOTIFY, ConfigFile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.services.settings.locations import Locations

Kind = Literal["off", "osc9", "osc777"]
_PROGRAMS: dict[str, Kind] = {"iTerm.app": "osc9", "WezTerm": "osc777", "ghostty": "osc777"}
_TERMS: dict[str, Kind] = {"xterm-kitty": "osc9", "xterm-ghostty": "osc777", "foot": "osc777"}


def notification_kind(locations: Locations, environ: Mapping[str, str]) -> Kind:
    """Return how to notify in this terminal. Blocking. Raises InputError for a wrong setting."""
    source = ConfigFile.read(locations.config_file)
    chosen = source.values.get("notify", "auto")
    if chosen not in NOTIFY:
        raise source.bad_notify()
    if chosen != "auto":
        return cast("Kind", chosen)
    if environ.get("TMUX") or environ.get("STY"):  # they would have to be told to let it pass
        return "off"
    by_term = _TERMS.get(environ.get("TERM", ""), "off")
    return _PROGRAMS.get(environ.get("TERM_PROGRAM", ""), by_term)


def notification(kind: Kind, title: str, text: str) -> str:
    """Return the sequence that shows a notification on the desktop, empty for none."""
    title, text = one_line(title, 60), one_line(text, 160)
    if kind == "osc9":
        return f"\x1b]9;{title}: {text}\x07"
    if kind == "osc777":
        return f"\x1b]777;notify;{title.replace(';', ',')};{text.replace(';', ',')}\x07"
    return ""


def title(text: str) -> str:
    """Return the sequence that puts the terminal's title aside and shows another."""
    return f"\x1b[22;2t\x1b]2;{one_line(text, 80)}\x07"


TITLE_BACK = "\x1b[23;2t"  # shows the title that was put aside
