"""The configuration file, read so that every complaint names its line.

What is not known is an error: a setting that is misspelt would silently not protect anybody.
"""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.services.errors import InputError, disk_words
from tui.services.settings.profile_table import Table
from tui.services.settings.setting_names import SETTINGS
from tui.services.settings.suggestions import nearest, with_meant
from tui.services.settings.terminal_settings import CHOICES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NOTIFY = ("auto", "off", "osc9", "osc777")
TOP_LEVEL = ("default_profile", "profiles", "notify", "keymap", "keys", *CHOICES)
KNOWN = frozenset(SETTINGS)
# The lab is on this machine, has its own key, and bills nothing.
NOT_FOR_LAB = frozenset(name for name, one in SETTINGS.items() if not one.lab)
_HEADER = re.compile(r"^\s*\[+([^]]*)\]")


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """The file's values, and its lines to point at."""

    path: Path
    lines: list[str]
    values: Mapping[str, Any]

    @classmethod
    def read(cls, path: Path) -> ConfigFile:
        """Read `path`; a missing one is empty. Raises InputError for what is no TOML."""
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except FileNotFoundError:
            _check_misplaced(path)
            return cls(path, [], {})
        except OSError as error:
            raise InputError(
                "The configuration cannot be read",
                disk_words(error, path),
                "Correct or move the file.",
            ) from error
        except UnicodeDecodeError as error:
            before = error.object[: error.start].decode("utf-8", "replace")
            line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
            cause = f"{path}: it is not UTF-8 (at line {line}, column {column})"
            step = "Save it as UTF-8, or move the file."
            raise InputError("The configuration cannot be read", cause, step) from error
        return cls.parse(path, text)

    @classmethod
    def parse(cls, path: Path, text: str) -> ConfigFile:
        """Read a text as the content of `path`. Raises InputError for what is no TOML."""
        try:
            return cls(path, text.splitlines(), tomllib.loads(text))
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise InputError(
                "The configuration is not valid TOML", f"{path}: {error}", _toml_step(text, error)
            ) from error

    def bad(self, key: str, cause: str, table: str = "", next_step: str = "") -> InputError:
        """Return the error for a wrong setting, naming the line and column it stands on."""
        line, column = self._place_of(key, table)
        return InputError(
            "The configuration cannot be used",
            f"{self.path}: {cause} (at line {line}, column {column})",
            next_step or "Correct that line.",
        )

    def check(self) -> None:
        """Raise InputError for what is not known outside of the profiles, or of a wrong type."""
        if unknown := [key for key in self.values if key not in TOP_LEVEL]:
            raise self._unknown_at_top(min(unknown, key=self._place_of))
        if self.values.get("notify", "auto") not in NOTIFY:
            raise self.bad_notify()
        for key, known in CHOICES.items():
            if key in self.values and (chosen := self.values[key]) not in known:
                raise self._bad_choice(key, chosen, known)

    def _bad_choice(self, key: str, chosen: object, known: tuple[str, ...]) -> InputError:
        cause = f"{key} is {chosen!r}, not one of {', '.join(known)}"
        if isinstance(chosen, str) and (meant := nearest(chosen, known)):
            return self.bad(
                key, f"{key} is {chosen!r}, did you mean {meant}?", next_step=f'Write "{meant}".'
            )
        return self.bad(key, cause)

    def bad_notify(self) -> InputError:
        """Return the error for a wrong way to notify."""
        chosen = self.values.get("notify")
        return self.bad("notify", f"notify is {chosen!r}, not one of {', '.join(NOTIFY)}")

    def remarks(self) -> tuple[str, ...]:
        """Return what is not safe about the file itself: keys in it that others can read."""
        tables = self.values.get("profiles", {}).values()
        if os.name != "posix" or not any(table.get("api_key") for table in tables):
            return ()
        try:
            mode = self.path.stat().st_mode
        except OSError:
            return ()
        if not mode & 0o077:
            return ()
        return (f"{self.path} holds a key and is open to other users: chmod 600 makes it yours",)

    def _unknown_at_top(self, key: str) -> InputError:
        if key in KNOWN and not isinstance(self.values[key], dict):
            cause = f"{key} stands outside of a profile, where it does nothing"
            next_step = "Write it below a line such as [profiles.openai]."
            return self.bad(key, cause, next_step=next_step)
        if isinstance(self.values[key], dict):
            meant = "profiles" if key.lower().startswith("profil") else nearest(key, TOP_LEVEL)
            cause = f"unknown table [{key}]"
        else:
            meant = nearest(key, TOP_LEVEL)
            cause = f"unknown setting {key}"
        cause, next_step = with_meant(cause, meant, TOP_LEVEL)
        return self.bad(key, cause, next_step=next_step)

    def profile_tables(self) -> Mapping[str, Table]:
        """Return the tables of all profiles by name. Raises InputError for a wrong setting."""
        value = self.values.get("profiles", {})
        if not isinstance(value, dict):
            raise self.bad("profiles", "profiles is not a table")
        for name, inner in value.items():
            if not isinstance(inner, dict):
                raise self.bad(name, f"profile {name} is not a table")
            self._check_profile(name, inner)
        return {name: Table(self, name, inner) for name, inner in value.items()}

    def _check_profile(self, name: str, inner: Mapping[str, Any]) -> None:
        known = KNOWN - NOT_FOR_LAB if name == "lab" else KNOWN
        if not (unknown := [key for key in inner if key not in known]):
            return
        key = min(unknown, key=lambda one: self._place_of(one, name))
        if key in KNOWN:
            cause = f"profile lab takes no {key}: it is the provider built in"
            raise self.bad(key, cause, name, "Give the profile another name, or remove that line.")
        if isinstance(inner[key], dict) and any(one in KNOWN for one in inner[key]):
            cause = f"[profiles.{name}.{key}] has no quotes, and TOML takes its dots for tables"
            whole = f"{name}.{key}"
            raise self.bad(key, cause, name, f'Write [profiles."{whole}"].')
        cause = f"profile {name}: unknown setting {key}"
        cause, next_step = with_meant(cause, nearest(key, known), known)
        raise self.bad(key, cause, name, next_step)

    def default_profile(self) -> str | None:
        """Return the name set as default, if any. Raises InputError for an empty one."""
        name = Table(self, "", self.values).text("default_profile")
        if name is None and "default_profile" in self.values:
            raise self.bad(
                "default_profile",
                "default_profile is empty",
                next_step="Name a profile, or remove that line.",
            )
        return name

    def _place_of(self, key: str, table: str = "") -> tuple[int, int]:
        """Return the line and column of a setting, or the nearest that is known, from 1."""
        number, inside, begun = 1, not table, 1
        for number, line in enumerate(self.lines, 1):
            header = _HEADER.match(line)
            if header:
                inside = not table or _names(header[1], table)
                begun = number if inside and table else begun
            setting = line.split("=")[0].strip().strip("\"'")
            named = setting == key or setting.split(".")[0].strip() == key
            if inside and (named or (header and _names(header[1], key))):
                return number, line.index(key) + 1
        for number, line in enumerate(self.lines, 1):  # in a table within a line
            if found := re.search(rf"(?<![\w-]){re.escape(key)}(?![\w-])", line):
                return number, found.start() + 1
        return begun, 1


_AT_LINE = re.compile(r"at line (\d+)")
_BARE_NAME = re.compile(r"\s*([\w.-]+[:/@][\w.:/@-]*?)\s*=")


def _toml_step(text: str, error: BaseException) -> str:
    """Return what to do about what is not TOML: a name such as ft:base:x needs quotes."""
    at = _AT_LINE.search(str(error))
    line = text.splitlines()[int(at[1]) - 1 : int(at[1])] if at else []
    if line and (bare := _BARE_NAME.match(line[0])):
        return f'Write the name in quotes: "{bare[1]}" = …'
    return "Correct that line."


def _check_misplaced(path: Path) -> None:
    """Raise InputError when the file stands in $FINETUI_HOME itself, where nothing reads it."""
    home = path.parent.parent
    if path.parent.name == "config" and (found := home / path.name).is_file():
        raise InputError(
            "The configuration is not where it is read",
            f"{found} is there, {path} is not",
            f"Move it: mkdir -p {path.parent} && mv {found} {path}",
        )


def _names(header: str, key: str) -> bool:
    """Whether a table's header ends in `key`: profiles.a, or profiles."a"."""
    return f".{header}".replace('"', "").endswith(f".{key}")
