"""What providers allow of uploaded files and of chats. Read from data/providers.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tui.core.text.text import size_words

if TYPE_CHECKING:
    from datetime import date

# Smaller than any provider asks for: less is sent again after a line is lost.
PART_BYTES = 16 * 1024**2


@dataclass(frozen=True, slots=True)
class FileLimits:
    """One provider's limits, in bytes and seconds; `known` is false where they are assumed.

    `upload_bytes` is None where files cannot be sent in parts. `larger` says what to do with
    a file that is too large. `takes` are ids of rules whose problems this provider does not
    mind. `wants_bom` tells that it asks for UTF-8 with a byte order mark.
    """

    provider: str
    file_bytes: int
    upload_bytes: int | None = None
    part_bytes: int = PART_BYTES
    upload_seconds: int = 3600
    larger: str = "Split the file or make it smaller."
    takes: frozenset[str] = frozenset()
    wants_bom: bool = False
    source: str = ""
    as_of: date | None = None
    known: bool = True

    @property
    def most(self) -> int:
        """Return the size of the largest file that can be sent at all."""
        return max(self.file_bytes, self.upload_bytes or 0)

    def in_parts(self, size: int) -> bool:
        """Whether a file of this size goes in parts."""
        return size > self.file_bytes and self.upload_bytes is not None

    def problem(self, size: int) -> str:
        """Return why a file of this size cannot be sent, or an empty text."""
        if size <= self.most:
            return ""
        said = "takes" if self.known else "is taken to allow"
        return f"it has {size_words(size)}; {self.provider} {said} {size_words(self.most)} at most"


# What is assumed of a server nobody knows: what OpenAI allows.
_UNKNOWN = FileLimits("this provider", 512_000_000, 8_000_000_000, known=False)


def file_limits(
    kind: str, base_url: str | None, file_bytes: int | None = None, part_bytes: int | None = None
) -> FileLimits:
    """Return the limits of a profile of this kind at this address, its own settings included."""
    found = _of(kind, base_url)
    if file_bytes is not None:
        found = replace(found, file_bytes=file_bytes)
    own = part_bytes if part_bytes is not None else PART_BYTES
    return replace(found, part_bytes=min(own, found.part_bytes) if found.known else own)


def provider_id(kind: str, base_url: str | None) -> str | None:
    """Return the id of the known provider at an address, None for any other."""
    if kind == "lab":
        return "lab"
    host = urlsplit(base_url or "").hostname or ""
    for name, (hosts, _, _) in _read().items():
        if any(_matches(host, pattern) for pattern in hosts):
            return name
    return None


def not_in_chat(kind: str, base_url: str | None) -> frozenset[str]:
    """Return the parameters of a chat that a provider is known not to take."""
    name = provider_id(kind, base_url)
    return frozenset() if name is None else _read()[name][2]


def _of(kind: str, base_url: str | None) -> FileLimits:
    name = provider_id(kind, base_url)
    return _UNKNOWN if name is None else _read()[name][1]


def _matches(host: str, pattern: str) -> bool:
    return host.endswith(pattern[1:]) if pattern.startswith("*") else host == pattern


@cache
def _read() -> dict[str, tuple[list[str], FileLimits, frozenset[str]]]:
    text = resources.files("tui").joinpath("data", "providers.toml").read_text("utf-8")
    found = {}
    for entry in tomllib.loads(text)["providers"]:
        key, name, hosts = entry.pop("id"), entry.pop("name"), entry.pop("hosts")
        takes = frozenset(entry.pop("takes", ()))
        refused = frozenset(entry.pop("not_in_chat", ()))
        found[key] = (hosts, FileLimits(name, takes=takes, **entry), refused)
    return found
