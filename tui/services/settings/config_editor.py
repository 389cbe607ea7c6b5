"""Changes to the configuration file: what they do not name stays as it is, comments and order too.

Two programs take turns. The new content is checked before it takes the place of the old, and a
kill leaves the one or the other.
"""

from __future__ import annotations

import contextlib
import copy
import fcntl
import os
import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.services.datasets.disk.atomic_save import write_atomically
from tui.services.errors import InputError, NotWritten
from tui.services.settings.config_file import ConfigFile
from tui.services.settings.locations import private_folder
from tui.services.settings.profiles import ProfileBook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tomlkit import TOMLDocument

    from tui.services.settings.locations import Locations

HEADER = "# The profiles of finetui: which providers to talk to, and where their keys are.\n\n"
_TABLE = re.compile(r"^\s*\[")
_BARE = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class _Change:
    """One change: what the values become, and how it is done in a document or in the text.

    The text is tried first; the way is taken whose result has the values.
    """

    plain: Callable[[dict[str, Any]], None]
    styled: Callable[[TOMLDocument], None]
    textual: Callable[[str], str] | None = None


class ConfigEditor:
    """Adds, changes and removes profiles. Every method blocks, and raises InputError."""

    def __init__(self, locations: Locations, environ: Mapping[str, str]) -> None:
        self._locations, self._environ = locations, environ
        self._path = locations.config_file

    def add(self, name: str, settings: Mapping[str, Any]) -> None:
        """Add a profile."""
        if problem := name_problem(name):
            raise InputError("The profile was not added", problem, "Choose another name.")
        self._make(_adding(name, settings))

    def edit(self, name: str, settings: Mapping[str, Any]) -> None:
        """Change settings of a profile; None takes one out."""
        self._make(self._editing(name, settings))

    def preview(self, name: str, settings: Mapping[str, Any]) -> ProfileBook:
        """Return the profiles as they would be with settings changed; nothing is written."""
        text = self._changed(self._read(), self._editing(name, settings), forgiving=False)
        return ProfileBook.load(self._locations, self._environ, text=text)

    def _editing(self, name: str, settings: Mapping[str, Any]) -> _Change:
        profiles = ConfigFile.read(self._path).values.get("profiles", {})
        if isinstance(profiles, dict) and name in profiles:
            return _changing(name, settings)
        return _adding(name, {key: value for key, value in settings.items() if value is not None})

    def remove(self, name: str) -> None:
        """Take a profile out; the default is forgotten with it."""

        def plain(values: dict[str, Any]) -> None:
            profiles = values.get("profiles", {})
            if name not in profiles:
                cause = f"{self._path} has no profile {name}"
                raise InputError("The profile was not removed", cause, "finetui profiles list")
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

        self._make(_Change(plain, styled, lambda text: _without(text, name)), forgiving=True)

    def set_default(self, name: str) -> None:
        """Make a profile the one used when none is named."""

        def change(values: Any) -> None:
            values["default_profile"] = name

        self._make(_Change(change, change))

    # -- inside ------------------------------------------------------------------------

    def _make(self, change: _Change, *, forgiving: bool = False) -> None:
        """Write the file anew. With `forgiving` it may have mistakes if it had some before."""
        private_folder(self._path.parent)
        with self._alone():
            self._write(self._changed(self._read(), change, forgiving=forgiving))

    def _changed(self, old: str, change: _Change, *, forgiving: bool) -> str:
        values = copy.deepcopy(dict(ConfigFile.parse(self._path, old).values))
        change.plain(values)
        new = next((made for made in _looks(old, change) if _says(made, values)), None)
        if new is None:
            raise InputError(
                "The configuration was not changed",
                f"{self._path} is written in a way that cannot be changed from here",
                "Change it in an editor.",
            )
        self._check(old, new, forgiving=forgiving)
        return new

    def _check(self, old: str, new: str, *, forgiving: bool) -> None:
        try:
            ProfileBook.load(self._locations, self._environ, text=new)
        except InputError as error:
            if forgiving and not self._works(old):
                return
            # The place is that in a text which nobody will see.
            cause = error.cause.removeprefix(f"{self._path}: ").partition(" (at line")[0]
            step = "" if error.next_step == "Correct that line." else error.next_step
            raise InputError("The configuration was not changed", cause, step) from error

    def _works(self, text: str) -> bool:
        try:
            ProfileBook.load(self._locations, self._environ, text=text)
        except InputError:
            return False
        return True

    def _read(self) -> str:
        ConfigFile.read(self._path)  # raises for one that cannot be read, or stands elsewhere
        try:
            return self._path.read_bytes().decode("utf-8-sig")
        except FileNotFoundError:
            return HEADER

    def _write(self, text: str) -> None:
        try:
            write_atomically(self._path, [text.encode()], private=True)
        except OSError as error:
            cause = f"{self._path}: {error.strerror or error}"
            step = "Make room, or the folder writable, and try again."
            raise NotWritten("The configuration was not written", cause, step) from error

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Wait until no other program changes the file."""
        handle = os.open(self._path.parent, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def name_problem(name: str) -> str:
    """Return what is wrong with a profile's name, or an empty text."""
    if not name.strip():
        return "it needs a name"
    if name != name.strip() or not name.isprintable() or len(name) > 40:
        return "a name has 40 characters at most, and none that cannot be seen"
    return "" if not name.startswith("-") else "a name that begins with - is an option"


def _adding(name: str, settings: Mapping[str, Any]) -> _Change:
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

    return _Change(plain, styled, _appended(name, settings))


def _changing(name: str, settings: Mapping[str, Any]) -> _Change:
    def plain(values: dict[str, Any]) -> None:
        table = values["profiles"][name]
        table.update(settings)
        for key in [key for key in table if table[key] is None]:
            del table[key]

    def styled(document: TOMLDocument) -> None:
        table: Any = document["profiles"][name]
        body = table.value.body
        # What stands below the last setting belongs to the table that follows.
        below: list[Any] = []
        while body and body[-1][0] is None:
            below.insert(0, body.pop())
        for key, value in settings.items():
            if value is None:
                table.pop(key, None)
            elif key not in table or table[key] != value:
                table[key] = _item(value)
        body.extend(below)

    return _Change(plain, styled)


def _looks(old: str, change: _Change) -> Iterator[str]:
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


def _says(text: str, values: Mapping[str, Any]) -> bool:
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
