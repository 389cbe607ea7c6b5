"""The record of a command, and how its keys are written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tui.commands.key_names import label_of, types_character

if TYPE_CHECKING:
    from collections.abc import Sequence


def either(keys: Sequence[str]) -> str:
    """Return keys of which each does the same, such as `y or enter`."""
    return " or ".join(filter(None, (", ".join(keys[:-1]), *keys[-1:])))


@dataclass(frozen=True, slots=True)
class Command:
    """One thing a person can do: its keys, a short title, and what it does in one sentence.

    `footer` puts it to the front of the key line, six at most. `first` commands work inside text
    fields too, where a widget would otherwise take the key. `in_dialogs`: a command of the app
    that works while a dialog is open. `word` is what the line of keys at the foot of a dialog
    says behind its key; None leaves it out of that line. `answers`: it answers a question, or sends
    a form off, so that line tells every key of it.
    """

    id: str
    keys: str
    title: str
    hint: str
    footer: bool = False
    first: bool = False
    in_dialogs: bool = False
    word: str | None = None
    answers: bool = False

    @property
    def where(self) -> str:
        """The screen, dialog or widget it works on, or "app" for everywhere."""
        return self.id.partition(".")[0]

    @property
    def name(self) -> str:
        """What it is called there: the second half of its id."""
        return self.id.partition(".")[2]

    @property
    def call(self) -> str:
        """The action that Textual runs for it, on whatever has a dispatcher."""
        return f"command('{self.id}')"

    @property
    def key_names(self) -> tuple[str, ...]:
        """The names of its keys."""
        return tuple(key for key in self.keys.split(",") if key)

    @property
    def labels(self) -> list[str]:
        """Its keys, each as it is written for people."""
        return [label_of(key) for key in self.key_names]

    def outside_text(self) -> Command:
        """Return it with the keys alone that do not type a character in a field of text."""
        return replace(self, keys=",".join(k for k in self.key_names if not types_character(k)))

    @property
    def told_keys(self) -> str:
        """The keys as the line at the foot of a dialog tells them; empty without any."""
        return either(self.labels if self.answers else self.labels[:1])

    @property
    def key_label(self) -> str:
        """The keys as help shows them, such as `ctrl+s` or `u / ctrl+z`."""
        return " / ".join(self.labels) or "–"
