"""Secrets in the environment, and the environment of our own processes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from tui.core.text.masking import KEYS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

# Names under which programs of this field and of clouds look for what nobody else should know.
_SECRET_NAME = re.compile(
    r"^OPENAI_|API_?KEY|(^|_)(KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?)(_|$)",
    re.IGNORECASE,
)
SECRET_HEADER = re.compile(r"auth|key|token|secret|cookie|password|signature", re.IGNORECASE)
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


def without_secrets(environ: Mapping[str, str], named: Collection[str] = ()) -> dict[str, str]:
    """Return the environment without keys: those `named`, those named so, those known as keys."""
    return {
        name: value
        for name, value in environ.items()
        if name not in named and not _SECRET_NAME.search(name) and KEYS.mask(value) == value
    }


def header_secrets(environ: Mapping[str, str]) -> Iterator[str]:
    """Yield the secrets that the client library or the HTTP library takes from the environment."""
    if admin := environ.get("OPENAI_ADMIN_KEY", "").strip():
        yield admin
    for line in environ.get("OPENAI_CUSTOM_HEADERS", "").split("\n"):
        name, _, value = line.partition(":")
        if SECRET_HEADER.search(name) and value.strip():
            yield value.split()[-1]
    for name in (*PROXIES, *map(str.lower, PROXIES)):
        try:
            password = urlsplit(environ.get(name) or "").password
        except ValueError:
            continue
        if password:
            yield password
            yield unquote(password)
