"""The key tables of screens.md, from the one table of commands: `python -m tests.key_tables`."""

from __future__ import annotations

import re
from pathlib import Path

from tui.commands import commands_for

SCREENS = Path(__file__).parent.parent / "screens.md"


def table(where: str) -> str:
    """Return one screen's keys as a Markdown table."""
    rows = [f"| `{c.key_label}` | {c.title} | {c.hint} |" for c in commands_for(where)]
    return "\n".join(["| key | command | what it does |", "| --- | --- | --- |", *rows])


def renew(text: str) -> str:
    """Return screens.md with the table under each "### Keys" made anew."""
    sections = re.split(r"(?m)^(?=## )", text)
    return "".join(map(_renew_section, sections))


def _renew_section(section: str) -> str:
    title = section.partition("\n")[0].removeprefix("## ").strip().lower()
    where = "app" if title == "everywhere" else title
    made = f"### Keys\n\n{table(where)}\n\n"
    return re.sub(r"### Keys\n\n?(\|.*\n)*\n?", lambda _: made, section, count=1)


if __name__ == "__main__":
    SCREENS.write_text(renew(SCREENS.read_text(encoding="utf-8")), encoding="utf-8")
