"""The record of a command, and how its keys are written."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tui.commands.key_names import label_of, types_character


@dataclass(frozen=True, slots=True)
class Command:
    """One thing a person can do: its keys, a short title, and what it does in one sentence.

    `footer` puts it to the front of the key line, six at most. `first` commands work inside text
    fields too, where a widget would otherwise take the key. `in_dialogs`: a command of the app
    that works while a dialog is open. `word` is what the line of keys at the foot of a dialog
    says behind its key; None leaves it out of that line.
    """

    id: str
    keys: str
    title: str
    hint: str
    footer: bool = False
    first: bool = False
    in_dialogs: bool = False
    word: str | None = None

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
    def key_label(self) -> str:
        """The keys as help shows them, such as `ctrl+s` or `u / ctrl+z`."""
        return " / ".join(self.labels) or "–"
