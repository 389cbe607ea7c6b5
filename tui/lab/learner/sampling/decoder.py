"""Running a model token by token, keeping what it has computed of the text so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tui.lab.learner import tokenizer
from tui.lab.learner.model import attention, layers, transformer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.lab.learner.model.layers import Floats, Ints
    from tui.lab.learner.model.transformer import Parameters

_GROWTH: Final = 128


class Decoder:
    """A model in the middle of a text."""

    def __init__(self, parameters: Parameters) -> None:
        sizes = parameters.sizes
        self.length = 0
        self._parameters = parameters
        self._segment = 0
        empty = (sizes.layers, sizes.heads, 0, sizes.width // sizes.heads)
        self._keys: Floats = np.zeros(empty, np.float32)
        self._values: Floats = np.zeros(empty, np.float32)
        # The last token's input to each of the two shifts of every layer.
        self._before: Floats = np.zeros((sizes.layers, 2, sizes.width), np.float32)
        self._slopes = attention.slopes(sizes.heads)[:, None, None]

    def feed(self, tokens: Sequence[int]) -> Floats:
        """Take further tokens in and return the logits of the next (vocabulary)."""
        ids: Ints = np.array(tokens, np.int64)
        segment = transformer.segments(ids, self._segment)
        self._segment = int(segment[-1])
        self._make_room(len(ids))
        x = transformer.embed(self._parameters, ids, segment)
        for layer in range(self._parameters.sizes.layers):
            x = self._layer(layer, x)
        self.length += len(ids)
        last, _ = layers.norm(x[-1], self._parameters["norm"])
        logits: Floats = self._parameters["embed"] @ last
        # Turns are opened by the template, never by the model.
        logits[tokenizer.SYSTEM : tokenizer.OTHER + 1] = -np.inf
        return logits

    def _layer(self, layer: int, x: Floats) -> Floats:
        p = self._parameters
        mixed = self._shifted(layer, 0, x)
        x += self._attend(layer, mixed @ p[f"{layer}.qkv"]) @ p[f"{layer}.out"]
        active = self._shifted(layer, 1, x) @ p[f"{layer}.up"]
        np.maximum(active, 0, out=active)
        active *= active
        x += active @ p[f"{layer}.down"]
        return x

    def _shifted(self, layer: int, half: int, x: Floats) -> Floats:
        p = self._parameters
        plain, _ = layers.norm(x, p[f"{layer}.norm{half + 1}"])
        earlier = np.concatenate([self._before[layer, half][None], plain[:-1]])
        self._before[layer, half] = plain[-1]
        mixed: Floats = plain + p[f"{layer}.shift{half + 1}"] * earlier
        return mixed

    def _attend(self, layer: int, x: Floats) -> Floats:
        q, k, v = attention.split_heads(x, len(self._slopes))
        start, end = self.length, self.length + len(x)
        self._keys[layer, :, start:end] = k
        self._values[layer, :, start:end] = v
        scores = q @ self._keys[layer, :, :end].transpose(0, 2, 1)
        scores *= np.float32(q.shape[-1] ** -0.5)
        distance = np.arange(start, end)[:, None] - np.arange(end)
        scores -= self._slopes * distance.astype(np.float32)
        if len(x) > 1:
            scores[:, distance < 0] = -np.inf
        share = layers.softmax(scores)
        return (share @ self._values[layer, :, :end]).transpose(1, 0, 2).reshape(len(x), -1)

    def _make_room(self, count: int) -> None:
        if self.length + count <= self._keys.shape[2]:
            return
        more = ((0, 0), (0, 0), (0, count + _GROWTH), (0, 0))
        self._keys = np.pad(self._keys[:, :, : self.length], more)
        self._values = np.pad(self._values[:, :, : self.length], more)
