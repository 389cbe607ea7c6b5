"""Pack a vocabulary that tiktoken publishes: `python -m tests.vocabularies FILE.tiktoken`.

The packed file goes to tui/data/vocab; the digests that are printed go to
tui/services/tokens/vocabularies.py.
"""

from __future__ import annotations

import binascii
import hashlib
import sys
import zlib
from pathlib import Path

WHERE = Path(__file__).parents[1] / "tui" / "data" / "vocab"


def unpacked(published: bytes) -> bytes:
    """Return a published vocabulary as number, lengths and bytes of its tokens."""
    words = published.split()
    if [*map(int, words[1::2])] != [*range(len(words) // 2)]:
        raise ValueError("the ranks do not go up from 0 by 1")
    tokens = [*map(binascii.a2b_base64, words[::2])]
    return len(tokens).to_bytes(4, "little") + bytes(map(len, tokens)) + b"".join(tokens)


if __name__ == "__main__":
    path = Path(sys.argv[1])
    text = path.read_bytes()
    data = unpacked(text)
    (WHERE / f"{path.stem}.tokens").write_bytes(zlib.compress(data, 9))
    print(hashlib.sha256(text).hexdigest(), hashlib.sha256(data).hexdigest())
