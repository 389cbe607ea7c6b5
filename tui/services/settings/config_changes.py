"""What a change of a profile does to the configuration: to its values, and to its text.

The text keeps what a change does not name, comments and order too.
"""

from __future__ import annotations

import contextlib
import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.services.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tomlkit import TOMLDocument

_TABLE = re.compile(r"^\s*\[")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_NAME = r"[A-Za-z0-9_-]+|\"(?:[^\"\\]|\\.)*\"|'[^']*'"
# The header of a table within [profiles]: what is before the profile's name, it, and the rest.
_HEADER = re.compile(
    rf"(\s*\[\s*(?:profiles|\"profiles\"|'profiles')\s*\.\s*)({_NAME})(.*)", re.DOTALL
)
_SETTING = re.compile(r"(\s*(\w+)\s*=\s*)(\"[^\"\n]*\"|'[^'\n]*')(.*)", re.DOTALL)
KEYRING = "key_keyring"


@dataclass(frozen=True, slots=True)
class Change:
    """One change: what the values become, and how it is done in a document or in the text.

    The text is tried first; the way is taken whose result has the values.
    """

    plain: Callable[[dict[str, Any]], None]
    styled: Callable[[TOMLDocument], None]
    textual: Callable[[str], str] | None = None


def adding(name: str, settings: Mapping[str, Any]) -> Change:
    """Return the change that puts a profile behind the others."""

    def plain(values: dict[str, Any]) -> None:
        profiles = values.setdefault("profiles", {})
        if name in profiles:
            step = f"finetui profiles edit {name} changes it."
            raise InputError("The profile was not added", f"there is a profile {name}", step)
        profiles[name] = dict(settings)

    def styled(document: TOMLDocument) -> None:
        import tomlkit
        from tomlkit.items import InlineTable

        if "profiles" not in document:
            document["profiles"] = tomlkit.table(is_super_table=True)
        within: Any = document["profiles"]
        inline = isinstance(within, InlineTable)
        made = tomlkit.inline_table() if inline else tomlkit.table()
        for key, value in settings.items():
            made[key] = _item(value)
        within[name] = made

    return Change(plain, styled, _appended(name, settings))


def changing(name: str, settings: Mapping[str, Any]) -> Change:
    """Return the change of some settings of a profile; None takes one out."""

    def plain(values: dict[str, Any]) -> None:
        table = values["profiles"][name]
        table.update(settings)
        for key in [key for key in table if table[key] is None]:
            del table[key]

    def styled(document: TOMLDocument) -> None:
        table: Any = document["profiles"][name]
        below = _below(table)
        for key, value in settings.items():
            if value is None:
                table.pop(key, None)
            elif key not in table or table[key] != value:
                table[key] = _item(value)
        table.value.body.extend(below)

    return Change(plain, styled)


def removing(path: Path, name: str) -> Change:
    """Return the change that takes a profile out; the default is forgotten with it."""

    def plain(values: dict[str, Any]) -> None:
        profiles = _with(path, name, values, "removed")
        del profiles[name]
        if not profiles:
            del values["profiles"]
        if values.get("default_profile") == name:
            del values["default_profile"]

    def styled(document: TOMLDocument) -> None:
        profiles: Any = document["profiles"]
        del profiles[name]
        if not profiles:
            del document["profiles"]
        if document.get("default_profile") == name:
            del document["default_profile"]

    return Change(plain, styled, lambda text: _without(text, name))


def renaming(path: Path, old: str, new: str) -> Change:
    """Return the change of a profile's name; the default and a keyring entry called so follow."""

    def rename(values: Any) -> None:
        profiles = values["profiles"]
        made = profiles.pop(old)
        if made.get(KEYRING) == old:
            made[KEYRING] = new
        profiles[new] = made
        if values.get("default_profile") == old:
            values["default_profile"] = new

    def plain(values: dict[str, Any]) -> None:
        if new in _with(path, old, values, "renamed"):
            raise InputError("The profile was not renamed", f"there is a profile {new}", "")
        rename(values)

    return Change(plain, rename, lambda text: _renamed(text, old, new))


def setting_keys(changes: Mapping[str, list[str] | None]) -> Change:
    """Return the change of commands' own keys by their ids; None takes what is said out."""

    def plain(values: Any) -> None:
        table = values.setdefault("keys", {})
        for command_id, keys in changes.items():
            _say_keys(table, command_id, keys)

    def styled(document: TOMLDocument) -> None:
        table: Any = document.setdefault("keys", {})
        below = _below(table)
        plain(document)
        table.value.body.extend(below)

    return Change(plain, styled)


def _say_keys(table: Any, command_id: str, keys: list[str] | None) -> None:
    """Say the keys of a command where it is said already: by its id, or below its place."""
    where, _, name = command_id.partition(".")
    inner = table.get(where)
    within = inner if isinstance(inner, dict) and name in inner else table
    if keys is not None:
        within[name if within is inner else command_id] = keys[0] if len(keys) == 1 else keys
    else:
        within.pop(name if within is inner else command_id, None)
        if within is inner and not inner:
            del table[where]


def _below(table: Any) -> list[Any]:
    """Take out and return what stands below the last setting: it belongs to what follows."""
    body = getattr(table.value, "body", [])
    below: list[Any] = []
    while body and body[-1][0] is None:
        below.insert(0, body.pop())
    return below


def _with(path: Path, name: str, values: Mapping[str, Any], done: str) -> dict[str, Any]:
    """Return the profiles, among them this one. Raises InputError where it is not."""
    profiles: dict[str, Any] = values.get("profiles", {})
    if name not in profiles:
        cause = f"{path} has no profile {name}"
        raise InputError(f"The profile was not {done}", cause, "finetui profiles list")
    return profiles


def _renamed(text: str, old: str, new: str) -> str:
    """Return a text with the name of a profile changed wherever a line of its own says it."""
    made: list[str] = []
    followed = "default_profile"  # the setting that names it: above all tables, then in its own
    for line in text.splitlines(keepends=True):
        is_header, said = _TABLE.match(line), _SETTING.fullmatch(line)
        header = _HEADER.fullmatch(line) if is_header and _is_of(line, old) else None
        if is_header:
            followed = KEYRING if header else ""
        if header:
            made.append(f"{header[1]}{_key(new)}{header[3]}")
        elif said and said[2] == followed and said[3][1:-1] == old:
            made.append(f"{said[1]}{_item(new).as_string()}{said[4]}")
        else:
            made.append(line)
    return "".join(made)


def new_texts(old: str, change: Change) -> Iterator[str]:
    """Yield the new text in one way after the other, with the line ends of the old."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    ends = "\r\n" if "\r\n" in old and "\n" not in old.replace("\r\n", "") else "\n"
    if change.textual is not None:
        yield _with_ends(change.textual(old), ends)
    # It refuses what it cannot put in place; what it puts elsewhere is seen by whoever compares.
    with contextlib.suppress(TOMLKitError, ValueError, KeyError, TypeError, AttributeError):
        document = tomlkit.parse(old)
        change.styled(document)
        yield _with_ends(tomlkit.dumps(document), ends)


def _with_ends(text: str, ends: str) -> str:
    return re.sub(r"\r?\n", "\r\n", text) if ends == "\r\n" else text


def says(text: str, values: Mapping[str, Any]) -> bool:
    """Whether a text holds these values and nothing else."""
    try:
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return False
    if not found.get("profiles", True):  # an empty table stays behind at times
        del found["profiles"]
    return found == values


def _appended(name: str, settings: Mapping[str, Any]) -> Callable[[str], str]:
    """Return what puts a table at the end of a text."""

    def append(text: str) -> str:
        lines = [f"[profiles.{_key(name)}]"]
        lines += [f"{_key(key)} = {_item(value).as_string()}" for key, value in settings.items()]
        before = text.rstrip("\r\n")
        gap = "\n\n" if before else ""
        return f"{before}{gap}" + "\n".join(lines) + "\n"

    return append


def _key(name: str) -> str:
    import tomlkit

    if _BARE.fullmatch(name):
        return name
    return tomlkit.string(name).as_string()


def _item(value: Any) -> Any:
    """Return a value as it is written: a table within a setting on its line."""
    import tomlkit

    if not isinstance(value, dict):
        return tomlkit.item(value)
    made = tomlkit.inline_table()
    for key, inner in value.items():
        made[key] = _item(inner)
    return made


def _without(text: str, name: str) -> str:
    """Return a text without the lines of a profile's tables; what is above others stays."""
    kept: list[str] = []
    gone = False
    waiting: list[str] = []  # comments that may belong to the table that follows
    apart = False  # whether a line is free above them
    for line in text.splitlines(keepends=True):
        if _TABLE.match(line):
            gone = _is_of(line, name)
            if not gone:
                kept += waiting
            waiting = []
        if not gone:
            if not re.match(rf"\s*default_profile\s*=\s*[\"']{re.escape(name)}[\"']", line):
                kept.append(line)
        elif line.lstrip().startswith("#"):
            waiting.append(line)
        else:
            waiting, apart = [], not line.strip()
    return "".join([*kept, *(waiting if apart else ())])


def _is_of(line: str, name: str) -> bool:
    """Whether a line is the header of a profile's table, or of one within it."""
    try:
        inner = tomllib.loads(f"{line.strip()}\n")
    except tomllib.TOMLDecodeError:
        return False
    profiles = inner.get("profiles")
    return isinstance(profiles, dict) and name in profiles
