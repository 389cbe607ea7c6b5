"""The command palette's rows: every command with its key, this mode's first."""

from __future__ import annotations

from tui.commands import COMMANDS, Command
from tui.screens.dialogs.choose import Choice


def palette_choices(mode: str) -> list[Choice[tuple[str, str]]]:
    """Return all commands as choices of (where, action), those of `mode` first."""
    order = {mode: 0, "app": 1}
    ranked = sorted(COMMANDS, key=lambda c: order.get(c.where, 2))
    return [
        Choice((c.where, c.action), _title(c, mode), f"{c.key_label}  {c.hint}") for c in ranked
    ]


def _title(command: Command, mode: str) -> str:
    if command.where in {mode, "app"}:
        return command.title
    return f"{command.where.capitalize()}: {command.title}"
