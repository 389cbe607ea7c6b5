"""A keymap: which keys commands have in place of those in the table, and what is wrong with it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.commands.contexts import EDITING, TEXT, WITH_FIELDS, Context, contexts, never_together
from tui.commands.key_names import label_of, parse_key, types_character, unsendable
from tui.commands.modes import MODES
from tui.commands.places import PLACES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tui.commands.command import Command

STANDARD = "standard"
SETS = (STANDARD, "vim", "emacs")
_SETS = Path(__file__).parent.parent / "data" / "keymaps"
_NEEDED = frozenset({"app.palette", "app.escape", "app.leave"})
_LISTED = frozenset({"app", *(mode for _, mode, _ in MODES)})  # what the palette of a mode lists


@dataclass(frozen=True, slots=True)
class Keymap:
    """A set of keys by its name, and a user's own keys by the commands' ids, joined by commas."""

    name: str = STANDARD
    own: Mapping[str, str] = field(default_factory=dict)

    @property
    def keys(self) -> Mapping[str, str]:
        """The keys that differ from the table's, by command id."""
        return {**keys_of_set(self.name), **self.own}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a key of a command: `kind` is clash, unsendable, typed or edits."""

    kind: str
    command_id: str
    key: str
    text: str
    other: str = ""  # the command it clashes with


@cache
def keys_of_set(name: str) -> Mapping[str, str]:
    """Return the keys of a shipped set by command id; the standard one has none of its own."""
    if name == STANDARD:
        return {}
    import tomllib

    text = (_SETS / f"{name}.toml").read_text(encoding="utf-8")
    return {command_id: read_keys(said) for command_id, said in flat(tomllib.loads(text)).items()}


def flat(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a table says by command id: TOML takes the dot of a bare id for a table."""
    found: dict[str, Any] = {}
    for name, value in said.items():
        if isinstance(value, dict):
            found |= {f"{name}.{inner}": one for inner, one in value.items()}
        else:
            found[name] = value
    return found


def read_keys(said: object) -> str:
    """Return keys joined by commas, of a text or a list of texts; an empty one is not a key.

    Raises UnknownKeyError, and TypeError for what is neither.
    """
    if isinstance(said, str):
        said = said.split(",") if len(said) > 1 else [said]
    if not isinstance(said, list) or not all(isinstance(one, str) for one in said):
        raise TypeError
    named = [parse_key(one if one == " " else one.strip()) for one in said if one]
    return ",".join(dict.fromkeys(named))


def may_be_without(command_id: str) -> bool:
    """Whether a command can do without a key: the palette lists it."""
    return command_id.partition(".")[0] in _LISTED and command_id not in _NEEDED


def with_keys(commands: Sequence[Command], keymap: Keymap) -> tuple[Command, ...]:
    """Return the commands with their keys by a keymap.

    A key of the user's own is no longer that of another command in the same place.
    """
    changed = keymap.keys
    if not changed:
        return tuple(commands)
    own: dict[str, set[str]] = defaultdict(set)
    for one in commands:
        if one.id in keymap.own:
            own[one.where].update(keymap.own[one.id].split(","))
    found = (replace(one, keys=changed.get(one.id, one.keys)) for one in commands)
    return tuple(
        one if one.id in keymap.own else replace(one, keys=_without(one, own[one.where]))
        for one in found
    )


def _without(one: Command, gone: set[str]) -> str:
    return ",".join(key for key in one.key_names if key not in gone)


def problems(defaults: Sequence[Command], keymap: Keymap) -> list[Problem]:
    """Return what is wrong with a keymap: what is so by the table as well is meant so."""
    if not keymap.keys:
        return []
    # Keys as they are given: one that is taken from another is told.
    asked = [replace(one, keys=keymap.keys.get(one.id, one.keys)) for one in defaults]
    before = {one.id: one for one in defaults}
    found = [*_clashes(asked, before)]
    for one in asked:
        new = [key for key in one.key_names if key not in before[one.id].key_names]
        found += filter(None, (_of_key(one, key, before) for key in new))
    return found


def problems_of(
    defaults: Sequence[Command], keymap: Keymap, command_id: str, keys: str, key: str
) -> list[Problem]:
    """Return what would be wrong with a key, were a command to have these keys by a keymap."""
    found = problems(defaults, replace(keymap, own={**keymap.own, command_id: keys}))
    return [one for one in found if one.key == key and command_id in {one.command_id, one.other}]


def _of_key(one: Command, key: str, before: Mapping[str, Command]) -> Problem | None:
    label = label_of(key)
    if why := unsendable(key):
        return Problem("unsendable", one.id, key, f"{one.id}: {label} does not arrive: {why}")
    typing = types_character(key)
    usual = any(map(types_character, before[one.id].key_names))
    if typing and one.where in TEXT and not usual:
        text = f"{one.id}: {label} is typed as text there and never reaches it"
        return Problem("typed", one.id, key, text)
    if one.first and key in EDITING and one.where in WITH_FIELDS:
        text = f"{one.id}: {label} edits text in fields, and would be missing there"
        return Problem("edits", one.id, key, text)
    return None


def _clashes(asked: Iterable[Command], before: Mapping[str, Command]) -> Iterator[Problem]:
    """Yield each pair of commands that has a key in common where the table has none."""
    by_place: dict[str, list[Command]] = defaultdict(list)
    for one in asked:
        by_place[one.where].append(one)
    told: set[tuple[str, str, str]] = set()
    for context in contexts():
        for first, second, key in _pairs(context, by_place):
            meant = {*before[first.id].key_names} & {*before[second.id].key_names}
            if not meant and (first.id, second.id, key) not in told:
                told.add((first.id, second.id, key))
                yield _clash(first, second, key, context, before)


def _clash(
    first: Command, second: Command, key: str, context: Context, before: Mapping[str, Command]
) -> Problem:
    if key in before[first.id].key_names:  # told of the one that it was given to
        first, second = second, first
    where = context.title if first.where != second.where else _title(first.where)
    text = f"{first.id}: {label_of(key)} is the key of {second.id} too, in {where}"
    return Problem("clash", first.id, key, text, second.id)


def _title(where: str) -> str:
    return PLACES[where].title if where in PLACES else "every mode"


def _pairs(
    context: Context, by_place: Mapping[str, Sequence[Command]]
) -> Iterator[tuple[Command, Command, str]]:
    by_key: dict[str, list[Command]] = defaultdict(list)
    for where in sorted(context.places):
        for one in by_place.get(where, ()):
            if where == "app" and context.in_dialog and not one.in_dialogs:
                continue
            for key in one.key_names:
                by_key[key].append(one)
    for key, those in by_key.items():
        for first, second in combinations(those, 2):
            if not never_together(first.where, second.where):
                yield first, second, key
