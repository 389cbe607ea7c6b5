"""The key tables of screens.md, from the one table of commands: `python -m tests.key_tables`."""

from __future__ import annotations

import re
from pathlib import Path

from tests.classes import classes_of
from tui.commands import MODES, PLACES, Place, commands_for, commands_in_dialogs
from tui.screens.dialogs.base import Dialog

SCREENS = Path(__file__).parent.parent / "screens.md"
_MODES = {mode for _, mode, _ in MODES}


def table(where: str) -> str:
    """Return the keys of one screen, dialog or widget as a Markdown table."""
    rows = [f"| `{c.key_label}` | {c.title} | {c.hint} |" for c in commands_for(where)]
    return "\n".join(["| key | command | what it does |", "| --- | --- | --- |", *rows])


def dialogs_of(mode: str) -> list[Place]:
    """Return the dialogs and fields of a mode, or for "app" those of all modes."""
    return [one for one in PLACES.values() if one.mode == mode and one.where not in _MODES]


def dialogs(mode: str) -> str:
    """Return the dialogs of a mode with their keys, as Markdown."""
    parts = []
    for one in dialogs_of(mode):
        parts += [f"#### {one.title}", " ".join(filter(None, (one.about, _also(one.where))))]
        if commands_for(one.where):
            parts.append(table(one.where))
    return "\n\n".join(parts)


def _also(where: str) -> str:
    """Say which keys a dialog has besides its own."""
    if where == "dialog":
        named = [f"`{one.key_label}` ({one.title})" for one in commands_in_dialogs()]
        return f"Of the keys that work everywhere it has {', '.join(named)}."
    shared = {
        PLACES[place].title
        for owner in classes_of("tui.screens")
        if issubclass(owner, Dialog) and where == owner.WHERE
        for place in owner.SHARED
    }
    return f"Also: {', '.join(sorted(shared))}." if shared else ""


def renew(text: str) -> str:
    """Return screens.md with what stands under "### Keys" and "### Dialogs" made again."""
    sections = re.split(r"(?m)^(?=## )", text)
    return "".join(map(_renew_section, sections))


def _renew_section(section: str) -> str:
    title = section.partition("\n")[0].removeprefix("## ").strip().lower()
    where = "app" if title == "everywhere" else title
    section = _renew_part(section, "Keys", table(where))
    return _renew_part(section, "Dialogs", dialogs(where))


def _renew_part(section: str, title: str, made: str) -> str:
    pattern = rf"(?ms)^### {title}\n.*?(?=^###? |\Z)"
    return re.sub(pattern, lambda _: f"### {title}\n\n{made}\n\n", section, count=1)


if __name__ == "__main__":
    SCREENS.write_text(renew(SCREENS.read_text(encoding="utf-8")), encoding="utf-8")
