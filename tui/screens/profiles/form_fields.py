"""The fields of the form of a profile, and the settings that they stand for."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.services.settings.setting_names import KEY_SETTINGS
from tui.services.settings.setting_texts import text_of, value_of

if TYPE_CHECKING:
    from collections.abc import Mapping

SOURCES = ("variable", "command", "keyring", "typed", "none")
SOURCE_WORDS = {
    "variable": "an environment variable, set before the program starts",
    "command": "a command that prints it, such as pass show ai",
    "keyring": "the keyring of this system; typed here once",
    "typed": "typed each time the program starts",
    "none": "the server wants none",
}
_COMMANDS = frozenset({"key_command", "management_command"})
SETTING_OF_SOURCE = {
    "variable": "api_key_env",
    "command": "key_command",
    "keyring": "key_keyring",
    "typed": "key_ask",
}


@dataclass(frozen=True, slots=True)
class ProfileField:
    """One field: the setting, its label, and what may be typed."""

    name: str
    label: str
    hint: str = ""


# What most profiles never need.
FOLDED = (
    ProfileField("read_only", "Read-only", "true: nothing is changed there"),
    ProfileField("budget", "Budget", "the most its jobs may come to"),
    ProfileField("organization", "Organization", "sent as OpenAI-Organization"),
    ProfileField("project", "Project", "sent as OpenAI-Project"),
    ProfileField("headers", "Headers", "X-Team: a; X-Key: $VARIABLE"),
    ProfileField("proxy", "Proxy", 'http://HOST:PORT, or "none"'),
    ProfileField("ca_file", "Certificates", "a PEM file, beside the system's"),
    ProfileField("timeout", "Time-out", "seconds until an answer begins"),
    ProfileField("connect_timeout", "Connecting", "seconds"),
    ProfileField("insecure", "Insecure", "true: a key may go over http://"),
    ProfileField("management_url", "Deployments at", "where Azure manages them"),
    ProfileField("management_command", "Token for that", "a command that prints it"),
)
# Of the fields above, those of providers with a place of its own for deployments.
MANAGED = ("management_url", "management_command")


def shown(name: str, value: object) -> str:
    """Return the text of a setting in its field; a command of several words as a shell takes it."""
    if name in _COMMANDS and isinstance(value, list):
        return shlex.join(map(str, value))
    return text_of(value)


def source_of(settings: Mapping[str, Any]) -> str:
    """Return where settings say that the key is; "file" for one in plain text."""
    for word, setting in SETTING_OF_SOURCE.items():
        if settings.get(setting):
            return word
    return "file" if settings.get("api_key") else "none"


def settings_typed(
    typed: Mapping[str, str], source: str, secret: Mapping[str, str], before: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the settings that a form says, None for what it takes out.

    `secret` holds the texts of the fields of key sources. What the form has no field for, and
    what was not touched, stays as it was.
    """
    made: dict[str, Any] = {}
    for name, text in typed.items():
        if text.strip() != shown(name, before.get(name)):
            made[name] = value_of(name, text)
    if source == "file":
        return made
    wanted = SETTING_OF_SOURCE.get(source)
    for name in KEY_SETTINGS:
        if name != wanted and before.get(name) is not None:
            made[name] = None
    if wanted == "key_ask":
        made["key_ask"] = True
    elif wanted is not None and secret.get(wanted, "").strip() != shown(wanted, before.get(wanted)):
        made[wanted] = secret.get(wanted, "").strip() or None
    return made
