"""The model's parameters and its forward and backward pass over a padded batch."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from tui.lab.learner import tokenizer
from tui.lab.learner.model import layers
from tui.lab.learner.model.attention import AttentionTape, attention, attention_backward

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui.lab.learner.model.layers import Floats, Ints
    from tui.lab.learner.model.sizes import Sizes

_SEGMENTS: Final = 5  # before any role, system, user, assistant, other


def shapes(sizes: Sizes) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield the name and shape of every parameter, in the order they are stored."""
    width = sizes.width
    yield "embed", (sizes.vocabulary, width)
    yield "segment", (_SEGMENTS, width)
    for layer in range(sizes.layers):
        yield f"{layer}.norm1", (width,)
        yield f"{layer}.shift1", (width,)
        yield f"{layer}.qkv", (width, 3 * width)
        yield f"{layer}.out", (width, width)
        yield f"{layer}.norm2", (width,)
        yield f"{layer}.shift2", (width,)
        yield f"{layer}.up", (width, sizes.hidden)
        yield f"{layer}.down", (sizes.hidden, width)
    yield "norm", (width,)


class Parameters:
    """All numbers of a model in one float32 vector, with a view for each parameter."""

    def __init__(self, sizes: Sizes, flat: Floats | None = None) -> None:
        """Wrap `flat`, or zeros. Raises ValueError if its length does not fit `sizes`."""
        self.sizes = sizes
        named = [(name, shape, math.prod(shape)) for name, shape in shapes(sizes)]
        total = sum(size for _, _, size in named)
        self.flat: Floats = np.zeros(total, np.float32) if flat is None else flat
        if self.flat.shape != (total,):
            raise ValueError(f"{self.flat.size} numbers for a model of {total}")
        self._views: dict[str, Floats] = {}
        at = 0
        for name, shape, size in named:
            self._views[name] = self.flat[at : at + size].reshape(shape)
            at += size

    def __getitem__(self, name: str) -> Floats:
        return self._views[name]

    def copy(self) -> Parameters:
        """Return parameters of their own with the same numbers."""
        return Parameters(self.sizes, self.flat.copy())


def initial(sizes: Sizes, rng: np.random.Generator) -> Parameters:
    """Return random parameters to start training from."""
    parameters = Parameters(sizes)
    depth = math.sqrt(2 * sizes.layers)
    for name, shape in shapes(sizes):
        if len(shape) == 1:
            parameters[name][...] = 1.0 if "norm" in name else 0.5
            continue
        spread = 1 / math.sqrt(sizes.width if name in {"embed", "segment"} else shape[0])
        if name.endswith(("out", "down")):
            spread /= depth
        parameters[name][...] = rng.standard_normal(shape, np.float32) * spread
    return parameters


def segments(ids: Ints, before: int = 0) -> Ints:
    """Return for each token of (…, T) the role token it stands under; `before` at the start."""
    opens = (ids >= tokenizer.SYSTEM) & (ids <= tokenizer.OTHER)
    last = np.maximum.accumulate(np.where(opens, np.arange(ids.shape[-1]), -1), axis=-1)
    roles = np.take_along_axis(ids, np.maximum(last, 0), axis=-1)
    return np.where(last < 0, before, roles)


def _batch_segments(ids: Ints, layout: layers.Layout) -> Ints:
    found = np.empty_like(ids)
    (start, rest), (start_ids, rest_ids) = layout.cut(found), layout.cut(ids)
    start[...] = segments(start_ids) if layout.prefix else 0
    rest[...] = segments(rest_ids, int(start[-1]) if layout.prefix else 0)
    return found


def embed(parameters: Parameters, ids: Ints, segment: Ints) -> Floats:
    """Return the first layer's input for token ids and their segments."""
    scale = np.float32(math.sqrt(parameters.sizes.width))
    x: Floats = (parameters["embed"][ids] + parameters["segment"][segment]) * scale
    return x


class _LayerTape(NamedTuple):
    norm1: layers.NormTape
    plain1: Floats
    mixed1: Floats
    looked: AttentionTape
    attended: Floats
    norm2: layers.NormTape
    plain2: Floats
    mixed2: Floats
    active: Floats
    square: Floats


class Pass:
    """One forward pass over a batch; keeps what its backward needs."""

    def __init__(
        self, parameters: Parameters, ids: Ints, layout: layers.Layout, rows: Ints
    ) -> None:
        """Run `ids` (N), which lie as `layout` says, and predict after the positions `rows`."""
        self._parameters = parameters
        self._ids = ids
        self._layout = layout
        self._rows = rows
        self._segment = _batch_segments(ids, layout)
        x = embed(parameters, ids, self._segment)
        self._tapes: list[_LayerTape] = []
        for layer in range(parameters.sizes.layers):
            x = self._layer(layer, x)
        self._final, self._norm = layers.norm(x[rows], parameters["norm"])
        logits = self._final @ parameters["embed"].T
        self._share = layers.softmax(logits)

    def logprobs(self, targets: Ints) -> Floats:
        """Return the log-probability of each row's target."""
        picked: Floats = self._share[np.arange(len(targets)), targets]
        return np.log(np.maximum(picked, np.float32(1e-30)))

    def hits(self, targets: Ints) -> int:
        """Return how many rows have their target as the likeliest token."""
        return int((self._share.argmax(-1) == targets).sum())

    def backward(self, targets: Ints, weights: Floats, gradient: Parameters) -> None:
        """Add to `gradient` that of Σ weights · −logprobs(targets). Uses the pass up."""
        parameters = self._parameters
        dlogits = self._share
        dlogits[np.arange(len(targets)), targets] -= 1
        dlogits *= weights[:, None]
        gradient["embed"][...] += dlogits.T @ self._final
        dpicked, dgain = layers.norm_backward(self._norm, dlogits @ parameters["embed"])
        gradient["norm"][...] += dgain
        dx = np.zeros((len(self._ids), parameters.sizes.width), np.float32)
        dx[self._rows] = dpicked
        for layer in reversed(range(parameters.sizes.layers)):
            dx = self._layer_backward(layer, dx, gradient)
        dx *= np.float32(math.sqrt(parameters.sizes.width))
        layers.gather_backward(self._ids, dx, gradient["embed"])
        layers.gather_backward(self._segment, dx, gradient["segment"])

    def _layer(self, layer: int, x: Floats) -> Floats:
        p = self._parameters
        plain1, norm1 = layers.norm(x, p[f"{layer}.norm1"])
        mixed1 = layers.shift(plain1, p[f"{layer}.shift1"], self._layout)
        attended, looked = attention(mixed1 @ p[f"{layer}.qkv"], p.sizes.heads, self._layout)
        x = x + attended @ p[f"{layer}.out"]
        plain2, norm2 = layers.norm(x, p[f"{layer}.norm2"])
        mixed2 = layers.shift(plain2, p[f"{layer}.shift2"], self._layout)
        active = mixed2 @ p[f"{layer}.up"]
        np.maximum(active, 0, out=active)
        square = active * active
        self._tapes.append(
            _LayerTape(
                norm1, plain1, mixed1, looked, attended, norm2, plain2, mixed2, active, square
            )
        )
        x += square @ p[f"{layer}.down"]
        return x

    def _layer_backward(self, layer: int, dx: Floats, gradient: Parameters) -> Floats:
        tape = self._tapes[layer]
        dsquare = self._linear(f"{layer}.down", tape.square, dx, gradient)
        dsquare *= tape.active
        dsquare *= np.float32(2)
        dmixed = self._linear(f"{layer}.up", tape.mixed2, dsquare, gradient)
        dx = dx + self._normed(layer, 2, tape.plain2, tape.norm2, dmixed, gradient)
        dattended = self._linear(f"{layer}.out", tape.attended, dx, gradient)
        dqkv = attention_backward(tape.looked, dattended)
        dmixed = self._linear(f"{layer}.qkv", tape.mixed1, dqkv, gradient)
        dx += self._normed(layer, 1, tape.plain1, tape.norm1, dmixed, gradient)
        return dx

    def _linear(self, name: str, x: Floats, dy: Floats, gradient: Parameters) -> Floats:
        dx, dweight = layers.linear_backward(x, self._parameters[name], dy)
        gradient[name][...] += dweight
        return dx

    def _normed(
        self,
        layer: int,
        half: int,
        plain: Floats,
        tape: layers.NormTape,
        dmixed: Floats,
        gradient: Parameters,
    ) -> Floats:
        mix = self._parameters[f"{layer}.shift{half}"]
        dplain, dmix = layers.shift_backward(plain, mix, self._layout, dmixed)
        gradient[f"{layer}.shift{half}"][...] += dmix
        dx, dgain = layers.norm_backward(tape, dplain)
        gradient[f"{layer}.norm{half}"][...] += dgain
        return dx
