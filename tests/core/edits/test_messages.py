"""Edits of one message: the edit asked for, and nothing else."""

from __future__ import annotations

import pytest

from tests.core.edits.examples import CHAT, chat
from tui.core import edits
from tui.core.dataset.example import Place, write


def test_text_changes_and_unknown_keys_stay() -> None:
    changed = edits.set_text(chat(), Place("messages", 1), "Hey")
    assert write(changed, CHAT) == CHAT.replace(b'"Hi"', b'"Hey"')


def test_a_new_role_takes_the_weight_away() -> None:
    changed = edits.set_role(chat(), Place("messages", 2), "user")
    assert changed.messages[2].weight is None


def test_weight_is_for_answers_only() -> None:
    assert edits.set_weight(chat(), Place("messages", 2), 0).messages[2].trained is False
    with pytest.raises(edits.EditError, match="assistant"):
        edits.set_weight(chat(), Place("messages", 1), 0)


def test_messages_come_and_go() -> None:
    place = Place("messages", 1)
    more = edits.insert_message(chat(), place, "user", "first")
    assert [m.text for m in more.messages] == ["Be kind.", "first", "Hi", "Hello"]
    assert edits.delete_message(more, place).raw == chat().raw
    with pytest.raises(edits.EditError):
        edits.delete_message(chat(), Place("messages", 9))
