"""Learning the tokenizer's merges from text."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from tui.lab.learner.tokenizer import FIRST_BYTE, FIRST_MERGE, merge_pair, split


def learn_merges(text: str, count: int) -> list[tuple[int, int]]:
    """Return up to `count` merges, the most frequent pair first; ties go to the smaller ids."""
    tally = Counter(split(text))
    words = [[FIRST_BYTE + value for value in chunk.encode()] for chunk in tally]
    weights = list(tally.values())
    pairs: Counter[tuple[int, int]] = Counter()
    for word, weight in zip(words, weights, strict=True):
        _add_pairs(pairs, word, weight)
    merges: list[tuple[int, int]] = []
    while len(merges) < count:
        pair = min(pairs, key=lambda item: (-pairs[item], item))
        if pairs[pair] < 2:
            break
        for index, word in enumerate(words):
            if pair in pairwise(word):
                _add_pairs(pairs, word, -weights[index])
                words[index] = merge_pair(word, pair, FIRST_MERGE + len(merges))
                _add_pairs(pairs, words[index], weights[index])
        merges.append(pair)
    return merges


def _add_pairs(pairs: Counter[tuple[int, int]], word: list[int], weight: int) -> None:
    for pair in pairwise(word):
        pairs[pair] += weight
