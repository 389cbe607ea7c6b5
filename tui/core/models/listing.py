"""The order of models in a list, and which of them a typed text is about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tui.core.models.entry import ModelEntry

Order = Literal["newest", "oldest", "ends", "state", "base", "name", "chatted"]
ORDERS: Mapping[Order, str] = {
    "newest": "newest first",
    "oldest": "oldest first",
    "ends": "what ends first",
    "state": "by state",
    "base": "by base",
    "name": "by name",
    "chatted": "chatted with last",
}
FIELDS = ("state", "kind", "base", "suffix", "job", "id", "profile", "why")
_LAST = "9999"  # after every date
_STATES = (
    "deployed",
    "live",
    "not ready",
    "unknown",
    "not visible to this key",
    "retired",
    "deleted elsewhere",
    "deleted here",
)

_KEYS: Mapping[Order, Callable[[ModelEntry], tuple[float | int | str, ...]]] = {
    "newest": lambda one: (-(one.created or 0),),
    "oldest": lambda one: (one.created is None, one.created or 0),
    "ends": lambda one: (one.ends or _LAST, -(one.created or 0)),
    "state": lambda one: (_STATES.index(one.state.value), -(one.created or 0)),
    "base": lambda one: (one.base.casefold(), -(one.created or 0)),
    "name": lambda one: ((one.suffix or one.id).casefold(), one.id),
    "chatted": lambda one: (-(one.usage.last_chatted or 0), -(one.created or 0)),
}


@dataclass(frozen=True, slots=True)
class ArrangedModels:
    """The models of a list in their order.

    `tuned` and `gone` count the fine-tuned ones that are there, and that are not, whether they are
    shown or not; `folded` are checkpoints and bases that are not shown.
    """

    entries: list[ModelEntry] = field(default_factory=list)
    tuned: int = 0
    gone: int = 0
    folded: int = 0


def arranged(
    entries: Sequence[ModelEntry],
    order: Order,
    typed: str,
    texts: Mapping[str, str],
    *,
    everything: bool,
    with_gone: bool = True,
) -> ArrangedModels:
    """Return what a list shows: one's own, and with `everything` checkpoints and bases too."""
    tuned = [one for one in entries if one.kind == "tuned"]
    others = [one for one in entries if one.kind != "tuned"]
    gone = sum(1 for one in tuned if one.state.gone)
    shown = tuned if with_gone else [one for one in tuned if not one.state.gone]
    shown = filtered([*shown, *(others if everything else ())], typed, texts)
    folded = 0 if everything else len(others)
    return ArrangedModels(ordered(shown, order), len(tuned) - gone, gone, folded)


def ordered(entries: Iterable[ModelEntry], order: Order) -> list[ModelEntry]:
    """Return the models in an order: one's own, those gone, checkpoints, the provider's bases."""
    key = _KEYS[order]
    return sorted(entries, key=lambda one: (_group(one), *key(one)))


def _group(entry: ModelEntry) -> int:
    if entry.kind == "tuned":
        return 1 if entry.state.gone else 0
    return 2 if entry.kind == "checkpoint" else 3


def searched_text(entry: ModelEntry) -> str:
    """Return what a typed word is looked for in, folded: everything a row or its details say."""
    files = [one.paths for one in (entry.training_file, entry.validation_file) if one is not None]
    parts = (
        entry.id, entry.kind, entry.state.value, entry.base, entry.suffix, entry.job or "",
        entry.profile, entry.ends or "",
        *(one.chat_name for one in entry.deployments or ()),
        *(path for paths in files for path in paths),
    )  # fmt: skip
    return "\n".join(parts).casefold()


def filtered(
    entries: Sequence[ModelEntry], typed: str, texts: Mapping[str, str] | None = None
) -> list[ModelEntry]:
    """Return the models that all typed words are about; `field:word` looks into one field.

    `-word` leaves out what has it. `texts` are `searched_text` of the entries by id,
    where they are kept.
    """
    words = [_word(word) for word in typed.casefold().split()]
    if not words:
        return [*entries]
    found = []
    for entry in entries:
        text = texts[entry.id] if texts is not None else searched_text(entry)
        if all((word in _field(entry, name, text)) is wanted for name, word, wanted in words):
            found.append(entry)
    return found


def _word(word: str) -> tuple[str, str, bool]:
    """Return field (empty for any), text, and whether it is wanted or left out."""
    wanted = not word.startswith("-") or len(word) == 1
    word = word if wanted else word[1:]
    name, colon, rest = word.partition(":")
    return (name, rest, wanted) if colon and rest and name in FIELDS else ("", word, wanted)


def _field(entry: ModelEntry, name: str, text: str) -> str:
    if not name:
        return text
    return str(getattr(entry, name) or "").casefold()
