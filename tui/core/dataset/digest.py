"""Digests: short numbers that stand for JSON values and bytes.

Two kinds, each with one function behind it. XXH3 for what is compared while the program runs: it
takes a million examples in a second. BLAKE2b for what outlives a run (the ledger's splits,
saved filters) or is promised to come out the same (a seed's order): it must never change.
"""

from __future__ import annotations

import hashlib

import orjson
from xxhash import xxh3_64_intdigest

SIZE = 8  # bytes of a digest


def number_of(value: object) -> int:
    """Return the 64-bit digest of a JSON value, whatever the order of its keys.

    0 for one that is nested too deeply to be written: orjson reads deeper than it writes.
    """
    try:
        return xxh3_64_intdigest(orjson.dumps(value, option=orjson.OPT_SORT_KEYS))
    except orjson.JSONEncodeError:
        return 0


def number_of_bytes(data: bytes) -> int:
    """Return the 64-bit digest of bytes; 0 when there are none."""
    return xxh3_64_intdigest(data) if data else 0


def as_bytes(number: int) -> bytes:
    """Return a digest as 8 bytes; b"" for 0, which stands for none."""
    return number.to_bytes(SIZE, "big") if number else b""


def lasting(data: bytes, size: int = SIZE) -> bytes:
    """Return the digest of bytes that may be stored: the same in every version of the program."""
    return hashlib.blake2b(data, digest_size=size).digest()
