"""Identifiers: random ones, and ones that follow from what they name."""

from __future__ import annotations

import hashlib
import secrets
import string

_ALPHABET = string.ascii_letters + string.digits


def new(prefix: str, length: int = 22) -> str:
    """Return a random identifier such as ``file-8sKq…``; the prefix carries its own separator."""
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(length))


def derived(prefix: str, *parts: object, length: int = 22) -> str:
    """Return an identifier that follows from the parts, so that repeated work repeats it."""
    digest = hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()
    return prefix + digest[:length]
