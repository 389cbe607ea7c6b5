"""Passwords in commands: curl, mysql and sshpass, whose options do not name them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui.core.checks.private_data.secret_values import is_secret_value

if TYPE_CHECKING:
    from collections.abc import Iterable

# In quotes it may be several words.
_VALUE = (
    r"(?:(?P<quote>[\"'])(?=[^\"'\n]{6,256}(?P=quote)))?"
    r"(?P<value>(?:(?(quote)[^\"'\n]|[^\s\"'\\`;|&)])){6,256})"
)
_CURL = re.compile(
    r"\bcurl\b[^\n]{0,400}?\s(?:-u|--user)[ =]{0,2}(?P<quote>[\"']?)[^\s:\"'/$<{]{1,64}:"
    r"(?P<value>(?:(?<=[\"'])[^\"'\n]|[^\s\"'\\]){4,128})"
)
# The password follows its option at once, or -p would ask for it.
_MYSQL = re.compile(
    r"\b(?:mysql|mariadb)[\w-]{0,12} [^\n|;&]{0,200}?(?<= )(?:-u|--user)[^\n|;&]{0,200}?"
    r" -p" + _VALUE
)
_SSHPASS = re.compile(r"\bsshpass[ \t]+(?:-v[ \t]+)?-p[ \t]{0,4}" + _VALUE)
_COMMANDS = {"curl": _CURL, "mysql": _MYSQL, "mariadb": _MYSQL, "sshpass": _SSHPASS}


def passwords_in_commands(text: str) -> Iterable[re.Match[str]]:
    """Yield what gives a password to a command, as the group value."""
    for name, pattern in _COMMANDS.items():
        for found in pattern.finditer(text) if name in text else ():
            if is_secret_value(found["value"].replace(" ", ""), "setting", password=True):
                yield found
