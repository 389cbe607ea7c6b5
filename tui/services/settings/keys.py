"""Where the key of a profile is: a variable, a command, the keyring, whoever types it, the file."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from tui.core.provider.api_keys import EnteredKey, entered_key
from tui.core.text.masking import learn
from tui.services.settings.setting_names import KEY_SETTINGS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tui.services.settings.profile_table import Table

SERVICE = "finetui"  # under which the keyring keeps the keys that are given to it here
SHOWN = 4  # characters of a key
_LONG_ENOUGH = 16  # a shorter key would lose too much by showing this many
_LIKE_A_KEY = 20  # a name of this many characters that is not in capitals may be a key
# Also in a file that is no TOML, so that what it names is kept from others all the same.
_NAMED = re.compile(r"""\b(?:api_key_env|env)["']?\s*=\s*["']\s*([A-Za-z_]\w*)""")
_WRITTEN = re.compile(r"""api_key["']?\s*=\s*["']\s*([^"'\n]+)""")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Of other tools, and never the business of a command that fetches another key.
_OF_OPENAI = ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_CUSTOM_HEADERS")

KeyKind = Literal["env", "command", "keyring", "ask", "file"]


@dataclass(frozen=True, slots=True)
class KeySource:
    """Where a profile says its key is.

    `key` is what is there; None where it is fetched when it is needed (`late`) or typed. `name`
    reads as in "NAME is empty". A `command` that is a text is for the shell. `entry` are service
    and user name in the keyring, `environ` the variables a command is given.
    """

    kind: KeyKind
    name: str
    key: EnteredKey | None = field(default=None, repr=False)
    command: str | tuple[str, ...] = field(default=(), repr=False)
    entry: tuple[str, str] = ("", "")
    environ: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    @property
    def late(self) -> bool:
        """Whether the key is fetched when it is needed."""
        return self.kind in {"command", "keyring"}


def key_source(
    table: Table, environ: Mapping[str, str], withheld: frozenset[str] = frozenset()
) -> KeySource | None:
    """Return where this profile's key is; None when it names nothing.

    `withheld` are variables that hold keys of profiles: no command is given them. Raises
    InputError for a setting that cannot be used, and for two.
    """
    found = {name: table.values.get(name) for name in KEY_SETTINGS}
    named = [name for name, value in found.items() if value is not None and value is not False]
    if len(named) > 1 and table.values.get("api_key") == "":
        named.remove("api_key")
    if len(named) > 1:  # whichever were taken, the other was meant
        _learn(table.values.get("api_key"))
        raise table.bad(named[-1], f"stands beside {named[0]}: a profile has one key")
    if not named:
        table.flag("key_ask", False)
        return None
    if named[0] == "api_key":
        return _in_file(table)
    if named[0] == "api_key_env":
        return _in_variable(table, environ)
    if named[0] == "key_command":
        return command_source(table, "key_command", environ, withheld)
    if named[0] == "key_keyring":
        return _in_keyring(table)
    table.flag("key_ask", False)
    return KeySource("ask", "the key, which is typed for each run,", EnteredKey(""))


def typed_source(raw: str) -> KeySource:
    """Return the source of a key that somebody has typed."""
    return KeySource("ask", "the key that was typed", read_key(raw))


def _in_file(table: Table) -> KeySource:
    value = table.values.get("api_key")
    if not isinstance(value, str):
        raise table.bad("api_key", "must be a text")
    return KeySource("file", f"api_key in {table.source.path}", read_key(value))


def _in_variable(table: Table, environ: Mapping[str, str]) -> KeySource:
    name = variable_name(table, "api_key_env", table.values.get("api_key_env"))
    shown = name if name.isupper() or len(name) < _LIKE_A_KEY else "that api_key_env names"
    return KeySource("env", f"the variable {shown}", read_key(environ.get(name, "")))


def variable_name(table: Table, key: str, name: object) -> str:
    """Return the name of an environment variable. Raises InputError for what cannot be one."""
    if isinstance(name, str) and _VARIABLE.fullmatch(name.strip()):
        return name.strip()
    _learn(name)  # it may be the key itself
    raise table.bad(key, "must be the name of an environment variable")


def command_source(
    table: Table, setting: str, environ: Mapping[str, str], withheld: frozenset[str]
) -> KeySource:
    """Return the source that a command in a setting is. Raises InputError for no command."""
    value = table.values[setting]
    words = [value] if isinstance(value, str) else value
    fits = isinstance(words, list) and words and all(isinstance(one, str) for one in words)
    if not fits or not words[0].strip():
        raise table.bad(setting, 'must be a command such as "pass show ai" or a list of words')
    program = words[0].split()[0].rpartition("/")[2]
    command = value if isinstance(value, str) else tuple(words)
    kept = _kept_from_commands(environ, withheld)
    return KeySource("command", f"its {setting} ({program})", command=command, environ=kept)


def _kept_from_commands(environ: Mapping[str, str], withheld: frozenset[str]) -> dict[str, str]:
    """Return the environment without keys of profiles, under whatever name they stand."""
    names = {*withheld, *_OF_OPENAI}
    keys = {environ[name] for name in names if environ.get(name)}
    return {name: text for name, text in environ.items() if name not in names and text not in keys}


def _in_keyring(table: Table) -> KeySource:
    if (found := keyring_source(table.values["key_keyring"])) is not None:
        return found
    step = 'Write key_keyring = "NAME", or { service = "…", username = "…" }.'
    raise table.bad("key_keyring", "must be the name of an entry in the keyring", step)


def keyring_source(value: object) -> KeySource | None:
    """Return the source that a setting names, None for what names none."""
    entry: tuple[object, object] = (SERVICE, value)
    if isinstance(value, dict) and value.keys() == {"service", "username"}:
        entry = (value["service"], value["username"])
    service, username = entry
    if not isinstance(service, str) or not isinstance(username, str) or not (service and username):
        return None
    name = f"the entry {username} of {service} in the keyring"
    return KeySource("keyring", name, entry=(service, username))


def key_variables(where: Path | str, environ: Mapping[str, str]) -> frozenset[str]:
    """Return the variables a configuration names as keys, whether or not it can be used.

    `where` is its file or its text. The keys it holds or names are masked from now on in every
    text that leaves.
    """
    try:
        text = where if isinstance(where, str) else where.read_bytes().decode("utf-8", "replace")
    except OSError:
        return frozenset()
    names = frozenset(_NAMED.findall(text))
    for raw in (*_WRITTEN.findall(text), *(environ.get(name, "") for name in names)):
        read_key(raw)
    return names


def read_key(raw: str) -> EnteredKey:
    """Return a key as it is sent; from now on it is masked in every text that leaves."""
    found = entered_key(raw)
    learn(raw, found.text)
    return found


def shown_key(key: str) -> str:
    """Return what may be shown of a key."""
    return f"…{key[-SHOWN:]}" if len(key) >= _LONG_ENOUGH else "there"


def _learn(value: object) -> None:
    learn(value if isinstance(value, str) else None)
