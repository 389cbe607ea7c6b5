"""Changes to the configuration file: what they do not name stays as it is, comments and order too.

Two programs take turns. The new content is checked before it takes the place of the old, and a
kill leaves the one or the other.
"""

from __future__ import annotations

import contextlib
import copy
import fcntl
import os
from typing import TYPE_CHECKING, Any

from tui.services.datasets.disk.atomic_save import write_atomically
from tui.services.errors import InputError, NotWritten, disk_errors
from tui.services.settings.config_changes import (
    Change,
    adding,
    changing,
    new_texts,
    removing,
    renaming,
    says,
    setting_keys,
)
from tui.services.settings.config_file import ConfigFile
from tui.services.settings.locations import private_folder
from tui.services.settings.profiles import ProfileBook

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tui.services.settings.locations import Locations

# Names that say by themselves what a profile is.
_FIXED = {
    "lab": "it is the provider built in",
    "openai": "it is the profile of OPENAI_API_KEY; another one can stand beside it",
}
HEADER = "# The profiles of finetui: which providers to talk to, and where their keys are.\n\n"


class ConfigEditor:
    """Adds, changes and removes profiles. Every method blocks, and raises InputError."""

    def __init__(self, locations: Locations, environ: Mapping[str, str]) -> None:
        self._locations, self._environ = locations, environ
        self._path = locations.config_file

    def add(self, name: str, settings: Mapping[str, Any]) -> None:
        """Add a profile."""
        if problem := name_problem(name):
            raise InputError("The profile was not added", problem, "Choose another name.")
        self._make(adding(name, settings))

    def edit(self, name: str, settings: Mapping[str, Any]) -> None:
        """Change settings of a profile; None takes one out."""
        self._make(self._editing(name, settings))

    def preview(self, name: str, settings: Mapping[str, Any]) -> ProfileBook:
        """Return the profiles as they would be with settings changed; nothing is written."""
        text = self._changed(self._read(), self._editing(name, settings), forgiving=False)
        return ProfileBook.load(self._locations, self._environ, text=text)

    def _editing(self, name: str, settings: Mapping[str, Any]) -> Change:
        profiles = ConfigFile.read(self._path).values.get("profiles", {})
        if isinstance(profiles, dict) and name in profiles:
            return changing(name, settings)
        return adding(name, {key: value for key, value in settings.items() if value is not None})

    def remove(self, name: str) -> None:
        """Take a profile out; the default is forgotten with it."""
        self._make(removing(self._path, name), forgiving=True)

    def rename(self, old: str, new: str) -> None:
        """Give a profile another name; the default follows, and a keyring entry named after it."""
        self._make(renaming(self._path, old, new))

    def set_default(self, name: str) -> None:
        """Make a profile the one used when none is named."""
        self.set_outside("default_profile", name)

    def set_outside(self, setting: str, value: str | None) -> None:
        """Change a setting outside of the profiles; None takes it out."""

        def change(values: Any) -> None:
            if value is not None:
                values[setting] = value
            elif setting in values:
                del values[setting]

        self._make(Change(change, change))

    def set_keys(self, changes: Mapping[str, list[str] | None]) -> None:
        """Give commands other keys, by their ids; None goes back to those of the set."""
        self._make(setting_keys(changes))

    def set_keymap(self, name: str) -> None:
        """Use another set of keys."""
        self.set_outside("keymap", name)

    # -- inside ------------------------------------------------------------------------

    def _make(self, change: Change, *, forgiving: bool = False) -> None:
        """Rewrite the file. With `forgiving` it may have mistakes if it had some before."""
        private_folder(self._path.parent)
        with self._alone():
            self._write(self._changed(self._read(), change, forgiving=forgiving))

    def _changed(self, old: str, change: Change, *, forgiving: bool) -> str:
        values = copy.deepcopy(dict(ConfigFile.parse(self._path, old).values))
        change.plain(values)
        new = next((made for made in new_texts(old, change) if says(made, values)), None)
        if new is None:
            raise InputError(
                "The configuration was not changed",
                f"{self._path} is written in a way that cannot be changed from here",
                "Change it in an editor.",
            )
        self._check(old, new, forgiving=forgiving)
        return new

    def _check(self, old: str, new: str, *, forgiving: bool) -> None:
        error = self._mistake(new)
        if error is None:
            return
        title = "The configuration was not changed"
        if (before := self._mistake(old)) is not None:  # it stands in the file already
            if forgiving:
                return
            raise InputError(title, before.cause, before.next_step) from before
        # The place is that in a text which nobody will see.
        cause = error.cause.removeprefix(f"{self._path}: ").partition(" (at line")[0]
        step = "" if error.next_step == "Correct that line." else error.next_step
        raise InputError(title, cause, step) from error

    def _mistake(self, text: str) -> InputError | None:
        try:
            ProfileBook.load(self._locations, self._environ, text=text)
        except InputError as error:
            return error
        return None

    def _read(self) -> str:
        ConfigFile.read(self._path)  # raises for one that cannot be read, or stands elsewhere
        try:
            return self._path.read_bytes().decode("utf-8-sig")
        except FileNotFoundError:
            return HEADER

    def _write(self, text: str) -> None:
        title = "The configuration was not written"
        step = "Make room, or the folder writable, and try again."
        with disk_errors(title, self._path, step, NotWritten):
            write_atomically(self._path, [text.encode()], private=True)

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


def renaming_problem(old: str, new: str, names: Iterable[str]) -> str:
    """Return why a profile cannot be called so beside others, or an empty text."""
    if problem := name_problem(new):
        return problem
    for name, why in _FIXED.items():
        if name in {old, new}:
            return f"{name} is a name of its own: {why}"
    return f"there is a profile {new}" if new in names else ""
