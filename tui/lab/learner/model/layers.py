"""The layers, each a forward and its hand-written backward, on float32 arrays.

Shapes: N tokens of a batch in a row, W width; a `Layout` says which tokens belong
together. A forward returns its output and what
its backward needs; a backward gets that and the output's gradient, and returns
the gradients of the inputs in the order the forward takes them.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

_EPSILON: Final = np.float32(1e-5)


class Layout(NamedTuple):
    """How a batch lies in a row: a prefix all sequences begin with, then the rest of each.

    Conversations that share a system prompt share its computation too.
    """

    prefix: int
    batch: int
    length: int

    def cut(self, x: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return views of (N, …): the prefix (P, …) and the rests (B, T, …)."""
        rest = x[self.prefix :].reshape(self.batch, self.length, *x.shape[1:])
        return x[: self.prefix], rest


class NormTape(NamedTuple):
    """What `norm_backward` needs."""

    unit: Floats
    inverse: Floats
    gain: Floats


def norm(x: Floats, gain: Floats) -> tuple[Floats, NormTape]:
    """Scale each token to a root mean square of one, then by `gain` (W)."""
    square = np.einsum("...w,...w->...", x, x)[..., None] / np.float32(x.shape[-1])
    inverse = 1 / np.sqrt(square + _EPSILON)
    unit = x * inverse
    return unit * gain, NormTape(unit, inverse, gain)


def norm_backward(tape: NormTape, dy: Floats) -> tuple[Floats, Floats]:
    """Return the gradients of `x` and `gain`."""
    dgain = np.einsum("nw,nw->w", dy, tape.unit)
    dunit = dy * tape.gain
    along = np.einsum("...w,...w->...", dunit, tape.unit)[..., None]
    dunit -= tape.unit * (along / np.float32(dy.shape[-1]))
    dunit *= tape.inverse
    return dunit, dgain


def shift(x: Floats, mix: Floats, layout: Layout) -> Floats:
    """Add to each token of (N, W) its predecessor, scaled by `mix` (W)."""
    y = x.copy()
    (start, rest), (start_x, rest_x) = layout.cut(y), layout.cut(x)
    start[1:] += mix * start_x[:-1]
    rest[:, 1:] += mix * rest_x[:, :-1]
    if layout.prefix:
        rest[:, 0] += mix * start_x[-1]
    return y


def shift_backward(x: Floats, mix: Floats, layout: Layout, dy: Floats) -> tuple[Floats, Floats]:
    """Return the gradients of `x` and `mix`."""
    dx = dy.copy()
    (start, rest), (start_x, rest_x) = layout.cut(dx), layout.cut(x)
    start_dy, rest_dy = layout.cut(dy)
    start[:-1] += mix * start_dy[1:]
    rest[:, :-1] += mix * rest_dy[:, 1:]
    dmix = np.einsum("btw,btw->w", rest_dy[:, 1:], rest_x[:, :-1])
    if layout.prefix:
        first = rest_dy[:, 0].sum(0)
        start[-1] += mix * first
        dmix += np.einsum("tw,tw->w", start_dy[1:], start_x[:-1]) + first * start_x[-1]
    return dx, dmix


def softmax(scores: Floats) -> Floats:
    """Turn scores into shares along the last axis, in place."""
    scores -= scores.max(-1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(-1, keepdims=True)
    return scores


def linear_backward(x: Floats, weight: Floats, dy: Floats) -> tuple[Floats, Floats]:
    """Return the gradients of `x` and `weight` for `x @ weight`."""
    return dy @ weight.T, x.T @ dy


def gather_backward(ids: Ints, dy: Floats, into: Floats) -> None:
    """Add each row of `dy` to the row of `into` that `ids` names; the order is fixed."""
    order = np.argsort(ids, kind="stable")
    names, starts = np.unique(ids[order], return_index=True)
    into[names] += np.add.reduceat(dy[order], starts, axis=0)
