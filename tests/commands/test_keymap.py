"""Keymaps: the shipped sets are in order, and what is wrong with a user's own keys is told."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import tui
from tests.classes import classes_of
from tui.commands import COMMANDS
from tui.commands.contexts import SHARED, contexts
from tui.commands.keymap import SETS, Keymap, keys_of_set, problems, read_keys, with_keys
from tui.screens.dialogs.base import Dialog

if TYPE_CHECKING:
    from collections.abc import Iterator


def told(keymap: Keymap) -> list[tuple[str, str, str]]:
    return [(one.kind, one.command_id, one.other) for one in problems(COMMANDS, keymap)]


@pytest.mark.parametrize("name", SETS)
def test_a_shipped_set_has_no_problem(name: str) -> None:
    assert set(keys_of_set(name)) <= {one.id for one in COMMANDS}
    assert told(Keymap(name)) == []


def test_the_sets_do_what_their_names_say() -> None:
    vim = {one.id: one.key_names for one in with_keys(COMMANDS, Keymap("vim"))}
    emacs = {one.id: one.key_names for one in with_keys(COMMANDS, Keymap("emacs"))}
    assert vim["lists.page_down"] == ("pagedown", "ctrl+d", "ctrl+f")
    assert {"ctrl+n", "down"} <= {*emacs["lists.down"]}
    assert emacs["lists.page_up"] == ("pageup", "alt+v")
    assert emacs["app.palette"] == ("alt+x",)
    assert vim["jobs.new"] == ("n",)


@pytest.mark.parametrize(
    ("command_id", "key", "kind", "other"),
    [
        ("datasets.save", "o", "clash", "datasets.open"),
        ("datasets.save", "f1", "clash", "app.help"),
        ("datasets.save", "j", "clash", "lists.down"),
        ("app.keys", "s", "clash", "datasets.sample"),
        ("app.help", "tab", "clash", "near.other_pane"),
        ("running.stop", "ctrl+p", "clash", "app.palette"),
        ("running.stop", "k", "clash", "lists.up"),
        ("profiles.add", "up", "clash", "picker.up"),
        ("datasets.save", "ctrl+shift+s", "unsendable", ""),
        ("choose.take", "x", "typed", ""),
        ("app.palette", "ctrl+k", "edits", ""),
        ("form.next", "right", "edits", ""),
    ],
)
def test_what_is_wrong_with_a_key_is_told(command_id: str, key: str, kind: str, other: str) -> None:
    assert (kind, command_id, other) in told(Keymap(own={command_id: key}))


def test_keys_of_widgets_that_never_have_the_focus_both_do_not_clash() -> None:
    assert set(told(Keymap(own={"bars.left": "x", "messages.choose": "x"}))) == {
        ("clash", "bars.left", "tokens.cut"),
        ("clash", "messages.choose", "datasets.export"),
        ("clash", "messages.choose", "chat.export"),
        ("clash", "messages.choose", "compare.export"),
    }


def test_an_own_key_is_taken_from_others_in_the_same_place() -> None:
    made = {one.id: one.keys for one in with_keys(COMMANDS, Keymap(own={"datasets.undo": "d"}))}
    assert (made["datasets.undo"], made["datasets.delete"], made["jobs.cancel"]) == ("d", "", "d")


def shared() -> Iterator[tuple[str, tuple[str, ...]]]:
    for owner in classes_of("tui.screens"):
        if issubclass(owner, Dialog) and owner.WHERE and owner.SHARED:
            yield owner.WHERE, owner.SHARED


def test_the_contexts_are_those_of_the_dialogs() -> None:
    """Clashes of keys are looked for by what a dialog shares with others."""
    assert dict(shared()) == SHARED
    places = {place for context in contexts() for place in context.places}
    assert places >= {one.where for one in COMMANDS} - {"fold"}


def test_the_example_of_the_documentation_is_in_order() -> None:
    text = (Path(tui.__file__).parent.parent / "docs" / "keys.md").read_text(encoding="utf-8")
    example = next(one for one in text.split("```toml\n") if one.startswith("keymap"))
    said = tomllib.loads(example.partition("```")[0])
    own = {one: read_keys(keys) for one, keys in said["keys"].items()}
    assert own["jobs.new"] == "n,ctrl+n"
    assert told(Keymap(said["keymap"], own)) == []
