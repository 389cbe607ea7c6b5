"""What became of a job on its way to another provider: carried, left behind, or in the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tui.core.text.text import one_line, plural

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.core.catalog.methods import Method

_SHOWN = 60


@dataclass(frozen=True, slots=True)
class CarriedPart:
    """A part of the job that goes along; `how` says what was changed on the way, if anything.

    `label` is what it is called here, `was` and `now` are its values as they are typed, and
    `becomes` is the parameter it is there, for a hyperparameter.
    """

    name: str
    label: str
    was: str
    now: str
    becomes: str = ""
    how: str = ""

    @property
    def words(self) -> str:
        """Return it as a line."""
        was, now = one_line(self.was, _SHOWN), one_line(self.now, _SHOWN)
        said = now if was == now else f"{was} → {now}"
        return f"{self.label}: {said}" + (f" ({self.how})" if self.how else "")

    def as_json(self) -> dict[str, Any]:
        """Return it for a document."""
        found = {"name": self.name, "was": self.was, "now": self.now, "becomes": self.becomes}
        return {**found, "how": self.how}


@dataclass(frozen=True, slots=True)
class Left:
    """A part of the job that cannot be carried, and why."""

    name: str
    label: str
    was: str
    why: str

    @property
    def words(self) -> str:
        """Return it as a line."""
        return f"{one_line(self.label, _SHOWN)} {one_line(self.was, _SHOWN)}: {self.why}"

    def as_json(self) -> dict[str, Any]:
        """Return it for a document."""
        return {"name": self.name, "was": self.was, "why": self.why}


@dataclass(frozen=True, slots=True)
class MovedJob:
    """A job as it is to be at the other provider.

    `texts` are its fields as they are typed (suffix, seed, metadata and the like), `settings` the
    hyperparameters by their ids there. `blocked` says why it cannot be moved at all, empty where
    it can; with `chosen_only` the data has to be made of the preferred answers, and
    `may_be_chosen_only` is whether that is what is in the way. `notes` are worth knowing and change
    nothing.
    """

    method: Method
    texts: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    carried: tuple[CarriedPart, ...] = ()
    left: tuple[Left, ...] = ()
    notes: tuple[str, ...] = ()
    chosen_only: bool = False
    blocked: str = ""
    may_be_chosen_only: bool = False

    @property
    def lines(self) -> list[str]:
        """Return all there is to say, a line each."""
        found = [f"✓ {one.words}" for one in self.carried]
        found += [f"✗ {one.words}" for one in self.left]
        found += [f"· {one}" for one in self.notes]
        return [*found, f"✗ {self.blocked}"] if self.blocked else found

    @property
    def brief(self) -> str:
        """Return it in a line: how much was carried, and what was not."""
        lost = ", ".join(one_line(one.label, 30) for one in self.left)
        return (
            plural(len(self.carried), "setting")
            + " carried"
            + (f"; not carried: {lost}" if lost else "")
        )

    def as_json(self) -> dict[str, Any]:
        """Return it for a document."""
        return {
            "method": self.method,
            "chosen_only": self.chosen_only,
            "settings": dict(self.settings),
            "carried": [one.as_json() for one in self.carried],
            "left": [one.as_json() for one in self.left],
            "notes": list(self.notes),
            "blocked": self.blocked or None,
        }
