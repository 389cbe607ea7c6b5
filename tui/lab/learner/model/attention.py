"""Causal attention, forward and backward, over a batch whose prefix is shared."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from tui.lab.learner.model.layers import softmax

if TYPE_CHECKING:
    from tui.lab.learner.model.layers import Floats, Layout

_BIAS_STEP: Final = 256


def slopes(heads: int) -> Floats:
    """Return how strongly each head discounts distance; the first does not at all."""
    return np.array([0.0] + [2.0 ** -(2 * n) for n in range(heads - 2, -1, -1)], np.float32)


def _bias(heads: int, start: int, end: int) -> Floats:
    """Return what distance adds to the scores of tokens start…end over 0…end."""
    return _whole_bias(heads, -(-end // _BIAS_STEP) * _BIAS_STEP)[:, start:end, :end]


@functools.lru_cache(maxsize=2)
def _whole_bias(heads: int, length: int) -> Floats:
    distance = np.arange(length)[:, None] - np.arange(length)
    bias = -slopes(heads)[:, None, None] * distance.astype(np.float32)
    bias[:, distance < 0] = -np.inf
    return bias


class _Part(NamedTuple):
    """Queries, keys, values and shares of some tokens: (…, heads, tokens, W / heads)."""

    q: Floats
    k: Floats
    v: Floats
    share: Floats


class AttentionTape(NamedTuple):
    """What `attention_backward` needs."""

    layout: Layout
    prefix: _Part | None
    rest: _Part


def split_heads(x: Floats, heads: int) -> tuple[Floats, Floats, Floats]:
    """View (…, T, 3 W) as queries, keys and values of (…, heads, T, W / heads) each."""
    parts = x.reshape(*x.shape[:-1], 3, heads, -1)
    q, k, v = np.moveaxis(parts, (-3, -2), (0, -3))
    return q, k, v


def attention(x: Floats, heads: int, layout: Layout) -> tuple[Floats, AttentionTape]:
    """Let each token look back: queries, keys and values (N, 3 W) in, (N, W) out."""
    start_x, rest_x = layout.cut(x)
    y = np.empty((len(x), x.shape[-1] // 3), np.float32)
    start_y, rest_y = layout.cut(y)
    prefix = None
    if layout.prefix:
        prefix = _look(start_x, heads, None)
        start_y[...] = _join(prefix.share @ prefix.v)
    rest = _look(rest_x, heads, prefix)
    out = rest.share[..., layout.prefix :] @ rest.v
    if prefix:
        out += rest.share[..., : layout.prefix] @ prefix.v
    rest_y[...] = _join(out)
    return y, AttentionTape(layout, prefix, rest)


def attention_backward(tape: AttentionTape, dy: Floats) -> Floats:
    """Return the gradient of the (N, 3 W) input."""
    layout, prefix, rest = tape
    dx = np.empty((len(dy), 3 * dy.shape[-1]), np.float32)
    start_dx, rest_dx = layout.cut(dx)
    start_dy, rest_dy = layout.cut(dy)
    heads = rest.q.shape[-3]
    dout = _part_heads(rest_dy, heads)
    dscores = _scores_backward(rest, prefix, dout)
    own = dscores[..., layout.prefix :]
    dq, dk, dv = split_heads(rest_dx, heads)
    dq[...] = own @ rest.k
    dk[...] = _turned(own) @ rest.q
    dv[...] = _turned(rest.share[..., layout.prefix :]) @ dout
    if prefix:
        seen = dscores[..., : layout.prefix]
        dq += seen @ prefix.k
        start_dout = _part_heads(start_dy, heads)
        start_dscores = _scores_backward(prefix, None, start_dout)
        dq, dk, dv = split_heads(start_dx, heads)
        dq[...] = start_dscores @ prefix.k
        dk[...] = _turned(start_dscores) @ prefix.q + (_turned(seen) @ rest.q).sum(0)
        dv[...] = _turned(prefix.share) @ start_dout
        dv += (_turned(rest.share[..., : layout.prefix]) @ dout).sum(0)
    return dx


def _look(x: Floats, heads: int, prefix: _Part | None) -> _Part:
    q, k, v = split_heads(x, heads)
    before = prefix.k.shape[-2] if prefix else 0
    scores = np.empty((*q.shape[:-1], before + q.shape[-2]), np.float32)
    np.matmul(q, _turned(k), out=scores[..., before:])
    if prefix:
        np.matmul(q, _turned(prefix.k), out=scores[..., :before])
    scores *= np.float32(q.shape[-1] ** -0.5)
    scores += _bias(heads, before, scores.shape[-1])
    return _Part(q, k, v, softmax(scores))


def _scores_backward(part: _Part, prefix: _Part | None, dout: Floats) -> Floats:
    before = prefix.k.shape[-2] if prefix else 0
    dscores = np.empty_like(part.share)
    np.matmul(dout, _turned(part.v), out=dscores[..., before:])
    if prefix:
        np.matmul(dout, _turned(prefix.v), out=dscores[..., :before])
    dscores -= np.einsum("...t,...t->...", dscores, part.share)[..., None]
    dscores *= part.share
    dscores *= np.float32(part.q.shape[-1] ** -0.5)
    return dscores


def _turned(x: Floats) -> Floats:
    return x.swapaxes(-1, -2)


def _part_heads(x: Floats, heads: int) -> Floats:
    return x.reshape(*x.shape[:-1], heads, -1).swapaxes(-2, -3)


def _join(x: Floats) -> Floats:
    turned = x.swapaxes(-2, -3)
    return turned.reshape(*turned.shape[:-2], -1)
