"""Paths of the shipped corpus, tokenizer and bases."""

from pathlib import Path
from typing import Final

DATA: Final = Path(__file__).parents[1] / "data"
CORPUS: Final = DATA / "corpus.jsonl"
TOKENIZER: Final = DATA / "tokenizer.json"


def base_path(base_id: str) -> Path:
    """Return the file of a base."""
    return DATA / f"{base_id}.npz"
