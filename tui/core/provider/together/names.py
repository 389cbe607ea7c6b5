"""Names that are others at Together, and the mark of a job in its suffix.

A job of ours is recognised by the end of its suffix: Together keeps nothing else with a job.
"""

from __future__ import annotations

import re

NAME = "Together"
CURRENCY = "USD"
MARK_DIGITS = 12  # digits of the nonce (of 24) that fit into a suffix of 40
_MARK = re.compile(rf"-?\bft([0-9a-f]{{{MARK_DIGITS}}})(?![0-9a-f])")
# Hyperparameters in OpenAI's shape that are others at Together.
RENAMED = {
    "learning_rate_multiplier": "learning_rate",  # an absolute rate all the same
    "context_length": "max_seq_length",
}
LORA = ("lora_r", "lora_alpha", "lora_dropout")
OF_METHOD = {"beta": "dpo_beta", "train_on_inputs": "train_on_inputs"}


def suffix_with_mark(suffix: str, nonce: str) -> str:
    """Return the suffix to send: what was asked for, and the mark to find the job by."""
    mark = f"ft{nonce[:MARK_DIGITS]}"
    return f"{suffix}-{mark}" if suffix else mark


def without_mark(suffix: str) -> str:
    """Return a suffix as it was asked for."""
    return _MARK.sub("", suffix)


def mark_in(told: str) -> str | None:
    """Return the beginning of the nonce that a suffix or a model's name holds, if any."""
    found = _MARK.search(told)
    return found[1] if found else None
