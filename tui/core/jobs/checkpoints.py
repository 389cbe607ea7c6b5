"""Checkpoints of a job: which one is the best, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.jobs.curves import loss_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.core.jobs.jobs import Checkpoint


def best_checkpoint(checkpoints: Sequence[Checkpoint]) -> int | None:
    """Return the step of the checkpoint with the lowest validation loss, if any has one."""
    losses = [
        (loss, c.step)
        for c in checkpoints
        if (loss := held_out(c)) is not None and c.step is not None
    ]
    return min(losses)[1] if losses else None


def why_best(checkpoints: Sequence[Checkpoint]) -> str:
    """Return in one sentence which checkpoint is the best and why; empty without a reason."""
    best = best_checkpoint(checkpoints)
    found = next((c for c in checkpoints if c.step == best and best is not None), None)
    if found is None:
        trained = any(c.metrics.train_loss is not None for c in checkpoints)
        return "Without a validation file none of them is known to be better." if trained else ""
    loss = loss_words(held_out(found) or 0.0)
    last = checkpoints[-1]
    if last.step == best:
        return f"★ step {best}, the last: its validation loss, {loss}, is the lowest."
    after = held_out(last)
    then = "" if after is None else f"; by step {last.step} it is {loss_words(after)}"
    return f"★ step {best}: its validation loss, {loss}, is the lowest{then}."


def held_out(checkpoint: Checkpoint) -> float | None:
    """Return the validation loss, over the full file where there is one."""
    metrics = checkpoint.metrics
    return metrics.valid_loss if metrics.full_valid_loss is None else metrics.full_valid_loss
