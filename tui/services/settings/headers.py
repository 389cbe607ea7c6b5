"""Headers and proxies of a profile: what may be sent, and which of it is secret."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from tui.core.text.masking import learn
from tui.services.settings.environment import SECRET_HEADER
from tui.services.settings.keys import read_key, variable_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.services.settings.profile_table import Table

NO_PROXY = "none"
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
HEADER_VALUE = re.compile(r"[\t\x20-\x7e]*")
# What every request says for itself; the key has settings of its own.
OWN_HEADERS = frozenset(
    {"authorization", "accept", "content-type", "content-length", "host", "transfer-encoding"}
)
_PROXY_SCHEMES = {"http", "https", "socks5", "socks5h"}


def headers_of(table: Table, environ: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """Return the headers of a profile, and which variable is missing for one of them.

    A value is a text, or `{ env = "NAME" }` for one that is secret. Raises InputError.
    """
    value = table.values.get("headers", {})
    if not isinstance(value, dict):
        raise table.bad("headers", 'must be a table such as { "X-Team" = "a" }')
    found: dict[str, str] = {}
    missing = ""
    for name, said in value.items():
        if not HEADER_NAME.fullmatch(name):
            raise table.bad("headers", "holds a name that no header has")
        if name.lower() in OWN_HEADERS:
            step = "The key is named by api_key_env, key_command or key_keyring."
            raise table.bad("headers", f"cannot set {name}: every request has its own", step)
        text = _header_value(table, name, said, environ)
        missing = missing or (
            "" if text else str(said.get("env") if isinstance(said, dict) else "")
        )
        found[name] = text
    for name, header in (("organization", "OpenAI-Organization"), ("project", "OpenAI-Project")):
        if (text := (table.text(name) or "").strip()) and _sendable(table, name, text):
            found[header] = text
    return found, missing


def _header_value(table: Table, name: str, said: object, environ: Mapping[str, str]) -> str:
    if isinstance(said, dict) and said.keys() == {"env"}:
        variable = variable_name(table, "headers", said["env"])
        text = read_key(environ.get(variable, "")).text
    elif isinstance(said, str):
        text = said.strip()
        if SECRET_HEADER.search(name):
            learn(text)
    else:
        raise table.bad("headers", f'{name} must be a text, or {{ env = "VARIABLE" }}')
    _sendable(table, "headers", text)
    return text


def _sendable(table: Table, key: str, text: str) -> bool:
    if HEADER_VALUE.fullmatch(text):
        return True
    raise table.bad(key, "holds a character that no header can carry")


def proxy_of(table: Table) -> str | None:
    """Return the proxy of a profile, "none" for going without one. Raises InputError."""
    proxy = (table.text("proxy") or "").strip()
    if not proxy or proxy == NO_PROXY:
        return proxy or None
    try:
        parts = urlsplit(proxy)
        learn(parts.password, unquote(parts.password or ""))
        fits = parts.scheme in _PROXY_SCHEMES and parts.hostname and (parts.port or 1)
    except ValueError:
        fits = False
    if not fits or any(char.isspace() or not char.isprintable() for char in proxy):
        raise table.bad("proxy", 'must be an address such as http://HOST:PORT, or "none"')
    return proxy
