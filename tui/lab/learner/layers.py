"""The layers, each a forward and its hand-written backward, on float32 arrays.

Shapes: B sequences, T tokens, W width. A forward returns its output and what
its backward needs; a backward gets that and the output's gradient, and returns
the gradients of the inputs in the order the forward takes them.
"""

from __future__ import annotations

import functools
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

_EPSILON: Final = np.float32(1e-5)


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
    product = dy * tape.unit
    dgain = product.reshape(-1, product.shape[-1]).sum(0)
    dunit = dy * tape.gain
    along = np.einsum("...w,...w->...", dunit, tape.unit)[..., None]
    dunit -= tape.unit * (along / np.float32(dy.shape[-1]))
    dunit *= tape.inverse
    return dunit, dgain


def shift(x: Floats, mix: Floats) -> Floats:
    """Add to each token of (B, T, W) its predecessor, scaled by `mix` (W)."""
    y = x.copy()
    y[:, 1:] += mix * x[:, :-1]
    return y


def shift_backward(x: Floats, mix: Floats, dy: Floats) -> tuple[Floats, Floats]:
    """Return the gradients of `x` and `mix`."""
    dmix = np.einsum("btw,btw->w", dy[:, 1:], x[:, :-1])
    dx = dy.copy()
    dx[:, :-1] += mix * dy[:, 1:]
    return dx, dmix


def slopes(heads: int) -> Floats:
    """Return how strongly each head discounts distance; the first does not at all."""
    return np.array([0.0] + [2.0 ** -(2 * n) for n in range(heads - 2, -1, -1)], np.float32)


@functools.lru_cache(maxsize=8)
def _distance_bias(heads: int, length: int) -> Floats:
    distance = np.arange(length)[:, None] - np.arange(length)
    bias = -slopes(heads)[:, None, None] * distance.astype(np.float32)
    bias[:, distance < 0] = -np.inf
    bias.flags.writeable = False
    return bias


class AttentionTape(NamedTuple):
    """What `attention_backward` needs; q, k, v are (B, heads, T, W / heads)."""

    q: Floats
    k: Floats
    v: Floats
    share: Floats


def split_heads(x: Floats, heads: int) -> tuple[Floats, Floats, Floats]:
    """Cut (B, T, 3 W) into queries, keys and values of (B, heads, T, W / heads) each."""
    batch, length, width = x.shape
    parts = x.reshape(batch, length, 3, heads, width // 3 // heads)
    q, k, v = parts.transpose(2, 0, 3, 1, 4)
    return q, k, v


def softmax(scores: Floats) -> Floats:
    """Turn scores into shares along the last axis, in place."""
    scores -= scores.max(-1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(-1, keepdims=True)
    return scores


def attention(x: Floats, heads: int) -> tuple[Floats, AttentionTape]:
    """Causal attention over (B, T, 3 W) of queries, keys and values; gives (B, T, W)."""
    q, k, v = split_heads(x, heads)
    scores = q @ k.transpose(0, 1, 3, 2)
    scores *= np.float32(q.shape[-1] ** -0.5)
    scores += _distance_bias(heads, x.shape[1])
    share = softmax(scores)
    y = (share @ v).transpose(0, 2, 1, 3).reshape(x.shape[0], x.shape[1], -1)
    return y, AttentionTape(q, k, v, share)


def attention_backward(tape: AttentionTape, dy: Floats) -> Floats:
    """Return the gradient of the (B, T, 3 W) input."""
    q, k, v, share = tape
    batch, heads, length, size = q.shape
    dout = dy.reshape(batch, length, heads, size).transpose(0, 2, 1, 3)
    dx = np.empty((batch, length, 3, heads, size), np.float32)
    dq, dk, dv = dx.transpose(2, 0, 3, 1, 4)
    dv[...] = share.transpose(0, 1, 3, 2) @ dout
    dscores = dout @ v.transpose(0, 1, 3, 2)
    dscores -= np.einsum("bhst,bhst->bhs", dscores, share)[..., None]
    dscores *= share
    dscores *= np.float32(size**-0.5)
    dq[...] = dscores @ k
    dk[...] = dscores.transpose(0, 1, 3, 2) @ q
    return dx.reshape(batch, length, 3 * heads * size)


def linear_backward(x: Floats, weight: Floats, dy: Floats) -> tuple[Floats, Floats]:
    """Return the gradients of `x` and `weight` for `x @ weight`."""
    flat = dy.reshape(-1, dy.shape[-1])
    dweight = x.reshape(-1, x.shape[-1]).T @ flat
    return (flat @ weight.T).reshape(x.shape), dweight


def gather_backward(ids: Ints, dy: Floats, into: Floats) -> None:
    """Add each row of `dy` to the row of `into` that `ids` names; the order is fixed."""
    flat = ids.reshape(-1)
    order = np.argsort(flat, kind="stable")
    names, starts = np.unique(flat[order], return_index=True)
    into[names] += np.add.reduceat(dy.reshape(-1, dy.shape[-1])[order], starts, axis=0)
