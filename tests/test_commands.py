"""One table of commands: keys a terminal can send, no clashes, and a method behind each."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual.binding import Binding

from tui.app import FinetuiApp
from tui.commands import COMMANDS, MODES, bindings_for, commands_for

ROOT = Path(__file__).parent.parent
WHERES = ["app", *(mode for _, mode, _ in MODES)]
# What terminals or tmux turn into another key, or keep (docs of both; seen under tmux 3.3).
UNSENDABLE = {"ctrl+h", "ctrl+i", "ctrl+m", "ctrl+j", "ctrl+left_square_bracket", "ctrl+b"}


def screen_class(where: str) -> type:
    made = FinetuiApp.MODES[where]
    assert callable(made)
    return type(made())


@pytest.mark.parametrize("where", WHERES)
def test_every_command_has_its_action(where: str) -> None:
    owner = FinetuiApp if where == "app" else screen_class(where)
    for command in commands_for(where):
        name = command.action.partition("(")[0]
        assert callable(getattr(owner, f"action_{name}", None)), command.id


def test_ids_and_keys_are_unique_and_sendable() -> None:
    ids = [command.id for command in COMMANDS]
    assert len(ids) == len(set(ids))
    for _, mode, _ in MODES:
        keys = [k for w in ("app", mode) for c in commands_for(w) for k in c.keys.split(",")]
        assert len(keys) == len(set(keys)), mode
        assert not set(keys) & UNSENDABLE


@pytest.mark.parametrize("where", WHERES[1:])
def test_the_footer_holds_at_most_six(where: str) -> None:
    assert sum(c.footer for w in ("app", where) for c in commands_for(w)) <= 6


@pytest.mark.parametrize("where", WHERES)
def test_bindings_come_from_the_table(where: str) -> None:
    owner = FinetuiApp if where == "app" else screen_class(where)
    bound = {b.id for b in owner.BINDINGS if isinstance(b, Binding)}  # type: ignore[attr-defined]
    assert bound == {b.id for b in bindings_for(where)}


def test_screens_md_lists_the_same_keys() -> None:
    """The tables under "### Keys" in screens.md are the table of commands, row by row."""
    text = (ROOT / "screens.md").read_text(encoding="utf-8")
    found = {}
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        title, _, body = section.partition("\n")
        rows = re.findall(r"^\| `(.+?)` \| (.+?) \| (.+?) \|$", body, flags=re.MULTILINE)
        if rows:
            found[title.strip().lower()] = [tuple(row) for row in rows]
    expected = {
        "everywhere" if where == "app" else where: [
            (c.key_label, c.title, c.hint) for c in commands_for(where)
        ]
        for where in WHERES
    }
    assert found == expected
