"""Names of keys: as people write them, as they are shown, and which terminals send."""

from __future__ import annotations

import string

import pytest
from textual.keys import _character_to_key

from tui.commands.key_names import UnknownKeyError, label_of, parse_key, unsendable

NOT_SENT = """
ctrl+shift+s ctrl+i ctrl+m ctrl+h ctrl+[ ctrl+1 ctrl+, ctrl+; ctrl+enter shift+enter alt+enter
ctrl+tab super+a ctrl+b alt+[ ctrl+j
"""
SENT = """
a G ? ctrl+s ctrl+@ ctrl+_ ctrl+\\ alt+x alt+< shift+tab shift+up ctrl+left alt+down f12
ctrl+pageup tab enter esc space
"""


@pytest.mark.parametrize(
    ("written", "name", "label"),
    [
        ("ctrl+s", "ctrl+s", "ctrl+s"),
        ("Ctrl+S", "ctrl+shift+s", "ctrl+shift+s"),
        ("control+x", "ctrl+x", "ctrl+x"),
        ("C-x", "ctrl+x", "ctrl+x"),
        ("M-v", "alt+v", "alt+v"),
        ("alt+<", "alt+less_than_sign", "alt+<"),
        ("alt+X", "alt+shift+x", "alt+shift+x"),
        ("shift+g", "G", "G"),
        ("?", "question_mark", "?"),
        ("+", "plus", "+"),
        ("ctrl++", "ctrl+plus", "ctrl++"),
        (",", "comma", ","),
        ("page up", "pageup", "page up"),
        ("Esc", "escape", "esc"),
        ("shift+up", "shift+up", "shift+↑"),
        ("F4", "f4", "F4"),
        ("ctrl+space", "ctrl+@", "ctrl+@"),
        ("ctrl+/", "ctrl+underscore", "ctrl+_"),
        (" ", "space", "space"),
    ],
)
def test_a_key_is_read_as_people_write_it(written: str, name: str, label: str) -> None:
    assert parse_key(written) == name
    assert label_of(name) == label
    assert parse_key(label) == name


def test_characters_are_called_as_textual_calls_them() -> None:
    for character in string.ascii_letters + string.digits + string.punctuation + "äß€":
        assert parse_key(character) == _character_to_key(character)
        assert label_of(parse_key(character)) in {character, parse_key(character)}


@pytest.mark.parametrize(
    ("written", "meant"),
    [("ctlr+s", "ctrl+s"), ("crtl+pgup", "ctrl+pageup"), ("entre", "enter"), ("qqqq", "")],
)
def test_a_key_that_is_not_known_says_what_may_be_meant(written: str, meant: str) -> None:
    with pytest.raises(UnknownKeyError) as raised:
        parse_key(written)
    assert raised.value.meant == meant


@pytest.mark.parametrize("key", NOT_SENT.split())
def test_what_terminals_do_not_send_is_told(key: str) -> None:
    assert unsendable(parse_key(key))


@pytest.mark.parametrize("key", SENT.split())
def test_what_they_send_is_not(key: str) -> None:
    assert not unsendable(parse_key(key))
