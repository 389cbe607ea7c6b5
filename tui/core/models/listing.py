"""The order of models in a list, and which of them a typed text is about."""

from __future__ import annotations

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


def ordered(entries: Iterable[ModelEntry], order: Order) -> list[ModelEntry]:
    """Return the models in an order, one's own before the provider's bases."""
    key = _KEYS[order]
    return sorted(entries, key=lambda one: (not one.own, *key(one)))


def next_order(order: Order) -> Order:
    """Return the order after one, going round."""
    names = list(ORDERS)
    return names[(names.index(order) + 1) % len(names)]


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
    entries: Sequence[ModelEntry], typed: str, texts: Mapping[int, str] | None = None
) -> list[ModelEntry]:
    """Return the models that all typed words are about; `field:word` looks into one field.

    `-word` leaves out what has it. `texts` are `searched_text` of the entries by their place,
    where they are kept.
    """
    words = [_word(word) for word in typed.casefold().split()]
    if not words:
        return [*entries]
    found = []
    for at, entry in enumerate(entries):
        text = texts[at] if texts is not None else searched_text(entry)
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
